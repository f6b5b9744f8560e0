"""`migrate rules refresh`: the version tables anew, from the indexes of the charts' publishers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from migrator.charts import ChartLibrary
from migrator.charts.types import ChartSources, ChartVersion
from migrator.diagnostics import Diagnostic, Diagnostics, MigrateError, Severity
from migrator.discover import read_config
from migrator.signatures import VersionTable
from migrator.signatures.versions import (
    TEAM_VERSIONS,
    charts_with_versions,
    load_versions,
    user_versions,
    version_folders,
    versions_text,
)
from migrator.workflow.settings import Settings
from migrator.workflow.steps.choices import choose


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """The tables as they are now."""

    files: Mapping[Path, str]
    """File to write -> its text; only tables that know more than before."""
    asked: int
    """Charts whose publishers were asked."""
    diagnostics: Diagnostics = ()
    """Publishers that could not be asked."""


def refreshed_rules(settings: Settings, charts: Sequence[str] = (), *, is_own: bool = False) -> Refreshed:
    """The version tables of some charts, or all, from their publishers' indexes; `is_own` for the user's own folder.

    Registries list no app versions, so their charts stay as they are. MIG928 where the network must not be used,
    MIG911 for a chart that has no table.
    """
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
    files: dict[Path, str] = {}
    problems: dict[str, Diagnostic] = {}
    for name in names:
        found = _renewed(tables[name], library, problems)
        if found is not None:
            files[folder / f"{name}.yaml"] = versions_text(found)
    return Refreshed(files=files, asked=len(names), diagnostics=tuple(problems.values()))


def _renewed(known: VersionTable, library: ChartLibrary, problems: dict[str, Diagnostic]) -> VersionTable | None:
    """The chart's table as its publishers' indexes have it; None where none of them has a version that is not known."""
    publishers: dict[str, Mapping[str, tuple[str, ...]]] = {}
    offered: list[ChartVersion] = []
    for url in known.publishers:
        if url.startswith("oci://"):
            continue
        try:
            versions = library.published(known.chart, url)
        except MigrateError as error:
            problems.setdefault(url, replace(error.diagnostic, severity=Severity.WARNING))
            continue
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
