"""Plays a history and says what happens to the live objects that it must leave alone (facts A1 to A10, F1 to F10)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrator.gitops.controllers.cluster import Cluster
from migrator.gitops.controllers.manifest import Address
from migrator.gitops.controllers.reconcile import FINALIZERS, deployers
from migrator.gitops.controllers.world import History, World
from migrator.gitops.play.alike import alike
from migrator.gitops.play.checks import check, check_changes
from migrator.gitops.play.orders import Mishap, mishaps, orders
from migrator.gitops.play.rest import all_deploying, begin, pushed, settle
from migrator.gitops.play.violations import Found, Violation


def violations(history: History, *, count: int = 20, seed: int = 1, troubled: int = 4) -> tuple[Violation, ...]:
    """What happens to live objects in the plays of a history, each kind once and with its shortest steps.

    `count` orders are played forward and back without mishap; each single step goes wrong in `troubled` of them,
    which are others for each.
    """
    found = Found()
    top = len(history.commits) - 1 - history.finish
    there_and_back = [*range(top + 1), *range(top - 1, -1, -1)]
    # a gate on the way back: the commit before it is gone back to once everybody has seen the gate
    gates = history.gates | {2 * top - gate + 1 for gate in history.gates}
    _Plays(history, there_and_back, 1, gates, found).run(count, seed, troubled)
    if history.finish:
        to_the_end = [*range(len(history.commits))]
        _Plays(history, to_the_end, top + 1, frozenset({top + 1}), found).run(count, seed, troubled)
    return found.all()


class _Plays:
    """The plays along one path of commits."""

    def __init__(self, history: History, path: Sequence[int], first: int, gates: frozenset[int], found: Found) -> None:
        whole = World(history=history, path=path, finalizers=FINALIZERS)
        self.groups = alike(whole, all_deploying(whole), sorted(set(path)))
        self.world = whole.only(self.groups.keys())
        self.first, self.gates, self.found = first, gates, found
        self.start = begin(self.world)

    def run(self, count: int, seed: int, troubled: int) -> None:
        """All plays; `first` is the position from which on something may go wrong."""
        path = self.world.path
        names = self._names()
        wrong = list(mishaps(names, range(self.first, len(path)), self.gates))
        every = max(count // troubled, 1) if troubled else len(wrong) + count
        for number, order in enumerate(orders(names, len(path), count, seed)):
            states = [self.start, *self._plain(order)]
            for mishap in wrong[number % every :: every] if troubled else ():
                self._troubled(states, order, mishap)

    def _names(self) -> Sequence[Address]:
        """All that deploy at some time, parents first."""
        state = self.start.copy()
        names = dict.fromkeys(deployers(state))
        for position in range(1, len(self.world.path)):
            settle(self.world, state, position, tuple(names), None)
            names |= dict.fromkeys(deployers(state))
        return tuple(names)

    def _plain(self, order: Sequence[Sequence[Address]]) -> Iterator[Cluster]:
        state = self.start
        for position in range(1, len(self.world.path)):
            state = pushed(self.world, state, position)
            settle(self.world, state, position, order[position], None)
            check(self.world, state, position)
            check_changes(state)
            self._note(state, position, None)
            yield state

    def _troubled(self, states: Sequence[Cluster], order: Sequence[Sequence[Address]], mishap: Mishap) -> None:
        """A play with one mishap; while it lasts nobody asks who owns what, afterwards all must be well again.

        It ends after its first commit, when the way back begins, or at its end: at once, or as the next commit arrives.
        """
        state, top = states[mishap.first - 1], max(self.world.path)
        for position in range(mishap.first, mishap.last + 1):
            state = pushed(self.world, state, position)
            if position == mishap.first:
                state.step(f"from now on {mishap}")
            settle(self.world, state, position, order[position], mishap)
            self._note(state, position, mishap)
            if position not in {mishap.first, top, mishap.last}:
                continue
            self._recovered(state, position, order[position], mishap)
            if position + 1 < len(self.world.path) and position + 1 not in self.gates:
                self._recovered(pushed(self.world, state, position + 1), position + 1, order[position + 1], mishap)

    def _recovered(self, state: Cluster, position: int, order: Sequence[Address], mishap: Mishap) -> None:
        """The deployer acts again, before all others: with nothing new to see, or just as the next commit arrives."""
        state = state.copy()
        state.incidents, state.refused = [], None
        state.step(f"{mishap.deployer.id.kind} {mishap.deployer.id.name} is well again")
        first = [mishap.deployer, *(each for each in order if each != mishap.deployer)]
        settle(self.world, state, position, first, None)
        check(self.world, state, position)
        self._note(state, position, mishap)

    def _note(self, state: Cluster, position: int, mishap: Mishap | None) -> None:
        self.found.add(self.world, state, position, mishap, self.groups)


__all__ = ["Violation", "violations"]
