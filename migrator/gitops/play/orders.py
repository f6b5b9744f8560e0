"""In which orders controllers act, and what may go wrong with one of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import permutations
from random import Random

from migrator.gitops.controllers.manifest import Address


class Trouble(StrEnum):
    """What may go wrong with a deployer."""

    LATE = "late"
    """It does nothing."""
    BEHIND = "behind"
    """It acts, and sees the commit before."""
    BROKEN = "broken"
    """Its sources cannot be read."""
    REFUSED = "refused"
    """The API server refuses one of its objects."""
    UNHEALTHY = "unhealthy"
    """What it applies does not become healthy."""


@dataclass(frozen=True, slots=True)
class Mishap:
    """One thing that goes wrong, from a position of the play to another one."""

    trouble: Trouble
    deployer: Address
    first: int
    last: int

    def __str__(self) -> str:
        return f"{self.deployer.id.kind} {self.deployer.id.name} is {self.trouble}"


def orders(names: Sequence[Address], positions: int, count: int, seed: int) -> Iterator[Sequence[Sequence[Address]]]:
    """For each play an order for each position: all of few, else the telling ones first; then random ones."""
    made = 0
    for order in _systematic(names):
        if made == count:
            return
        made += 1
        yield [order] * positions
    random = Random(seed)  # noqa: S311  the same plays each time
    while made < count:
        made += 1
        yield [random.sample(list(names), len(names)) for _ in range(positions)]


def _systematic(names: Sequence[Address]) -> Iterator[Sequence[Address]]:
    if len(names) <= 3:
        yield from permutations(names)
        return
    yield names
    yield names[::-1]
    for index in range(1, len(names) - 1):
        yield (names[index], *names[:index], *names[index + 1 :])
        yield (*names[:index], *names[index + 1 :], names[index])


def mishaps(names: Sequence[Address], positions: range, gates: Collection[int]) -> Iterator[Mishap]:
    """Each deployer late or failing at each position; late ones for as long as no gate stops that."""
    for deployer in names:
        for first in positions:
            end = min([each - 1 for each in gates if each > first], default=positions[-1])
            yield Mishap(Trouble.LATE, deployer, first, end)
            yield Mishap(Trouble.BEHIND, deployer, first, end)
            for trouble in (Trouble.BROKEN, Trouble.REFUSED, Trouble.UNHEALTHY):
                yield Mishap(trouble, deployer, first, first)
