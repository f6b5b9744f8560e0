"""The step resolve: chart candidates of components -> the chart archives that are worth trying."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from migrator.charts import ChartLibrary, load_archive
from migrator.charts.choosing.nearest import is_of_line, is_same_app, numbers
from migrator.charts.types import ChartArchive, ChartRef, ChartVersion
from migrator.charts.vendored import changed_files
from migrator.charts.versions import is_same_version
from migrator.diagnostics import Diagnostic, Diagnostics, MigrateError, Severity
from migrator.model import SourceSpan
from migrator.workflow.steps.stand_ins import StandIn, about, another_major, nearest, stand_in_note

if TYPE_CHECKING:
    from migrator.classify import ChartCandidate, Component
    from migrator.discover import Config
    from migrator.load import ChartEntry
    from migrator.plan.inflated import Inflated
    from migrator.workflow.steps.baseline import Baseline
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
    """The first says why there is no archive, where there is none."""
    stand_ins: Mapping[str, str] = field(default_factory=dict)
    """Digest of an archive that stands in for one that is not at hand -> what to say of it."""
    made: Inflated | None = None
    """The entries of `helmCharts` that make the component."""


def resolve(component: Component, library: ChartLibrary, config: Config) -> Resolved:
    """The archives to try for a third-party component.

    Exact versions that labels or comments name come first; without them the chart versions that carry the app
    version seen in images, those at hand before others. What `components:` in migrate.yaml says of chart, version and
    repository precedes both. Where the right version cannot be had, the nearest at hand of its major stands in for it.
    """
    found: list[_Found] = []
    for candidate in _candidates(component, config):
        found.append(_found(component, candidate, library))
        if sum(len(each.archives) for each in found if not each.stand_ins) >= VERSIONS:
            break
    sure = [each for each in found if each.archives and not each.stand_ins]
    # what a second publisher does not have is no news where the first one has it, or what stands in for it
    taken = sure or [each for each in found if each.archives][:1] or found
    archives: dict[str, ChartArchive] = {}
    for archive in (archive for each in taken for archive in each.archives):
        archives.setdefault(archive.digest, archive)
    return Resolved(
        component=component,
        archives=tuple(archives.values())[:VERSIONS],
        diagnostics=tuple(dict.fromkeys(note for each in taken for note in each.diagnostics)),
        stand_ins={digest: said for each in taken for digest, said in each.stand_ins.items()},
    )


def resolve_inflated(component: Component, made: Inflated, library: ChartLibrary, baseline: Baseline) -> Resolved:
    """The archive of the chart that entries of `helmCharts` name: of their very version; none of the team's own."""
    try:
        return _resolve_inflated(component, made, library, baseline)
    except MigrateError as error:
        return Resolved(component=component, archives=(), diagnostics=(_about(component, error.diagnostic),), made=made)


def _resolve_inflated(component: Component, made: Inflated, library: ChartLibrary, baseline: Baseline) -> Resolved:
    named = dict.fromkeys((each.name, _version_of(each, baseline.root)) for each in made.entries)
    candidates = tuple(_named_candidate(component, made, *each) for each in named)
    found = resolve(replace(component, candidates=candidates), library, baseline.config)
    found = replace(found, component=component, made=made)
    if found.stand_ins:
        found = replace(found, archives=(), stand_ins={})
    if len({name for name, _ in named}) > 1:
        several = _own_chart(component, made.entries[0], "it is made from more than one chart")
        found = replace(found, archives=(), diagnostics=(several,))
    for entry in made.entries if found.archives else ():
        if entry.folder is None:
            continue
        own = load_archive(baseline.root / entry.folder)
        published = next((each for each in found.archives if is_same_version(each.ref.version, own.ref.version)), None)
        changed = changed_files(own, published) if published is not None else ("Chart.yaml",)
        if changed:
            more = f" and {len(changed) - 1} more files" if len(changed) > 1 else ""
            why = f"the chart in {entry.folder} is not {own.ref.name} {own.ref.version} as it is published: "
            own_chart = _own_chart(component, entry, f"{why}{changed[0]}{more} differ")
            return replace(found, archives=(), diagnostics=(own_chart,))
    return found


def _version_of(entry: ChartEntry, root: Path) -> str:
    return entry.version or (load_archive(root / entry.folder).ref.version if entry.folder is not None else "")


def _named_candidate(component: Component, made: Inflated, name: str, version: str) -> ChartCandidate:
    """The chart as an entry names it; its repository may be known of what recognition has found."""
    first = next((each for each in component.candidates if each.chart == name), component.candidates[0])
    url = next((each.repository for each in made.entries if each.name == name and "://" in each.repository), "")
    repository = url or (first.repository if first.chart == name else "")
    return replace(
        first, chart=name, repository=repository, versions=(version,) if version else first.versions, is_stated=True
    )


def _own_chart(component: Component, entry: ChartEntry, why: str) -> Diagnostic:
    return Diagnostic(
        code="MIG434",
        severity=Severity.INFO,
        summary=f"{about(component)}{why}",
        span=SourceSpan(path=entry.file),
        remedy="it stays as it is; carry the changes over to values, or to the published chart, to make it a release",
    )


def archive_of(chart: str, repository: str, choices: Choices) -> ChartArchive:
    """The chart that a person names: a folder, an archive, or NAME:VERSION (MIG905 if it is none of these)."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What one candidate came to."""

    archives: tuple[ChartArchive, ...] = ()
    diagnostics: Diagnostics = ()
    stand_ins: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Choice:
    """A candidate, and whether a person has named its version."""

    candidate: ChartCandidate
    is_named: bool = False


def _candidates(component: Component, config: Config) -> Sequence[_Choice]:
    if not component.candidates:
        return ()
    first = component.candidates[0]
    override = config.components.get(component.id)
    if override is not None and (override.chart or override.version or override.repository):
        chosen = next((each for each in component.candidates if each.chart == override.chart), first)
        versions = (override.version,) if override.version else chosen.versions if override.chart is None else ()
        named = replace(
            chosen,
            chart=override.chart or chosen.chart,
            repository=override.repository or chosen.repository,
            versions=versions,
            is_stated=bool(override.version) or (bool(versions) and chosen.is_stated),
        )
        return (_Choice(candidate=named, is_named=bool(override.version)),)
    if first.is_stated:
        # the objects name the chart: only its publisher may still be in doubt
        equal = [each for each in component.candidates if each.chart == first.chart and each.is_stated]
    else:
        equal = [each for each in component.candidates if each.score >= CLOSE * first.score]
    return [_Choice(candidate=each) for each in equal]


def _found(component: Component, choice: _Choice, library: ChartLibrary) -> _Found:
    candidate = choice.candidate
    apps = _apps(candidate)
    carrying = () if candidate.is_stated else _carrying(candidate, apps, library)
    archives, problems = _fetched(component, candidate, carrying, candidate.versions, library)
    if archives or choice.is_named:
        return _Found(archives=archives, diagnostics=problems)
    if not (candidate.versions or apps):
        return _any_version(component, candidate, library)
    if not candidate.is_stated:
        published, unasked = _published(component, candidate, apps, library)
        archives, more = _fetched(component, candidate, (), published, library)
        if archives:
            return _Found(archives=archives, diagnostics=more)
        problems = problems or more or unasked
    return _stand_ins(component, candidate, apps, library, problems)


def _apps(candidate: ChartCandidate) -> list[str]:
    """The app versions that were seen; none where the likeliest is a branch or `latest`, whatever runs beside it."""
    seen = candidate.app_versions
    return [app for app in seen if numbers(app)] if seen and numbers(seen[0]) else []


def _stand_ins(
    component: Component, candidate: ChartCandidate, apps: Sequence[str], library: ChartLibrary, problems: Diagnostics
) -> _Found:
    """What stands in for a version that cannot be had; nothing where all that is at hand is of another major.

    Where what is near is broken, that is the reason.
    """
    by_chart = candidate.is_stated or not apps
    wanted = StandIn(
        chart=candidate.chart, wanted=candidate.versions[0] if by_chart else apps[0], is_chart_version=by_chart
    )
    held = library.at_hand(candidate.chart, candidate.repository)
    near = nearest(held, wanted)
    versions = [one.version for one in near]
    archives, broken = _fetched(component, candidate, (), versions, library)
    if archives:
        said = {archive.digest: wanted.said_of(archive) for archive in archives}
        return _Found(
            archives=archives, diagnostics=(*problems, stand_in_note(component, archives, wanted)), stand_ins=said
        )
    if near:
        return _Found(diagnostics=problems or broken)
    if held:
        more = (one for one in problems if one.code != "MIG430")
        return _Found(diagnostics=(another_major(component, candidate, held, wanted), *more))
    return _Found(diagnostics=problems)


def _any_version(component: Component, candidate: ChartCandidate, library: ChartLibrary) -> _Found:
    """Some of all versions, for what they render to tell."""
    unknown = f"nothing tells which version of chart {candidate.chart} it is"
    try:
        known = [one.version for one in library.versions(candidate.chart, candidate.repository)]
    except MigrateError as error:
        return _Found(diagnostics=(_about(component, error.diagnostic),))
    found, diagnostics = _fetched(component, candidate, (), known, library)
    if not found:
        return _Found(diagnostics=(*diagnostics, _no_version(component, unknown)))
    note = Diagnostic(
        code="MIG431",
        severity=Severity.INFO,
        summary=f"{about(component)}{unknown}: {len(found)} of {len(known)} are tried, and the best fit wins",
        remedy=f"name another in migrate.yaml if it is wrong: components: {{{component.id}: {{version: ...}}}}",
    )
    return _Found(archives=found, diagnostics=(note,))


def _no_version(component: Component, problem: str) -> Diagnostic:
    return Diagnostic(
        code="MIG430",
        severity=Severity.WARNING,
        summary=f"{about(component)}{problem}",
        remedy=f"name the version in migrate.yaml: components: {{{component.id}: {{version: ...}}}}; or give "
        "the folder of its archive with --chart-mirror DIR",
    )


def _fetched(
    component: Component,
    candidate: ChartCandidate,
    carrying: Sequence[str],
    versions: Sequence[str],
    library: ChartLibrary,
) -> tuple[tuple[ChartArchive, ...], Diagnostics]:
    """Archives of versions that carry what was seen, then of some others that may be had; if there is none, why."""
    found: list[ChartArchive] = []
    missing: dict[str, Diagnostic] = {}
    order = {version: place for place, version in enumerate(dict.fromkeys((*carrying, *versions)))}
    for version in dict.fromkeys((*_spread(carrying), *carrying, *_spread(versions), *versions)):
        try:
            ref = ChartRef(name=candidate.chart, version=version, repository=candidate.repository)
            found.append(library.fetch(ref))
        except MigrateError as error:
            missing[version] = _about(component, error.diagnostic)
        if len(found) == VERSIONS:
            break
    found.sort(key=lambda archive: order.get(archive.ref.version, len(order)))
    return tuple({one.digest: one for one in found}.values()), () if found else _any_of(missing, versions)


def _any_of(missing: Mapping[str, Diagnostic], versions: Sequence[str]) -> Diagnostics:
    """One message for all the versions of which any would do: about one that may be had, if there is one."""
    if not missing:
        return ()
    order = {version: place for place, version in reversed(list(enumerate(versions)))}
    first = min(missing, key=lambda version: (missing[version].code != "MIG421", order.get(version, len(order))))
    others = [version for version in dict.fromkeys(versions) if not is_same_version(version, first)]
    shown = ", ".join(others[:VERSIONS]) + (", ..." if len(others) > VERSIONS else "")
    said = f"{missing[first].summary}; as good would be {shown}" if others else missing[first].summary
    return (replace(missing[first], summary=said),)


def _spread(versions: Sequence[str]) -> list[str]:
    """Some of many versions, at even distances: those close to each other differ little."""
    last = len(versions) - 1
    if last < VERSIONS:
        return list(versions)
    return [versions[round(place * last / (VERSIONS - 1))] for place in range(VERSIONS)]


def _carrying(candidate: ChartCandidate, apps: Sequence[str], library: ChartLibrary) -> tuple[str, ...]:
    """Chart versions at hand that carry an app version which was seen, newest first.

    Of those that state none the tags count that their defaults give to images.
    """
    if not apps:
        return ()
    held = library.at_hand(candidate.chart, candidate.repository)
    return _fitting(held, apps) or tuple(
        one.version
        for one in held
        if not numbers(one.app_version)
        and any(is_same_app(tag, app) for tag in library.default_tags(one) for app in apps)
    )


def _published(
    component: Component, candidate: ChartCandidate, apps: Sequence[str], library: ChartLibrary
) -> tuple[tuple[str, ...], Diagnostics]:
    """Chart versions of the publisher's own index that carry an app version which was seen; if there is none, why."""
    places = "at hand or in the tables of migrate"
    if apps and not library.is_offline:
        places = "at hand, in the tables of migrate or in its repository"
        try:
            versions = _fitting(library.published(candidate.chart, candidate.repository), apps)
        except MigrateError as error:
            return (), (_about(component, error.diagnostic),)
        if versions:
            return versions, ()
    problem = f"no version of chart {candidate.chart} {places} carries app version {', '.join(apps)}"
    day = next((day for app in apps if (day := library.aged(candidate.chart, app))), "")
    if day:
        problem += f"; the tables end on {day}, before it, and `migrate rules refresh` renews them"
    return (), (_no_version(component, problem),)


def _fitting(versions: Sequence[ChartVersion], apps: Sequence[str]) -> tuple[str, ...]:
    ways: tuple[Callable[[str, str], bool], ...] = (is_same_app, is_of_line)
    found = ([one.version for one in versions if any(way(one.app_version, app) for app in apps)] for way in ways)
    return tuple(next((each for each in found if each), ()))


def _about(component: Component, diagnostic: Diagnostic) -> Diagnostic:
    """The diagnostic as a warning that names the component which stays in Kustomize because of it."""
    return replace(diagnostic, severity=Severity.WARNING, summary=f"{about(component)}{diagnostic.summary}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Needed:
    """The archives that a component is compared with."""

    refs: tuple[ChartRef, ...]
    others: tuple[str, ...] = ()
    """Versions of which any is as good as the first."""
    diagnostics: Diagnostics = ()
    """Why none can be named, where none can."""


def needed(component: Component, library: ChartLibrary, config: Config) -> Needed:
    """The archives that a plan needs for a component: the versions that are stated, else those that carry what runs."""
    problems: Diagnostics = ()
    for candidate in (choice.candidate for choice in _candidates(component, config)):
        apps = _apps(candidate)
        versions: tuple[str, ...] = () if candidate.is_stated else _carrying(candidate, apps, library)[:VERSIONS]
        others: tuple[str, ...] = ()
        if not versions:
            versions, others = candidate.versions[:1], candidate.versions[1:]
        if not versions and apps:
            known, why = _published(component, candidate, apps, library)
            versions, others, problems = known[:1], known[1:], (*problems, *why)
        if not versions and not apps:
            held = library.at_hand(candidate.chart, candidate.repository)
            versions = tuple(one.version for one in held[:VERSIONS])
        if versions:
            name, repository = candidate.chart, candidate.repository
            refs = tuple(ChartRef(name=name, version=each, repository=repository) for each in versions)
            return Needed(refs=refs, others=others)
    return Needed(refs=(), diagnostics=problems or (_no_version(component, "nothing tells which chart it is of"),))
