"""What a function that keeps provenance asks of the interpreter that calls it, and what it tells it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from migrator.model import KeyPath
from migrator.templates.errors import TemplateError
from migrator.templates.provenance.value import PathCondition, Region, Value


class Scope(Protocol):
    """The place in a template where a function is called."""

    path_condition: PathCondition | None
    """Over what is printed there; None at the top of a file."""
    region: Region | None
    """The untaken branch that is running; None where Helm would run it too."""
    culprit: Value | None
    """The value that the next failure speaks of."""

    def apply_plain(self, name: str, args: list[Value]) -> Value:
        """What the function of that name makes of plain values; it remembers name and operands."""

    def note_read(self, paths: Iterable[KeyPath]) -> None:
        """Remember what the template depends on."""

    def note_change(self, tree: Value) -> None:
        """Remember a map before it is changed in place: an untaken branch undoes it, other templates see it."""

    def note_merge(self, upper: Value, lower: Value) -> None:
        """Remember that one map is laid over another."""

    def note_failure(self, error: TemplateError) -> None:
        """Remember what Helm would stop at, and go on."""

    def make_map(self, value: Value) -> None:
        """In an untaken branch, let what is not there yet become a map."""


Lifted = Callable[[Scope, list[Value]], Value]
"""A function that keeps provenance. Raises TemplateError where Helm's function fails."""
