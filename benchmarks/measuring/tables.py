"""Rows as the tables of docs/benchmarks.md and as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import median

from measuring.process import Cost
from measuring.rows import CaseRow, Row, SplitRow
from measuring.summary import Figure, figures, outcome, split_outcome
from migrator.model import Json

SECTION = "round trips"
CASE_COLUMNS = (
    "case",
    "resources equal",
    "perfect",
    "set",
    "observable",
    "minimal",
    "cold s",
    "warm s",
    "MiB",
    "renders",
    "late",
)


def page(rows: Sequence[Row], known: Mapping[str, Mapping[str, Json]]) -> str:
    """The section of the page; `known` says by case what somebody found out about a miss."""
    cases = sorted((row for row in rows if isinstance(row, CaseRow)), key=lambda row: row.name)
    splits = sorted((row for row in rows if isinstance(row, SplitRow)), key=lambda row: row.name)
    steady = [row for row in cases if row.deterministic]
    random = [row for row in cases if not row.deterministic]
    parts = ["## Round trips", ABOUT, headline(figures(rows))]
    if steady:
        parts += ["### Cases", _cases(steady)]
    if random:
        parts += ["### Cases with generated secrets", ABOUT_RANDOM, _cases(random)]
    if splits:
        parts += ["### Environments", ABOUT_SPLITS, _splits(splits)]
    missed = [row for row in cases if not row.perfect]
    if missed:
        parts += ["### Missed", _missed(missed, known)]
    return "\n\n".join(parts) + "\n"


ABOUT = """\
Made by `python benchmarks/roundtrip.py --write`. Each case is a public chart and what helm rendered from values that a
team runs; `infer` gets the archive and the rendered manifests and nothing else. Whether it is right is asked of the
helm binary, with the values file as it is written, and compared strictly: the order of lists counts, null is not
absent. Cold is a fresh process with an empty cache; warm is another target of the same chart in a fresh process, with
the cache that the case left. Observable are the values whose removal changes what helm renders; minimal is the number
of values in the team's own file that have an effect. Late: the search stopped at its budget."""
ABOUT_RANDOM = "Equal after masking the places in which two renders of the true values differ."
ABOUT_SPLITS = """\
Two environments in one request: the values of two teams for one chart, and the components of a planned repository.
Twice: a value in two files where one would do. Torn: a list that does not lie wholly in one file."""


def headline(items: Iterable[Figure]) -> str:
    """The table of figures."""
    lines = [(item.measure, item.reach, item.measured or "-", tick(item.reached)) for item in items]
    return table(("measure", "reach", "measured", "reached"), lines)


def _cases(rows: Iterable[CaseRow]) -> str:
    return table(CASE_COLUMNS, [tuple(case_cells(row)) for row in rows], numbers=range(3, 10))


def case_cells(row: CaseRow) -> Iterator[str]:
    """One cell for each of the columns."""
    yield row.name
    yield f"{row.equal}/{row.total}" + (f" +{row.extra}" if row.extra else "")
    yield "error" if row.error else "FALSE" if row.false_claim else tick(row.perfect)
    yield str(row.values_set)
    yield str(row.observable) if row.deterministic else "-"
    yield str(row.minimal)
    yield seconds(row.cold)
    yield seconds(row.warm)
    yield f"{row.cold.mib:.0f}" if row.cold else "-"
    yield str(row.renders)
    yield "late" if row.late else ""


def seconds(cost: Cost | None) -> str:
    """Of the whole process; a dash where none was measured."""
    return f"{cost.seconds:.1f}" if cost else "-"


def _splits(rows: Iterable[SplitRow]) -> str:
    lines = [
        (
            row.name,
            f"{row.equal}/{row.total}" if row.total else "-",
            str(len(row.twice)),
            str(len(row.torn)),
            str(row.values_set),
            seconds(row.cold),
            row.error or row.note,
        )
        for row in rows
    ]
    columns = ("environments", "resources equal", "twice", "torn", "values", "cold s", "")
    return table(columns, lines, numbers=range(2, 6))


def _missed(rows: Iterable[CaseRow], known: Mapping[str, Mapping[str, Json]]) -> str:
    lines = []
    for row in rows:
        told = known.get(row.name, {})
        classes = ", ".join(f"{name} {count}" for name, count in row.residual.items())
        needed = f"{told['class']}: {told['needed']}" if told else ""
        lines.append((row.name, row.error or classes or "-", what_is_missed(row), needed))
    return table(("case", "residual", "what is missed", "class, and what would be needed"), lines)


def what_is_missed(row: CaseRow, most: int = 3) -> str:
    """The first places that differ, on one line."""
    shown = [f"`{line}`" for line in row.different[:most]]
    return "; ".join(shown) + (" ..." if len(row.different) > most else "")


def stale(rows: Iterable[Row], known: Mapping[str, object]) -> tuple[str, ...]:
    """Cases that are explained as missed and are perfect now."""
    return tuple(sorted(row.name for row in rows if isinstance(row, CaseRow) and row.perfect and row.name in known))


def tick(reached: bool | None) -> str:
    """Yes or no; empty where nothing is known."""
    return "" if reached is None else "yes" if reached else "no"


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], numbers: Iterable[int] = ()) -> str:
    """A table in Markdown; columns of numbers are aligned right."""
    right = set(numbers)
    rule = ["--:" if place in right else "---" for place in range(len(columns))]
    lines = [columns, rule, *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def with_section(text: str, section: str, name: str = SECTION) -> str:
    """The page with the section between its markers replaced, or added at the end."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    block = f"{begin}\n{section.strip()}\n{end}"
    if begin in text and end in text:
        return text[: text.index(begin)] + block + text[text.index(end) + len(end) :]
    return f"{text.rstrip()}\n\n{block}\n"


def terminal(rows: Sequence[Row]) -> Iterator[str]:
    """The summary: what was missed, then the figures."""
    for row in rows:
        if isinstance(row, CaseRow) and row.useless:
            yield f"useless in {row.name}: {', '.join(row.useless[:6])}{' ...' if len(row.useless) > 6 else ''}"
        if isinstance(row, CaseRow) and row.refused_by_schema:
            yield f"the schema refuses the values of {row.name}"
        if isinstance(row, CaseRow) and row.tests_equal < row.tests_total and row.perfect:
            yield f"tests of {row.name} differ: {row.tests_equal} of {row.tests_total} equal"
        if isinstance(row, SplitRow):
            yield from (f"{row.name}: {place}" for place in (*row.twice, *row.torn))
    yield ""
    yield from map(figure_line, figures(rows))
    spent = sorted(row.cold.cpu for row in rows if isinstance(row, CaseRow) and row.cold is not None)
    if spent:
        # unlike the wall time it does not depend on what else the machine does
        middle, most, total = median(spent), spent[-1], sum(spent)
        yield f"processor time a case, cold: median {middle:.1f} s, most {most:.1f} s, all {total:.0f} s"


def figure_line(item: Figure) -> str:
    """A figure on a line of the terminal."""
    return f"{item.measure:<66} {item.reach:>16}  {item.measured or '-':>22}  {tick(item.reached)}"


def line(row: Row) -> str:
    """One row as it comes."""
    cost = f"{row.cold.seconds:6.1f} s {row.cold.cpu:6.1f} cpu {row.cold.mib:5.0f} MiB" if row.cold else " " * 30
    if isinstance(row, SplitRow):
        return f"{row.name:<52} {cost}  {split_outcome(row)}"
    warm = f"warm {row.warm.seconds:5.1f}" if row.warm else " " * 10
    values = f"set {row.values_set:3} obs {row.observable:3} min {row.minimal:3}"
    head = f"{row.name:<52} {cost}  {warm}  {values}{' late' if row.late else ''}  {outcome(row)}"
    near = f"\n{'':>8}near target: {row.near}" if row.near in {"false", "failed"} else ""
    return head + near + "".join(f"\n{'':>8}{place}" for place in row.different[:4] if not row.perfect)
