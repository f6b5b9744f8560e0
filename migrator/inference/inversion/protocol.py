"""What values, conditions and texts ask of each other when a template is read backwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from migrator.inference.assignments.values_tree import Edits
from migrator.model import Json
from migrator.templates.provenance.value import Piece, Region, Value

MAX_DEPTH = 14
"""Steps that one reading may take into the next."""
MAX_DIRECT = 3
"""Places tried of those that one value may come from."""


class Inversion(Protocol):
    """Reads values, conditions and texts backwards: each yields the assignments that make it so, likeliest first."""

    def invert(self, value: Value, target: Json, *, loose: bool = False, depth: int = 0) -> Iterator[Edits]:
        """Assignments that make a value the target; `loose` where the target is text of any kind."""
        ...

    def satisfy(self, condition: Value, want: bool, *, bound: Edits = (), depth: int = 0) -> Iterator[Edits]:
        """Assignments that make a condition count as true (or false), given those that are bound already."""
        ...

    def open_region(self, region: Region, bound: Edits = (), depth: int = 0) -> Iterator[Edits]:
        """Assignments under which an untaken branch is taken, given those that are bound already."""
        ...

    def invert_text(
        self,
        pieces: Iterable[Piece],
        target: str,
        depth: int = 0,
        *,
        typed: Json = None,
        turns: int = 0,
        by_lines: bool = True,
    ) -> Iterator[Edits]:
        """Assignments that make pieces print a text."""
        ...

    def invert_lines(self, pieces: list[Piece], target: str, *, tolerant: bool = False) -> Iterator[Edits]:
        """Assignments that make pieces print a text of many lines; tolerant ones leave out what nothing explains."""
        ...
