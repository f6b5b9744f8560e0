"""One run of a command: the steps that it goes through, told to whoever watches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from migrator.diagnostics import Diagnostic
from migrator.progress import Noticed, Progress, StepAdvanced, StepEnded, StepStarted, Watch, unwatched


class Run:
    """What the steps of a run have in common: somebody may watch them."""

    def __init__(self, progress: Progress = unwatched) -> None:
        self._progress = progress

    @contextmanager
    def step(self, name: str) -> Iterator[Watch]:
        """The block as a step of this name; it may say how far it is through the watch that it is given."""

        def watch(done: int, total: int, running: tuple[str, ...]) -> None:
            self._progress(StepAdvanced(step=name, done=done, total=total, running=running))

        self._progress(StepStarted(step=name))
        try:
            yield watch
        finally:
            self._progress(StepEnded(step=name))

    def notice(self, diagnostic: Diagnostic) -> None:
        """Tell what has to be said at once, whatever becomes of the run."""
        self._progress(Noticed(diagnostic=diagnostic))
