"""Maps over maps, as Argo CD and Helm lay them over each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from migrator.model import Json, mapping_of


def merged(lower: Mapping[str, Json], upper: Mapping[str, Json]) -> dict[str, Json]:
    """One map over another, deeply; lists are whole."""
    found = dict(lower)
    for key, held in upper.items():
        old = found.get(key)
        found[key] = merged(old, held) if isinstance(old, Mapping) and isinstance(held, Mapping) else held
    return found


def without_nulls(value: Json) -> Json:
    """A map without the keys that are null, deeply: what a patch says is to go."""
    if isinstance(value, Mapping):
        return {key: without_nulls(held) for key, held in value.items() if held is not None}
    return value


def flat(value: Json, prefix: str = "") -> Iterator[tuple[str, str]]:
    """The leaves of a tree under dotted names."""
    items = mapping_of(value).items() if isinstance(value, Mapping) else enumerate(value)
    for key, held in items:
        if isinstance(held, Mapping | list):
            yield from flat(held, f"{prefix}{key}.")
        elif held is not None:
            yield f"{prefix}{key}", str(held).lower() if isinstance(held, bool) else str(held)
