"""Plays a history and says what happens to the live objects that it must leave alone (facts A1 to A10, F1 to F10)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from migrator.gitops.controllers.cluster import Cluster, Incident, What
from migrator.gitops.controllers.manifest import Address
from migrator.gitops.controllers.reconcile import FINALIZERS, act, deployers
from migrator.gitops.controllers.world import History, World
from migrator.gitops.play.checks import check, check_changes
from migrator.gitops.play.orders import Mishap, Trouble, mishaps, orders

_ROUNDS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """What a live object must not go through, the rule that says why it does, and how it comes to that."""

    what: What
    rule: str
    """The id of a fact."""
    object: Address
    deployer: Address | None
    commit: str
    is_way_back: bool
    words: str
    steps: tuple[str, ...]
    """From the beginning of the play, or its last forty."""

    def __str__(self) -> str:
        by = f" by {self.deployer.id.kind} {self.deployer.id.name}" if self.deployer is not None else ""
        back = " (on the way back)" if self.is_way_back else ""
        return f"{self.rule}: {self.object} is {self.what}{by} at {self.commit}{back}: {self.words}"


def violations(history: History, *, count: int = 20, seed: int = 1, troubled: int = 4) -> tuple[Violation, ...]:
    """What happens to live objects in the plays of a history, each kind once and with its shortest steps.

    `count` orders are played forward and back without mishap, and the first `troubled` of them with every single step
    late or failing.
    """
    found: dict[tuple[str, ...], Violation] = {}
    top = len(history.commits) - 1 - history.finish
    back = range(top - 1, -1, -1)
    _played(history, found, _Way([*range(top + 1), *back], 1, _gates(history, top)), (count, seed, troubled))
    if history.finish:
        end = [*range(len(history.commits))]
        _played(history, found, _Way(end, top + 1, frozenset({top + 1})), (count, seed, troubled))
    return tuple(found.values())


@dataclass(frozen=True, slots=True)
class _Way:
    """Commits to play, from which position on something may go wrong, and which wait for everybody."""

    path: Sequence[int]
    first: int
    gates: frozenset[int]


def _gates(history: History, top: int) -> frozenset[int]:
    """The same on the way back: the commit before a gate is gone back to only when everybody has seen the gate."""
    return history.gates | {2 * top - gate + 1 for gate in history.gates}


def _played(history: History, found: dict[tuple[str, ...], Violation], way: _Way, sizes: tuple[int, int, int]) -> None:
    count, seed, troubled = sizes
    world = World(history=history, path=way.path, finalizers=FINALIZERS)
    start = _start(world)
    names = _names(world, start)
    top = max(way.path)
    for number, order in enumerate(orders(names, len(way.path), count, seed)):
        states = list(_plain(world, start, order))
        for position, state in enumerate(states[1:], 1):
            _collect(world, found, state, position, None)
        if number < troubled:
            for mishap in mishaps(names, range(way.first, len(way.path)), top, way.gates):
                _troubled(world, found, (states, order, way.gates), mishap)


def _start(world: World) -> Cluster:
    """The state that the first commit leads to; what is there is guarded from then on."""
    cluster = Cluster()
    _settle(world, cluster, 0, (), None)
    leaving = world.history.leaving
    cluster.guarded = {key: live.uid for key, live in cluster.live.items() if key.id not in leaving}
    cluster.incidents, cluster.steps, cluster.seen = [], (), {}
    return cluster


def _names(world: World, start: Cluster) -> Sequence[Address]:
    """All that deploy at some time, parents first."""
    state = start.copy()
    names = dict.fromkeys(deployers(state))
    for position in range(1, len(world.path)):
        _settle(world, state, position, tuple(names), None)
        names |= dict.fromkeys(deployers(state))
    return tuple(names)


def _plain(world: World, start: Cluster, order: Sequence[Sequence[Address]]) -> Iterator[Cluster]:
    yield start
    state = start
    for position in range(1, len(world.path)):
        state = _pushed(world, state, position)
        _settle(world, state, position, order[position], None)
        check(world, state, position)
        check_changes(state)
        yield state


def _pushed(world: World, state: Cluster, position: int) -> Cluster:
    """The state as the next commit finds it."""
    copy = state.copy()
    named = world.history.restarts.get(world.path[position], frozenset())
    named |= world.history.restarts.get(world.path[position - 1], frozenset())
    copy.may_restart = frozenset(key for key in copy.guarded if key.id in named)
    copy.incidents, copy.seen = [], {}
    copy.step(f"commit {world.history.commits[world.path[position]]}")
    return copy


def _settle(world: World, cluster: Cluster, position: int, order: Sequence[Address], mishap: Mishap | None) -> None:
    """Lets everybody act until nothing changes any more."""
    rank = {address: number for number, address in enumerate(order)}
    for _ in range(_ROUNDS):
        version = cluster.version
        for address in sorted(deployers(cluster), key=lambda each: (rank.get(each, len(rank)), each)):
            _turn(world, cluster, address, position, mishap if mishap and mishap.deployer == address else None)
        if cluster.version == version:
            return
    for address in sorted(cluster.seen):
        if address in cluster.guarded:
            cluster.report(What.BACK_AND_FORTH, "A3", address, None, "the controllers never come to rest")
            return


def _turn(world: World, cluster: Cluster, address: Address, position: int, mishap: Mishap | None) -> None:
    if mishap is None:
        act(world, cluster, address, position)
    elif mishap.trouble is Trouble.BEHIND:
        act(world, cluster, address, mishap.first - 1)
    elif mishap.trouble is Trouble.REFUSED:
        cluster.refusing = address
        act(world, cluster, address, position)
        cluster.refusing = None
    elif mishap.trouble is Trouble.BROKEN:
        cluster.remember(address, replace(cluster.of(address), ok=False))
    elif mishap.trouble is Trouble.UNHEALTHY:
        act(world, cluster, address, position, healthy=False)


def _troubled(
    world: World,
    found: dict[tuple[str, ...], Violation],
    play: tuple[Sequence[Cluster], Sequence[Sequence[Address]], frozenset[int]],
    mishap: Mishap,
) -> None:
    """A play with one mishap; while it lasts nobody asks who owns what, afterwards all must be well again."""
    states, order, gates = play
    state = states[mishap.first - 1]
    for position in range(mishap.first, min(mishap.last + 1, len(world.path))):
        state = _pushed(world, state, position)
        if position == mishap.first:
            state.step(f"from now on {mishap}")
        _settle(world, state, position, order[position], mishap)
        _collect(world, found, state, position, mishap)
    _recovered(world, found, state, (position, order[position]), mishap)
    if position + 1 < len(world.path) and position + 1 not in gates:
        state = _pushed(world, state, position + 1)
        _recovered(world, found, state, (position + 1, order[position + 1]), mishap)


def _recovered(
    world: World,
    found: dict[tuple[str, ...], Violation],
    state: Cluster,
    place: tuple[int, Sequence[Address]],
    mishap: Mishap,
) -> None:
    """The deployer acts again, before all others: with nothing new to see, or just as the next commit arrives."""
    position, order = place
    state = state.copy()
    state.incidents, state.refused = [], None
    state.step(f"{mishap.deployer.id.kind} {mishap.deployer.id.name} is well again")
    first = [mishap.deployer, *(each for each in order if each != mishap.deployer)]
    _settle(world, state, position, first, None)
    check(world, state, position)
    _collect(world, found, state, position, mishap)


def _collect(
    world: World, found: dict[tuple[str, ...], Violation], state: Cluster, position: int, mishap: Mishap | None
) -> None:
    for each in state.incidents:
        incident = _named(each, mishap)
        key = (incident.what, incident.rule, str(incident.address), str(incident.deployer))
        known = found.get(key)
        if known is None or len(incident.steps) < len(known.steps):
            found[key] = Violation(
                what=incident.what,
                rule=incident.rule,
                object=incident.address,
                deployer=incident.deployer,
                commit=world.history.commits[world.path[position]],
                is_way_back=position > max(world.path),
                words=incident.words,
                steps=incident.steps,
            )


def _named(incident: Incident, mishap: Mishap | None) -> Incident:
    """Where a controller misses more than one commit, stages arrive as one (fact F10)."""
    over_several = mishap is not None and mishap.trouble in {Trouble.LATE, Trouble.BEHIND}
    if over_several and incident.what is What.DELETED and incident.rule in {"F1", "F5", "A2"}:
        return replace(incident, rule="F10")
    return incident


def told(found: Sequence[Violation]) -> Mapping[str, int]:
    """Rule -> how many of the violations it explains."""
    return {rule: sum(each.rule == rule for each in found) for rule in sorted({each.rule for each in found})}
