"""The strict comparison, apart from the product's own: every key and element counts, null is not absent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from migrator.model import Json, KeyPath, ResId, Resource
from migrator.yamlio import differing_paths, same

MASK = "<random>"
SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Equality:
    """Objects of a target that a render has, and what else the render has."""

    equal: int
    total: int
    extra: int
    different: tuple[str, ...] = ()
    """One line for each of the first differences: object and place, never a value."""

    @property
    def is_same(self) -> bool:
        return self.equal == self.total and not self.extra


def compare(target: Iterable[Resource], rendered: Iterable[Resource], *, shown: int = SHOWN) -> Equality:
    """Pairs objects by identity as written; where several share one, equal ones are paired first.

    What is left over is paired without its namespace, so that one that only one side writes is a difference of its own.
    """
    wanted = list(target)
    free = _grouped(rendered, lambda resource: resource.id)
    unequal = [resource for resource in wanted if not _take_equal(free[resource.id], resource)]
    lines: list[str] = []
    lonely = []
    for resource in unequal:
        found = free[resource.id]
        if found:
            lines += _lines(resource, found.pop(0))
        else:
            lonely.append(resource)
    rest = _grouped((resource for found in free.values() for resource in found), _unspaced)
    for resource in lonely:
        found = rest[_unspaced(resource)]
        lines += _lines(resource, found.pop(0)) if found else [f"{resource.id}: not rendered"]
    extra = [resource for found in rest.values() for resource in found]
    lines += [f"{resource.id}: rendered in vain" for resource in extra]
    return Equality(
        equal=len(wanted) - len(unequal), total=len(wanted), extra=len(extra), different=tuple(lines[:shown])
    )


def _grouped(resources: Iterable[Resource], key: Callable[[Resource], Hashable]) -> dict[Hashable, list[Resource]]:
    found: dict[Hashable, list[Resource]] = defaultdict(list)
    for resource in resources:
        found[key(resource)].append(resource)
    return found


def _take_equal(free: list[Resource], wanted: Resource) -> bool:
    for place, resource in enumerate(free):
        if same(dict(wanted.body), dict(resource.body)):
            del free[place]
            return True
    return False


def _unspaced(resource: Resource) -> Hashable:
    """The identity without the namespace."""
    return (resource.id.group, resource.id.kind, resource.id.name)


def _lines(wanted: Resource, found: Resource) -> Iterator[str]:
    for path in differing_paths(dict(wanted.body), dict(found.body)):
        yield f"{wanted.id}: {'.'.join(map(str, path)) or 'all of it'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Randomness:
    """What two renders of one input do not agree on."""

    places: Mapping[ResId, tuple[KeyPath, ...]]
    objects: frozenset[ResId]
    """Objects that only one of the two renders has."""

    def masked(self, resources: Iterable[Resource]) -> tuple[Resource, ...]:
        """The objects with one word at every random place; those with random names are left out."""
        unnamed = {(res.group, res.kind) for res in self.objects}
        kept = [resource for resource in resources if not self._is_random(resource.id, unnamed)]
        return tuple(self._masked(resource) for resource in kept)

    def _is_random(self, res: ResId, kinds: set[tuple[str, str]]) -> bool:
        return res in self.objects or (bool(kinds) and (res.group, res.kind) in kinds and res not in self.places)

    def _masked(self, resource: Resource) -> Resource:
        body: Json = dict(resource.body)
        for path in self.places.get(resource.id, ()):
            body = _with_mask(body, path)
        return Resource(id=resource.id, gvk=resource.gvk, body=body, origin=resource.origin)


def randomness(first: Iterable[Resource], second: Iterable[Resource]) -> Randomness:
    """What differs between two renders of the same values."""
    left = {resource.id: dict(resource.body) for resource in first}
    right = {resource.id: dict(resource.body) for resource in second}
    places = {res: tuple(differing_paths(left[res], right[res])) for res in left if res in right}
    return Randomness(places=places, objects=frozenset(left.keys() ^ right.keys()))


def _with_mask(value: Json, path: KeyPath) -> Json:
    if not path:
        return MASK
    head, *tail = path
    if isinstance(value, Mapping) and head in value:
        return {**value, head: _with_mask(value[head], tuple(tail))}
    if isinstance(value, list) and isinstance(head, int) and head < len(value):
        return [_with_mask(item, tuple(tail)) if place == head else item for place, item in enumerate(value)]
    return value
