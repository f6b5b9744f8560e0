"""The objects that stand in the manifests of kustomizations, as they are written: before any transformer."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator

from migrator.diagnostics import MigrateError
from migrator.discover import Index
from migrator.load import Kustomization, Kustomizations, ReferenceKind
from migrator.load.locate import locate
from migrator.model import Json, Origin, RepoPath, Resource, resource_of
from migrator.yamlio import Dialect, read_documents

_FIELD = re.compile(r"(\w+):")
_ITEM = re.compile(r"\s*-\s+[\"']?([^\s\"'#:]+)[\"']?\s*(?:#.*)?$")
_INCLUDING = frozenset({"resources", "bases", "components"})


def written_in(root: RepoPath, kustomizations: Kustomizations) -> tuple[Resource, ...]:
    """The objects of every local manifest that a root would render, with its file; what cannot be read is left out.

    No render: names, namespaces and images are those of the files, and what is generated or remote is not there.
    """
    files: dict[RepoPath, None] = {}
    pending, seen = [root], set()
    while pending:
        directory = pending.pop()
        if directory in seen:
            continue
        seen.add(directory)
        met = kustomizations.reach(directory).directories
        seen |= set(met)
        files |= dict.fromkeys(
            manifests(kustomizations.by_path[each] for each in met if each in kustomizations.by_path)
        )
        for each in met:
            if each in kustomizations.broken:
                named, folders = _guessed(each, kustomizations.index)
                files |= dict.fromkeys(named)
                pending += folders
    return tuple(
        resource_of(body, Origin(path=path))
        for path in files
        for body in bodies(path, kustomizations.index)
        if _is_object(body)
    )


def manifests(held: Iterable[Kustomization]) -> Iterator[RepoPath]:
    """The local files that kustomizations list as resources."""
    references = (reference for each in held for reference in each.resources)
    return (each.path for each in references if each.kind is ReferenceKind.FILE and each.path is not None)


def bodies(path: RepoPath, index: Index) -> Iterator[dict[str, Json]]:
    """The objects of a manifest, items of lists among them; none where it cannot be read."""
    try:
        documents = read_documents(index.read(path), dialect=Dialect.KUSTOMIZE, path=path)
    except MigrateError:
        return
    for document in documents:
        yield from _objects(document.value)


def _guessed(directory: RepoPath, index: Index) -> tuple[list[RepoPath], list[RepoPath]]:
    """The files and the folders that a kustomization which cannot be parsed seems to list as resources."""
    found: dict[ReferenceKind, list[RepoPath]] = {kind: [] for kind in ReferenceKind}
    for file in index.kustomization_files:
        if (posixpath.dirname(file) or ".") != directory:
            continue
        field = ""
        for line in index.read(file).decode("utf-8", "replace").splitlines():
            field = key[1].lower() if (key := _FIELD.match(line)) else field
            if (item := _ITEM.match(line)) and field in _INCLUDING:
                kind, path = locate(index, directory, item[1])
                found[kind] += [path] if path is not None else []
    return found[ReferenceKind.FILE], found[ReferenceKind.DIRECTORY]


def _objects(value: Json) -> Iterator[dict[str, Json]]:
    if not isinstance(value, dict):
        return
    items = value.get("items")
    if isinstance(items, list) and str(value.get("kind") or "").endswith("List"):
        yield from (item for item in items if isinstance(item, dict))
    else:
        yield value


def _is_object(body: dict[str, Json]) -> bool:
    metadata = body.get("metadata")
    has_name = isinstance(metadata, dict) and bool(metadata.get("name"))
    return has_name and all(isinstance(body.get(key), str) for key in ("apiVersion", "kind"))
