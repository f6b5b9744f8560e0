"""What the search tried for each place, and with what result: the answer to why a difference remains."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeAlias

from migrator.inference.assignments.values_tree import Edits
from migrator.inference.types import Attempt
from migrator.model import Json, KeyPath, ResId

Place: TypeAlias = tuple[ResId, KeyPath]
"""A target and a path in it; the empty path is the whole object."""
Tried: TypeAlias = Mapping[Place, tuple[Attempt, ...]]

MOST = 8
"""Attempts that are kept for one place: the first, which were the likeliest."""
MOST_PLACES = 400
LONGEST = 160
"""Characters of a value that is kept; of a longer one only the size."""


class Journal:
    """Collects while the search runs; only what was rendered and refused is an attempt."""

    __slots__ = ("_asked", "_refused")

    def __init__(self) -> None:
        self._asked: dict[str, dict[Place, None]] = {}
        self._refused: dict[Place, dict[str, Attempt]] = {}

    def asks(self, place: Place, edits: Edits) -> None:
        """Some assignments are candidates for a place."""
        self._asked.setdefault(repr(edits), {})[place] = None

    def refuses(self, edits: Edits, farther: float) -> None:
        """They were rendered, and the render is no nearer to the target."""
        key = repr(edits)
        for place in self._asked.get(key, ()):
            known = self._refused.setdefault(place, {})
            if len(known) < MOST:
                values = tuple((path, shortened(value)) for path, value in edits)
                known.setdefault(key, Attempt(values=values, farther=round(farther, 2)))

    def attempts(self, open_targets: Collection[ResId]) -> Tried:
        """What was tried for places of these targets, in the order of its first attempts."""
        found = ((place, tuple(known.values())) for place, known in self._refused.items() if place[0] in open_targets)
        return dict(list(found)[:MOST_PLACES])


def shortened(value: Json) -> Json:
    """The value, or in words how large it is: a part of a text could be a part of a secret that no redaction finds."""
    text = value if isinstance(value, str) else repr(value)
    if len(text) <= LONGEST:
        return value
    if isinstance(value, Mapping):
        return f"(a map of {len(value)})"
    return f"(a list of {len(value)})" if isinstance(value, list) else f"(a text of {len(text)} characters)"


def tried_for(resource: ResId, path: KeyPath, tried: Tried) -> tuple[Attempt, ...]:
    """What was tried at a place, above it or below it."""
    found: list[Attempt] = []
    for (other, place), attempts in tried.items():
        if _is_one(other, resource) and (place == path[: len(place)] or path == place[: len(path)]):
            found += [attempt for attempt in attempts if attempt not in found]
    return tuple(found[:MOST])


def _is_one(one: ResId, other: ResId) -> bool:
    """Whether they may be one object: before its release is known, an object may lack its namespace."""
    same = (one.group, one.kind, one.name) == (other.group, other.kind, other.name)
    return same and (one.namespace == other.namespace or not (one.namespace and other.namespace))
