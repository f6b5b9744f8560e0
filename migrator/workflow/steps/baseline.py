"""What a repository is before anything is decided: the steps discover, load, build and graph."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from migrator.charts import ChartLibrary
from migrator.compare.stored import RELEASE_NAMESPACE
from migrator.diagnostics import Diagnostic, Diagnostics, MigrateError
from migrator.discover import Config, Index, discover, read_config, refuse_special_files
from migrator.engines import Toolchain, find_tools
from migrator.gitops.additions import additions_of
from migrator.gitops.deployed import deployed_paths
from migrator.gitops.destinations import Destination, agreed, destinations
from migrator.gitops.reading import Reading, Rendered, own_repositories, read_deployers
from migrator.gitops.reading.objects import GROUPS
from migrator.gitops.tool import tool_of
from migrator.graph import ResourceGraph, build_graph
from migrator.load import Kustomizations, load
from migrator.lock import Lock, load_lock
from migrator.model import RepoPath, ResId
from migrator.progress import Watch
from migrator.render_roots import BUILT, Build, Inflater, Renderer, build_all
from migrator.render_roots.additions import Addition
from migrator.render_roots.environment import DEFAULT_ENVIRONMENT, environment_of, told_apart, with_environments
from migrator.render_roots.placing import placed_builds
from migrator.rewrite import RepositoryView
from migrator.workflow.run import Run
from migrator.workflow.settings import Settings
from migrator.workflow.steps.choices import NO_TOOL, Choices, choose
from migrator.workflow.steps.recovery import recover_first

_HOLDING = frozenset({"ConfigMap", "Secret"})
_ROUNDS = 4
"""So often it is asked anew what deployers add, who are deployed themselves with something added."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """A repository as it is, read and built."""

    view: RepositoryView = field(repr=False)
    """Its files, kustomizations and builds."""
    config: Config
    choices: Choices
    graph: ResourceGraph = field(repr=False)
    tools: Toolchain
    lock: Lock | None
    """Of an earlier migration."""
    lock_problem: Diagnostic | None
    """Why there is no lock although there is a file."""
    diagnostics: Diagnostics
    destinations: Mapping[RepoPath, tuple[Destination, ...]] = field(default_factory=dict)
    """Root -> what objects of Argo CD and Flux say of its namespace."""
    additions: Mapping[RepoPath, Addition] = field(default_factory=dict)
    """Root -> what its deployers add to it."""
    reading: Reading = field(default_factory=Reading, repr=False)
    """What deploys what."""
    tool: str = ""
    """Which GitOps tool deploys from here; empty where nothing says so."""
    finished: frozenset[RepoPath] = frozenset()
    """Files that an interrupted run was writing, and that are written now."""

    @property
    def enables_helm(self) -> bool:
        """Whether Argo CD can be told to inflate a chart and patch it: as migrate.yaml says, else as files tell."""
        said = self.config.gitops.argocd.enable_helm
        return self.reading.enables_helm if said is None else said

    @property
    def index(self) -> Index:
        return self.view.index

    @property
    def kustomizations(self) -> Kustomizations:
        return self.view.kustomizations

    @property
    def builds(self) -> tuple[Build, ...]:
        return self.view.builds

    @property
    def root(self) -> Path:
        return self.index.root

    @property
    def environments(self) -> tuple[str, ...]:
        return tuple(sorted({build.environment for build in self.builds}))

    @property
    def builds_nothing(self) -> bool:
        """Whether every root failed: then there is nothing to decide, and a run is an error whatever it says."""
        return not any(build.is_built for build in self.builds)

    @property
    def is_built(self) -> bool:
        """Whether every root is built, and no folder of the repository left out of any."""
        return all(build.status == BUILT and not build.left_out.folders for build in self.builds)


def read_baseline(settings: Settings, run: Run) -> Baseline:
    """The repository, read and built; raises what ends a run at once (no folder, no kustomization, bad configuration).

    What an interrupted run left is settled first. A root that does not build is a diagnostic, also where none does.
    """
    with run.step("discover"):
        refuse_special_files(settings.root)
        finished = recover_first(settings, run)
        config = read_config(settings.root) if settings.root.is_dir() else Config()
        index = discover(settings.root, config)
        own = own_repositories(index)
        index = replace(index, own_urls=tuple(dict.fromkeys((*index.own_urls, *own))))
        choices = choose(settings, config, own)
        lock, lock_problem = _lock(index.root)
        config = _as_locked(config, lock)
        choices = as_locked(choices, lock)
    with run.step("load"):
        kustomizations, unread = load(index)
    with run.step("build") as watch:
        tools = find_tools()
        builds, unbuilt, additions, reading = _built(kustomizations, config, renderer_of(choices, tools), watch)
        _refuse_without_roots(builds, (*unread, *unbuilt))
    with run.step("graph"):
        roots, known = {build.root for build in builds}, _known_by(builds)
        said = destinations(reading.deployers, roots)
        tool = choices.gitops if choices.gitops != NO_TOOL else tool_of(config, reading.deployers, roots)
        builds = placed_builds(builds, agreed(said) if RELEASE_NAMESPACE in choices.equivalences else {})
        config, builds = _told_apart(replace(config, clusters=reading.clusters), builds)
        if _known_by(builds) != known:
            reading = read_deployers(kustomizations, config, _rendered(builds))
        graph = build_graph(builds, kustomizations)
    return Baseline(
        view=_view(kustomizations, builds),
        config=config,
        choices=choices,
        graph=graph,
        tools=tools,
        lock=lock,
        lock_problem=lock_problem,
        diagnostics=once((*index.diagnostics, *unread, *unbuilt, *reading.diagnostics)),
        destinations=said,
        reading=reading,
        additions=additions,
        tool=tool,
        finished=finished,
    )


def _built(
    kustomizations: Kustomizations, config: Config, renderer: Renderer, watch: Watch
) -> tuple[tuple[Build, ...], Diagnostics, Mapping[RepoPath, Addition], Reading]:
    """Every root with what its deployers add to it; these are read of what is built, until nothing changes."""
    builds, unbuilt = build_all(kustomizations, config, renderer, watch=watch)
    reading = read_deployers(kustomizations, config, _rendered(builds))
    notes: Diagnostics = ()
    for _ in range(_ROUNDS):
        additions, notes = additions_of(reading.deployers, {each.root for each in builds})
        if additions == renderer.additions:
            break
        renderer = replace(renderer, additions=additions)
        builds, unbuilt = build_all(kustomizations, config, renderer)
        reading = read_deployers(kustomizations, config, _rendered(builds))
    return builds, (*unbuilt, *notes), renderer.additions, reading


def _known_by(builds: tuple[Build, ...]) -> list[tuple[str, frozenset[ResId]]]:
    """Of each root what a reading of the deployers goes by: its environment, and what deploys or holds values."""
    return [
        (
            build.environment,
            frozenset(each.id for each in build.resources if each.gvk.group in GROUPS or each.gvk.kind in _HOLDING),
        )
        for build in builds
    ]


def _rendered(builds: tuple[Build, ...]) -> tuple[Rendered, ...]:
    return tuple(
        Rendered(root=each.root, environment=each.environment, resources=each.resources)
        for each in builds
        if each.is_built
    )


def with_builds(baseline: Baseline, builds: tuple[Build, ...]) -> Baseline:
    """The baseline with these builds of the same roots; itself where they are its own."""
    if builds == baseline.builds:
        return baseline
    graph = build_graph(builds, baseline.kustomizations)
    return replace(baseline, view=_view(baseline.kustomizations, builds), graph=graph)


def read_view(
    root: Path, config: Config, renderer: Renderer, namespaces: Mapping[RepoPath, str] | None = None
) -> RepositoryView:
    """Another tree, read and built as a repository is; `namespaces` are those of its roots."""
    kustomizations, _ = load(discover(root, config))
    builds, _ = build_all(kustomizations, config, renderer)
    return _view(kustomizations, placed_builds(builds, namespaces or {}))


def _view(kustomizations: Kustomizations, builds: tuple[Build, ...]) -> RepositoryView:
    return RepositoryView(kustomizations=kustomizations, builds=builds, deployed=deployed_paths(builds))


def renderer_of(choices: Choices, tools: Toolchain) -> Renderer:
    """What builds the roots of a run; charts are inflated where there is helm."""
    library = ChartLibrary(choices.sources, choices.cache)
    return Renderer(
        kustomize=tools.kustomize,
        cache=choices.cache,
        network=not choices.sources.offline,
        remotes=choices.remotes,
        inflater=Inflater(helm=tools.helm, library=library) if tools.helm is not None else None,
    )


def _lock(root: Path) -> tuple[Lock | None, Diagnostic | None]:
    try:
        return load_lock(root), None
    except MigrateError as error:
        return None, error.diagnostic


def _told_apart(config: Config, builds: tuple[Build, ...]) -> tuple[Config, tuple[Build, ...]]:
    """The configuration that gives roots which stand for each other environments of their own, and so the builds."""
    config = with_environments(config, told_apart(builds, config))
    return config, tuple(replace(each, environment=environment_of(each.root, config)) for each in builds)


def _as_locked(config: Config, lock: Lock | None) -> Config:
    """The configuration that gives roots the environments of the lock, those that were there before among them."""
    found = lock.environments if lock is not None else {}
    roots = {name: tuple(dict.fromkeys((*each.kustomize, *each.before))) for name, each in found.items()}
    config = with_environments(config, roots)
    named = ((root, name) for name, held in roots.items() for root in held if name != DEFAULT_ENVIRONMENT)
    clusters = {root: name for root, name in named if environment_of(root, config) != name}
    return replace(config, clusters={**clusters, **config.clusters})


def as_locked(choices: Choices, lock: Lock | None) -> Choices:
    """What an earlier migration was rendered for holds for what is added to it."""
    version = str(lock.engines.get("kubeVersion") or "") if lock is not None else ""
    if choices.kube_is_given or not version:
        return choices
    return replace(choices, kube_version=version, kube_is_given=True)


def tree_digest(index: Index) -> str:
    """`sha256:` over the paths and contents of all files of the repository that are not ignored."""
    hasher = hashlib.sha256()
    for path in sorted(index.files):
        hasher.update(f"{path}\0{index.digest(path)}\n".encode("utf-8", "surrogateescape"))
    return f"sha256:{hasher.hexdigest()}"


def once(diagnostics: Diagnostics) -> Diagnostics:
    """Without repetitions, in the order of their first appearance."""
    seen = {(each.code, each.span, each.summary): each for each in reversed(diagnostics)}
    return tuple(reversed(seen.values()))


def _refuse_without_roots(builds: tuple[Build, ...], diagnostics: Diagnostics) -> None:
    if builds:
        return
    if diagnostics:
        raise MigrateError(diagnostics[0])
    raise MigrateError.of(
        "MIG906",
        "there is no root to build: every kustomization is included by another",
        remedy="name the roots with `roots` or `environments` in migrate.yaml",
    )
