"""What the lock remembers of a component that was adopted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrator.graph import EdgeKind
from migrator.graph.edges import Environment
from migrator.lock import LockedComponent
from migrator.model import Resource
from migrator.plan import ComponentPlan
from migrator.render_roots import Build

_NAMING = (EdgeKind.REFERS, EdgeKind.BINDS)


def locked_component(component: ComponentPlan, builds: Sequence[Build]) -> LockedComponent:
    """The component as the lock has it; the allowances are the proof's to say."""
    return LockedComponent(
        decision=component.decision.value,
        resources=sum(len(members) for members in component.members.values()),
        companions={
            name: tuple(sorted(str(each) for each in found)) for name, found in component.companions.items() if found
        },
        references=tuple(sorted({name for each in component.members for name in _border(component, each, builds)})),
        unhashed=tuple(sorted({str(own) for each in component.unhashed for own in each.bare})),
    )


def _border(component: ComponentPlan, environment: str, builds: Sequence[Build]) -> Iterator[str]:
    """What is named across the border between the objects of a component and all others of an environment."""
    found: dict[object, Resource] = {}
    for build in builds:
        if build.environment == environment:
            found |= {each.id: each for each in build.resources}
    members = frozenset(component.members[environment])
    for source, target, kind, _ in Environment(tuple(found.values())).edges():
        if kind in _NAMING and (source in members) != (target in members):
            yield str(target)
