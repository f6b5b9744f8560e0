"""`migrate rules refresh`: the version tables anew, from the indexes of the charts' publishers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from migrator.charts import ChartLibrary
from migrator.charts.access import shown
from migrator.charts.types import ChartSources, ChartVersion
from migrator.diagnostics import Diagnostic, Diagnostics, ExitCode, MigrateError, Severity
from migrator.discover import read_config, refuse_special_files
from migrator.engines.run import run_parallel
from migrator.progress import Watch
from migrator.signatures import VersionTable
from migrator.signatures.versions import (
    TEAM_VERSIONS,
    charts_with_versions,
    load_versions,
    user_versions,
    version_folders,
    versions_text,
)
from migrator.workflow.run import Run
from migrator.workflow.settings import Settings
from migrator.workflow.steps.choices import choose


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """The tables as they are now."""

    files: Mapping[Path, str]
    """File to write -> its text; only tables that know more than before."""
    asked: int
    """Charts whose publishers were asked."""
    answered: int
    """Publishers that could be asked."""
    diagnostics: Diagnostics = ()
    """Publishers that could not be asked."""

    @property
    def exit_code(self) -> int:
        """An error where not one publisher could be asked."""
        return ExitCode.ERROR if self.diagnostics and not self.answered else ExitCode.DONE


_AT_ONCE = 16
"""Publishers that are asked at the same time; a name that nobody resolves can take a second to fail."""


def refreshed_rules(
    settings: Settings, charts: Sequence[str] = (), *, is_own: bool = False, run: Run | None = None
) -> Refreshed:
    """The version tables of some charts, or all, from their publishers' indexes; `is_own` for the user's own folder.

    Registries list no app versions, so their charts stay as they are. MIG928 where the network must not be used,
    MIG911 for a chart that has no table.
    """
    refuse_special_files(settings.root)
    choices = choose(settings, read_config(settings.root))
    if choices.sources.offline:
        raise MigrateError.of(
            "MIG928",
            "the version tables come from the publishers' indexes, which must not be asked (offline)",
            remedy="run `migrate rules refresh` without --offline",
        )
    names = tuple(charts) or charts_with_versions()
    tables = load_versions(names, version_folders(settings.root))
    for name in names:
        if name not in tables:
            raise MigrateError.of("MIG911", f"there is no version table of {name}", remedy="see `migrate rules list`")
    folder = user_versions() if is_own else settings.root / TEAM_VERSIONS
    # mirrors do not say what there is, so only what stands for a repository's URL is asked in its place
    library = ChartLibrary(ChartSources(url_mirrors=choices.sources.url_mirrors), choices.cache)
    with (run or Run()).step("publishers") as watch:
        offers, problems = _offered([tables[name] for name in names], library, watch)
    renewed = {name: _renewed(tables[name], offers) for name in names}
    files = {folder / f"{name}.yaml": versions_text(found) for name, found in renewed.items() if found is not None}
    return Refreshed(files=files, asked=len(names), answered=len(offers), diagnostics=problems)


_Offers: TypeAlias = Mapping[str, Mapping[str, tuple[ChartVersion, ...]]]
"""URL of a publisher that answered -> chart -> its versions."""


def _offered(tables: Sequence[VersionTable], library: ChartLibrary, watch: Watch) -> tuple[_Offers, Diagnostics]:
    """What the publishers of the charts offer of them, and a warning for each that could not be asked."""
    wanted: dict[str, list[str]] = {}
    for table in tables:
        for url in table.publishers:
            if not url.startswith("oci://"):
                wanted.setdefault(url, []).append(table.chart)

    def ask(url: str) -> Mapping[str, tuple[ChartVersion, ...]] | Diagnostic:
        try:
            return {chart: library.published(chart, url) for chart in wanted[url]}
        except MigrateError as error:
            return replace(error.diagnostic, severity=Severity.WARNING)

    answers = dict(zip(wanted, run_parallel(ask, wanted, workers=_AT_ONCE, watch=watch, name=shown), strict=True))
    return (
        {url: answer for url, answer in answers.items() if not isinstance(answer, Diagnostic)},
        tuple(answer for answer in answers.values() if isinstance(answer, Diagnostic)),
    )


def _renewed(known: VersionTable, offers: _Offers) -> VersionTable | None:
    """The chart's table as its publishers' indexes have it; None where none of them has a version that is not known."""
    publishers: dict[str, Mapping[str, tuple[str, ...]]] = {}
    offered: list[ChartVersion] = []
    for url in known.publishers:
        versions = offers.get(url, {}).get(known.chart, ())
        if {one.version for one in versions} - set(known.all_versions(url)):
            publishers[url] = _by_app(versions)
            offered += versions
    if not publishers:
        return None
    until = max((one.created for one in offered), default="")
    return VersionTable(chart=known.chart, publishers=publishers, until=max(until, known.until))


def _by_app(versions: Sequence[ChartVersion]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for one in versions:
        found.setdefault(one.app_version, []).append(one.version)
    return {app: tuple(each) for app, each in found.items()}
