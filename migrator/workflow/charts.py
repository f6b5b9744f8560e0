"""`migrate charts`: the archives that a full plan of a repository needs, and a mirror filled with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from migrator.charts.choosing.keep import kept_in
from migrator.charts.choosing.needed import NeededChart, NeededCharts
from migrator.charts.types import ChartRef
from migrator.charts.versions import is_same_version, sort_key
from migrator.classify import ComponentKind
from migrator.diagnostics import Diagnostic, Diagnostics, MigrateError, Severity
from migrator.workflow.steps.baseline import read_baseline
from migrator.workflow.steps.classify import recognise
from migrator.workflow.steps.library import library_of
from migrator.workflow.steps.resolve import needed

if TYPE_CHECKING:
    from migrator.charts import ChartLibrary
    from migrator.progress import Watch
    from migrator.workflow.run import Run
    from migrator.workflow.settings import Settings


def needed_charts(settings: Settings, fetch: Path | None, run: Run) -> NeededCharts:
    """The archives that a full plan needs; with a folder to fetch into, those that it lacks are put there.

    Raises as a plan does, and MIG927 where archives would have to be fetched and the network must not be used.
    """
    if fetch is not None:
        fetch.mkdir(parents=True, exist_ok=True)
        settings = replace(settings, chart_mirrors=(fetch, *settings.chart_mirrors))
    baseline = read_baseline(settings, run)
    with run.step("classify") as watch:
        components, _ = recognise(baseline, watch)
    library = library_of(baseline)
    users: dict[ChartRef, list[str]] = {}
    others: dict[ChartRef, tuple[str, ...]] = {}
    notes: list[Diagnostic] = list(baseline.diagnostics)
    with run.step("resolve") as watch:
        wanted = [each for each in components if each.kind is ComponentKind.THIRD_PARTY and each.candidates]
        for count, each in enumerate(wanted):
            watch(count, len(wanted), (each.id,))
            found = needed(each, library, baseline.config)
            notes += found.diagnostics
            for ref in found.refs:
                users.setdefault(ref, []).append(each.id)
                others[ref] = found.others
    with run.step("fetch") as watch:
        charts, problems = _looked_up(users, others, library)
        listed = NeededCharts(charts=charts, diagnostics=tuple(dict.fromkeys((*notes, *library.problems, *problems))))
        return listed if fetch is None else _fetched(listed, fetch, library, watch)


def _looked_up(
    users: Mapping[ChartRef, list[str]], others: Mapping[ChartRef, tuple[str, ...]], library: ChartLibrary
) -> tuple[tuple[NeededChart, ...], Diagnostics]:
    """Which archives are at hand, with digests; an archive that is not its publisher's is not."""
    charts, problems = [], []
    for ref in sorted(users, key=lambda one: (one.name, sort_key(one.version), one.repository)):
        promised, held, is_wrong = _promised(ref, library), None, False
        try:
            held = library.held(ref)
            if held is not None and promised and held.path.is_file() and held.digest != promised:
                raise _wrong(ref, held.path, held.digest, promised)
        except MigrateError as error:
            held, is_wrong = None, error.diagnostic.code == "MIG423"
            problems.append(replace(error.diagnostic, severity=Severity.ERROR))
        charts.append(
            NeededChart(
                ref=ref,
                components=tuple(users[ref]),
                others=others[ref],
                digest=promised or (held.digest if held is not None and held.path.is_file() else ""),
                is_at_hand=held is not None,
                is_wrong=is_wrong,
            )
        )
    return tuple(charts), tuple(problems)


def _promised(ref: ChartRef, library: ChartLibrary) -> str:
    """The digest that the chart's repository states; empty where it states none or cannot be asked."""
    try:
        offered = library.published(ref.name, ref.repository)
    except MigrateError:
        return ""
    return next((one.digest for one in offered if is_same_version(one.version, ref.version)), "")


def _wrong(ref: ChartRef, path: Path, found: str, promised: str) -> MigrateError:
    return MigrateError.of(
        "MIG423",
        f"{path} is not the chart {ref.name} {ref.version} of {ref.repository}: {found} instead of {promised}",
        remedy="remove the file and fetch it again",
    )


def _fetched(listed: NeededCharts, folder: Path, library: ChartLibrary, watch: Watch) -> NeededCharts:
    missing = [each for each in listed.charts if not each.is_at_hand]
    if missing and library.is_offline:
        raise MigrateError.of(
            "MIG927",
            f"{len(missing)} of {len(listed.charts)} archives are not at hand and must not be fetched (offline): "
            + ", ".join(f"{each.ref.name} {each.ref.version}" for each in missing),
            remedy="run `migrate charts --fetch DIR` without --offline, or `--format helm` for what to fetch elsewhere",
        )
    charts: list[NeededChart] = []
    files: list[str] = []
    problems: list[Diagnostic] = []
    for done, each in enumerate(listed.charts):
        watch(done, len(listed.charts), (f"{each.ref.name} {each.ref.version}",))
        try:
            if not each.is_wrong:
                archive = library.fetch(each.ref)
                files += kept_in(folder, archive)
                charts.append(replace(each, is_at_hand=True, digest=each.digest or archive.digest))
                continue
        except MigrateError as error:
            problems.append(replace(error.diagnostic, severity=Severity.ERROR))
        charts.append(replace(each, is_at_hand=False))
    return replace(listed, charts=tuple(charts), fetched=tuple(files), diagnostics=(*listed.diagnostics, *problems))
