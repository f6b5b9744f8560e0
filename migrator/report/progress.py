"""Progress on a terminal: what is being done, how far it is, and how long it may still take."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Self

from rich.console import Console
from rich.progress import Progress, ProgressColumn, SpinnerColumn, Task, TaskID, TextColumn
from rich.table import Column
from rich.text import Text

from migrator.progress import StepAdvanced, StepEnded, StepStarted
from migrator.report.visible import visible

_WORDS = {
    "discover": "reading the repository",
    "read": "reading",
    "load": "reading kustomizations",
    "build": "building roots",
    "graph": "relating objects",
    "classify": "recognising charts",
    "resolve": "finding charts",
    "publishers": "asking publishers",
    "fetch": "fetching charts",
    "infer": "inferring values",
    "plan": "deciding",
    "rewrite": "rewriting",
    "prove": "rendering for the proof",
    "play": "playing the stages",
    "audit": "auditing",
    "explain": "explaining",
    "write": "writing",
}
_PACE = 600.0
"""Seconds over which the pace is measured: one component may take a minute."""


class Bar:
    """One line for the innermost step of a run, gone once the run is over."""

    def __init__(self, stream: IO[str]) -> None:
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            _Counted(),
            _Left(),
            _Running(),
            console=Console(file=stream),
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
            speed_estimate_period=_PACE,
        )
        self._open: list[TaskID] = []

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """While it is gone others may write to the terminal."""
        self._progress.stop()
        try:
            yield
        finally:
            self._progress.start()

    def show(self, event: StepStarted | StepAdvanced | StepEnded) -> None:
        """Show what the event tells."""
        match event:
            case StepStarted():
                if self._open:
                    self._progress.update(self._open[-1], visible=False)
                words = _WORDS.get(event.step, event.step)
                self._open.append(self._progress.add_task(words, total=None, running=()))
            case StepAdvanced():
                self._progress.update(
                    self._open[-1], completed=event.done, total=event.total, running=tuple(map(visible, event.running))
                )
            case StepEnded():
                self._progress.remove_task(self._open.pop())
                if self._open:
                    self._progress.update(self._open[-1], visible=True)
        self._progress.refresh()


class _Running(ProgressColumn):
    """What is being worked on: the one part of the line that gives way where the terminal is narrow."""

    def __init__(self) -> None:
        super().__init__(Column(no_wrap=False))

    def render(self, task: Task) -> Text:
        return Text(", ".join(task.fields["running"]), style="dim", no_wrap=True, overflow="ellipsis")


class _Counted(ProgressColumn):
    """`34/101`, once there is something to count."""

    def __init__(self) -> None:
        super().__init__(Column(no_wrap=True))

    def render(self, task: Task) -> Text:
        if task.total is None:
            return Text("")
        return Text(f"{int(task.completed)}/{int(task.total)}", style="progress.download")


class _Left(ProgressColumn):
    """The time that is left at the pace so far, else the time that has gone."""

    max_refresh = 0.5

    def __init__(self) -> None:
        super().__init__(Column(no_wrap=True))

    def render(self, task: Task) -> Text:
        left = task.time_remaining
        if task.total and left is not None:
            return Text(f"about {_clock(left)} left", style="progress.remaining")
        return Text(f"{_clock(task.elapsed or 0.0)} so far", style="progress.elapsed")


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02}"
