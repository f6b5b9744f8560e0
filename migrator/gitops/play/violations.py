"""What the plays have found, each kind of it once, and the rule that explains it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from migrator.gitops.controllers.cluster import Cluster, Incident, What, spec_of
from migrator.gitops.controllers.manifest import Address
from migrator.gitops.controllers.world import World
from migrator.gitops.play.alike import Group
from migrator.gitops.play.orders import Mishap


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """What a live object must not go through, the rule that says why it does, and how it comes to that."""

    what: What
    rule: str
    """The id of a fact."""
    object: Address
    others: tuple[Address, ...] = ()
    """Objects to which the same happens."""
    deployer: Address | None
    commit: str
    is_way_back: bool
    words: str
    steps: tuple[str, ...]
    """From the beginning of the play, or its last forty."""

    def __str__(self) -> str:
        by = f" by {self.deployer.id.kind} {self.deployer.id.name}" if self.deployer is not None else ""
        back = " (on the way back)" if self.is_way_back else ""
        more = f" and {len(self.others)} more" if self.others else ""
        return f"{self.rule}: {self.object}{more}: {self.what}{by} at {self.commit}{back}: {self.words}"


@dataclass(slots=True)
class Found:
    """Violations, the one with the shortest steps of each kind."""

    by_kind: dict[tuple[str, str, Address, Address | None], Violation] = field(default_factory=dict)

    def all(self) -> tuple[Violation, ...]:
        """All, in the order in which they were met."""
        return tuple(self.by_kind.values())

    def add(
        self,
        world: World,
        state: Cluster,
        position: int,
        mishap: Mishap | None,
        groups: Mapping[Address, Group],
    ) -> None:
        """Takes the incidents of a state."""
        for each in state.incidents:
            rule = _rule(world, state, position, each, mishap)
            key = (each.what, rule, each.address, each.deployer)
            known = self.by_kind.get(key)
            if known is None or len(each.steps) < len(known.steps):
                self.by_kind[key] = Violation(
                    what=each.what,
                    rule=rule,
                    object=each.address,
                    others=groups.get(each.address, ())[1:],
                    deployer=each.deployer,
                    commit=world.history.commits[world.path[position]],
                    is_way_back=position > max(world.path),
                    words=each.words,
                    steps=each.steps,
                )


def _rule(world: World, state: Cluster, position: int, each: Incident, mishap: Mishap | None) -> str:
    if each.what is not What.DELETED or each.rule not in {"F1", "F5", "A2"}:
        return each.rule
    if each.deployer is not None and _waits_only_now(world, state, position, each.deployer):
        return "F8"
    return each.rule if mishap is None else "F10"  # whoever misses a stage takes two as one


def _waits_only_now(world: World, state: Cluster, position: int, deployer: Address) -> bool:
    """Whether a deployer is told with this very commit to wait for others (fact F8)."""
    now, before = (_depends(world, state, at, deployer) for at in (position, max(position - 1, 0)))
    return now and not before


def _depends(world: World, state: Cluster, position: int, deployer: Address) -> bool:
    for live in state.live.values():
        found = world.rendered.get((live.manifest.address, live.manifest.content, world.path[position]))
        for each in found.objects if found else ():
            if each.address == deployer:
                return bool(spec_of(each.body).get("dependsOn"))
    return False
