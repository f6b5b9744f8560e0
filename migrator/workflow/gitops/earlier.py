"""Objects that an earlier run wrote: they stay as people have made them since, and projects allow what is new."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from migrator.diagnostics import MigrateError
from migrator.gitops.deployer import Project
from migrator.gitops.emit.written import Written
from migrator.lock import Lock
from migrator.model import Json, RepoPath, mapping_of
from migrator.rewrite import FileEdit
from migrator.yamlio import Append, Dialect, edit, read_documents

_CAUSE = "gitops"
_ALLOWED = ("sourceRepos", "destinations", "clusterResourceWhitelist", "namespaceResourceWhitelist")


def files_before(
    objects: Iterable[Written], lock: Lock | None, projects: Sequence[Project], tree: Path
) -> Mapping[int, RepoPath]:
    """Index of an object -> the file that holds it already; nothing where no objects were written before.

    `lock` is of the tree, and `projects` are those that are there.
    """
    if lock is None or lock.handover is None:
        return {}
    deployers = {
        (name, each.kind, each.name): each.file for name, held in lock.environments.items() for each in held.deployed_by
    }
    named = {each.id.name: each.span.path for each in projects if each.span is not None}
    found: dict[int, RepoPath] = {}
    for at, each in enumerate(objects):
        kind, name, _ = _named(dict(each.body))
        known = named.get(str(name)) if kind == "AppProject" else None
        if each.unit is not None:
            known = deployers.get((each.unit.environment, str(kind), str(name)))
        for file in (known, each.file):
            if file is not None and any(_named(body) == _named(dict(each.body)) for body in _documents(tree / file)):
                found.setdefault(at, file)
    return found


def release_folders(lock: Lock | None) -> Mapping[str, RepoPath]:
    """Environment -> the folder of its HelmReleases, where an earlier run wrote any."""
    return {
        name: RepoPath(posixpath.dirname(each.file))
        for name, held in (lock.environments.items() if lock is not None else ())
        for each in held.deployed_by
        if each.kind == "HelmRelease"
    }


def widened(written: Written, file: RepoPath, tree: Path) -> Iterator[FileEdit]:
    """The edit by which the project that a file holds allows what the written one does; nothing for other objects."""
    if written.body.get("kind") != "AppProject":
        return
    before, held = (tree / file).read_bytes(), _documents(tree / file)
    number = next(at for at, body in enumerate(held) if _named(body) == _named(dict(written.body)))
    there, wanted = (mapping_of(mapping_of(body).get("spec")) for body in (held[number], dict(written.body)))
    more = [
        Append(path=("spec", key), value=item)
        for key in _ALLOWED
        for item in _items(wanted.get(key))
        if item not in _items(there.get(key))
    ]
    if more:
        after = edit(before.decode(), more, document=number).encode()
        yield FileEdit(path=file, before=before, after=after, cause=_CAUSE)


def _items(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _named(body: Json) -> tuple[Json, Json, Json]:
    held = mapping_of(body)
    metadata = mapping_of(held.get("metadata"))
    return held.get("kind"), metadata.get("name"), metadata.get("namespace")


def _documents(path: Path) -> list[Json]:
    try:
        return [each.value for each in read_documents(path.read_bytes(), dialect=Dialect.SIGS)]
    except (OSError, MigrateError):
        return []
