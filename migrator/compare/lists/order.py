"""Lists of which the order means nothing to Kubernetes: `rules/kubernetes/lists.yaml`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from migrator.model import Gvk, Json, KeyPath
from migrator.yamlio import ABSENT, Dialect, digest, read_value, rules_directory


def is_any_order(gvk: Gvk, path: KeyPath) -> bool:
    """Whether a list at a place of an object of the kind is the same in any order."""
    return path in _paths(gvk)


def reordered(gvk: Gvk, before: Mapping[str, Json], after: Mapping[str, Json]) -> Iterator[KeyPath]:
    """Places of such lists that hold the same items on both sides in another order."""
    for path in _paths(gvk):
        old, new = _at(before, path), _at(after, path)
        if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
            digests = [digest(item) for item in old], [digest(item) for item in new]
            if digests[0] != digests[1] and sorted(digests[0]) == sorted(digests[1]):
                yield path


def with_list_of(after: Mapping[str, Json], before: Mapping[str, Json], path: KeyPath) -> Mapping[str, Json]:
    """The object after with the list of the one before at a place."""
    key, rest = str(path[0]), path[1:]
    return {**after, key: with_list_of(after[key], before[key], rest) if rest else before[key]}


def _paths(gvk: Gvk) -> tuple[KeyPath, ...]:
    table = _table()
    return (*table["*"], *table.get(f"{gvk.kind}.{gvk.group}" if gvk.group else gvk.kind, ()))


@lru_cache(maxsize=1)
def _table() -> Mapping[str, tuple[KeyPath, ...]]:
    written: Any = read_value((rules_directory() / "kubernetes" / "lists.yaml").read_bytes(), dialect=Dialect.SIGS)
    return {kind: tuple(tuple(path) for path in paths) for kind, paths in written["kinds"].items()}


def _at(value: Json, path: KeyPath) -> Json:
    for key in path:
        value = value.get(key, ABSENT) if isinstance(value, Mapping) else ABSENT
    return value
