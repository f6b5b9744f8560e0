"""Who delivers a deployer (app-of-apps, bootstrap), to which cluster, and what its environment is."""

from __future__ import annotations

import posixpath
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from migrator.discover import Config
from migrator.gitops.deployer import Deployer, Source, Tool
from migrator.load import Kustomizations
from migrator.model import RepoPath
from migrator.render_roots.environment import DEFAULT_ENVIRONMENT, environment_of

_CLUSTERS = "clusters"
_DEPTH = 10
"""So many levels of deployers that deliver deployers, at most."""


def delivered(
    deployers: Sequence[Deployer], kustomizations: Kustomizations, environments: Mapping[RepoPath, str], config: Config
) -> tuple[tuple[Deployer, ...], Mapping[RepoPath, str]]:
    """The deployers, each with the one that delivers it, its cluster and its environment; and `Config.clusters`.

    A folder that is delivered to a cluster stands for the one environment that is deployed from there, if it is one.
    The environment of a deployer is that of the root that it deploys, also `default` where it delivers no deployers;
    else that of the root that renders it, of the folder that it lies in, or its cluster's name; else that of whoever
    delivers it, else `default`. An object of Flux acts in the cluster in which it lives: that of whoever delivers it,
    or the folder below `clusters`.
    """
    parents = _parents(deployers, kustomizations)
    delivering = set(parents.values())
    config, environments = _with_clusters(config, environments, deployers, parents)
    named = [_named(each, environments, config, is_last=at not in delivering) for at, each in enumerate(deployers)]
    named = _told_apart(named, parents)
    for _ in range(_DEPTH):
        known = list(named)
        for at, parent in parents.items():
            known[at] = _inherited(named[at], named[parent])
        if known == named:
            break
        named = known
    found = tuple(
        replace(
            each,
            environment=each.environment or DEFAULT_ENVIRONMENT,
            delivered_by=named[parents[at]].id if at in parents else None,
        )
        for at, each in enumerate(named)
    )
    return found, config.clusters


def _with_clusters(
    config: Config, environments: Mapping[RepoPath, str], deployers: Sequence[Deployer], parents: Mapping[int, int]
) -> tuple[Config, Mapping[RepoPath, str]]:
    clusters = _cluster_folders(deployers, parents, environments, config)
    if not clusters:
        return config, environments
    config = replace(config, clusters={**clusters, **config.clusters})
    own = {root: config.environment_of_root(root) or name for root, name in environments.items()}
    return config, own


def _cluster_folders(
    deployers: Sequence[Deployer], parents: Mapping[int, int], environments: Mapping[RepoPath, str], config: Config
) -> Mapping[RepoPath, str]:
    """Folder whose objects are delivered to a cluster -> the one environment of all that is deployed from there.

    Without those of which that is no news, and those of which there are two for one environment.
    """
    delivering = set(parents.values())
    names: dict[RepoPath, set[str]] = defaultdict(set)
    for at, each in enumerate(deployers):
        paths = [root for one in each.sources if _is_here(one) for root in one.roots] if at not in delivering else []
        for folder in _delivered_from(at, deployers, parents):
            outside = (path for path in paths if not f"{path}/".startswith(f"{folder}/"))
            names[folder] |= {_environment(path, environments, config) for path in outside} - {DEFAULT_ENVIRONMENT}
    deployed = frozenset().union(*names.values())
    found: dict[str, list[RepoPath]] = defaultdict(list)
    for folder, held in sorted(names.items()):
        own = _environment(folder, environments, config)
        is_below = any(folder.startswith(f"{one}/") for held in found.values() for one in held)
        if len(held) == 1 and own not in {DEFAULT_ENVIRONMENT, *deployed} and not is_below:
            found[next(iter(held))].append(folder)
    return {held[0]: name for name, held in sorted(found.items()) if len(held) == 1}


def _delivered_from(at: int, deployers: Sequence[Deployer], parents: Mapping[int, int]) -> Iterator[RepoPath]:
    """The folders from which what a deployer deploys comes to its cluster, one after the other."""
    leaf = deployers[at]
    if leaf.tool is Tool.FLUX and (folder := _cluster_folder(_place(leaf))) is not None:
        yield folder
    for _ in range(_DEPTH):
        if at not in parents or parents[at] == at or deployers[parents[at]].cluster != leaf.cluster:
            return
        at = parents[at]
        yield from (RepoPath(one.path) for one in deployers[at].sources if _is_here(one) and one.helm is None)


def _place(deployer: Deployer) -> RepoPath:
    return deployer.root or (deployer.span.path if deployer.span is not None else RepoPath(""))


def _parents(deployers: Sequence[Deployer], kustomizations: Kustomizations) -> Mapping[int, int]:
    """Deployer -> the one whose sources hold it: a kustomization that renders it, or the folder of its file."""
    by_folder: dict[RepoPath, list[tuple[int, Source]]] = defaultdict(list)
    for at, each in enumerate(deployers):
        for source in each.sources:
            for root in source.roots if source.helm is None else ():
                by_folder[root].append((at, source))
    found: dict[int, int] = {}
    for at, each in enumerate(deployers):
        holding = (by_folder.get(each.root, []) if each.root is not None else []) or [
            held for folder in _holding(each, kustomizations) for held in by_folder.get(folder, ())
        ]
        holding = holding or _over_file(each, by_folder, kustomizations)
        # one that delivers itself is the last to be thought of: another one has brought it first
        chosen = sorted((parent == at, parent) for parent, _ in holding)
        if chosen:
            found[at] = chosen[0][1]
    return found


def _holding(deployer: Deployer, kustomizations: Kustomizations) -> Iterator[RepoPath]:
    """The kustomizations that take the file of the object in, the nearest to it first."""
    if deployer.span is None:
        return
    file = deployer.span.path
    near = [RepoPath(posixpath.dirname(file) or ".")]
    seen: set[RepoPath] = set()
    while near:
        seen.update(near)
        yield from (folder for folder in near if file in kustomizations.reach(folder).files)
        near = sorted({above for folder in near for above in kustomizations.includers(folder)} - seen)


def _over_file(
    deployer: Deployer, by_folder: Mapping[RepoPath, list[tuple[int, Source]]], kustomizations: Kustomizations
) -> list[tuple[int, Source]]:
    """Who takes the file as it lies in a folder without kustomization, or below it.

    Argo CD documentation, Directory (`recurse`); Flux documentation, Generating a kustomization.yaml file.
    """
    if deployer.span is None or deployer.root is not None:
        return []
    held = kustomizations.by_path
    folder = RepoPath(posixpath.dirname(deployer.span.path) or ".")
    direct = by_folder.get(folder, []) if folder not in held else []
    while not direct and folder != "." and folder not in held:
        folder = RepoPath(posixpath.dirname(folder) or ".")
        if folder not in held:
            direct = [(at, source) for at, source in by_folder.get(folder, []) if source.recurse]
    return direct


def _named(deployer: Deployer, environments: Mapping[RepoPath, str], config: Config, *, is_last: bool) -> Deployer:
    cluster = deployer.cluster
    if not cluster and deployer.tool is Tool.FLUX:
        cluster = posixpath.basename(_cluster_folder(_place(deployer)) or "")
    own = [_own(each, environments, config) for each in deployer.sources if _is_here(each)]
    places = [deployer.root] if deployer.root is not None else []
    places += [RepoPath(posixpath.dirname(deployer.span.path) or ".")] if deployer.span is not None else []
    clusters = [cluster] if cluster and "/" not in cluster and "{" not in cluster else []
    lies_in = [_environment(place, environments, config) for place in places]
    # where an object of Argo CD lies says where Argo CD runs, and that is not where it deploys to
    own += [*clusters, *lies_in] if deployer.tool is Tool.ARGO_CD else [*lies_in, *clusters]
    environment = next((each for each in own if each != DEFAULT_ENVIRONMENT), "")
    roots = [
        environments[RepoPath(each.path)] for each in deployer.sources if _is_here(each) and each.path in environments
    ]
    if is_last and roots and set(roots) == {DEFAULT_ENVIRONMENT}:
        environment = DEFAULT_ENVIRONMENT
    return replace(deployer, cluster=cluster, environment=environment)


def _told_apart(deployers: Sequence[Deployer], parents: Mapping[int, int]) -> list[Deployer]:
    """The deployers, those of Flux which are called alike and which nothing else delivers in clusters of their own."""
    tops = [at for at in range(len(deployers)) if parents.get(at, at) == at and deployers[at].tool is Tool.FLUX]
    count = Counter(deployers[at].id for at in tops)
    alike = {at for at in tops if count[deployers[at].id] > 1 and not deployers[at].cluster}
    return [
        replace(each, cluster=each.root or posixpath.dirname(_place(each)) or ".") if at in alike else each
        for at, each in enumerate(deployers)
    ]


def _own(source: Source, environments: Mapping[RepoPath, str], config: Config) -> str:
    """The environment of the folder, else the one that all kustomizations below it have."""
    names = [_environment(root, environments, config) for root in source.roots]
    below = set(names[1:]) - {DEFAULT_ENVIRONMENT}
    return names[0] if names[0] != DEFAULT_ENVIRONMENT or len(below) != 1 else below.pop()


def _is_here(source: Source) -> bool:
    return source.here and bool(source.path) and "{" not in source.path


def _inherited(deployer: Deployer, parent: Deployer) -> Deployer:
    cluster = deployer.cluster or (parent.cluster if deployer.tool is Tool.FLUX else "")
    return replace(deployer, cluster=cluster, environment=deployer.environment or parent.environment)


def _environment(folder: RepoPath, environments: Mapping[RepoPath, str], config: Config) -> str:
    """That of the root, or as its path says it, also where it is called after an environment of an unusual name."""
    found = environments.get(folder) or environment_of(folder, config)
    last = posixpath.basename(folder)
    return last if found == DEFAULT_ENVIRONMENT and last in environments.values() else found


def _cluster_folder(path: RepoPath) -> RepoPath | None:
    """The folder below `clusters` that a path leads through."""
    parts = path.split("/")
    at = next((at for at, above in enumerate(parts[:-1], start=1) if above.lower() == _CLUSTERS), 0)
    return RepoPath("/".join(parts[: at + 1])) if at else None
