"""Pipelines, scripts, Renovate's configuration, CODEOWNERS and rules for Prometheus, added to the edits of a plan."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from migrator.diagnostics import Diagnostic, Diagnostics, MigrateError
from migrator.discover import Index
from migrator.discover.gitops import GitOps
from migrator.gitops.deployer import Tool
from migrator.lock import Lock
from migrator.model import RepoPath
from migrator.pipelines.deployed import deployed
from migrator.pipelines.emit import Surroundings, Wishes, emitted
from migrator.pipelines.monitoring import known_labels
from migrator.pipelines.own_files import CAUSE, Read, is_unchanged
from migrator.pipelines.owners import owned_folders
from migrator.pipelines.renovate import PLACES as RENOVATE_PLACES
from migrator.pipelines.seen_files import seen_by_renovate
from migrator.rewrite import AUTOMATION_CODES, FileEdit, Layout, changes, sealed
from migrator.rewrite.transaction.preflight import check_place
from migrator.workflow.planned import Planned
from migrator.workflow.steps.choices import NO_TOOL

_PLATFORM = "platform/{part}"
_INFLATES = (b"helmCharts", b"HelmChartInflationGenerator")
_STOOD_IN = "MIG216"
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
    names_charts = config.gitops.argocd.source == "chart"
    all_of_it = deployed(lock, baseline.reading.deployers, baseline.tool)
    wishes = Wishes(
        platform=platform,
        branch="" if config.gitops.revision == "HEAD" else config.gitops.revision,
        renovate=seen_by_renovate(lock, baseline.reading.deployers, names_charts=names_charts)
        if platform and _wants_renovate(config.ci.renovate, baseline.index)
        else {},
        owners=owned_folders(lock, planned.layout, config.teams, _files(planned)),
        monitoring=None if monitoring is None else _platform(planned.layout, "monitoring"),
        labels=monitoring or known_labels(lock),
        namespace=_namespace(all_of_it.tool, config.gitops),
    )
    around = _surroundings(planned)
    edits, notes = emitted(all_of_it, wishes, around)
    return tuple(_on_disk(each, planned) for each in edits), notes


def _wants_renovate(said: bool | None, index: Index) -> bool:
    """Whether somebody wants it, or has it, or has no other bot."""
    other = any(RepoPath(f".github/dependabot.{ending}") in index.files for ending in ("yml", "yaml"))
    return said if said is not None else not other or any(path in index.files for path in RENOVATE_PLACES)


def _in_the_way(path: RepoPath, root: Path) -> str | None:
    """Why a file cannot be written there: a link on the way, or something that is no file."""
    try:
        check_place(root, path)
    except MigrateError as error:
        return error.diagnostic.summary
    return None


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
        why_not=lambda path: _in_the_way(path, index.root),
        lacking={
            each.root: note.summary
            for each in planned.baseline.builds
            for note in each.notices
            if note.code == _STOOD_IN
        },
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


def _files(planned: Planned) -> frozenset[RepoPath]:
    """The files of the new tree."""
    gone = {each.path for each in planned.edits if each.after is None}
    return frozenset({*planned.baseline.index.files, *(each.path for each in planned.edits)} - gone)


def _platform(layout: Layout, part: str) -> RepoPath:
    return RepoPath(posixpath.normpath((layout.platform or _PLATFORM).format(part=part)))


def _namespace(tool: str, gitops: GitOps) -> str:
    return gitops.flux.namespace if tool == Tool.FLUX else gitops.argocd.namespace
