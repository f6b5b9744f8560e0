"""Which environment a root stands for."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from migrator.discover import Config
from migrator.model import RepoPath, ResId
from migrator.render_roots.types import Build

DEFAULT_ENVIRONMENT = "default"

PARENTS = frozenset(
    {"overlays", "overlay", "environments", "environment", "envs", "env", "clusters", "cluster", "stages"}
)
"""Folders that hold one folder for each environment."""
_NAMES = frozenset(
    (
        *("dev", "devel", "development", "test", "testing", "qa", "uat", "int", "integration", "sandbox", "preview"),
        *("ci", "local", "stage", "staging", "preprod", "pre-prod", "prod", "production", "live", "dr"),
    )
)
SAME = 0.8
"""Part of the objects of two roots that both render when they stand for each other, ..."""
LEAST = 3
"""... and how many they are at least: of fewer it says little."""
_WORKLOADS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "CronJob"})


def environment_of(root: RepoPath, config: Config) -> str:
    """The environment of a root: as configured, else from its path, else `default`.

    In the path it is the name behind the first `overlays`, `environments`, `envs`, `clusters` or `stages`
    (`apps/api/overlays/prod` and `overlays/prod` are one environment), else the last part that is a usual name of an
    environment (`api/staging`).
    """
    configured = config.environment_of_root(root)
    if configured is not None:
        return configured
    parts = root.split("/")
    for parent, name in itertools.pairwise(parts):
        if parent.lower() in PARENTS:
            return name
    return next((part for part in reversed(parts) if part.lower() in _NAMES), DEFAULT_ENVIRONMENT)


def with_environments(config: Config, found: Mapping[str, Iterable[RepoPath]]) -> Config:
    """The configuration with environments of roots of which neither it nor their path says one."""
    held: dict[str, tuple[RepoPath, ...]] = dict(config.environments)
    for name, roots in found.items():
        unnamed = (root for root in roots if environment_of(root, config) == DEFAULT_ENVIRONMENT)
        more = tuple(root for root in unnamed if config.environment_of_root(root) is None)
        if more and name != DEFAULT_ENVIRONMENT:
            held[name] = (*held.get(name, ()), *more)
    return replace(config, environments=held) if held != config.environments else config


def told_apart(builds: Sequence[Build], config: Config) -> Mapping[str, tuple[RepoPath, ...]]:
    """Environment -> roots whose path has no usual name, and which stand for each other: `api/eu` and `api/us`.

    Two roots do whose paths differ in one part alone, and which render nearly the same objects, a workload of one
    namespace among them with different content: no cluster can have both. The part in which they differ is the
    environment, also of what else lies below it. Neither can it have a workload from the file that most roots render
    and from one that few render instead of it: each of those few is an environment.
    """
    unnamed = [each for each in builds if each.is_built and _is_unnamed(each, config)]
    parents = {place for one, other in _rivals(unnamed) for place in _places(one.root, other.root)}
    found: dict[str, list[RepoPath]] = defaultdict(list)
    for root in (each.root for each in builds if _is_unnamed(each, config)):
        names = [path.name for path in (PurePosixPath(root), *PurePosixPath(root).parents) if path in parents]
        if len(names) == 1:
            found[names[0]].append(root)
    placed = {root for roots in found.values() for root in roots}
    ends = _ends([each.root for each in builds])
    for root in sorted(_with_own_copies(unnamed) - placed):
        found[ends[root]].append(root)
    return {name: tuple(roots) for name, roots in sorted(found.items())}


def _is_unnamed(build: Build, config: Config) -> bool:
    return build.environment == DEFAULT_ENVIRONMENT and config.environment_of_root(build.root) is None


def _rivals(builds: Sequence[Build]) -> Iterator[tuple[Build, Build]]:
    """Pairs of roots that render nearly the same objects, and a workload with different content."""
    ids = {build.root: {each.id for each in build.resources} for build in builds}
    workloads: dict[ResId, list[tuple[Build, object]]] = defaultdict(list)
    for build in builds:
        for each in build.resources:
            if each.gvk.kind in _WORKLOADS and each.id.namespace:
                workloads[each.id].append((build, each.body))
    for held in workloads.values():
        for (one, body), (other, another) in itertools.combinations(held, 2):
            both = len(ids[one.root] & ids[other.root])
            if body != another and both >= max(LEAST, SAME * len(ids[one.root]), SAME * len(ids[other.root])):
                yield one, other


def _with_own_copies(builds: Sequence[Build]) -> set[RepoPath]:
    """Roots that render a workload from a file of their own, with other content than most roots that render it."""
    forms: dict[ResId, dict[RepoPath, list[Build]]] = defaultdict(lambda: defaultdict(list))
    for build in builds:
        for each in build.resources:
            if each.gvk.kind in _WORKLOADS and each.id.namespace and each.origin is not None:
                forms[each.id][each.origin.path].append(build)
    found: set[RepoPath] = set()
    for res_id, files in forms.items():
        ranked = sorted(files.values(), key=len, reverse=True)
        if len(ranked) > 1 and len(ranked[0]) > len(ranked[1]):
            usual = [_body(build, res_id) for build in ranked[0]]
            others = (build for held in ranked[1:] for build in held)
            found |= {build.root for build in others if _body(build, res_id) not in usual}
    return found


def _body(build: Build, res_id: ResId) -> object:
    return next(each.body for each in build.resources if each.id == res_id)


def _ends(roots: Sequence[RepoPath]) -> Mapping[RepoPath, str]:
    """Root -> the least of the end of its path that no other root ends with, as one word."""
    parts = {root: root.split("/") for root in roots}
    ends = Counter(tuple(found[at:]) for found in parts.values() for at in range(len(found)))
    return {
        root: "-".join(next((found[at:] for at in reversed(range(len(found))) if ends[tuple(found[at:])] == 1), found))
        for root, found in parts.items()
    }


def _places(one: RepoPath, other: RepoPath) -> tuple[PurePosixPath, ...]:
    """The folders by which two paths differ; none where that is more than one part of each."""
    first, second = PurePosixPath(one).parts, PurePosixPath(other).parts
    differing = [place for place, parts in enumerate(zip(first, second, strict=False)) if parts[0] != parts[1]]
    if len(first) != len(second) or len(differing) != 1:
        return ()
    return tuple(PurePosixPath(*parts[: differing[0] + 1]) for parts in (first, second))
