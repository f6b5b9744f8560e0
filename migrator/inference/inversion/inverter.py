"""A template read backwards: from what it should print to the assignments under which it does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from migrator.inference.assignments.values_tree import Edits
from migrator.inference.inversion.condition_inversion import Conditions
from migrator.inference.inversion.expressions import Expressions
from migrator.inference.inversion.text.multiline import Lines
from migrator.inference.inversion.text.pieces import Texts
from migrator.model import Json
from migrator.templates.provenance.value import Piece, Region, Value


class Inverter:
    """Values, conditions and texts, each read by a strategy of its own that hands on what it does not read itself."""

    def __init__(self) -> None:
        self._expressions, self._conditions = Expressions(self), Conditions(self)
        self._texts, self._lines = Texts(self), Lines(self)

    def invert(self, value: Value, target: Json, *, loose: bool = False, depth: int = 0) -> Iterator[Edits]:
        """Assignments that make a value the target, likeliest first; `loose` where the target is text of any kind."""
        return self._expressions.invert(value, target, loose=loose, depth=depth)

    def satisfy(self, condition: Value, want: bool, *, bound: Edits = (), depth: int = 0) -> Iterator[Edits]:
        """Assignments that make a condition count as true (or false); what is bound already counts."""
        return self._conditions.satisfy(condition, want, bound=bound, depth=depth)

    def open_region(self, region: Region, bound: Edits = (), depth: int = 0) -> Iterator[Edits]:
        """Assignments under which an untaken branch and those around it are taken; what is bound already counts."""
        return self._conditions.open_region(region, bound, depth)

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
        """Assignments that make pieces print a text: one value changed first, then all, then another branch taken.

        `typed` is the scalar as YAML reads it, where one value alone stands under it. `by_lines` where a text of many
        lines has not been read as such yet.
        """
        return self._texts.invert_text(pieces, target, depth, typed=typed, turns=turns, by_lines=by_lines)

    def invert_lines(self, pieces: list[Piece], target: str, *, tolerant: bool = False) -> Iterator[Edits]:
        """Assignments that make pieces print a text of many lines: all together, then those of each place alone.

        A tolerant reading leaves out lines that nothing explains.
        """
        return self._lines.invert_lines(pieces, target, tolerant=tolerant)


_INVERTER = Inverter()
invert, satisfy, open_region = _INVERTER.invert, _INVERTER.satisfy, _INVERTER.open_region
invert_text, invert_lines = _INVERTER.invert_text, _INVERTER.invert_lines
