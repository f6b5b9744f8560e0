"""The step resolve: chart candidates of components -> the chart archives that are worth trying."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from migrator.charts.types import ChartArchive, ChartRef
from migrator.diagnostics import Diagnostic, Diagnostics, MigrateError, Severity

if TYPE_CHECKING:
    from migrator.charts import ChartLibrary
    from migrator.classify import ChartCandidate, Component
    from migrator.discover import Config
    from migrator.workflow.steps.choices import Choices

VERSIONS = 8
"""Chart versions of one candidate that are looked at; of more, some from the newest to the oldest."""
CLOSE = 0.9
"""A further candidate is tried when its score comes this near to the first one's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """A component and the charts that may have made it, best first; none where no archive can be had."""

    component: Component
    archives: tuple[ChartArchive, ...] = field(repr=False)
    diagnostics: Diagnostics = ()


def resolve(component: Component, library: ChartLibrary, config: Config) -> Resolved:
    """The archives to try for a third-party component.

    Exact versions that labels or comments name come first; without them the newest chart versions that carry the app
    version seen in images. What `components:` in migrate.yaml says of chart, version and repository precedes both.
    """
    archives: list[ChartArchive] = []
    diagnostics: list[Diagnostic] = []
    for candidate in _candidates(component, config):
        found, problems = _archives(component, candidate, library)
        known = {archive.digest for archive in archives}
        archives += [archive for archive in found if archive.digest not in known]
        # what a second publisher does not have is no news where the first one has it
        diagnostics += problems if found or not archives else []
        if len(archives) >= VERSIONS:
            break
    return Resolved(component=component, archives=tuple(archives[:VERSIONS]), diagnostics=tuple(diagnostics))


def archive_of(chart: str, repository: str, choices: Choices) -> ChartArchive:
    """The chart that a person names: a folder, an archive, or NAME:VERSION (MIG905 if it is none of these)."""
    from migrator.charts import ChartLibrary, load_archive

    path = Path(chart)
    if path.exists():
        return load_archive(path)
    name, mark, version = chart.rpartition(":")
    if not mark or "/" in version or not name:
        raise MigrateError.of(
            "MIG905",
            f"no chart at {chart}",
            remedy="name a chart folder, an archive, or NAME:VERSION with --chart-mirror or --repository",
        )
    registry, slash, last = name.rpartition("/")
    ref = ChartRef(name=last, version=version, repository=registry if slash else repository)
    return ChartLibrary(choices.sources, choices.cache).fetch(ref)


def _candidates(component: Component, config: Config) -> Sequence[ChartCandidate]:
    if not component.candidates:
        return ()
    first = component.candidates[0]
    override = config.components.get(component.id)
    if override is not None and (override.chart or override.version or override.repository):
        chosen = next((each for each in component.candidates if each.chart == override.chart), first)
        versions = (override.version,) if override.version else chosen.versions if override.chart is None else ()
        return (
            replace(
                chosen,
                chart=override.chart or chosen.chart,
                repository=override.repository or chosen.repository,
                versions=versions,
            ),
        )
    if _is_exact(first):
        # the objects name the chart: only its publisher may still be in doubt
        return tuple(each for each in component.candidates if each.chart == first.chart and _is_exact(each))
    return tuple(each for each in component.candidates if each.score >= CLOSE * first.score)


def _archives(
    component: Component, candidate: ChartCandidate, library: ChartLibrary
) -> tuple[tuple[ChartArchive, ...], Diagnostics]:
    found, diagnostics = _fetched(component, candidate, candidate.versions, library)
    if found or _is_exact(candidate):
        return found, diagnostics
    try:
        versions = _by_app_version(candidate, library)
    except MigrateError as error:
        return (), (_about(component, error.diagnostic),)
    if not versions and candidate.app_versions:
        wanted = ", ".join(candidate.app_versions)
        return (), (_unknown(component, f"no version of chart {candidate.chart} carries app version {wanted}"),)
    if not versions:
        return _any_version(component, candidate, library)
    return _fetched(component, candidate, versions, library)


def _any_version(
    component: Component, candidate: ChartCandidate, library: ChartLibrary
) -> tuple[tuple[ChartArchive, ...], Diagnostics]:
    """Some of all versions, for what they render to tell."""
    known = [one.version for one in library.versions(candidate.chart, candidate.repository)]
    unknown = f"nothing tells which version of chart {candidate.chart} it is"
    found, diagnostics = _fetched(component, candidate, known, library)
    if not found:
        return (), (*diagnostics, _unknown(component, unknown))
    note = Diagnostic(
        code="MIG431",
        severity=Severity.INFO,
        summary=f"{about(component)}{unknown}: {len(found)} of {len(known)} are tried, and the best fit wins",
        remedy=f"name another in migrate.yaml if it is wrong: components: {{{component.id}: {{version: ...}}}}",
    )
    return found, (note,)


def _unknown(component: Component, problem: str) -> Diagnostic:
    return Diagnostic(
        code="MIG430",
        severity=Severity.WARNING,
        summary=f"{about(component)}{problem}",
        remedy=f"name the version in migrate.yaml: components: {{{component.id}: {{version: ...}}}}",
    )


def _fetched(
    component: Component, candidate: ChartCandidate, versions: Sequence[str], library: ChartLibrary
) -> tuple[tuple[ChartArchive, ...], Diagnostics]:
    """Archives of some versions that can be had, in the order of the versions; when there is none, why."""
    found: list[ChartArchive] = []
    diagnostics: list[Diagnostic] = []
    order = {version: place for place, version in enumerate(versions)}
    for version in dict.fromkeys((*_spread(versions), *versions)):
        try:
            ref = ChartRef(name=candidate.chart, version=version, repository=candidate.repository)
            found.append(library.fetch(ref))
        except MigrateError as error:
            diagnostics.append(_about(component, error.diagnostic))
        if len(found) == VERSIONS:
            break
    found.sort(key=lambda archive: order[archive.ref.version])
    return tuple(found), () if found else tuple(diagnostics[:VERSIONS])


def _spread(versions: Sequence[str]) -> list[str]:
    """Some of many versions, at even distances: those close to each other differ little."""
    last = len(versions) - 1
    if last < VERSIONS:
        return list(versions)
    return [versions[round(place * last / (VERSIONS - 1))] for place in range(VERSIONS)]


def _is_exact(candidate: ChartCandidate) -> bool:
    """Whether the objects themselves name the chart's version; then no other one is a candidate."""
    return bool(candidate.versions) and any(
        fact.kind in ("chart-label", "source-comment", "chart-file") for fact in candidate.evidence
    )


def _by_app_version(candidate: ChartCandidate, library: ChartLibrary) -> tuple[str, ...]:
    """Chart versions that carry an app version which was seen, newest first."""
    wanted = {version.removeprefix("v") for version in candidate.app_versions}
    return tuple(
        version.version
        for version in library.versions(candidate.chart, candidate.repository)
        if version.app_version.removeprefix("v") in wanted
    )


def about(component: Component) -> str:
    """How a message begins that concerns a component."""
    return f"component {component.id}: "


def _about(component: Component, diagnostic: Diagnostic) -> Diagnostic:
    """The diagnostic as a warning that names the component which stays in Kustomize because of it."""
    return replace(diagnostic, severity=Severity.WARNING, summary=f"{about(component)}{diagnostic.summary}")
