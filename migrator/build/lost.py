"""Objects whose origin annotation a patch wrote over: the file that holds them, looked for by identity."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from migrator.diagnostics import MigrateError
from migrator.discover import Index
from migrator.load import Kustomizations, Reach, ReferenceKind
from migrator.model import Json, Origin, RepoPath, ResId, Resource, resource_of
from migrator.yamlio import Dialect, read_documents


def with_lost_origins(
    resources: Sequence[Resource], reach: Reach, kustomizations: Kustomizations, index: Index
) -> tuple[Resource, ...]:
    """The resources, those without an origin with the only manifest of the reach that holds their kind and name.

    A JSON patch that adds or replaces `/metadata/annotations` as a whole removes what kustomize noted there. Where no
    manifest or more than one answers (a generated object, a name that was changed on the way), the origin stays open.
    """
    lost = {resource.id for resource in resources if resource.origin is None}
    if not lost:
        return tuple(resources)
    files: dict[ResId, set[RepoPath]] = {each: set() for each in lost}
    for path in sorted(_manifests(reach, kustomizations)):
        for written in _identities(path, lost, index):
            for each in lost:
                if replace(written, namespace=written.namespace or each.namespace) == each:
                    files[each].add(path)
    return tuple(
        replace(resource, origin=Origin(path=next(iter(files[resource.id]))))
        if resource.origin is None and len(files[resource.id]) == 1
        else resource
        for resource in resources
    )


def _manifests(reach: Reach, kustomizations: Kustomizations) -> set[RepoPath]:
    held = (kustomizations.by_path[path] for path in reach.directories if path in kustomizations.by_path)
    references = (reference for each in held for reference in each.resources)
    return {each.path for each in references if each.kind is ReferenceKind.FILE and each.path is not None}


def _identities(path: RepoPath, wanted: Iterable[ResId], index: Index) -> Iterator[ResId]:
    data = index.read(path)
    if not any(each.name.encode() in data for each in wanted):
        return
    try:
        documents = read_documents(data, dialect=Dialect.KUSTOMIZE, path=path)
    except MigrateError:
        return
    for document in documents:
        yield from (resource_of(body).id for body in _objects(document.value))


def _objects(value: Json) -> Iterator[dict[str, Json]]:
    if not isinstance(value, dict):
        return
    items = value.get("items")
    if isinstance(items, list) and str(value.get("kind") or "").endswith("List"):
        yield from (item for item in items if isinstance(item, dict))
    else:
        yield value
