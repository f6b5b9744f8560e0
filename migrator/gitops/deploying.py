"""What decides what is deployed and nothing here renders: objects of GitOps tools, folders of plain files."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping

from migrator.diagnostics import MigrateError
from migrator.discover import CONFIG_PATH, Index
from migrator.gitops.deployed import folder_of, reaches, written_folders
from migrator.gitops.reading.objects import GROUPS, items_of, may_hold_objects
from migrator.load import Kustomizations
from migrator.lock import Lock
from migrator.model import RepoPath, resource_of
from migrator.yamlio import Dialect, digest, read_documents

OTHER = "other files"
"""How all is called that lies in such a folder and is no object of a GitOps tool."""
_PLAIN = (".yaml", ".yml", ".json", ".jsonnet", ".libsonnet")
_CHART_FILE = "Chart.yaml"
_MAX = 1 << 20


def deploying_of(kustomizations: Kustomizations, lock: Lock) -> Mapping[str, Mapping[str, str]]:
    """Folder -> object of a GitOps tool, or all else that is deployed from there as it is -> digest of what it says.

    Which file of a folder holds an object is nothing to a deployer. What kustomizations read, and the charts of the
    lock, are not among them: what they render is proved itself.
    """
    index = kustomizations.index
    releases = {release.path for each in lock.environments.values() for release in each.helm}
    read = {each.file for each in kustomizations.by_path.values()}
    read |= {one.path for each in kustomizations.by_path.values() for one in each.references if one.path is not None}
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for path in _files(index, kustomizations, releases):
        if path not in read and index.resolve(path) not in read:
            for name, text in _said(path, index):
                found[posixpath.dirname(path) or "."][name].append(text)
    return {
        folder: {name: digest([*sorted(texts)]) for name, texts in sorted(held.items())}
        for folder, held in sorted(found.items())
    }


def deploying_changed(
    then: Mapping[str, Mapping[str, str]], now: Mapping[str, Mapping[str, str]]
) -> tuple[tuple[str, str, str], ...]:
    """Folder, name, and `is new`, `is gone` or `is not the same` for all that is not as it was; sorted."""
    found = []
    for folder in sorted({*then, *now}):
        old, new = then.get(folder, {}), now.get(folder, {})
        for name in sorted({*old, *new}):
            if old.get(name) != new.get(name):
                became = "is new" if name not in old else "is gone" if name not in new else "is not the same"
                found.append((folder, name, became))
    return tuple(found)


def _files(index: Index, kustomizations: Kustomizations, releases: Collection[RepoPath]) -> Iterator[RepoPath]:
    """The files that hold objects of GitOps tools, and those of folders that such objects deploy as they are."""
    charts = {RepoPath(posixpath.dirname(path)) for path in index.files if posixpath.basename(path) == _CHART_FILE}
    folders = _deployed_folders(index) - kustomizations.by_path.keys()
    for path in sorted(index.files):
        above = _above(path)
        if index.submodule_of(path) is not None or path == CONFIG_PATH or not above.isdisjoint(releases):
            continue
        in_chart, is_plain = not above.isdisjoint(charts), path.endswith(_PLAIN)
        is_deployed = not above.isdisjoint(folders) and (is_plain or in_chart)
        if is_deployed or (is_plain and not in_chart and may_hold_objects(index.read(path))):
            yield path


def _above(path: RepoPath) -> frozenset[RepoPath]:
    """The folders in which a file lies, from its own to the top."""
    parts = path.split("/")[:-1]
    return frozenset((RepoPath("."), *(RepoPath("/".join(parts[: end + 1])) for end in range(len(parts)))))


def _deployed_folders(index: Index) -> frozenset[RepoPath]:
    """The folders of the repository that objects in its files name, those of patterns among them."""
    named = {each.folder for _, each in written_folders(index)}
    known = {folder for path in index.files for folder in _above(path)}
    patterns = [each for each in named if any(sign in each for sign in "{*?$")]
    found = {folder_of(each) for each in named} & known
    return frozenset(found | {folder for folder in known for each in patterns if reaches(each, folder)})


def _said(path: RepoPath, index: Index) -> Iterator[tuple[str, str]]:
    """Each object of a file with the digest of what it says; of a text that is no YAML the digest of its bytes."""
    whole = [(OTHER, digest([posixpath.basename(path), index.digest(path)]))]
    data = index.read(path)
    if not path.endswith((".yaml", ".yml", ".json")) or len(data) > _MAX:
        yield from whole
        return
    try:
        documents = read_documents(data, dialect=Dialect.SIGS, path=path)
    except MigrateError:
        yield from whole
        return
    for body in (body for each in documents for body in items_of(each.value)):
        resource = resource_of(body)
        yield str(resource.id) if resource.gvk.group in GROUPS and resource.id.name else OTHER, digest(dict(body))
