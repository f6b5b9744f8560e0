"""Draws the values of a team: a mode, then areas of the chart, and a few values in each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random

from measuring.fresh.documented import Documented, Place
from measuring.fresh.examples import KeyPath
from measuring.fresh.natural import natural
from migrator.model import Json

Leaf = tuple[KeyPath, Json]
Batch = tuple[Leaf, ...]
SIZES = ((3, 8), (9, 18), (19, 40))
SWITCHES = ("enabled", "create")
MODE_SHARE = 0.6
SWITCH_SHARE = 0.7
WIDE = 40
"""Places from which on an area is divided by the next key."""


def size_of(rng: Random) -> int:
    """How many values a case sets: mostly few."""
    return rng.randint(*rng.choices(SIZES, weights=(5, 3, 2))[0])


@dataclass(frozen=True, slots=True)
class Areas:
    """The places of a chart by area, and its modes."""

    chart: Documented
    areas: Mapping[KeyPath, tuple[Place, ...]]
    modes: tuple[Place, ...]

    @classmethod
    def of(cls, chart: Documented) -> Areas:
        """The areas are the top keys; wide ones are divided by their next key."""
        counts: dict[str, int] = defaultdict(int)
        for place in chart.places:
            counts[place.path[0]] += 1
        found: dict[KeyPath, list[Place]] = defaultdict(list)
        for place in chart.places:
            top = place.path[0]
            area = place.path[:2] if counts[top] > WIDE and len(place.path) > 2 else (top,)
            found[area if counts[top] > 1 else ()].append(place)
        modes = tuple(place for place in chart.places if place.compared and len(place.path) < 4)
        return cls(chart, {area: tuple(places) for area, places in sorted(found.items())}, modes)

    def batches(self, rng: Random, size: int) -> Iterator[Batch]:
        """Batches of values that belong together, of about `size` values in all; no place twice."""
        seen: set[KeyPath] = set()
        left, tries = size, 0
        if self.modes and rng.random() < MODE_SHARE:
            weights = [1 / len(mode.path) ** 2 for mode in self.modes]
            batch = self._leaves(rng, rng.choices(self.modes, weights), seen)
            left -= len(batch)
            yield batch
        names = list(self.areas)
        weights = [min(len(places), WIDE) ** 0.5 for places in self.areas.values()]
        while left > 0 and names and tries < 4 * size:
            tries += 1
            places = self.areas[rng.choices(names, weights=weights)[0]]
            wanted = min(left, rng.choice((1, 2, 3, 4, 6)), len(places))
            batch = self._leaves(rng, rng.sample(places, wanted), seen)
            left -= len(batch)
            if batch:
                yield batch

    def _leaves(self, rng: Random, places: list[Place], seen: set[KeyPath]) -> Batch:
        made: dict[KeyPath, Json] = {}
        for place in places:
            if any(_overlap(place.path, path) for path in seen):
                continue
            value = natural(rng, place, self.chart.app_version)
            if value is None:
                continue
            for path in self._switches(place.path):
                if path not in seen and rng.random() < SWITCH_SHARE:
                    made[path] = True
            made.setdefault(place.path, value)
            seen |= made.keys()
        return tuple(made.items())

    def _switches(self, path: KeyPath) -> Iterator[KeyPath]:
        """The switches above a value that are off."""
        node: Json = self.chart.defaults
        for depth, key in enumerate(path[:-1]):
            node = node.get(key) if isinstance(node, Mapping) else None
            if isinstance(node, Mapping):
                yield from ((*path[: depth + 1], name) for name in SWITCHES if node.get(name) is False)


def _overlap(one: KeyPath, other: KeyPath) -> bool:
    least = min(len(one), len(other))
    return one[:least] == other[:least]


def placed(values: Mapping[str, Json], leaves: Batch) -> dict[str, Json]:
    """The values with these set."""
    made = dict(values)
    for (head, *tail), value in leaves:
        inner = made.get(head)
        below = inner if isinstance(inner, Mapping) else {}
        made[head] = placed(below, ((tuple(tail), value),)) if tail else value
    return made
