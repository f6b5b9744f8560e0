"""Makes a case: values that helm renders, each of which is needed for what it prints."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import getitem
from pathlib import Path
from random import Random

from measuring.effect import leaves, without
from measuring.fresh import words
from measuring.fresh.documented import Documented
from measuring.fresh.drawn import Areas, Batch, placed
from measuring.fresh.examples import KeyPath
from measuring.fresh.rendered import Renders, places_between
from migrator.charts.types import ChartArchive
from migrator.model import Json, Resource
from migrator.yamlio import dump

ROUNDS = 5
LEAST = 3
MOST_PINS = 10
_PIN = re.compile(r"(password|existing\w*secret|secretkey|token|cookie|secretname)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The truth of a case and how it came about."""

    values: Mapping[str, Json]
    target: bytes
    deterministic: bool
    effects: Mapping[str, tuple[str, ...]]
    """Value -> the places that are otherwise without it."""
    refusals: int = 0
    """Renders that helm refused."""
    dropped: int = 0
    """Values that were drawn and change nothing, or that helm refuses."""


def drawn_case(rng: Random, chart: Documented, renders: Renders, base: Mapping[str, Json], size: int) -> Made | None:
    """A case with about `size` values drawn on top of what the chart requires; None where helm refuses nearly all."""
    if renders.resources(base) is None:
        return None
    values, drawn = _pinned(rng, chart, renders, dict(base)), set[KeyPath]()
    areas = Areas.of(chart)
    for _ in range(ROUNDS):
        lacking = size - len(list(leaves(values)))
        if lacking <= 0 or renders.is_spent:
            break
        for batch in areas.batches(rng, lacking):
            drawn |= {path for path, _ in batch}
            values = _grown(values, [leaf for leaf in batch if not _is_set(values, leaf[0])], renders)
        values = _needed(values, renders)
    if len(list(leaves(values))) < LEAST:
        return None
    return finished(values, renders, sum(not _is_set(values, path) for path in drawn))


def chosen_case(batch: Batch, renders: Renders, base: Mapping[str, Json]) -> Made | None:
    """A case of these very values; None where helm refuses them or one of them changes nothing."""
    if renders.resources(base) is None:
        return None
    values = placed(base, batch)
    renders.look_for_chance(values)
    if renders.resources(values) is None:
        return None
    needed = _needed(values, renders)
    return finished(needed, renders) if all(_is_set(needed, path) for path, _ in batch) else None


def written_case(values: Mapping[str, Json], renders: Renders, base: Mapping[str, Json]) -> Made | None:
    """A case of values that somebody wrote, without those that change nothing in this chart; None where it refuses."""
    written = placed(base, tuple((path, reduce(getitem, path, values)) for path in leaves(values)))
    renders.look_for_chance(written)
    return None if renders.resources(written) is None else finished(_needed(written, renders), renders)


def finished(values: Mapping[str, Json], renders: Renders, dropped: int = 0) -> Made | None:
    """The case of these values, with what each of them does; None where the chart makes nothing of them."""
    is_random = renders.look_for_chance(values)
    target = renders.stream(values)
    before = renders.resources(values)
    if target is None or not before:
        return None
    return Made(
        values=values,
        target=target,
        deterministic=not is_random,
        effects={".".join(path): _effect(before, without(values, path), renders) for path in leaves(values)},
        refusals=renders.refusals,
        dropped=dropped,
    )


def _effect(before: tuple[Resource, ...], rest: Mapping[str, Json], renders: Renders) -> tuple[str, ...]:
    after = renders.resources(rest)
    return ("refused without it",) if after is None else places_between(before, after)


def _pinned(rng: Random, chart: Documented, renders: Renders, values: dict[str, Json]) -> dict[str, Json]:
    """The values with those that pin what the chart would generate at random, as far as some do."""
    if not renders.look_for_chance(values):
        return values
    places = [place for place in chart.places if _PIN.search(place.key) and place.default in (None, "")]
    random = _random(renders)
    for place in places[:MOST_PINS]:
        name = f"{words.team(rng)}-{rng.choice(('credentials', 'auth', 'login'))}"
        attempt = placed(values, ((place.path, name),))
        renders.look_for_chance(attempt)
        if renders.resources(attempt) is not None and _random(renders) < random:
            values, random = attempt, _random(renders)
        if not random:
            break
    renders.look_for_chance(values)
    return values


def _random(renders: Renders) -> int:
    return sum(map(len, renders.chance.places.values())) + len(renders.chance.objects)


def _grown(values: dict[str, Json], batch: Iterable[tuple[KeyPath, Json]], renders: Renders) -> dict[str, Json]:
    """The values with as many of the batch as helm takes."""
    leaves_left = tuple(batch)
    if not leaves_left or renders.is_spent:
        return values
    attempt = placed(values, leaves_left)
    if renders.resources(attempt):
        return attempt
    if len(leaves_left) == 1:
        return values
    half = len(leaves_left) // 2
    return _grown(_grown(values, leaves_left[:half], renders), leaves_left[half:], renders)


def _needed(values: dict[str, Json], renders: Renders) -> dict[str, Json]:
    """The values without those that nobody would miss, one after the other: no two of the rest hide each other."""
    renders.look_for_chance(values)
    before = renders.resources(values)
    if before is None:
        return values
    for path in list(leaves(values)):
        rest = without(values, path)
        after = renders.resources(rest)
        if after is not None and not places_between(before, after):
            values = rest
    return values


def _is_set(values: Json, path: KeyPath) -> bool:
    for key in path:
        if not isinstance(values, Mapping):
            return True
        if key not in values:
            return False
        values = values[key]
    return True


def write_case(home: Path, made: Made, archive: ChartArchive, renders: Renders) -> None:
    """The case as a folder of a corpus of round trips."""
    home.mkdir(parents=True, exist_ok=True)
    told = {
        "id": home.name,
        "chart": archive.ref.name,
        "version": archive.ref.version,
        "chart_file": str(archive.path.resolve()),
        "release": renders.release,
        "namespace": renders.namespace,
        "deterministic": made.deterministic,
        "flags": ["--include-crds"],
    }
    (home / "case.yaml").write_text(dump(told), encoding="utf-8")
    (home / "values.yaml").write_text(dump(dict(made.values)), encoding="utf-8")
    (home / "minimal.yaml").write_text(dump(dict(made.values)), encoding="utf-8")
    (home / "target.yaml").write_bytes(made.target)
    (home / "effects.yaml").write_text(
        dump({path: list(places) for path, places in made.effects.items()}), encoding="utf-8"
    )
