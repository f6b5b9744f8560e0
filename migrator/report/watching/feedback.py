"""What a person wants to hear of a run beside its result: progress, notes, and where the time went."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from migrator.diagnostics import Diagnostics, Severity
from migrator.progress import Event, Noticed, Progress, StepEnded, StepStarted
from migrator.stopwatch import Stopwatch


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """The options `--quiet`, `--verbose` and `--timings`, and the times that the run takes."""

    quiet: bool
    verbose: bool
    timings: Path | None
    times: Stopwatch = field(default_factory=Stopwatch)

    @classmethod
    def of(cls, given: dict[str, Any]) -> Feedback:
        """Takes these options out of those that a command was given."""
        return cls(quiet=given.pop("quiet"), verbose=given.pop("verbose"), timings=given.pop("timings"))

    @contextmanager
    def watching(self) -> Iterator[Progress]:
        """A progress that keeps the times, says at once what cannot wait, and shows a terminal how far the run is."""
        if not self._is_watched():
            yield self._take
            return
        from migrator.report.progress import Bar

        with Bar(sys.stderr) as bar:

            def progress(event: Event, /) -> None:
                if isinstance(event, Noticed):
                    with bar.hidden():
                        self._take(event)
                else:
                    self._take(event)
                    bar.show(event)

            yield progress

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Count the time of the block as a step of its own."""
        self.times.start(name)
        try:
            yield
        finally:
            self.times.end()

    def say(self, diagnostics: Diagnostics, *, notes: bool = False) -> None:
        """Diagnostics belong to stderr, notes among them where they are wanted; quiet keeps the errors."""
        from migrator.report.terminal import show_diagnostics

        wanted = tuple(each for each in diagnostics if each.severity is Severity.ERROR) if self.quiet else diagnostics
        show_diagnostics(wanted, sys.stderr, verbose=self.verbose, notes=notes)

    def finish(self) -> None:
        """Say where the time went, to those who asked."""
        if self.verbose:
            sys.stderr.write(self.times.shares() + "\n")
        if self.timings is not None:
            seconds = {name: round(spent, 4) for name, spent in self.times.seconds.items()}
            document = {"format_version": "1.0", "steps": seconds, "total": round(sum(seconds.values()), 4)}
            self.timings.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")

    def _is_watched(self) -> bool:
        return not self.quiet and sys.stderr.isatty() and not os.environ.get("CI") and os.environ.get("TERM") != "dumb"

    def _take(self, event: Event, /) -> None:
        match event:
            case StepStarted():
                self.times.start(event.step)
            case StepEnded():
                self.times.end()
            case Noticed():
                self.say((event.diagnostic,))
