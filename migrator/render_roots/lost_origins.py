"""Objects whose origin annotation a patch wrote over: the file that holds them, looked for by identity."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import permutations

from migrator.discover import Index
from migrator.load import Kustomization, Kustomizations, Reach
from migrator.model import Origin, RepoPath, ResId, Resource, resource_of
from migrator.render_roots.written_objects import bodies, manifests


def with_lost_origins(
    resources: Sequence[Resource], reach: Reach, kustomizations: Kustomizations, index: Index
) -> tuple[Resource, ...]:
    """The resources, those without an origin with the only manifest of the reach that holds their kind and name.

    A JSON patch that adds or replaces `/metadata/annotations` as a whole removes what kustomize noted there. A manifest
    may hold the name and namespace as they were before the kustomizations changed them, if none holds them as they are.
    Where no manifest or more than one answers (a generated object, two that could have become it), the origin stays
    open.
    """
    lost = [resource.id for resource in resources if resource.origin is None]
    if not lost:
        return tuple(resources)
    held = [kustomizations.by_path[path] for path in sorted(reach.directories) if path in kustomizations.by_path]
    naming = _Naming(
        prefixes=_affixes(held, "namePrefix"),
        suffixes=_affixes(held, "nameSuffix"),
        namespaces=frozenset(str(each.fields.get("namespace") or "") for each in held),
    )
    kinds = {each.kind for each in lost}
    written = [(each, path) for path in sorted(set(manifests(held))) for each in _identities(path, kinds, index)]
    found = {each: _file_of(each, written, naming) for each in lost}
    return tuple(
        replace(resource, origin=Origin(path=file))
        if resource.origin is None and (file := found[resource.id]) is not None
        else resource
        for resource in resources
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Naming:
    """What kustomizations may put around names, and the namespaces that they set."""

    prefixes: frozenset[str]
    suffixes: frozenset[str]
    namespaces: frozenset[str]

    def as_it_is(self, written: ResId, final: ResId) -> bool:
        return replace(written, namespace=written.namespace or final.namespace) == final

    def changed(self, written: ResId, final: ResId) -> bool:
        if (written.group, written.kind) != (final.group, final.kind):
            return False
        may_move = written.namespace in ("", final.namespace) or final.namespace in self.namespaces
        before, name, after = final.name.partition(written.name)
        while name and not (before in self.prefixes and after in self.suffixes):
            more, name, after = after.partition(written.name)
            before += written.name + more
        return may_move and bool(name)


def _affixes(held: Iterable[Kustomization], field: str) -> frozenset[str]:
    """What one or two kustomizations together put before or behind a name; nothing is one of them."""
    single = [str(each.fields[field]) for each in held if each.fields.get(field)]
    return frozenset({"", *single, *map("".join, permutations(single, 2))})


def _file_of(final: ResId, written: Sequence[tuple[ResId, RepoPath]], naming: _Naming) -> RepoPath | None:
    for may_be in (naming.as_it_is, naming.changed):
        files = {path for each, path in written if may_be(each, final)}
        if files:
            return files.pop() if len(files) == 1 else None
    return None


def _identities(path: RepoPath, kinds: Iterable[str], index: Index) -> Iterator[ResId]:
    data = index.read(path)
    if any(kind.encode() in data for kind in kinds):
        yield from (resource_of(body).id for body in bodies(path, index))
