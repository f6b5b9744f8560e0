"""The lock follows a tree that was changed on purpose: charts, values files, post-render folders and roots."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from migrator.charts.types import ChartArchive, ChartRef
from migrator.diagnostics import MigrateError
from migrator.discover import Index
from migrator.lock import Lock, LockedEnvironment, LockedRelease
from migrator.model import Json, RepoPath, SourceSpan
from migrator.prove.release.dependencies import dependencies_of, lock_file_problem, read_chart_file
from migrator.render_roots import Build
from migrator.rewrite.edits import FileEdit
from migrator.rewrite.layout import Layout
from migrator.rewrite.umbrella.chart_files import chart_lock
from migrator.yamlio import Dialect, read_value

_EXACT = re.compile(r"v?\d+\.\d+\.\d+(?:[-+].*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Relocked:
    """A lock for the tree as it is, before it is proved."""

    lock: Lock
    edits: tuple[FileEdit, ...] = field(repr=False)
    """Chart.lock files that did not follow their Chart.yaml."""
    changes: tuple[str, ...]
    """What the lock says now and did not, one line each."""


def relocked(
    lock: Lock,
    index: Index,
    builds: Sequence[Build],
    layout: Layout,
    fetch: Callable[[ChartRef], ChartArchive],
) -> Relocked:
    """The lock of the same releases with what their folders say now, and the kustomize roots that there are.

    A release whose folder is gone is not a release any more. A values file that the lock lists and that is gone is left
    out; one that the layout would write for the environment, and that has come, is added. Raises MIG703 for a
    Chart.yaml without the release's chart, MIG723 for a version that is not an exact one, and what `fetch` raises.
    """
    following = _Following(index, layout, fetch)
    roots: dict[str, list[RepoPath]] = defaultdict(list)
    for build in builds:
        roots[build.environment].append(build.root)
    environments = {
        name: replace(
            each,
            kustomize=tuple(sorted(roots.get(name, ()))),
            left_out={build.root: build.left_out for build in builds if build.environment == name and build.left_out},
            helm=tuple(found for old in each.helm if (found := following.release(old, name)) is not None),
        )
        for name, each in _environments(lock, roots).items()
    }
    left = {release.component for each in environments.values() for release in each.helm}
    components = {name: each for name, each in lock.components.items() if name in left}
    changes = dict.fromkeys(following.changes)
    for name, each in environments.items():
        if set(each.kustomize) != (set(lock.environments[name].kustomize) if name in lock.environments else set()):
            changes[f"{name}: kustomize roots {', '.join(each.kustomize) or 'none'}"] = None
    return Relocked(
        lock=replace(lock, environments=environments, components=components),
        edits=tuple(following.edits.values()),
        changes=tuple(changes),
    )


def _environments(lock: Lock, roots: Collection[str]) -> Mapping[str, LockedEnvironment]:
    """Those of the lock, and those that have come since."""
    new = {name: LockedEnvironment(before=(), kustomize=(), helm=()) for name in roots if name not in lock.environments}
    return {**lock.environments, **new}


class _Following:
    def __init__(self, index: Index, layout: Layout, fetch: Callable[[ChartRef], ChartArchive]) -> None:
        self._index, self._layout, self._fetch = index, layout, fetch
        self.edits: dict[RepoPath, FileEdit] = {}
        self.changes: list[str] = []

    def release(self, old: LockedRelease, environment: str) -> LockedRelease | None:
        if not self._index.is_directory(old.path):
            self.changes.append(f"{old.component}: {old.path} is gone, so it is not a release any more")
            return None
        ref = self._chart(old)
        new = old
        if ref != ChartRef(name=old.name, version=old.version, repository=old.repository):
            digest = self._fetch(ref).digest
            new = replace(old, version=ref.version, repository=ref.repository, digest=digest)
            source = "" if ref.repository == old.repository else f" from {ref.repository or 'no repository'}"
            self.changes.append(f"{old.component}: {old.name} {old.version} -> {ref.version}{source}")
        self._chart_lock(old.path, ref)
        values = self._values(old, environment)
        if values != old.values:
            self.changes.append(f"{old.component} in {environment}: values {', '.join(values) or 'none'}")
        post_render = old.post_render
        if post_render is not None and not self._index.is_directory(RepoPath(f"{old.path}/{post_render}")):
            self.changes.append(f"{old.component} in {environment}: nothing is done behind the chart any more")
            post_render = None
        return replace(new, values=values, post_render=post_render)

    def _chart(self, old: LockedRelease) -> ChartRef:
        """What Chart.yaml names for the release now."""
        entries = self._entries(old.path)
        entry = next((each for each in entries if each.get("name") == old.name), None)
        span = SourceSpan(path=RepoPath(f"{old.path}/Chart.yaml"))
        if entry is None:
            raise MigrateError.of(
                "MIG703",
                f"Chart.yaml names no dependency {old.name}, which the lock has for {old.component}",
                span=span,
                remedy="a release keeps its chart: restore the dependency, or remove the folder and migrate anew",
            )
        version = str(entry.get("version") or "")
        if not _EXACT.fullmatch(version):
            raise MigrateError.of(
                "MIG723",
                f"{old.name} {version or 'without a version'} is not an exact version, so nobody knows what it renders",
                span=span,
                remedy="name one version",
            )
        return ChartRef(name=old.name, version=version, repository=str(entry.get("repository") or ""))

    def _chart_lock(self, folder: RepoPath, ref: ChartRef) -> None:
        path = RepoPath(f"{folder}/Chart.lock")
        held = self._index.read(path) if self._index.is_file(path) else None
        if held is None or len(self._entries(folder)) != 1:
            return
        locked = read_value(held, dialect=Dialect.SIGS, path=path)
        if lock_file_problem(self._entries(folder), locked):
            self.edits[path] = FileEdit(path=path, before=held, after=chart_lock(ref).encode(), cause="lock")

    def _entries(self, folder: RepoPath) -> tuple[Mapping[str, Json], ...]:
        return dependencies_of(read_chart_file(self._index.root / folder / "Chart.yaml", folder))

    def _values(self, old: LockedRelease, environment: str) -> tuple[str, ...]:
        wanted = (*old.values, *({self._layout.values_file(environment)} - set(old.values)))
        return tuple(name for name in wanted if self._index.is_file(RepoPath(posixpath.join(old.path, name))))
