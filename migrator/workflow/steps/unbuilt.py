"""What roots that do not build would deploy, as far as the manifests that they list tell: recognised, never adopted."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from migrator.classify import Component, ComponentKind
from migrator.graph import build_graph
from migrator.render_roots import written_in
from migrator.rewrite import RepositoryView
from migrator.workflow.steps.baseline import Baseline
from migrator.workflow.steps.classify import recognise


@dataclass(frozen=True, slots=True, kw_only=True)
class Unbuilt:
    """A third-party component that only roots have which do not build."""

    component: Component
    """Its members are the objects as they are written."""
    reason: str
    """Why the first of these roots does not build."""


def unbuilt_part(baseline: Baseline) -> Baseline:
    """The repository as if its failed roots were all of it, and rendered what stands in their files.

    Without the objects of files that other roots render: those are recognised there. It is no material for a proof.
    """
    known = set(baseline.graph.origins)
    failed = [build for build in baseline.builds if not build.is_built or build.left_out.folders]
    written = [
        [
            each
            for folder in build.left_out.folders or (build.root,)
            for each in written_in(folder, baseline.kustomizations)
        ]
        for build in failed
    ]
    builds = tuple(
        replace(build, resources=tuple(each for each in found if each.origin is None or each.origin.path not in known))
        for build, found in zip(failed, written, strict=True)
    )
    graph = build_graph(builds, baseline.kustomizations)
    view = RepositoryView(kustomizations=baseline.kustomizations, builds=builds, deployed=baseline.view.deployed)
    return replace(baseline, view=view, graph=graph)


def unbuilt_components(baseline: Baseline, recognised: Sequence[Component]) -> tuple[Unbuilt, ...]:
    """The third-party components of failed roots, by id; ids of `recognised` components are not taken again."""
    if baseline.is_built:
        return ()
    part = unbuilt_part(baseline)
    taken = {each.id for each in recognised}
    found = []
    for each in recognise(part)[0]:
        if each.kind is ComponentKind.THIRD_PARTY:
            name = next(name for name in _names(each.id) if name not in taken)
            taken.add(name)
            found.append(Unbuilt(component=replace(each, id=name), reason=_reason(each, part)))
    return tuple(sorted(found, key=lambda one: one.component.id))


def _names(name: str) -> Iterator[str]:
    yield name
    yield f"{name}-unbuilt"
    yield from (f"{name}-unbuilt-{number}" for number in itertools.count(2))


def _reason(component: Component, part: Baseline) -> str:
    members = {(name, each) for name, found in component.members.items() for each in found}
    held = ((build, (build.environment, each.id)) for build in part.builds for each in build.resources)
    first = next(build for build, each in held if each in members)
    told = next(iter((*((first.reason,) if first.reason is not None else ()), *first.notices)), None)
    return told.summary if told is not None else f"{first.root} does not build"
