"""Rows of the recognition benchmark -> the section of docs/benchmarks.md, and the list of what was missed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from measuring.claims import Row

_TEXT = """\
## Recognition

Made by `python benchmarks/recognition.py --write`: every chart archive of the corpus rendered at its defaults under
a release name of chance, test hooks left out, in threes beside an application of the team's, half of them in one file.
`Chart's labels gone` takes away `helm.sh/chart`, `chart`, `heritage` and `app.kubernetes.io/managed-by`;
`all labels gone` makes every key and value of labels and selectors unreadable. A version is right that is the right
one or prints the same: of the versions that recognition leaves open, the one that prints most of the objects.
Claimed by a wrong chart: the signatures of the right one are taken away, and a resource counts that a chart is given
which is not in the chain of charts that made it; the successor of a renamed chart is counted apart.
The signatures were learned from these very archives and more, so that unknown versions may do worse; and of each
chart one to nine versions are at hand to choose from."""


def page(rows: Sequence[Row]) -> str:
    """The section of docs/benchmarks.md."""
    lines = [_TEXT, "", "| measure | reach | chart's labels gone | all labels gone |", "| --- | --- | --- | --- |"]
    for title, reach, measure, counted in _MEASURES:
        figures = [counted([row for row in rows if row.measure == f"{measure}, {whose}"]) for whose in ("chart", "all")]
        lines.append(f"| {title} | {reach} | {figures[0]} | {figures[1]} |")
    own = [[row for row in rows if row.measure == f"mixed, {whose}, own"] for whose in ("chart", "all")]
    lines.append(f"| the applications beside them, claimed | 0 | {_claimed_own(own[0])} | {_claimed_own(own[1])} |")
    for row in (row for row in rows if row.measure == "speed"):
        what, reach = ("resources classified", "3 s") if row.name == "classified" else ("signatures loaded", "0.3 s")
        lines.append(f"| {row.total:,} {what} | {reach} | {row.seconds:g} s | |")
    return "\n".join(lines)


def missed(rows: Sequence[Row]) -> Iterator[str]:
    """A line for each row that is not as it should be."""
    for row in rows:
        if row.measure.startswith("without"):
            if row.claimed:
                yield f"{row.measure}: {row.name}: {row.claimed} of {row.total}: {row.by}"
        elif row.measure.endswith("own"):
            if row.right < row.total:
                yield f"{row.measure}: {row.name}: {row.right} of {row.total}: {row.by}"
        elif row.measure != "speed" and (row.found != row.chart or row.right < row.total or not row.is_version):
            version = "" if row.is_version else f"; version {row.version or '-'} of {len(row.proposed)}"
            yield f"{row.measure}: {row.name}: {row.found or '-'} {row.right} of {row.total}: {row.by}{version}"


def _charts(rows: Sequence[Row]) -> str:
    return _share(sum(row.found == row.chart for row in rows), len(rows))


def _versions(rows: Sequence[Row]) -> str:
    return _share(sum(row.is_version for row in rows), len(rows))


def _resources(rows: Sequence[Row]) -> str:
    return _share(sum(row.right for row in rows), sum(row.total for row in rows))


def _wrong(rows: Sequence[Row]) -> str:
    return _share(sum(row.claimed for row in rows), sum(row.total for row in rows))


def _renamed(rows: Sequence[Row]) -> str:
    return _share(sum(row.of_renamed for row in rows), sum(row.total for row in rows))


def _claimed_own(rows: Sequence[Row]) -> str:
    return _share(sum(row.total - row.right for row in rows), sum(row.total for row in rows))


_MEASURES: tuple[tuple[str, str, str, Callable[[Sequence[Row]], str]], ...] = (
    ("charts mixed in threes: chart right", "98 %", "mixed", _charts),
    ("the same: version right", "95 %", "mixed", _versions),
    ("the same: resources in the right component", "99 %", "mixed", _resources),
    ("targets of the round trips: chart right", "97 %", "targets", _charts),
    ("the same: version right", "", "targets", _versions),
    ("the same: resources in the right component", "99 %", "targets", _resources),
    ("claimed by a wrong chart", "at most 1 %", "without", _wrong),
    ("claimed by the same chart under another name", "", "without", _renamed),
)


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} % ({part} of {whole})" if whole else "-"
