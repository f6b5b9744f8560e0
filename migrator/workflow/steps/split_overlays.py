"""Dividing monolithic overlays by application, with the render that decides whether it may be done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from migrator.diagnostics import Diagnostics
from migrator.graph import EdgeKind, Node, ResourceGraph, build_graph
from migrator.lock import LOCK_PATH, Lock
from migrator.model import Json, RepoPath
from migrator.plan import Plan
from migrator.render_roots import Build, Renderer
from migrator.render_roots.placing import namespace_given, placed_build, scopes_of_builds
from migrator.rewrite import AUTOMATION_CODES, FileEdit, Layout, combined, rendered_files, stage, with_automation
from migrator.rewrite.kustomize.repository_view import RepositoryView
from migrator.rewrite.overlays.divide import Limits, divide
from migrator.rewrite.overlays.types import Division, Tie
from migrator.rewrite.transaction.scratch_folder import beside
from migrator.workflow.steps.baseline import Baseline, read_view, renderer_of
from migrator.workflow.steps.choices import NO_TOOL
from migrator.yamlio import same

_MOST_TIES = 64
"""Each round ties what the one before could not render apart; beyond this what is left stays whole."""
_RELATED = (EdgeKind.REFERS, EdgeKind.BINDS, EdgeKind.SELECTS)


def divided(
    plan: Plan, layout: Layout, baseline: Baseline, edits: Sequence[FileEdit], lock: Lock, *, told: Diagnostics = ()
) -> tuple[tuple[FileEdit, ...], Lock, Diagnostics]:
    """The edits and the lock with every monolith divided that renders the same, as a whole and part by part.

    Nothing is added where the layout leaves applications alone, or where one component only was asked for. `told` is
    what was said of the edits; what was said of automation is said anew where more moves.
    """
    if not (layout.application and baseline.choices.divides):
        return tuple(edits), lock, told
    others = tuple(edit for edit in edits if edit.path != LOCK_PATH)
    with beside(baseline.root) as folder:
        if others:
            stage(baseline.root, others, folder / "before")
        given = {build.root: namespace_given(build) for build in baseline.builds}
        view = read_view(folder / "before", baseline.config, _renderer(baseline), given) if others else baseline.view
        divisions, notes = _proved(view, plan, layout, baseline, folder)
    if not divisions:
        return tuple(edits), lock, (*told, *notes)
    made = tuple(edit for division in divisions for edit in division.edits)
    rendered = rendered_files(baseline.builds, baseline.kustomizations)
    found, more = with_automation(combined(baseline.root, edits, made), baseline.index, rendered)
    told = tuple(each for each in told if each.code not in AUTOMATION_CODES)
    return found, _locked(lock, divisions), (*told, *notes, *more)


def _proved(
    view: RepositoryView, plan: Plan, layout: Layout, baseline: Baseline, folder: Path
) -> tuple[tuple[Division, ...], Diagnostics]:
    """The divisions that render what was there, tried again with what the last attempt taught."""
    graph = baseline.graph if view is baseline.view else build_graph(view.builds, view.kustomizations)
    named = {root for each in baseline.config.environments.values() for root in each}
    staying = frozenset({*view.deployed, *baseline.config.roots, *named, *_deployed(baseline)})
    limits = Limits(staying=staying, named=frozenset(named))
    while True:
        divisions, notes = divide(view, graph, plan, layout, limits)
        if not divisions:
            return (), notes
        staged = folder / f"after-{len(limits.tied)}-{len(limits.whole)}"
        stage(view.index.root, [edit for each in divisions for edit in each.edits], staged)
        after = _rendered(staged, divisions, baseline)
        learnt = limits
        for division in divisions:
            learnt = _learnt(division, after, graph, learnt)
        if learnt == limits:
            return divisions, notes
        limits = learnt


def _deployed(baseline: Baseline) -> frozenset[RepoPath]:
    """The folders that objects of a chosen GitOps tool deploy: these keep their places while hands change."""
    if baseline.choices.gitops == NO_TOOL:
        return frozenset()
    sources = (source for each in baseline.reading.deployers for source in each.sources)
    return frozenset(RepoPath(source.path) for source in sources if source.here and source.path)


def _learnt(division: Division, after: Mapping[RepoPath, Build], graph: ResourceGraph, limits: Limits) -> Limits:
    """The limits with what the first difference of a division says; unchanged where there is none."""
    for build in division.cluster.builds:
        before = {each.id: each.body for each in build.resources}
        given, scopes = namespace_given(build), scopes_of_builds([build])
        new = placed_build(after[division.roots[build.root]], given, scopes)
        parts = [placed_build(after[path], given, scopes) for path in division.parts[build.root].values()]
        for each in (new, *parts):
            if each.reason is not None:
                return _whole(division, limits, f"{each.root} would not build: {each.reason.summary}")
        apart = {each.id: each.body for part in parts for each in part.resources}
        if len(apart) != sum(len(part.resources) for part in parts):
            return _whole(division, limits, "an object would be in two of its parts")
        for found in ({each.id: each.body for each in new.resources}, apart):
            wrong = [each for each in {**before, **found} if not _same(before.get(each), found.get(each))]
            if wrong:
                return _tied(division, [Node(build.environment, each) for each in sorted(wrong)], graph, limits)
    return limits


def _tied(division: Division, nodes: Sequence[Node], graph: ResourceGraph, limits: Limits) -> Limits:
    """The units of these objects stay with those that they have to do with; all is whole if that teaches nothing."""
    ties = list(limits.tied)
    for node in nodes:
        near = (node, *graph.neighbours(node, _RELATED)) if node in division.names else ()
        names = frozenset(division.names[each] for each in near if each in division.names)
        tie = Tie(names=names, reason=f"{node.id} would not be the same apart from what it has to do with")
        if len(names) > 1 and all(tie.names != other.names for other in ties) and len(ties) < _MOST_TIES:
            ties.append(tie)
    if len(ties) == len(limits.tied):
        return _whole(division, limits, f"{nodes[0].id} would not be the same in {nodes[0].environment}")
    return replace(limits, tied=tuple(ties))


def _whole(division: Division, limits: Limits, reason: str) -> Limits:
    return replace(limits, whole={**limits.whole, **dict.fromkeys(division.cluster.roots, reason)})


def _same(one: Json, other: Json) -> bool:
    return one is not None and other is not None and same(one, other)


def _rendered(staged: Path, divisions: Sequence[Division], baseline: Baseline) -> Mapping[RepoPath, Build]:
    """Every list of parts and every part, built."""
    wanted = {path for each in divisions for path in each.roots.values()}
    wanted |= {path for each in divisions for parts in each.parts.values() for path in parts.values()}
    config = replace(baseline.config, roots=tuple(sorted(wanted)), environments={})
    return {build.root: build for build in read_view(staged, config, _renderer(baseline)).builds}


def _renderer(baseline: Baseline) -> Renderer:
    return replace(renderer_of(baseline.choices, baseline.tools), additions=baseline.additions)


def _locked(lock: Lock, divisions: Sequence[Division]) -> Lock:
    """The lock with the new places of roots."""
    moved = {old: new for each in divisions for old, new in each.roots.items()}
    environments = {
        name: replace(
            each,
            kustomize=tuple(sorted(moved.get(root, root) for root in each.kustomize)),
            namespaces={**each.namespaces, **{moved.get(root, root): ns for root, ns in each.namespaces.items()}},
        )
        for name, each in lock.environments.items()
    }
    return replace(lock, environments=environments)
