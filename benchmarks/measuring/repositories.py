"""What is kept of one repository in one layout, and the page about all of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from migrator.model import Json

HERE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryRow:
    """One repository in one layout."""

    name: str
    layout: str
    error: str = ""
    seconds: float = 0.0
    mib: int = 0
    kustomizations: int = 0
    roots: int = 0
    built: int = 0
    unaccounted_roots: Sequence[str] = ()
    objects: int = 0
    unaccounted: Sequence[str] = ()
    adopted: Sequence[str] = ()
    """Components that the plan would adopt."""
    proposed: Sequence[str] = ()
    applied: Sequence[str] = ()
    """Those that are proved."""
    demoted: Sequence[str] = ()
    verdict: str = ""
    environments: int = 0
    holding: int = 0
    changed: int = 0
    planned: int = 0
    lost: Mapping[str, Json] = field(default_factory=dict)
    again: int = -1
    """Files that a second apply changes; -1 where there was none."""
    again_files: Sequence[str] = ()
    saved: str = ""
    """What a saved plan does to another clone: `same`, or how it differs."""
    round_trip: Mapping[str, Json] = field(default_factory=dict)

    @property
    def is_accounted(self) -> bool:
        return not (self.error or self.unaccounted_roots or self.unaccounted)

    @property
    def losses(self) -> int:
        """Whatever is not there any more."""
        return sum(each if isinstance(each, int) else len(each) for each in self.lost.values())


def measure(archive: Path, layout: str, mirrors: Sequence[Path], cache: Path, budget: float) -> RepositoryRow:
    """The row of a repository, measured in a fresh process."""
    name = archive.name.removesuffix(".tar.xz")
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        asked = {
            "name": name,
            "layout": layout,
            "archive": str(archive),
            "folder": folder,
            "mirrors": [str(each) for each in mirrors],
            "cache": str(cache),
            "budget": budget,
        }
        found, error = answered("measuring.repository", asked)
    return RepositoryRow(name=name, layout=layout, error=error) if error else RepositoryRow(**found)


def answered(module: str, asked: Mapping[str, Json]) -> tuple[Json, str]:
    """What a module of the benchmarks says in a fresh process, told on stdin; else why it says nothing."""
    environment = {**os.environ, "PYTHONPATH": f"{HERE.parent}{os.pathsep}{HERE}"}
    data = json.dumps(asked).encode()
    done = subprocess.run([sys.executable, "-m", module], input=data, capture_output=True, env=environment, check=False)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        return None, said[-1] if said else f"ended with {done.returncode}"
    return json.loads(done.stdout), ""


def page(rows: Sequence[RepositoryRow]) -> str:
    """The section of docs/benchmarks.md."""
    return "\n".join((*_HEAD, *_figures(rows), "", *_table(rows)))


_HEAD = (
    "## Repositories",
    "",
    "Made by `python benchmarks/repositories.py --write`: real repositories, planned and applied offline in each",
    "layout, with the charts of the corpus. Accounted: a root builds and each of its objects is in a component, or the",
    "report names it with the reason. Lost: bytes of files that the plan does not name, comments whose line stays,",
    "image markers, anchors, encrypted files. A span: one edit of a kustomization file changes the lines of what it",
    "names. Where no chart is at hand for what a repository runs, nothing is adopted, and overlays whose path names",
    "one thing are divided in no layout: a row of no changed file is about reading alone.",
    "",
)


def _figures(rows: Sequence[RepositoryRow]) -> Iterator[str]:
    yield "| measure | reach | measured |"
    yield "| --- | --- | --- |"
    yield _line("plan and apply end without exception", "all", rows, lambda row: not row.error)
    yield _line("every root accounted for", "all", rows, lambda row: row.is_accounted)
    planned, proved = _sum(rows, "adopted"), _sum(rows, "applied")
    yield f"| components that the plan adopts, proved in all environments | all | {proved} of {planned} |"
    yield f"| bytes, comments, markers, anchors, encrypted files lost | 0 | {sum(row.losses for row in rows)} |"
    yield _line("a second apply changes nothing", "all", rows, lambda row: row.again == 0)
    yield _line("a saved plan makes the same bytes of another clone", "all", rows, lambda row: row.saved == "same")
    trips = {row.name: row.round_trip for row in rows if row.round_trip}.values()
    yield _share("kustomization files the same after no edit", "100 %", trips, "same", "files")
    yield _share("the same but for the span of one edit", "100 %", trips, "spans", "edits")


def _line(measure: str, reach: str, rows: Sequence[RepositoryRow], holds: Callable[[RepositoryRow], bool]) -> str:
    return f"| {measure} | {reach} | {sum(map(holds, rows))} of {len(rows)} |"


def _share(measure: str, reach: str, trips: Iterable[Mapping[str, Json]], part: str, whole: str) -> str:
    found = list(trips)
    total = sum(each[whole] for each in found)
    done = sum(each[part] for each in found)
    return f"| {measure} | {reach} | {100 * done / total if total else 0:.1f} % ({done} of {total}) |"


def _sum(rows: Sequence[RepositoryRow], name: str) -> int:
    return sum(len(getattr(row, name)) for row in rows)


def _table(rows: Sequence[RepositoryRow]) -> Iterator[str]:
    heads = ("repository", "layout", "kustomizations", "roots", "built", "objects", "adopted", "proved", "proposed")
    heads += ("environments proved", "files changed", "lost", "again", "saved plan", "s", "MiB", "")
    yield f"| {' | '.join(heads)} |"
    yield f"| {' | '.join('---' if at < 2 else '--:' for at in range(len(heads)))} |"
    for row in rows:
        cells = (row.name, row.layout, row.kustomizations, row.roots, row.built, row.objects)
        cells += (len(row.adopted), len(row.applied), len(row.proposed), f"{row.holding}/{row.environments}")
        cells += (row.changed, row.losses, row.again, row.saved or "-", row.seconds, row.mib, row.error)
        yield f"| {' | '.join(str(each) for each in cells)} |"
