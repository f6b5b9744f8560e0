"""What the post-render patches of a component that is adopted keep from changing, environment by environment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from migrator.compare import Terms, compare
from migrator.diagnostics import MigrateError, Severity
from migrator.discover import KUSTOMIZATION_NAMES
from migrator.lock import Lock, LockedRelease
from migrator.model import Difference, Json, RepoPath, ResId, Resource, SourceSpan
from migrator.plan import PinnedComponent, PostRenderPatch
from migrator.plan.dropped import is_of_patches
from migrator.prove import (
    RenderContext,
    Rendering,
    closure_of,
    placed,
    render_lock,
    render_release,
    with_deployers,
)
from migrator.rewrite import FileEdit, beside, naming_patches, post_render_yaml, stage
from migrator.workflow.deciding.next_command import is_refused, next_window
from migrator.workflow.planned import Planned, secrets_of_baseline
from migrator.workflow.run import Run
from migrator.workflow.settings import Settings
from migrator.workflow.steps.acceptance import terms_of
from migrator.workflow.steps.baseline import Baseline, once
from migrator.workflow.steps.render_context import render_context_of
from migrator.yamlio import Dialect, dump, read_value

_PATCHES = "patches"


@dataclass(frozen=True, slots=True, kw_only=True)
class PostRender:
    """The kustomization behind a chart, as it is written."""

    path: RepoPath
    data: bytes = field(repr=False)
    fields: Mapping[str, Json]

    @property
    def others(self) -> Mapping[str, Json]:
        """The fields that are not patches."""
        return {key: each for key, each in self.fields.items() if key not in ("apiVersion", "kind", _PATCHES)}

    @property
    def naming(self) -> tuple[PostRenderPatch, ...]:
        """The patches that give objects their names: they stay, as without them the objects would be others."""
        return naming_patches(self.fields.get(_PATCHES))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pinned:
    """The patches of a component in one environment."""

    release: LockedRelease
    kustomization: PostRender
    rendered: Mapping[ResId, Resource]
    """What the chart renders, by its place in the cluster, each as the chart prints it but for a name that is kept."""
    patched: Mapping[ResId, Resource]
    """The same behind the patches."""
    differences: tuple[Difference, ...]
    """What would change if the patches went, judged."""


def pinned_releases(lock: Lock, component: str) -> Mapping[str, LockedRelease]:
    """Environment -> the release of a component that something is done behind."""
    return {
        name: release
        for name, each in sorted(lock.environments.items())
        for release in each.helm
        if release.component == component and release.post_render is not None
    }


def with_pinned(planned: Planned, settings: Settings, run: Run) -> Planned:
    """The plan with what the patches of adopted components keep; what cannot be told is a diagnostic."""
    lock, only = planned.baseline.lock, planned.baseline.choices.only
    releases = {name: pinned_releases(lock, name) for name in lock.components} if lock is not None else {}
    wanted = {name: found for name, found in releases.items() if found and (not only or name in only)}
    if lock is None or not wanted:
        return planned
    baseline, plan = planned.baseline, planned.plan
    terms, _ = terms_of(baseline.root, baseline.choices)
    try:
        with run.step("prove") as watch:
            context = render_context_of(baseline.choices, baseline.tools, watch)
            before = rendered_now(baseline, lock, context, terms)
            held = {name: pinned(baseline, found, before, context, terms) for name, found in sorted(wanted.items())}
    except MigrateError as error:
        problem = replace(error.diagnostic, severity=Severity.WARNING)
        return replace(planned, plan=replace(plan, diagnostics=once((*plan.diagnostics, problem))))
    rendered = all_rendered(before, (pin for found in held.values() for pin in found.values()))
    components = tuple(_component(name, found, settings) for name, found in held.items())
    secrets = secrets_of_baseline(baseline, rendered)
    return replace(planned, plan=replace(plan, pinned=components), secrets=secrets)


def _component(name: str, held: Mapping[str, Pinned], settings: Settings) -> PinnedComponent:
    found = {
        environment: tuple(
            each if is_refused(each) else replace(each, admitted=False, why="") for each in pin.differences
        )
        for environment, pin in held.items()
    }
    return PinnedComponent(
        id=name, environments=tuple(held), differences=found, next=next_window(settings, name, found)
    )


def _unjudged(difference: Difference) -> Difference:
    """Without what would admit it: while a patch stands, nothing is admitted."""
    return difference if is_refused(difference) else replace(difference, admitted=False, why="")


def rendered_now(baseline: Baseline, lock: Lock, context: RenderContext, terms: Terms) -> Mapping[str, Rendering]:
    """What every environment renders now; raises why one does not."""
    there = replace(context, closure=closure_of(baseline.root))
    found = render_lock(lock, baseline.root, there)
    for problem in (problem for each in found.values() for problem in each.problems):
        raise MigrateError(problem)
    return with_deployers(found, baseline.root, lock, terms.equivalences, there)


def all_rendered(before: Mapping[str, Rendering], held: Iterable[Pinned]) -> Iterator[Resource]:
    """What every environment renders, and what releases do without their patches."""
    for rendering in before.values():
        yield from rendering.resources
    for pin in held:
        yield from pin.rendered.values()


def pinned(
    baseline: Baseline,
    releases: Mapping[str, LockedRelease],
    before: Mapping[str, Rendering],
    context: RenderContext,
    terms: Terms,
) -> Mapping[str, Pinned]:
    """Environment -> what the patches behind its release keep there; `before` is what the lock renders.

    Fields of the kustomization that are not patches have no part in it. Raises MIG702 for a kustomization that is not
    there, and what rendering raises.
    """
    held = {name: _post_render(baseline, release) for name, release in releases.items()}
    kept = ("resources", _PATCHES)
    with_all = {
        each.path: _written(each, dump({key: found for key, found in each.fields.items() if key in kept}))
        for each in held.values()
    }
    names = {each.path: _written(each, post_render_yaml("", (), each.naming, {})) for each in held.values()}
    found = {}
    with beside(baseline.root) as scratch:
        trees = [scratch / side / baseline.root.name for side in ("patched", "bare")]
        for tree, edits in zip(trees, (with_all, names), strict=True):
            stage(baseline.root, tuple(edits.values()), tree)
        for name, release in releases.items():
            bare = release if held[name].naming else replace(release, post_render=None)
            sides = []
            for each, tree in zip((release, bare), trees, strict=True):
                part = render_release(each, tree, context)
                if part.problem is not None:
                    raise MigrateError(part.problem)
                sides.append(Rendering(environment=name, parts=(part,)))
            found[name] = _compared(release, held[name], sides[0], sides[1], before[name], terms)
    return found


def _compared(  # noqa: PLR0917
    release: LockedRelease,
    kustomization: PostRender,
    with_patches: Rendering,
    without: Rendering,
    everything: Rendering,
    terms: Terms,
) -> Pinned:
    old, new = placed(with_patches, everything), placed(without, everything)
    own = {each.id for each in (*old.resources, *new.resources)}
    others = [each for each in placed(everything).resources if each.id not in own]
    chance = old.generated | new.generated
    differences = [
        each
        for each in compare(old.resources, new.resources, rules=terms.equivalences, beside=others)
        if is_of_patches(each) and not any(each.path[: len(at)] == at for it, at in chance if it == each.resource)
    ]
    return Pinned(
        release=release,
        kustomization=kustomization,
        rendered=_as_printed(new, without),
        patched=_as_printed(old, with_patches),
        differences=terms.judged(differences, release.component),
    )


def _as_printed(there: Rendering, printed: Rendering) -> Mapping[ResId, Resource]:
    return dict(zip((each.id for each in there.resources), printed.resources, strict=True))


def _post_render(baseline: Baseline, release: LockedRelease) -> PostRender:
    folder = f"{release.path}/{release.post_render}"
    paths = [RepoPath(f"{folder}/{name}") for name in KUSTOMIZATION_NAMES]
    path = next((each for each in paths if baseline.index.is_file(each)), None)
    fields: Json = None
    if path is not None:
        data = baseline.index.read(path)
        fields = read_value(data, dialect=Dialect.KUSTOMIZE, path=path)
    if path is None or not isinstance(fields, Mapping):
        raise MigrateError.of(
            "MIG702",
            f"there is no kustomization in {folder}, which the lock names",
            span=SourceSpan(path=path or RepoPath(folder)),
            remedy="restore it from git, or let the lock follow: `migrate apply --relock`",
        )
    return PostRender(path=path, data=data, fields=fields)


def _written(held: PostRender, text: str) -> FileEdit:
    return FileEdit(path=held.path, before=held.data, after=text.encode(), cause=_PATCHES)
