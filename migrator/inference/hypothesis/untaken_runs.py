"""Renders with untaken branches, which can take a thousand times longer than one without: as long as there is time."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from migrator.inference.budget import OutOfTimeError, limited
from migrator.inference.hypothesis.state import State

SHARE = 0.5
"""Of the time that is left: what one render may take."""
LEAST_SECONDS = 1.0


class UntakenRuns:
    """The renders of one chart with untaken branches; each goes on from the one before."""

    def __init__(self, measure: Callable[[State, State | None], State]) -> None:
        self._measure = measure
        self._last: State | None = None
        self._takes_too_long = False
        self.is_cut = False
        """Whether the last one did not look at all that the templates might print."""

    def of(self, state: State, deadline: float = math.inf) -> State:
        """The same hypothesis with its untaken branches; itself where they take too much of the time that is left."""
        if state.detail is None:
            state.detail = state if self._takes_too_long else self._run(state, deadline)
        return state.detail

    def _run(self, state: State, deadline: float) -> State:
        now = time.process_time()
        try:
            with limited(now + max(SHARE * (deadline - now), LEAST_SECONDS)):
                self._last = found = self._measure(state, self._last)
        except OutOfTimeError:
            self._takes_too_long = self.is_cut = True
            return state
        self.is_cut = any(template.cut for template in found.run.templates.values())
        return found
