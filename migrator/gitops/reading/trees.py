"""Trees of what a template is filled with: without what is null, and flat."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from migrator.model import Json, mapping_of


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
