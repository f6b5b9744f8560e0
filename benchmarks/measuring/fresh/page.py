"""Rows of made cases as figures, as a section of docs/benchmarks.md, and as lines for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from measuring.rows import CaseRow
from measuring.stage import WRITTEN
from measuring.summary import Figure, figure, limit, ninth, share
from measuring.tables import figure_line, headline, seconds, table, tick

ABOUT = {
    "fresh": """\
Made by `python benchmarks/fresh.py --seed N --write`. Values that nobody has worked with: drawn at random, by seed,
for charts that have no round trip, from their schemas, comments and defaults, three to forty in a case. helm renders
each case, and each of its values is needed for what is printed. Scored as round trips are. As values made every
target, an answer "inexpressible" is wrong.""",
    "defaults": """\
Made by `python benchmarks/fresh.py --defaults --write`: every archive with the values without which helm refuses it,
and no others.""",
    "families": """\
Made by `python benchmarks/fresh.py --families --write`: charts that rest on a library chart, with one value of each
kind that they document changed alone, and in pairs.""",
    "modes": """\
Made by `python benchmarks/fresh.py --modes --write`: charts that keep state in replicated and highly available modes,
with the values of `benchmarks/modes.yaml`, in every version that takes them.""",
}
TITLES = {
    "fresh": "Fresh values",
    "defaults": "Charts at their defaults",
    "families": "Families of charts",
    "modes": "Modes of charts that keep state",
}
ENDINGS = (
    "perfect",
    "false claim",
    "inexpressible",
    "refused",
    "written differently",
    "out of budget",
    "neither",
    "failed",
)


def ending(row: CaseRow) -> str:
    """How a search ended: `neither` is one that stopped with differences, no proof, no refusal and time to spend.

    `written differently` is one whose objects are the same to a cluster.
    """
    if row.error:
        return "failed"
    if row.false_claim:
        return "false claim"
    if row.perfect:
        return "perfect"
    if row.late:
        return "out of budget"
    if "not-found-within-budget" in row.residual or not row.residual:
        return "neither"
    if set(row.residual) == {WRITTEN}:
        return "written differently"
    return "refused" if "refused" in row.residual else "inexpressible"


def made_figures(rows: Sequence[CaseRow], mode: str) -> tuple[Figure, ...]:
    """The measures of a mode in a fixed order."""
    perfect = [row for row in rows if row.perfect]
    reach = {"fresh": 92, "defaults": 100, "families": 95, "modes": 100}[mode]
    random = [row for row in rows if not row.deterministic]
    false = sum(row.false_claim or row.near == "false" for row in rows)
    cold = [row.cold.seconds for row in rows if row.cold is not None]
    neither = sum(ending(row) == "neither" for row in rows)
    equal, total = sum(row.equal for row in rows), sum(row.total for row in rows)
    kept = [
        share("cases perfect (every resource equal, no residual)", f"{reach} %", reach / 100, len(perfect), len(rows)),
        share("of them with generated secrets", f"{reach} %", reach / 100, sum(r.perfect for r in random), len(random)),
        share("resources equal", "99 %", 0.99, equal, total),
        figure("claims of `identical` that are false", "0", str(false), not false, rows),
        figure("searches that end with differences and no reason", "0", str(neither), not neither, rows),
        limit("values set / values with an effect, median over perfect cases", [row.ratio for row in perfect], 1.02),
        limit("median wall time a case, cold", cold, 1.0, " s"),
        limit("wall time of 9 of 10 cases, cold", [ninth(cold)] if cold else [], 8.0, " s"),
        limit("the slowest", [max(cold)] if cold else [], 15.0, " s"),
    ]
    left_out = {"fresh": {"the slowest"}, "families": {"the slowest"}, "modes": {"the slowest"}}.get(mode, set())
    return tuple(item for item in kept if item.measure not in left_out)


def section(rows: Sequence[CaseRow], mode: str) -> str:
    """The section of the page."""
    ordered = sorted(rows, key=lambda row: row.name)
    parts = [f"## {TITLES[mode]}", ABOUT[mode], headline(made_figures(ordered, mode)), _endings(ordered)]
    shown = ordered if mode == "fresh" else [row for row in ordered if not row.perfect]
    if shown:
        parts.append(_cases(shown))
    if missed := [row for row in ordered if not row.perfect]:
        parts += ["### " + TITLES[mode] + ": missed", _missed(missed)]
    return "\n\n".join(parts) + "\n"


def _endings(rows: Iterable[CaseRow]) -> str:
    counts = Counter(map(ending, rows))
    return table(("how the search ended", "cases"), [(word, str(counts[word])) for word in ENDINGS], numbers=[1])


def _cases(rows: Iterable[CaseRow]) -> str:
    columns = ("case", "resources equal", "perfect", "set", "observable", "needed", "cold s", "ending")
    return table(columns, [tuple(_cells(row)) for row in rows], numbers=range(3, 7))


def _cells(row: CaseRow) -> Iterator[str]:
    yield row.name
    yield f"{row.equal}/{row.total}" + (f" +{row.extra}" if row.extra else "")
    yield tick(row.perfect)
    yield str(row.values_set)
    yield str(row.observable) if row.deterministic else "-"
    yield str(row.minimal)
    yield seconds(row.cold)
    yield ending(row)


def _missed(rows: Iterable[CaseRow]) -> str:
    lines = [(row.name, ending(row), row.error or _left(row)) for row in rows]
    return table(("case", "ending", "what is missed, and the values that show there"), lines)


def _left(row: CaseRow, most: int = 3) -> str:
    told = row.drawn.causes if row.drawn else row.different
    return "; ".join(f"`{line}`" for line in told[:most]) + (" ..." if len(told) > most else "")


def shown(rows: Sequence[CaseRow], mode: str) -> Iterator[str]:
    """The figures, how the searches ended, and what it took to make the cases."""
    yield ""
    yield from map(figure_line, made_figures(rows, mode))
    counts = Counter(map(ending, rows))
    yield "ended: " + ", ".join(f"{word} {counts[word]}" for word in ENDINGS if counts[word])
    made = [row.drawn for row in rows if row.drawn]
    yield (
        f"{len(rows)} cases of {sum(row.minimal for row in rows)} values; while they were drawn helm refused "
        f"{sum(item.refusals for item in made)} renders, and {sum(item.dropped for item in made)} values were dropped"
    )
