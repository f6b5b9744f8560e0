"""The jobs of a run: each makes its case and measures it as a round trip."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import cast

from measuring.cases import read_cases
from measuring.fresh import words
from measuring.fresh.charts import Chart, charts_of, without_round_trip
from measuring.fresh.documented import documented
from measuring.fresh.drawn import size_of
from measuring.fresh.families import Changed, changes_of, has_library, members
from measuring.fresh.made import Made, chosen_case, drawn_case, finished, write_case, written_case
from measuring.fresh.rendered import Renders
from measuring.measure import measure_case
from measuring.rows import CaseRow, Drawn, Row
from measuring.running import Job, guarded
from migrator.charts import load_archive
from migrator.engines import Tool
from migrator.model import Json
from migrator.yamlio import Dialect, read_value

FAMILY_RENDERS = 40
FAMILY_CHARTS = 20


def fresh_jobs(given: argparse.Namespace, tool: Tool) -> Iterator[Job]:
    """Values drawn at random for charts without a round trip; the seed also says which version of each."""
    names = without_round_trip(charts_of(given.corpus), given.corpus)
    order = sorted(names)
    words.seeded(given.seed).shuffle(order)
    for name in [name for name in order if _wanted(given, name)][: given.charts]:
        for number in range(given.cases_per_chart or 1):
            rng = words.seeded(given.seed, name, number)
            chart = rng.choice(names[name])
            label = f"{chart.label}-s{given.seed}" + (f"-{number}" if number else "")
            yield guarded(
                label, CaseRow, lambda chart=chart, rng=rng, label=label: _fresh(given, tool, chart, rng, label)
            )


def _fresh(given: argparse.Namespace, tool: Tool, chart: Chart, rng: Random, label: str) -> Sequence[Row]:
    archive = load_archive(chart.archive)
    name, namespace = _release(rng, chart)
    renders = Renders(tool, chart.archive, name, namespace, chart.skip_schema)
    made = drawn_case(rng, documented(archive), renders, chart.required, size_of(rng))
    if made is None:
        print(f"{label}: no case, {renders.refusals} of {renders.count} renders refused", flush=True)
        return []
    return [measured_case(given, tool, made, renders, label)]


def default_jobs(given: argparse.Namespace, tool: Tool) -> Iterator[Job]:
    """Every archive at its defaults, or at what it requires."""
    for chart in charts_of(given.corpus):
        if _wanted(given, chart.label):
            label = f"{chart.label}-defaults"
            yield guarded(label, CaseRow, lambda chart=chart, label=label: _default(given, tool, chart, label))


def _default(given: argparse.Namespace, tool: Tool, chart: Chart, label: str) -> Sequence[Row]:
    renders = Renders(tool, chart.archive, chart.name, "default", chart.skip_schema)
    made = finished(chart.required, renders)
    if made is None:
        print(f"{label}: renders nothing", flush=True)
        return []
    return [measured_case(given, tool, made, renders, label)]


def family_jobs(given: argparse.Namespace, tool: Tool) -> Iterator[Job]:
    """The kinds of values that library charts give all their charts."""
    charts = list(members(charts_of(given.corpus)))
    words.seeded(given.seed).shuffle(charts)
    found = 0
    for chart in charts:
        if found == (given.charts or FAMILY_CHARTS) or not _wanted(given, chart.label):
            continue
        archive = load_archive(chart.archive)
        if not has_library(archive):
            continue
        found += 1
        changes = list(changes_of(words.seeded(given.seed, chart.name), documented(archive), archive))
        for change in changes[: given.cases_per_chart]:
            label = f"{chart.label}-{change.name}"
            yield guarded(
                label,
                CaseRow,
                lambda chart=chart, change=change, label=label: _family(given, tool, chart, change, label),
            )


def _family(given: argparse.Namespace, tool: Tool, chart: Chart, change: Changed, label: str) -> Sequence[Row]:
    """A row if one of the ways has an effect; a kind that shows nowhere is no case."""
    for batch in change.batches:
        renders = Renders(tool, chart.archive, chart.name, "default", chart.skip_schema, limit=FAMILY_RENDERS)
        made = chosen_case(batch, renders, chart.required)
        if made is not None:
            return [measured_case(given, tool, made, renders, label)]
    return []


def mode_jobs(given: argparse.Namespace, tool: Tool) -> Iterator[Job]:
    """What modes.yaml holds: replicated and highly available modes, for every archive of their charts."""
    modes = cast(
        "Mapping[str, Mapping[str, Mapping[str, Json]]]", read_value(given.modes.read_bytes(), dialect=Dialect.SIGS)
    )
    for chart in charts_of(given.corpus):
        for mode, values in modes.get(chart.name, {}).items():
            label = f"{chart.label}-{mode}"
            if _wanted(given, label):
                yield guarded(
                    label,
                    CaseRow,
                    lambda chart=chart, values=values, label=label: _mode(given, tool, chart, values, label),
                )


def _mode(given: argparse.Namespace, tool: Tool, chart: Chart, values: Mapping[str, Json], label: str) -> Sequence[Row]:
    renders = Renders(tool, chart.archive, chart.name, "default", chart.skip_schema)
    made = written_case(values, renders, chart.required)
    if made is None:
        print(f"{label}: helm refuses it", flush=True)
        return []
    return [measured_case(given, tool, made, renders, label)]


def measured_case(given: argparse.Namespace, tool: Tool, made: Made, renders: Renders, label: str) -> CaseRow:
    """The row of a case, with the values that its differences hang on."""
    with ExitStack() as stack:
        home = given.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fresh-")))
        write_case(home / label, made, load_archive(renders.archive), renders)
        (case,) = (case for case in read_cases(home, [label]) if case.name == label)
        row = measure_case(case, tool, given.budget, warm=not given.cold_only, effect=not given.no_effect)
    drawn = Drawn(refusals=made.refusals, dropped=made.dropped, causes=causes(row.different, made.effects))
    return replace(row, drawn=drawn)


def causes(different: Sequence[str], effects: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """For each difference the values that show there, the ones that show in fewest places first."""
    found = []
    for line in different:
        touching = [path for path, places in effects.items() if any(_meet(line, place) for place in places)]
        touching.sort(key=lambda path: (len(effects[path]), path))
        found.append(f"{line} <- {', '.join(touching[:4]) or '?'}")
    return tuple(found)


def _meet(line: str, place: str) -> bool:
    """Whether two lines are about one place, or one about what the other lies in."""
    (one, first), (other, second) = (text.rpartition(": ")[::2] for text in (line, place))
    if one != other:
        return False
    whole = {"not rendered", "rendered in vain", "all of it"}
    return (
        first in whole
        or second in whole
        or f"{first}.".startswith(f"{second}.")
        or f"{second}.".startswith(f"{first}.")
    )


def _release(rng: Random, chart: Chart) -> tuple[str, str]:
    team = words.team(rng)
    release = rng.choice((chart.name, chart.name, f"{team}-{chart.name}", team))
    return release, rng.choice((team, f"{chart.name}-system", "default", words.team(rng)))


def _wanted(given: argparse.Namespace, name: str) -> bool:
    return not given.name or any(pattern in name for pattern in given.name)
