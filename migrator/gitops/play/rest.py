"""From a commit until all have come to rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from migrator.gitops.controllers.cluster import Cluster, Live, What
from migrator.gitops.controllers.manifest import Address
from migrator.gitops.controllers.reconcile import act, deployers
from migrator.gitops.controllers.world import World
from migrator.gitops.play.orders import Mishap, Trouble

_ROUNDS = 12


def begin(world: World) -> Cluster:
    """The state that the first commit leads to; what is there is guarded from then on."""
    cluster = Cluster()
    settle(world, cluster, 0, (), None)
    leaving = world.history.leaving
    cluster.guarded = {key: live.uid for key, live in cluster.live.items() if key.id not in leaving}
    cluster.incidents, cluster.steps, cluster.seen = [], (), {}
    return cluster


def all_deploying(world: World) -> Sequence[Live]:
    """All objects that deploy, with each spec that they ever have."""
    state, found = begin(world), dict[tuple[Address, str], Live]()
    for position in range(len(world.path)):
        settle(world, state, position, (), None)
        for address in deployers(state):
            if address in state.live:
                found[address, state.live[address].manifest.content] = state.live[address]
    return tuple(found.values())


def pushed(world: World, state: Cluster, position: int) -> Cluster:
    """The state as the next commit finds it."""
    copy = state.copy()
    copy.may_restart = frozenset(key for key in copy.guarded if key.id in world.history.restarts)
    copy.incidents, copy.seen = [], {}
    copy.step(f"commit {world.history.commits[world.path[position]]}")
    return copy


def settle(world: World, cluster: Cluster, position: int, order: Sequence[Address], mishap: Mishap | None) -> None:
    """Lets everybody act, in an order, until nothing changes any more."""
    rank = {address: number for number, address in enumerate(order)}
    idle: dict[Address, int] = {}
    for _ in range(_ROUNDS):
        version = cluster.version
        for address in sorted(deployers(cluster), key=lambda each: (rank.get(each, len(rank)), each)):
            before = cluster.version
            if idle.get(address) != before:
                _turn(world, cluster, address, position, mishap if mishap and mishap.deployer == address else None)
                idle[address] = before if cluster.version == before else -1
        if cluster.version == version:
            return
    restless = next((each for each in sorted(cluster.seen) if each in cluster.guarded), None)
    if restless is not None:
        cluster.report(What.BACK_AND_FORTH, "A3", restless, None, "the controllers never come to rest")


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
