"""Images that Flux follows have a tag in the values, be it the chart's default: a marker needs a line to stand on."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from migrator.model import Json, KeyPath, RepoPath
from migrator.plan import ComponentPlan, Plan
from migrator.render_roots import Build
from migrator.rewrite.kustomize.ownership import ADOPTED
from migrator.rewrite.kustomize.repository_view import RepositoryView
from migrator.rewrite.umbrella.image_markers import Marker, markers_of

if TYPE_CHECKING:
    from migrator.charts.types import ChartArchive
    from migrator.inference.types import SplitValues

_NOTE = "the chart's default: image automation writes here"


def with_followed(
    plan: Plan, charts: Mapping[str, ChartArchive], builds: Sequence[Build], view: RepositoryView
) -> Plan:
    """The plan with a value for the tag of each image that a marker follows and that a release takes over.

    Where the marker is part of some environments only, the value is theirs, so that the others keep what they have.
    Nothing is added where no single value of the chart gives the image its tag. `charts` are the archives of the
    components.
    """
    markers = tuple(_markers(builds, view))
    if not markers:
        return plan
    components = tuple(
        _followed(each, charts[each.id], markers, builds) if each.decision in ADOPTED and each.id in charts else each
        for each in plan.components
    )
    return replace(plan, components=components)


def _markers(builds: Sequence[Build], view: RepositoryView) -> Iterator[tuple[Marker, frozenset[str]]]:
    """Every marker, and the environments that its file is part of."""
    found: dict[RepoPath, set[str]] = {}
    for build in builds:
        for path in view.files(build.root) if build.is_built else ():
            found.setdefault(path, set()).add(build.environment)
    for path, environments in sorted(found.items()):
        if view.index.is_file(path):
            for marker in markers_of(view.read(path), path):
                yield marker, frozenset(environments)


def _followed(
    component: ComponentPlan,
    chart: ChartArchive,
    markers: Sequence[tuple[Marker, frozenset[str]]],
    builds: Sequence[Build],
) -> ComponentPlan:
    from migrator.inference.effects.image_tags import tag_value
    from migrator.inference.effects.value_effects import Subject

    images = _images(component, builds)
    values = component.values
    followed: dict[str, KeyPath] = {}
    for marker, environments in markers:
        image = f"{marker.name}:{marker.tag}"
        held = sorted(name for name in environments if image in images.get(name, ()))
        if not marker.name or not marker.tag or not held:
            continue
        subject = Subject(chart=chart, values=values, targets={}, setting=component.context, as_dependency=True)
        places = {tag_value(subject, name, image) for name in held}
        if len(places) == 1 and (place := places.pop()) is not None:
            followed[image] = place[0]
            values = _with_value(values, *place, None if environments >= set(component.environments) else held)
    return replace(component, values=values, followed=followed)


def _images(component: ComponentPlan, builds: Sequence[Build]) -> Mapping[str, frozenset[str]]:
    """Environment -> the images of the objects that the release takes over."""
    from migrator.inference.effects.image_tags import images_of

    return {
        name: frozenset(
            image
            for build in builds
            if build.environment == name
            for resource in build.resources
            if resource.id in members
            for image in images_of(resource)
        )
        for name, members in component.members.items()
    }


def _with_value(values: SplitValues, path: KeyPath, text: str, environments: Collection[str] | None) -> SplitValues:
    """The values with this one for all environments (None), or in the files of these, where nothing is said yet."""
    notes = {path: _NOTE, **values.notes} if not _is_said(values.common, path) else values.notes
    if environments is None:
        return replace(values, common=_set(values.common, path, text), notes=notes)
    parts = {**values.environments}
    for name in environments:
        parts[name] = _set(parts.get(name, {}), path, text)
    return replace(values, environments=dict(sorted(parts.items())), notes=notes)


def _is_said(tree: Json, path: KeyPath) -> bool:
    for key in path:
        if not isinstance(tree, Mapping) or key not in tree:
            return False
        tree = tree[key]
    return True


def _set(tree: Mapping[str, Json], path: KeyPath, text: str) -> dict[str, Json]:
    """The tree with the text at the path, unless something is there already."""
    key, rest = str(path[0]), path[1:]
    inner = tree.get(key)
    if not rest:
        return {**tree, key: tree.get(key, text)}
    return {**tree, key: _set(inner if isinstance(inner, Mapping) else {}, rest, text)}
