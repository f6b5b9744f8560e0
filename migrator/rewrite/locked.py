"""What the lock remembers of a component that was adopted."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from migrator.graph import EdgeKind
from migrator.graph.edges import Environment
from migrator.graph.named_objects import bound_objects, named_objects
from migrator.lock import LockedComponent
from migrator.model import ResId, Resource
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
        references=_references(component, builds),
        unhashed=tuple(sorted({str(own) for each in component.unhashed for own in each.bare})),
    )


def _references(component: ComponentPlan, builds: Sequence[Build]) -> tuple[str, ...]:
    """What is named across the border in any environment, but for what another one names and does not render."""
    named: set[str] = set()
    missing: set[str] = set()
    for environment, members in component.members.items():
        held = {each.id: each for build in builds if build.environment == environment for each in build.resources}
        objects = Environment(tuple(held.values()))
        named |= set(_border(objects, frozenset(members)))
        missing |= {name for each in held.values() for name in _missing(objects, each)}
    return tuple(sorted(named - missing))


def _border(objects: Environment, members: Collection[ResId]) -> Iterator[str]:
    """What is named across the border between the objects of a component and all others of an environment."""
    for source, target, kind, _ in objects.edges():
        if kind in _NAMING and (source in members) != (target in members):
            yield str(target)


def _missing(objects: Environment, resource: Resource) -> Iterator[str]:
    """What an object names and nothing renders."""
    for each in (*named_objects(resource), *bound_objects(resource)):
        if not any(objects.named(each.group, each.kind, each.namespace, each.name)):
            yield str(ResId(group=each.group or "", kind=each.kind, namespace=each.namespace, name=each.name))
