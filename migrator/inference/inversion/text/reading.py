"""What was read of a text: values, branches taken, elements of loops."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from migrator.inference.assignments.values_tree import Edits
from migrator.inference.inversion.text.grammar import Branch, Loop, Row, Slot


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """A value that was read: the text that its place would have to print."""

    slot: Slot
    text: str
    ways: tuple[Edits, ...] | None = None
    """Assignments that make it so, as far as the branches taken allow; None before anything has asked for them."""


@dataclass(frozen=True, slots=True, eq=False)
class Taken:
    """One way of a branch, with what was read on it."""

    branch: Branch
    turned: bool
    inside: Link


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """The elements of a loop: what was read in those that are there (None: dropped) and in new ones (row None)."""

    loop: Loop
    rows: RowLink

    def in_order(self) -> list[tuple[Row | None, Link | bool]]:
        """The elements as they stand in the text."""
        found: list[tuple[Row | None, Link | bool]] = []
        link = self.rows
        while link is not None:
            link, row, inside = link
            found.append((row, inside))
        return found[::-1]


Event: TypeAlias = Read | Taken | Rows
Link: TypeAlias = "tuple[Link, Event] | None"
RowLink: TypeAlias = "tuple[RowLink, Row | None, Link | bool] | None"
"""What was read in each element; False for one that is dropped."""


def events(link: Link) -> list[Event]:
    """What was read, in order."""
    found: list[Event] = []
    while link is not None:
        link, event = link
        found.append(event)
    return found[::-1]
