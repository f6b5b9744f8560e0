"""Where new objects go so that what is there deploys them: beside an old owner, below its parent."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from migrator.diagnostics import MigrateError
from migrator.discover import KUSTOMIZATION_NAMES, Index
from migrator.gitops.deployer import Deployer, Project, Tool
from migrator.model import RepoPath, mapping_of
from migrator.yamlio import Append, Dialect, edit, read_documents, read_value

_GROUP, _CHART = "argoproj.io", "Chart.yaml"


def entries_of(
    owners: Iterable[Deployer], deployers: Sequence[Deployer], projects: Sequence[Project], index: Index
) -> Mapping[str, tuple[RepoPath, ...]]:
    """Environment -> for each cluster the folder of an owner that another deploys; none where they go by hand.

    With Argo CD also nothing where what deploys it would not take a new file as it is.
    """
    found: dict[str, dict[str, RepoPath]] = defaultdict(dict)
    for each in owners:
        folder = RepoPath(posixpath.dirname(each.span.path) or ".") if each.span is not None else RepoPath("")
        for parent in deployers:  # those of several clusters may be called alike
            is_parent = folder and parent.id == each.delivered_by
            if is_parent and (each.tool is Tool.FLUX or (_takes(parent, folder, index) and _allows(parent, projects))):
                found[each.environment][each.cluster if each.tool is Tool.FLUX else ""] = folder
    return {name: tuple(dict.fromkeys(held[cluster] for cluster in sorted(held))) for name, held in found.items()}


def _takes(parent: Deployer, folder: RepoPath, index: Index) -> bool:
    """Whether an Application deploys every file in a folder as it is; what a root renders would be news to a proof.

    One that does not prune would leave the new files behind on the way back (fact A10).
    """
    if not parent.policy.prune or any(
        RepoPath(posixpath.normpath(f"{folder}/{name}")) in index.files for name in (*KUSTOMIZATION_NAMES, _CHART)
    ):
        return False
    for source in parent.sources:
        above = RepoPath(source.path) if source.here and not (source.include or source.exclude) else None
        below = above is not None and (above == "." or folder.startswith(f"{above}/")) and source.recurse
        if above is not None and (above == folder or below):
            return True
    return False


def _allows(parent: Deployer, projects: Sequence[Project]) -> bool:
    """Whether the project of an Application lets it deploy other projects."""
    project = next((each for each in projects if each.id.name == parent.project), None)
    if project is None or project.namespaced_kinds is None:
        return True
    kinds = {(group, kind) for group, kind in project.namespaced_kinds}
    return any(one in (_GROUP, "*") and kind in ("AppProject", "*") for one, kind in kinds)


def source_names(owners: Iterable[Deployer], index: Index) -> Mapping[str, str]:
    """Environment -> what the source is called that its owner reads."""
    found: dict[str, str] = {}
    for each in owners:
        if each.tool is not Tool.FLUX or each.span is None:
            continue
        try:
            documents = read_documents(index.read(each.span.path), dialect=Dialect.SIGS)
        except MigrateError:
            continue
        for document in documents:
            body = mapping_of(document.value)
            if body.get("kind") == each.id.kind and mapping_of(body.get("metadata")).get("name") == each.id.name:
                name = mapping_of(mapping_of(body.get("spec")).get("sourceRef")).get("name")
                found[each.environment] = str(name or "")
    return {environment: name for environment, name in found.items() if name}


def listing(files: Sequence[RepoPath], folders: Iterable[RepoPath], index: Index) -> Mapping[RepoPath, bytes]:
    """Kustomizations of these folders with the new files among their resources; others take all files by themselves.

    MIG102 where one cannot be edited.
    """
    found: dict[RepoPath, bytes] = {}
    for folder in sorted(set(folders)):
        new = sorted(posixpath.basename(file) for file in files if (posixpath.dirname(file) or ".") == folder)
        for name in KUSTOMIZATION_NAMES:
            path = RepoPath(posixpath.normpath(f"{folder}/{name}"))
            if new and path in index.files:
                text = index.read(path).decode()
                held = mapping_of(read_value(text, dialect=Dialect.SIGS, path=path)).get("resources")
                missing = [each for each in new if not isinstance(held, list) or each not in held]
                found[path] = edit(text, [Append(path=("resources",), value=each) for each in missing]).encode()
    return found
