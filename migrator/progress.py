"""What a long run is doing, as values that a caller may watch: nothing in here prints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from migrator.diagnostics import Diagnostic


@dataclass(frozen=True, slots=True, kw_only=True)
class StepStarted:
    """A step begins: `discover`, `load`, `build`, `classify`, `resolve`, `infer`, `plan`, `rewrite`, `prove`, ..."""

    step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepAdvanced:
    """How far the step is, in parts: roots to build, components to infer values for, releases to render."""

    step: str
    done: int
    total: int
    running: tuple[str, ...]
    """The parts that are being worked on now: paths of roots, ids of components."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEnded:
    """A step is done, or was left by an error."""

    step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticed:
    """Something that has to be said at once, whatever becomes of the run: an earlier one was interrupted (MIG910)."""

    diagnostic: Diagnostic


Event: TypeAlias = StepStarted | StepAdvanced | StepEnded | Noticed


class Progress(Protocol):
    """Whoever watches a run: called with each event as it happens, in the thread that started the run."""

    def __call__(self, event: Event, /) -> None:
        """Take note of the event; what it raises ends the run as Ctrl-C would."""


Watch: TypeAlias = Callable[[int, int, tuple[str, ...]], None]
"""How a step says how far it is: parts done, parts in all, and the names of those being worked on."""


def unwatched(_event: Event, /) -> None:
    """The progress of a run that nobody watches."""


def uncounted(_done: int, _total: int, _running: tuple[str, ...], /) -> None:
    """The watch of a step whose parts nobody counts."""
