"""What a cluster adds to an object, where one is written as it was read out of a cluster (`kubectl get -o yaml`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

from migrator.compare.stored.equivalences import CLUSTER_FIELDS
from migrator.compare.stored.types import types
from migrator.model import Gvk, Json, KeyPath
from migrator.yamlio import ABSENT

_SIGNS = ("uid", "resourceVersion", "managedFields")
"""Nobody writes these by hand."""


def is_from_cluster(body: Mapping[str, Json]) -> bool:
    """Whether the object shows that it was read out of a cluster."""
    metadata = body.get("metadata")
    return isinstance(metadata, Mapping) and any(metadata.get(sign) for sign in _SIGNS)


def without_cluster_fields(
    gvk: Gvk, body: Mapping[str, Json], applied: list[tuple[str, KeyPath]], *, is_dump: bool = False
) -> Mapping[str, Json]:
    """The object without what a cluster added to it; the very object where it shows no sign of one.

    `is_dump`: nobody applies the object as it is.
    """
    if not is_from_cluster(body):
        return body
    result = body
    for each in types().cluster:
        if each.kind in {"*", f"{gvk.kind}.{gvk.group}" if gvk.group else gvk.kind} and each.is_of_dumps <= is_dump:
            for path in list(_found(result, each.path, ())):
                if each.is_said_by(_at(result, path)):
                    applied.append((CLUSTER_FIELDS, path))
                    result = _without(result, path)
    return result


def _found(value: Json, pattern: Sequence[str], path: KeyPath) -> Iterator[KeyPath]:
    if not pattern:
        yield path
    elif isinstance(value, Mapping):
        for key in value:
            if fnmatchcase(key, pattern[0]):
                yield from _found(value[key], pattern[1:], (*path, key))
    elif isinstance(value, list) and pattern[0] == "*":
        for index, item in enumerate(value):
            yield from _found(item, pattern[1:], (*path, index))


def _at(value: Json, path: KeyPath) -> Json:
    for key in path:
        value = value[key]
    return value


def _without(value: Json, path: KeyPath) -> Json:
    """A copy of what lies on the way; never an item of a list, as others would change places."""
    key, rest = path[0], path[1:]
    child = _without(value[key], rest) if rest else ABSENT
    if isinstance(value, list):
        return [child if index == key else item for index, item in enumerate(value)]
    return {name: child if name == key else each for name, each in value.items() if name != key or child is not ABSENT}
