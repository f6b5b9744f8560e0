"""The lock and a tree -> what every environment renders, by the real engines from files on disk."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from migrator.charts import ChartLibrary
from migrator.charts.randomness import generated_places, may_generate, next_second, reads_clock
from migrator.compare import is_test_hook
from migrator.diagnostics import Diagnostic, MigrateError
from migrator.engines import (
    IMAGE_VOLUMES,
    Cache,
    EngineError,
    Failure,
    HelmRender,
    Tool,
    Toolchain,
    helm_template,
    kustomize_build,
    kustomize_post_render,
    post_render_resource,
    rendered_resources,
    run_parallel,
)
from migrator.load import costly
from migrator.lock import Lock, LockedRelease
from migrator.model import NOTHING_LEFT_OUT, LeftOut, RepoPath, Resource, SourceSpan, resource_of
from migrator.progress import Watch, uncounted
from migrator.prove.closure import Closure
from migrator.prove.release.stage import Staged, repository_folder, stage_release
from migrator.prove.rendered_parts import Owner, Part, Rendering
from migrator.render_roots import Inflater, Remotes, Renderer, StagedBuild, WholeTree, build_staged
from migrator.render_roots.additions import Addition, added_folders
from migrator.yamlio import Dialect, read_documents


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderContext:
    """What rendering needs beside the lock and the tree."""

    tools: Toolchain
    library: ChartLibrary
    cache: Cache
    network: bool = False
    closure: Closure | None = None
    """Lets builds of unchanged roots come from the cache, and their inputs into the proof."""
    watch: Watch = uncounted
    """Hears of each root and release that is rendered."""
    remotes: Remotes = field(default_factory=Remotes)
    """Remote bases that are at hand."""
    replaced: frozenset[RepoPath] = frozenset()
    """Chart.lock files that will be written anew: what they say counts no more."""
    own_urls: tuple[str, ...] = ()
    """Addresses by which deployers know the repository."""
    additions: Mapping[RepoPath, Addition] = field(default_factory=dict)
    """Root -> what its deployer adds to it."""

    @property
    def renderer(self) -> Renderer:
        """What builds roots that need more than a tree."""
        helm = self.tools.helm
        return Renderer(
            kustomize=self.tools.kustomize,
            cache=self.cache,
            network=self.network,
            inflater=Inflater(helm=helm, library=self.library) if helm is not None else None,
            remotes=self.remotes,
            additions=self.additions,
        )


def render_environment(
    lock: Lock,
    environment: str,
    tree: Path,
    *,
    tools: Toolchain,
    library: ChartLibrary,
    cache: Cache,
    network: bool = False,
) -> tuple[Resource, ...]:
    """All objects that the environment renders after the migration; raises the first problem as MigrateError."""
    context = RenderContext(tools=tools, library=library, cache=cache, network=network)
    rendering = render_lock(lock, tree, context, environments=(environment,))[environment]
    for problem in rendering.problems:
        raise MigrateError(problem)
    return rendering.resources


def render_lock(
    lock: Lock, tree: Path, context: RenderContext, *, environments: tuple[str, ...] | None = None, twice: bool = False
) -> Mapping[str, Rendering]:
    """Every environment's rendering after the migration; what fails is a part with a problem, the others go on.

    `twice` renders every release a second time, not only those whose chart calls a random function.
    """
    names = tuple(sorted(lock.environments)) if environments is None else environments
    jobs: list[_Job] = []
    whole = WholeTree(tree)
    for name in names:
        locked = lock.environments[name]
        jobs += [_root_job(name, root, whole, context, lock.left_out) for root in locked.kustomize]
        for each in locked.helm:
            render = partial(render_release, each, tree, context, twice=twice)
            jobs.append(_Job(environment=name, part=each.path, render=render))
    return _run(names, jobs, context.watch)


def render_roots(lock: Lock, tree: Path, context: RenderContext) -> Mapping[str, Rendering]:
    """Every environment's rendering by the kustomize roots that there were: the baseline of a migration."""
    names, whole = tuple(sorted(lock.environments)), WholeTree(tree)
    jobs = [
        _root_job(name, root, whole, context, lock.left_out)
        for name in names
        for root in lock.environments[name].before
    ]
    return _run(names, jobs, context.watch)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """One part of an environment, to be rendered."""

    environment: str
    part: RepoPath
    render: Callable[[], Part]


def _run(names: tuple[str, ...], jobs: Sequence[_Job], watch: Watch) -> Mapping[str, Rendering]:
    parts = run_parallel(lambda job: job.render(), jobs, watch=watch, name=lambda job: job.part)
    found = [(job.environment, part) for job, part in zip(jobs, parts, strict=True)]
    return {
        name: Rendering(environment=name, parts=tuple(part for owner, part in found if owner == name)) for name in names
    }


def _root_job(
    environment: str, root: RepoPath, tree: WholeTree, context: RenderContext, recorded: Mapping[RepoPath, LeftOut]
) -> _Job:
    left_out = recorded.get(root, NOTHING_LEFT_OUT)
    return _Job(environment=environment, part=root, render=partial(render_root, root, tree, context, left_out))


def render_root(root: RepoPath, tree: WholeTree, context: RenderContext, left_out: LeftOut = NOTHING_LEFT_OUT) -> Part:
    """What one kustomize root builds, or why it does not; without what was left out and still has to be."""
    tool = context.tools.kustomize
    part = Part(owner=Owner.KUSTOMIZE, path=root, resources=(), command=f"{_kustomize_command(tool)} {root}")
    try:
        folder = repository_folder(tree.folder, root)
        known = context.closure.kustomizations if context.closure is not None else tree.kustomizations
        if (problem := costly(root, known)) is not None:
            return replace(part, problem=problem)
        inputs = context.closure(root) if context.closure is not None else {}
        addition = context.additions.get(root)
        inputs = {**inputs, **_added_inputs(root, tree, addition)} if inputs else inputs
        parts = (addition.text,) if addition is not None else ()
        near = context.closure.near(root) if context.closure is not None and inputs else {}
        key = _key("kustomize", tool.identity, str(root), sorted({**near, **inputs}.items()), *parts) if near else ""
        data, inflates = context.cache.get(key) if key else None, False
        if data is None:
            built = _built(root, folder, tree, context, left_out)
            inflates = built.inflated is not None
            data, part = built.data, replace(part, inflates=inflates, stand_ins=built.stand_ins)
            part = replace(part, inflated=built.inflated or {}, left_out=built.left_out)
            if key and not inflates and not built.stand_ins:
                context.cache.put(key, data)
        documents = read_documents(data, dialect=Dialect.KUSTOMIZE, path=root)
    except MigrateError as error:
        return replace(part, problem=_problem(error, root))
    found = (resource_of(document.value) for document in documents)
    return replace(
        part, resources=tuple(each for each in found if not (inflates and is_test_hook(each.body))), inputs=inputs
    )


def _built(root: RepoPath, folder: Path, tree: WholeTree, context: RenderContext, left_out: LeftOut) -> StagedBuild:
    may_be_remote = context.remotes.mapped and not (context.closure is not None and context.closure(root))
    if may_be_remote or left_out or root in context.additions:
        return build_staged(context.renderer, tree, root, left_out)
    try:
        tool = context.tools.kustomize
        return StagedBuild(data=kustomize_build(tool, folder, network=context.network, root=tree.folder.resolve()))
    except EngineError as error:
        is_inflating = error.cause.subject == "helm" and context.tools.helm is not None
        is_for_a_copy = is_inflating or IMAGE_VOLUMES in error.cause.message
        if error.cause.failure is not Failure.MISSING_FILE and not is_for_a_copy:
            raise
        return build_staged(context.renderer, tree, root)


def _added_inputs(root: RepoPath, tree: WholeTree, addition: Addition | None) -> Mapping[RepoPath, str]:
    """The files of components that are added to a root, with their digests."""
    folders = added_folders(root, addition)
    files = [file for each in folders for file in tree.kustomizations.closure(each)]
    return {file: tree.kustomizations.index.digest(file) for file in files}


def render_release(release: LockedRelease, tree: Path, context: RenderContext, *, twice: bool = False) -> Part:
    """What one Helm release renders, post-render included, test hooks left out; or why it does not."""
    part = Part(
        owner=Owner.HELM,
        path=release.path,
        resources=(),
        component=release.component,
        context=release.context,
        command=_helm_command(release, is_strict=True),
    )
    with tempfile.TemporaryDirectory(prefix="migrate-") as directory:
        target = Path(directory).resolve() / "chart"
        target.mkdir()
        try:
            staged = stage_release(release, tree, context.library, target, context.replaced)
            part = replace(part, command=_helm_command(release, is_strict=staged.is_strict))
            render = _renderer(release, staged, context)
            first = rendered_resources(render(0))
            again = twice or may_generate(staged.archive)
            second = rendered_resources(render(1)) if again else first
        except MigrateError as error:
            return replace(part, problem=_problem(error, release.path, release))
    return replace(
        part,
        resources=first,
        chart=f"{release.name} {release.version}",
        chart_digest=staged.archive.digest,
        inputs=staged.inputs,
        generated=generated_places(first, second) if again else (),
    )


def _renderer(release: LockedRelease, staged: Staged, context: RenderContext) -> Callable[[int], bytes]:
    """Attempt -> the rendered stream. Attempts have different cache keys: two renders are two runs of helm."""
    helm = context.tools.helm
    if helm is None:
        raise MigrateError.of(
            "MIG705",
            "there is no helm to render the release with",
            remedy="install helm 3 and put it on PATH",
        )
    described = (repr(release.context), release.values, release.include_crds)
    content = sorted((str(path), digest) for path, digest in staged.inputs.items())

    def run(attempt: int) -> bytes:
        engines = (helm.identity, context.tools.kustomize.identity if release.post_render else "")
        key = _key(
            "release",
            engines,
            staged.archive.digest,
            str(release.path),
            content,
            described,
            release.hooks,
            release.post_render,
            staged.is_strict,
            attempt,
        )
        data = context.cache.get(key)
        if data is None:
            if attempt and reads_clock(staged.archive):
                next_second()
            data = helm_template(helm, _request(release, staged))
            if release.post_render is not None:
                folder = staged.directory / release.post_render
                data = kustomize_post_render(context.tools.kustomize, data, folder, post_render_resource(folder))
            context.cache.put(key, data)
        return data

    return run


def _request(release: LockedRelease, staged: Staged) -> HelmRender:
    return HelmRender(
        context=release.context,
        chart=staged.directory,
        values=tuple(staged.directory / name for name in release.values),
        include_crds=release.include_crds,
        hooks=release.hooks == "run",
        skip_schema=not staged.is_strict,
    )


def _kustomize_command(tool: Tool) -> str:
    return "kubectl kustomize" if tool.name == "kubectl" else "kustomize build"


def _helm_command(release: LockedRelease, *, is_strict: bool) -> str:
    context = release.context
    words = ["helm template", context.release, str(release.path), "--namespace", context.namespace]
    for name in release.values:
        words += ["--values", f"{release.path}/{name}"]
    words += ["--include-crds"] if release.include_crds else []
    words += ["--no-hooks"] if release.hooks != "run" else []
    words += ["--kube-version", context.kube_version] if context.kube_version else []
    for version in context.api_versions:
        words += ["--api-versions", version]
    words += [] if is_strict else ["--skip-schema-validation"]
    if release.post_render is not None:
        words += ["| kustomize:", f"{release.path}/{release.post_render}"]
    return " ".join(words)


def _problem(error: MigrateError, path: RepoPath, release: LockedRelease | None = None) -> Diagnostic:
    """The error's diagnostic with a place in the repository and, for a release, its name."""
    diagnostic = error.diagnostic
    if release is None:
        return replace(diagnostic, span=diagnostic.span or SourceSpan(path=path))
    summary = f"release {release.context.release} does not render: {diagnostic.summary}"
    return replace(diagnostic, summary=summary, span=diagnostic.span or SourceSpan(path=path))


def _key(*parts: object) -> str:
    return hashlib.sha256(json.dumps(["prove/1", *parts], sort_keys=True).encode()).hexdigest()
