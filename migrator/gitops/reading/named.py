"""Which folders, files and patterns of repositories objects name, and by which addresses they know this repository."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from migrator.discover import Index
from migrator.gitops.reading.applications import sources_of
from migrator.gitops.reading.flux import FluxScope, repository_of
from migrator.gitops.reading.objects import ARGO_CD, KUSTOMIZE, Found, find_objects
from migrator.gitops.reading.repository import WILD, Tree, own_addresses, secure_folder
from migrator.model import Json, mapping_of


def own_repositories(index: Index) -> tuple[str, ...]:
    """The addresses, as they are written, by which the objects in the files know this repository; sorted."""
    objects = find_objects(index)
    return known_as(Tree(index), objects)


def known_as(tree: Tree, objects: Sequence[Found]) -> tuple[str, ...]:
    """The addresses by which the objects know this repository; a source of Flux that no file holds has none."""
    here = Tree(tree.index, own_of(tree, objects))
    return tuple(sorted({name for name, _ in named(tree, objects) if here.is_here(name) and " " not in name}))


def own_of(tree: Tree, objects: Sequence[Found]) -> frozenset[str]:
    """The addresses of this repository, for `Tree`."""
    return own_addresses(tree.index, named(tree, objects))


def named(tree: Tree, objects: Sequence[Found]) -> Iterator[tuple[str, str]]:
    """Repository and folder, file or pattern, for every object that names one."""
    scope = FluxScope(tree=tree, objects=objects, rendered={})
    found = (pair for each in objects for pair in _named(each, scope))
    return ((repository, path) for repository, path in found if repository)


def _named(found: Found, scope: FluxScope) -> Iterator[tuple[str, str]]:
    if found.is_a(ARGO_CD, "Application"):
        yield from _named_in(found.spec)
    elif found.is_a(ARGO_CD, "ApplicationSet"):
        yield from _named_in(mapping_of(mapping_of(found.spec.get("template")).get("spec")))
        yield from _named_by_generators(found.spec.get("generators"))
    elif found.is_a(KUSTOMIZE, "Kustomization"):
        yield repository_of(found, scope), secure_folder(str(found.spec.get("path") or "."))


def _named_in(spec: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    for source in sources_of(spec):
        repository = str(source.get("repoURL") or "")
        if source.get("path") and not source.get("chart") and not WILD.search(repository):
            yield repository, str(source["path"])


def _named_by_generators(value: Json) -> Iterator[tuple[str, str]]:
    for each in map(mapping_of, value if isinstance(value, list) else ()):
        git = mapping_of(each.get("git"))
        for item in (*(git.get("directories") or ()), *(git.get("files") or ())):
            if not mapping_of(item).get("exclude"):
                yield str(git.get("repoURL") or ""), str(mapping_of(item).get("path") or "")
        for kind in ("matrix", "merge"):
            yield from _named_by_generators(mapping_of(each.get(kind)).get("generators"))
