"""Rows -> the figures of the headline, and what became better or worse since an earlier run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from measuring.rows import CaseRow, Row, SplitRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measure: what it is, what it shall reach, what was measured (empty: nothing yet)."""

    measure: str
    reach: str
    measured: str = ""
    reached: bool | None = None


def figures(rows: Sequence[Row]) -> tuple[Figure, ...]:
    """The measures of values inference in a fixed order."""
    cases = [row for row in rows if isinstance(row, CaseRow) and row.deterministic]
    splits = [row for row in rows if isinstance(row, SplitRow)]
    perfect = [row for row in cases if row.perfect]
    false = sum(row.false_claim for row in rows) + sum(isinstance(row, CaseRow) and row.near == "false" for row in rows)
    costs = [row.cold for row in rows if row.cold is not None]
    cold = [row.cold.seconds for row in cases if row.cold is not None]
    warm = [row.warm.seconds for row in cases if row.warm is not None]
    again = [row.again.seconds for row in cases if row.again is not None]
    twice, torn = sum(len(row.twice) for row in splits), sum(len(row.torn) for row in splits)
    return (
        share("resources equal", "99 %", 0.99, sum(row.equal for row in cases), sum(row.total for row in cases)),
        share("cases perfect (every resource equal, no residual)", "90 %", 0.9, len(perfect), len(cases)),
        figure("claims of `identical` that are false", "0", str(false), not false, rows),
        limit("values set / values with an effect, median over perfect cases", [row.ratio for row in perfect], 1.05),
        limit("median wall time a case, cold", cold, 4.0, " s"),
        limit("wall time of 9 of 10 cases, cold", [ninth(cold)] if cold else [], 20.0, " s"),
        limit("median wall time, model of the chart cached", warm, 2.0, " s"),
        limit("median wall time, the same question again", again, 2.0, " s"),
        limit("peak memory", [max(cost.mib for cost in costs)] if costs else [], 1536.0, " MiB"),
        figure(
            "environment pairs: values written twice, lists torn", "0, 0", f"{twice}, {torn}", not twice + torn, splits
        ),
    )


def figure(measure: str, reach: str, measured: str, reached: bool, rows: Sequence[object]) -> Figure:
    """The figure as it is; nothing measured where there are no rows."""
    if not rows:
        return Figure(measure=measure, reach=reach)
    return Figure(measure=measure, reach=reach, measured=measured, reached=reached)


def share(measure: str, reach: str, least: float, part: int, whole: int) -> Figure:
    """How many of how many; `least` is a share of one."""
    reached = part / whole if whole else 0.0
    return figure(measure, reach, f"{100 * reached:.1f} % ({part} of {whole})", reached >= least, [0] * whole)


def limit(measure: str, values: Sequence[float], most: float, unit: str = "") -> Figure:
    """The median, which should be small."""
    reach = f"at most {most:g}{unit}"
    if not values:
        return Figure(measure=measure, reach=reach)
    middle = median(values)
    return Figure(measure=measure, reach=reach, measured=f"{middle:.{_places(unit)}f}{unit}", reached=middle <= most)


def _places(unit: str) -> int:
    return {"": 3, " s": 1}.get(unit, 0)


def ninth(values: Sequence[float]) -> float:
    """What 9 of 10 stay below."""
    return quantiles(values, n=10, method="inclusive")[-1] if len(values) > 1 else values[0]


def changes(old: Sequence[Row], new: Sequence[Row]) -> Iterator[tuple[str, str]]:
    """What became `better` or `worse`, row by row, of those that both runs have."""
    before = {row.name: row for row in old}
    for row in sorted(new, key=lambda row: row.name):
        was = before.get(row.name)
        if isinstance(row, CaseRow) and isinstance(was, CaseRow):
            yield from _case_changes(was, row)
        elif isinstance(row, SplitRow) and isinstance(was, SplitRow):
            yield from _split_changes(was, row)


def _case_changes(was: CaseRow, row: CaseRow) -> Iterator[tuple[str, str]]:
    if row.false_claim and not was.false_claim:
        yield "worse", f"{row.name}: a false claim of identical"
    if (was.perfect, was.equal, was.error) != (row.perfect, row.equal, row.error):
        better = (row.perfect, row.equal, not row.error) > (was.perfect, was.equal, not was.error)
        yield "better" if better else "worse", f"{row.name}: {outcome(was)} -> {outcome(row)}"
    elif was.extra != row.extra:
        word = "better" if row.extra < was.extra else "worse"
        yield word, f"{row.name}: {was.extra} -> {row.extra} objects rendered in vain"
    if row.perfect and was.perfect and len(row.useless) != len(was.useless):
        word = "better" if len(row.useless) < len(was.useless) else "worse"
        yield word, f"{row.name}: {len(was.useless)} -> {len(row.useless)} useless values"
    if row.cold and was.cold and abs(row.cold.cpu - was.cold.cpu) > max(2.0, 0.25 * was.cold.cpu):
        word = "better" if row.cold.cpu < was.cold.cpu else "worse"
        yield word, f"{row.name}: {was.cold.cpu:.1f} -> {row.cold.cpu:.1f} s of processor time"


def _split_changes(was: SplitRow, row: SplitRow) -> Iterator[tuple[str, str]]:
    old, new = ((item.equal, -len(item.twice) - len(item.torn), not item.error) for item in (was, row))
    if row.false_claim and not was.false_claim:
        yield "worse", f"{row.name}: a false claim of identical"
    if old != new:
        yield "better" if new > old else "worse", f"{row.name}: {split_outcome(was)} -> {split_outcome(row)}"


def outcome(row: CaseRow) -> str:
    """In a few words."""
    if row.error:
        return f"error ({row.error})"
    if row.false_claim:
        return f"FALSE CLAIM, {row.equal} of {row.total}"
    return "perfect" if row.perfect else f"{row.equal} of {row.total}"


def split_outcome(row: SplitRow) -> str:
    """In a few words."""
    if row.error:
        return f"error ({row.error})"
    faults = [f"{len(row.twice)} twice"] * bool(row.twice) + [f"{len(row.torn)} torn"] * bool(row.torn)
    equal = [f"{row.equal} of {row.total}"] * bool(row.total)
    return ", ".join([*equal, *faults, *([row.note] * bool(row.note))]) or "no fault"
