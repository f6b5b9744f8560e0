"""What a search found: values of each environment, not yet split into files, not yet judged by helm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from migrator.inference.attempts import Tried
from migrator.inference.types import Start
from migrator.model import Json, ReleaseContext


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the search found: values of each environment, not yet split, not yet judged."""

    context: ReleaseContext
    values: Mapping[str, Mapping[str, Json]]
    renders: int
    seconds: float
    spent: float
    """Processor seconds of the search."""
    late: bool
    tried: Mapping[str, Tried] = field(default_factory=dict)
    """Environment -> place that still differs -> what was tried there."""
    is_cut: bool = False
    """Whether the search could not look at all that the templates might print."""
    out_of_memory: bool = False
    """Whether the search ended for want of memory."""
    faults: tuple[str, ...] = ()
    """Holes in our own code that the search has met, and gone on."""
    untrusted: tuple[str, ...] = ()
    """Templates that the interpreter did not follow: helm itself rendered them during the search."""
    refused: tuple[str, ...] = ()
    """Complaints of the chart's schema about values that were found: they have another type now, or are left out."""

    @property
    def start(self) -> Start:
        """The answer as the beginning of another search."""
        return Start(context=self.context, values=self.values)
