"""What is adopted of one repository, in a process of its own: told on stdin, answered on stdout, as JSON."""

from __future__ import annotations

import json
import shutil
import sys
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from measuring.adoption import AdoptionRow, Outcome
from measuring.repository import committed, unpacked

if TYPE_CHECKING:
    from migrator.workflow.apply import Applied
    from migrator.workflow.settings import Settings

_REASON = "the benchmark admits what a maintenance window may do"


def main() -> None:
    """Measure, and say what was found at each level; an exception is a finding too."""
    asked = json.load(sys.stdin)
    rows = [asdict(row) for row in _rows(asked)]
    json.dump(rows, sys.stdout)


def _rows(asked: Mapping[str, Any]) -> Iterator[AdoptionRow]:
    from migrator.workflow.settings import Settings

    source, folder = Path(asked["source"]), Path(asked["folder"]) / "repository"
    root = unpacked(source, folder) if source.is_file() else _copied(source, folder)
    settings = Settings(
        root=root,
        offline=True,
        diff=True,
        chart_mirrors=tuple(Path(each) for each in asked["mirrors"]),
        cache=Path(asked["cache"]),
        budget=float(asked["budget"]),
    )
    for level in asked["levels"]:
        yield _measured(AdoptionRow(name=asked["name"], level=level), settings)


def _copied(source: Path, folder: Path) -> Path:
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("pair.yaml"))
    return committed(folder)


def _measured(row: AdoptionRow, settings: Settings) -> AdoptionRow:
    from migrator.diagnostics import MigrateError

    began, error, found = time.perf_counter(), "", row
    try:
        found = _applied(row, settings)
    except MigrateError as raised:
        error = f"{raised.diagnostic.code} {raised.diagnostic.summary}"
    except Exception as raised:  # noqa: BLE001 - whatever the product raises is what is measured
        last = traceback.extract_tb(raised.__traceback__)[-1]
        error = f"{type(raised).__name__}: {raised} ({Path(last.filename).name}:{last.lineno})"
    return replace(found, error=error, seconds=round(time.perf_counter() - began, 1))


def _applied(row: AdoptionRow, settings: Settings) -> AdoptionRow:
    """What `apply` proves at an impact; `accept-IMPACT`: at the default, after one `accept` for each proposal."""
    from migrator.workflow.apply import apply_repository
    from migrator.workflow.run import Run

    word, _, impact = row.level.partition("-")
    if word != "accept":
        return _outcome(row, apply_repository(replace(settings, max_impact=row.level), Run()), 2)
    from migrator.workflow.plan import plan_repository

    plan = plan_repository(settings, Run()).plan
    proposed = [each.id for each in plan.components if each.decision.value == "propose"]
    for component in proposed:
        _accept(settings, component, impact)
    return _outcome(row, apply_repository(settings, Run()), 2 + bool(proposed))


def _accept(settings: Settings, component: str, impact: str) -> None:
    import migrator

    options = migrator.Options(
        offline=True, chart_mirrors=settings.chart_mirrors, cache=settings.cache, budget=settings.budget
    )
    migrator.accept(settings.root, component, up_to=impact, reason=_REASON, options=options)


def _outcome(row: AdoptionRow, applied: Applied, commands: int) -> AdoptionRow:
    plan, proof = applied.planned.plan, applied.proof
    holds = proof is None or proof.verdict.holds
    components: Sequence[Outcome] = [
        Outcome(
            id=each.id,
            decision=each.decision.value,
            chart=each.chart.name if each.chart is not None else "",
            version=each.chart.version if each.chart is not None else "",
            proved=holds and each.decision.value.startswith("adopt"),
            objects=max(map(len, each.members.values()), default=0),
            patches=sum(len(patch.operations) for found in each.patches.values() for patch in found),
            impact=str(each.impact),
            reason=each.reason,
        )
        for each in plan.components
        if each.chart is not None or each.evidence
    ]
    return replace(
        row, components=components, verdict=str(proof.verdict) if proof is not None else "", commands=commands
    )


if __name__ == "__main__":
    main()
