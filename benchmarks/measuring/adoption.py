"""What of real repositories and upstream manifests is adopted, and the page about it."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from measuring.repositories import answered

LEVELS = {"repository": ("metadata", "rollout"), "upstream": ("metadata", "accept-recreate")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one component."""

    id: str
    decision: str
    chart: str = ""
    version: str = ""
    proved: bool = False
    objects: int = 0
    patches: int = 0
    """Operations of its post-render patches, over all environments."""
    impact: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptionRow:
    """One repository at one level: an impact for `--max-impact`, or `accept-IMPACT`."""

    name: str
    level: str
    error: str = ""
    seconds: float = 0.0
    verdict: str = ""
    commands: int = 0
    """That a person types from plan to adoption."""
    components: Sequence[Outcome] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A component whose exact chart is at hand."""

    repository: str
    ids: tuple[str, ...]
    chart: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A repository that is to be measured."""

    name: str
    source: Path
    """An archive or a folder."""
    levels: tuple[str, ...]


def measure(subject: Subject, mirrors: Sequence[Path], cache: Path, budget: float) -> Iterator[AdoptionRow]:
    """The rows of a repository, measured in a fresh process."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        asked = {
            "name": subject.name,
            "levels": list(subject.levels),
            "source": str(subject.source),
            "folder": folder,
            "mirrors": [str(each) for each in mirrors],
            "cache": str(cache),
            "budget": budget,
        }
        found, error = answered("measuring.adopting", asked)
    if error:
        yield from (AdoptionRow(name=subject.name, level=level, error=error) for level in subject.levels)
    else:
        yield from map(row_of, found)


def row_of(read: Mapping[str, object]) -> AdoptionRow:
    """A row that was written as JSON."""
    held = dict(read)
    components = tuple(Outcome(**each) for each in held.pop("components"))  # type: ignore[attr-defined]
    return AdoptionRow(**held, components=components)  # type: ignore[arg-type]


def wanted_of(table: Path) -> tuple[Wanted, ...]:
    """The components of the repositories whose exact chart is at hand; several of one line are several."""
    with table.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t"))
    return tuple(
        Wanted(repository=row["repository"], ids=(name.strip(),), chart=row["chart"], version=row["version"])
        for row in rows
        if row["archive"] in {"corpus", "new"}
        for name in row["components"].split(",")
    )


def outcome_of(wanted: Wanted, rows: Sequence[AdoptionRow], level: str) -> Outcome | None:
    """What became of a component at a level; by its id, else by its chart where only one is of it."""
    row = next((each for each in rows if (each.name, each.level) == (wanted.repository, level)), None)
    if row is None:
        return None
    by_id = [each for each in row.components if each.id in wanted.ids]
    by_chart = [each for each in row.components if each.chart == wanted.chart]
    return by_id[0] if by_id else by_chart[0] if len(by_chart) == 1 else None


def page(rows: Sequence[AdoptionRow], wanted: Sequence[Wanted], pairs: Sequence[str]) -> str:
    """The section of docs/benchmarks.md."""
    return "\n".join((*_HEAD, *_figures(rows, wanted, pairs), "", *_upstream(rows, pairs), "", *_left(rows, wanted)))


_HEAD = (
    "## Adoption",
    "",
    "Made by `python benchmarks/adoption.py --write`: what `migrate apply` proves of components whose exact chart is",
    "at hand, in real repositories and of release manifests as projects publish them. Accepted: after one",
    "`migrate accept --up-to recreate` for each proposal, at the default `--max-impact metadata`.",
    "",
)


def _figures(rows: Sequence[AdoptionRow], wanted: Sequence[Wanted], pairs: Sequence[str]) -> Iterator[str]:
    yield "| measure | reach | measured |"
    yield "| --- | --- | --- |"
    for level, reach in (("metadata", "85 %"), ("rollout", "92 %")):
        done = sum(bool((found := outcome_of(each, rows, level)) and found.proved) for each in wanted)
        share = 100 * done / len(wanted) if wanted else 0
        yield f"| components of repositories adopted at `{level}` | {reach} | {share:.1f} % ({done} of {len(wanted)}) |"
    for level, least, words in (("metadata", 9, "without a decision"), ("accept-recreate", 16, "accepted")):
        total = sum(any(each.proved for each in row.components) for row in rows if _is_of(row, pairs, level))
        yield f"| upstream manifests adopted, {words} | {least} of 18 | {total} of {len(pairs)} |"
    most = max((row.commands for row in rows if row.name in pairs), default=0)
    yield f"| commands from plan to adoption of an upstream manifest | at most 3 | {most} |"


def _is_of(row: AdoptionRow, names: Sequence[str], level: str) -> bool:
    return row.name in names and row.level == level


def _upstream(rows: Sequence[AdoptionRow], pairs: Sequence[str]) -> Iterator[str]:
    yield "| upstream manifest | at metadata | patches | accepted | patches | what stands against it |"
    yield "| --- | --- | --: | --- | --: | --- |"
    for name in pairs:
        cells, reason = [], ""
        for level in LEVELS["upstream"]:
            row = next((each for each in rows if _is_of(each, (name,), level)), None)
            main = max(row.components, key=lambda each: (each.proved, each.objects)) if row and row.components else None
            cells += [main.decision if main else "-", str(main.patches) if main else "-"]
            reason = "" if main and main.proved else (row.error or (main.reason if main else "")) if row else ""
        yield f"| {name} | {' | '.join(cells)} | {_cell(reason)} |"


def _left(rows: Sequence[AdoptionRow], wanted: Sequence[Wanted]) -> Iterator[str]:
    yield "| not adopted at `rollout` | component | chart | decision | why |"
    yield "| --- | --- | --- | --- | --- |"
    for each in wanted:
        found = outcome_of(each, rows, "rollout")
        if found is None or not found.proved:
            decision, reason = (found.decision, found.reason) if found else ("-", "not recognised")
            yield f"| {each.repository} | {each.ids[0]} | {each.chart} {each.version} | {decision} | {_cell(reason)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")[:300]
