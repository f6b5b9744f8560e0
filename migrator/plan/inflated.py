"""Components that kustomize inflates from a chart: which entries of `helmCharts` make them."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from migrator.classify.types import Component, ComponentKind
from migrator.load import ChartEntry, Kustomizations, makers_of
from migrator.model import RepoPath, ResId, Resource
from migrator.render_roots import Build


@dataclass(frozen=True, slots=True, kw_only=True)
class Inflated:
    """How kustomize makes a component from a chart."""

    entries: tuple[ChartEntry, ...]
    """Those that make its objects, by file and place."""

    @property
    def file(self) -> RepoPath:
        """The first kustomization file that names the chart."""
        return self.entries[0].file

    @property
    def release(self) -> str:
        """The release's name, where all entries agree."""
        return _agreed([each.release for each in self.entries])

    @property
    def kube_version(self) -> str:
        """What all entries are rendered for, where they say it and agree."""
        return _agreed([each.kube_version for each in self.entries])

    @property
    def namespace(self) -> str:
        """The release's namespace, where all entries agree."""
        return _agreed([each.namespace for each in self.entries])


def inflated_by(
    components: Sequence[Component], builds: Sequence[Build], held: Kustomizations
) -> Mapping[str, Inflated]:
    """Component id -> the entries of `helmCharts` that make the greater part of its objects."""
    made = {
        (build.environment, resource.id): found
        for build in builds
        for resource in build.resources
        if (found := _makers(resource, held))
    }
    inflated: dict[str, Inflated] = {}
    for component in components if made else ():
        objects = [(name, member) for name, members in component.members.items() for member in members]
        makers = [made[each] for each in objects if each in made]
        if len(makers) * 2 > len(objects):
            # what may be of several entries tells nothing where something else tells
            sure = [each for each in makers if len(each) == 1] or makers
            entries = {entry.place: entry for each in sure for entry in each}
            inflated[component.id] = Inflated(entries=tuple(entries[place] for place in sorted(entries)))
    return inflated


def with_all_made(
    components: Sequence[Component], builds: Sequence[Build], held: Kustomizations, inflated: Mapping[str, Inflated]
) -> tuple[Component, ...]:
    """The components, those that entries make with all that these make: CRDs say nothing of the chart they are of."""
    owners = {
        entry.place: each.id
        for each in components
        if each.kind is ComponentKind.THIRD_PARTY and each.id in inflated
        for entry in inflated[each.id].entries
    }
    owned = {
        (name, member)
        for each in components
        if each.kind is ComponentKind.THIRD_PARTY
        for name, members in each.members.items()
        for member in members
    }
    more: dict[tuple[str, ResId], str] = {}
    for build in builds if owners else ():
        for resource in build.resources:
            makers, place = _makers(resource, held), (build.environment, resource.id)
            if len(makers) == 1 and place not in owned and (owner := owners.get(makers[0].place)) is not None:
                more[place] = owner
    return tuple(found for each in components if any((found := _with_members(each, more)).members.values()))


def _with_members(component: Component, owners: Mapping[tuple[str, ResId], str]) -> Component:
    """The component with what it is said to own, and without what another is."""
    names = sorted({*component.members, *(name for (name, _), owner in owners.items() if owner == component.id)})
    members = {
        name: tuple(
            sorted(
                {
                    *(each for each in component.members.get(name, ()) if (name, each) not in owners),
                    *(each for (place, each), owner in owners.items() if (place, owner) == (name, component.id)),
                }
            )
        )
        for name in names
    }
    return replace(component, members=members) if owners else component


def _makers(resource: Resource, held: Kustomizations) -> tuple[ChartEntry, ...]:
    origin = resource.origin
    if origin is None or not origin.inflated or origin.remote:
        return ()
    kustomization = held.by_path.get(RepoPath(posixpath.dirname(origin.path) or "."))
    return makers_of(resource, kustomization.helm_charts) if kustomization is not None else ()


def _agreed(texts: Sequence[str]) -> str:
    return texts[0] if len(set(texts)) == 1 else ""
