"""One repository and layout, measured in a process of its own: told on stdin, answered on stdout, as JSON."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import time
import traceback
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from measuring.owned import changed, losses, tree_of
from measuring.repositories import RepositoryRow
from measuring.stage import peak

if TYPE_CHECKING:
    from migrator.workflow.apply import Applied
    from migrator.workflow.planned import Planned

_GIT = {"GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z", "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z"}


def main() -> None:
    """Measure, and say what was found; an exception is a finding too."""
    asked = json.load(sys.stdin)
    began = time.perf_counter()
    steps: list[RepositoryRow] = [RepositoryRow(name=str(asked["name"]), layout=str(asked["layout"]))]
    error = _error(steps, asked)
    spent = round(time.perf_counter() - began, 1)
    json.dump(asdict(replace(steps[-1], error=error, seconds=spent, mib=round(peak() / 2**20))), sys.stdout)


def _error(steps: list[RepositoryRow], asked: dict[str, Any]) -> str:
    """Every step adds a row to the list, that of the one before with more in it; what is raised ends them."""
    from migrator.diagnostics import MigrateError

    try:
        steps.extend(_steps(steps[-1], asked))
    except MigrateError as error:
        return f"{error.diagnostic.code} {error.diagnostic.summary}"
    except Exception as error:  # noqa: BLE001 - whatever the product raises is what is measured
        last = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__}: {error} ({Path(last.filename).name}:{last.lineno})"
    return ""


def _steps(row: RepositoryRow, asked: dict[str, Any]) -> Iterator[RepositoryRow]:
    from measuring.spans import round_trips
    from migrator.workflow.apply import apply_repository
    from migrator.workflow.plan import plan_repository
    from migrator.workflow.plan_file import save_plan
    from migrator.workflow.run import Run
    from migrator.workflow.settings import Settings

    root = unpacked(Path(str(asked["archive"])), Path(str(asked["folder"])) / "repository")
    before = tree_of(root)
    settings = Settings(
        root=root,
        layout=row.layout,
        offline=True,
        chart_mirrors=tuple(Path(each) for each in asked["mirrors"]),
        cache=Path(str(asked["cache"])),
        budget=float(str(asked["budget"])),
    )
    planned = plan_repository(settings, Run())
    row = replace(_planned(row, planned), **_round_trip(round_trips(planned.baseline.kustomizations)))
    yield row
    saved, clone = root.parent / "plan.json", root.parent / "clone"
    save_plan(planned, settings, saved)
    _git(root, "clone", "-q", "--no-hardlinks", str(root), str(clone))
    applied = apply_repository(settings, Run())
    after = tree_of(root)
    yield (row := _applied(row, applied))
    named = [str(path) for each in applied.planned.plan.changes for path in (each.path, each.source) if path]
    lost = losses(before, after, named)
    row = replace(row, changed=len(changed(before, after)), planned=len(named), lost=asdict(lost))
    yield row
    apply_repository(replace(settings, root=clone, layout=None, plan=saved), Run())
    unlike = changed(after, tree_of(clone))
    row = replace(row, saved=f"{len(unlike)} files differ: {', '.join(unlike[:3])}" if unlike else "same")
    yield row
    _commit(root)
    again = apply_repository(settings, Run())
    differs = changed(after, tree_of(root))
    yield replace(row, again=len(differs) + len(again.edits), again_files=differs[:5])


def unpacked(archive: Path, root: Path) -> Path:
    """The repository of an archive, as the one commit of a new git repository."""
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    with tarfile.open(archive) as opened:
        # Python 3.11 knows filters from 3.11.4 on, and 3.12 warns where there is none
        if hasattr(tarfile, "tar_filter"):
            opened.extraction_filter = tarfile.tar_filter
        opened.extractall(root)  # noqa: S202 - the corpus is trusted
    inner = list(root.iterdir())
    return committed(inner[0] if len(inner) == 1 and inner[0].is_dir() else root)


def committed(root: Path) -> Path:
    """The folder, as the one commit of a new git repository."""
    _git(root, "init", "-q", "-b", "main")
    _commit(root)
    return root


def _commit(root: Path) -> None:
    _git(root, "add", "-Af", ".")
    _git(root, "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-q", "--allow-empty", "-m", "tree")


def _git(root: Path, *words: str) -> None:
    command = ["git", "-C", str(root), "-c", "core.autocrlf=false", *words]
    subprocess.run(command, check=True, env={**os.environ, **_GIT}, stdout=subprocess.DEVNULL)


def _planned(row: RepositoryRow, planned: Planned) -> RepositoryRow:
    """Every root is built, its objects in components, or it is reported with the reason."""
    plan, baseline = planned.plan, planned.baseline
    built = {build.root: build for build in baseline.builds}
    told = " ".join(f"{each.span.path if each.span else ''} {each.summary}" for each in plan.diagnostics)
    held = {
        (environment, res_id)
        for component in plan.components
        for sides in (component.members, component.companions)
        for environment, found in sides.items()
        for res_id in found
    }
    roots = baseline.kustomizations.roots()
    lost = [root for root in roots if root not in built]
    lost += [build.root for build in baseline.builds if build.reason is not None and str(build.root) not in told]
    objects = {(build.environment, each.id) for build in baseline.builds for each in build.resources}
    return replace(
        row,
        kustomizations=len(baseline.kustomizations.by_path) + len(baseline.kustomizations.broken),
        roots=len(roots),
        built=sum(build.is_built for build in baseline.builds),
        unaccounted_roots=tuple(sorted(map(str, lost))),
        objects=len(objects),
        unaccounted=tuple(sorted(f"{name}: {res_id}" for name, res_id in objects - held))[:20],
        adopted=tuple(each.id for each in plan.components if each.decision.value.startswith("adopt")),
        proposed=tuple(each.id for each in plan.components if each.decision.value == "propose"),
    )


def _applied(row: RepositoryRow, applied: Applied) -> RepositoryRow:
    proof = applied.proof
    return replace(
        row,
        applied=tuple(each.id for each in applied.planned.plan.components if each.decision.value.startswith("adopt")),
        demoted=applied.demoted,
        verdict=proof.verdict.value if proof is not None else "",
        environments=len(proof.environments) if proof is not None else 0,
        holding=sum(each.verdict.holds for each in proof.environments.values()) if proof is not None else 0,
    )


def _round_trip(found: object) -> dict[str, object]:
    return {"round_trip": asdict(found)}  # type: ignore[call-overload]


if __name__ == "__main__":
    main()
