"""Pipelines, scripts, Renovate's configuration, CODEOWNERS and rules for Prometheus, added to the edits of a plan."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from migrator.diagnostics import Diagnostic, Diagnostics
from migrator.discover import Index
from migrator.discover.gitops import GitOps
from migrator.gitops.deployer import Deployer, Tool
from migrator.lock import Lock
from migrator.model import RepoPath
from migrator.pipelines.deployed import deployed
from migrator.pipelines.emit import Surroundings, Wishes, emitted
from migrator.pipelines.own_files import CAUSE, Read, is_unchanged
from migrator.pipelines.renovate import Wanted, wanted_of
from migrator.pipelines.templates import load_tools
from migrator.rewrite import AUTOMATION_CODES, FileEdit, Layout, changes, sealed
from migrator.workflow.planned import Planned
from migrator.workflow.steps.choices import NO_TOOL

_PLATFORM = "platform/{part}"
_INFLATES = (b"helmCharts", b"HelmChartInflationGenerator")
_CHECKOV = (".checkov.yaml", ".checkov.yml")


def needs_pipelines(planned: Planned) -> bool:
    """Whether a migrated repository lacks something of what was asked for."""
    return planned.baseline.lock is not None and planned.lock is not None and bool(_emitted(planned, planned.lock)[0])


def with_pipelines(planned: Planned) -> Planned:
    """The plan's edits with those; unchanged where nothing was asked for, or nothing is migrated."""
    lock, index = planned.lock, planned.baseline.index
    if lock is None or not (planned.edits or planned.baseline.lock is not None):
        return planned
    found, notes = _emitted(planned, lock)
    if not found and not notes:
        return planned
    paths = {each.path for each in found}
    edits = planned.edits
    if found:
        edits = sealed((*(each for each in edits if each.path not in paths), *found), lock, index)
    told = tuple(each for each in planned.plan.diagnostics if not _is_of_own(each, paths))
    plan = replace(planned.plan, changes=changes(edits), diagnostics=(*told, *notes))
    return replace(planned, plan=plan, edits=edits)


def _is_of_own(note: Diagnostic, own: Collection[RepoPath]) -> bool:
    """Whether it is said of a file that is written anew, that it names what moved."""
    return note.code in AUTOMATION_CODES and note.span is not None and note.span.path in own


def _emitted(planned: Planned, lock: Lock) -> tuple[tuple[FileEdit, ...], Diagnostics]:
    baseline, config = planned.baseline, planned.baseline.config
    platform = "" if baseline.choices.ci == NO_TOOL else baseline.choices.ci
    monitoring = config.gitops.monitoring
    if not (platform or config.teams.platform or config.teams.applications or monitoring is not None):
        return (), ()
    all_of_it = deployed(lock, baseline.reading.deployers, baseline.tool)
    wishes = Wishes(
        platform=platform,
        branch=config.gitops.revision,
        renovate=_seen(lock, baseline.reading.deployers, config.gitops) if platform and config.ci.renovate else {},
        owners=_owned(planned, lock),
        monitoring=None if monitoring is None else _platform(planned.layout, "monitoring"),
        labels=monitoring or _labels(lock),
        namespace=_namespace(all_of_it.tool, config.gitops),
    )
    around = _surroundings(planned)
    edits, notes = emitted(all_of_it, wishes, around)
    return tuple(_on_disk(each, planned) for each in edits), notes


def _on_disk(edit: FileEdit, planned: Planned) -> FileEdit:
    """The edit from what the repository has, where another edit of it comes first."""
    earlier = next((each for each in planned.edits if each.path == edit.path), None)
    return edit if earlier is None else replace(earlier, after=edit.after, cause=CAUSE)


def _surroundings(planned: Planned) -> Surroundings:
    index = planned.baseline.index
    rego = {posixpath.dirname(path) or "." for path in index.files if path.endswith(".rego")}
    tops = [each for each in sorted(rego) if not any(each.startswith(f"{one}/") for one in rego)]
    return Surroundings(
        read=_reader(planned.edits, index),
        policies=tuple(RepoPath(each) for each in tops),
        inflates=any(word in index.read(path) for path in index.kustomization_files for word in _INFLATES),
        is_strict_scan=any((index.root / name).is_file() for name in _CHECKOV),
        is_top=not index.git.prefix,
    )


def _reader(edits: Sequence[FileEdit], index: Index) -> Read:
    # what has followed paths in a file of our own is no change by people
    after = {each.path: each.after for each in edits if each.cause != CAUSE and not is_unchanged(each.before or b"")}

    def read(path: RepoPath) -> bytes | None:
        if path in after:
            return after[path]
        place = index.root / path
        return place.read_bytes() if place.is_file() else None

    return read


def _seen(lock: Lock, deployers: Sequence[Deployer], gitops: GitOps) -> Wanted:
    """What Renovate has to see: values files, HelmReleases, and Applications that name public charts."""
    releases = [each for held in lock.environments.values() for each in held.helm]
    values = {RepoPath(f"{each.path}/{name}") for each in releases for name in each.values if name != "values.yaml"}
    flux: dict[RepoPath, RepoPath] = {}
    argocd: dict[RepoPath, RepoPath] = {}
    for each in deployers:
        if each.tool is Tool.FLUX and each.id.kind == "HelmRelease" and each.span is not None:
            flux[RepoPath(posixpath.dirname(each.span.path))] = each.span.path
    for environment, held in sorted(lock.environments.items()):
        for by in held.deployed_by:
            before, mark, _ = by.file.partition(f"/{environment}/")
            folder = RepoPath(before if mark else posixpath.dirname(by.file))
            if by.kind == "HelmRelease":
                flux[folder] = by.file
            elif by.component and gitops.argocd.source == "chart":
                argocd[folder] = by.file
    return wanted_of(values, {"flux": flux, "argocd": argocd})


def _owned(planned: Planned, lock: Lock) -> Mapping[RepoPath, Sequence[str]]:
    """Folder -> its owners, of those that teams are named for."""
    teams, layout, files = planned.baseline.config.teams, planned.layout, _files(planned)
    charts = {each.path for held in lock.environments.values() for each in held.helm}
    roots = {root for held in lock.environments.values() for root in held.kustomize}
    emitted = {RepoPath(posixpath.dirname(by.file)) for held in lock.environments.values() for by in held.deployed_by}
    applications = set(_fixed(layout.application, files))
    platform = {*_fixed(layout.infrastructure, files), *_fixed(layout.platform or _PLATFORM, files)}
    platform |= {*(_fixed(layout.chart, files) or charts), *emitted, *(roots if applications else ())}
    owned = {each: teams.platform for each in _tops(platform) if teams.platform}
    return owned | {each: teams.applications for each in _tops(applications or roots) if teams.applications}


def _files(planned: Planned) -> frozenset[RepoPath]:
    """The files of the new tree."""
    gone = {each.path for each in planned.edits if each.after is None}
    return frozenset({*planned.baseline.index.files, *(each.path for each in planned.edits)} - gone)


def _fixed(pattern: str, files: Collection[RepoPath]) -> tuple[RepoPath, ...]:
    """The fixed part of a layout's pattern, where it has one and something lies there."""
    fixed = pattern.partition("{")[0].rpartition("/")[0]
    return (RepoPath(fixed),) if fixed and any(each.startswith(f"{fixed}/") for each in files) else ()


def _tops(folders: Collection[RepoPath]) -> Iterator[RepoPath]:
    """The folders that lie in no other of them; never the whole repository."""
    named = [each for each in folders if each not in {"", "."}]
    return (each for each in sorted(named) if not any(each.startswith(f"{one}/") for one in named))


def _platform(layout: Layout, part: str) -> RepoPath:
    return RepoPath(posixpath.normpath((layout.platform or _PLATFORM).format(part=part)))


def _labels(lock: Lock) -> Mapping[str, str]:
    """By which labels a Prometheus that a release runs knows its rules, where that is known of its chart."""
    known = load_tools().rule_labels
    for _, held in sorted(lock.environments.items()):
        for each in held.helm:
            if each.name in known:
                return {known[each.name]: each.context.release}
    return {}


def _namespace(tool: str, gitops: GitOps) -> str:
    return gitops.flux.namespace if tool == Tool.FLUX else gitops.argocd.namespace
