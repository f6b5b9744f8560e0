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
) -> Mapping[str, tuple[RepoPath | None, ...]]:
    """Environment -> for each cluster the folder of an owner that another deploys; None, or nothing, where by hand.

    A parent that does not prune would leave the new files behind on the way back (facts A10 and F8). With Argo CD also
    nothing where what deploys it would not take a new file as it is.
    """
    found: dict[str, dict[str, RepoPath | None]] = defaultdict(dict)
    for each in owners:
        is_flux = each.tool is Tool.FLUX
        cluster = each.cluster if is_flux else ""
        folder = RepoPath(posixpath.dirname(each.span.path) or ".") if each.span is not None else RepoPath("")
        found[each.environment].setdefault(cluster, None)
        for parent in deployers if folder else ():
            if parent.id != each.delivered_by or not parent.policy.prune:
                continue
            if parent.cluster == cluster if is_flux else _takes(parent, folder, index) and _allows(parent, projects):
                found[each.environment][cluster] = folder
    return {
        name: tuple(dict.fromkeys(held[cluster] for cluster in sorted(held)))
        for name, held in found.items()
        if any(held.values())
    }


def _takes(parent: Deployer, folder: RepoPath, index: Index) -> bool:
    """Whether an Application deploys every file in a folder as it is; what a root renders would be news to a proof."""
    rendered = (RepoPath(posixpath.normpath(f"{folder}/{name}")) for name in (*KUSTOMIZATION_NAMES, _CHART))
    if any(each in index.files for each in rendered):
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


def listing(files: Sequence[RepoPath], folders: Iterable[RepoPath | None], index: Index) -> Mapping[RepoPath, bytes]:
    """Kustomizations of these folders with the new files among their resources; others take all files by themselves.

    MIG102 where one cannot be edited.
    """
    found: dict[RepoPath, bytes] = {}
    for folder in sorted({each for each in folders if each is not None}):
        new = sorted(posixpath.basename(file) for file in files if (posixpath.dirname(file) or ".") == folder)
        for name in KUSTOMIZATION_NAMES:
            path = RepoPath(posixpath.normpath(f"{folder}/{name}"))
            if new and path in index.files:
                text = index.read(path).decode()
                held = mapping_of(read_value(text, dialect=Dialect.SIGS, path=path)).get("resources")
                missing = [each for each in new if not isinstance(held, list) or each not in held]
                found[path] = edit(text, [Append(path=("resources",), value=each) for each in missing]).encode()
    return found
