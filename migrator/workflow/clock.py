"""Where the time of a command goes, step by step; on a terminal also what it is doing."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO


class Clock:
    """Adds up the wall time of named steps; a step inside another is not counted in the outer one."""

    def __init__(self, progress: IO[str] | None = None) -> None:
        self._seconds: dict[str, float] = {}
        self._open: list[str] = []
        self._since = time.perf_counter()
        self._progress = progress

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Count the time of the block for the step, and show its name while it lasts."""
        self._charge()
        self._open.append(name)
        self._seconds.setdefault(name, 0.0)
        self._show(name)
        try:
            yield
        finally:
            self._charge()
            self._open.pop()
            self._show(self._open[-1] if self._open else "")

    def seconds(self) -> Mapping[str, float]:
        """Step -> seconds, in the order in which the steps began."""
        return dict(self._seconds)

    def _charge(self) -> None:
        now = time.perf_counter()
        if self._open:
            self._seconds[self._open[-1]] += now - self._since
        self._since = now

    def _show(self, name: str) -> None:
        if self._progress is not None:
            self._progress.write(f"\r\x1b[K{name} ..." if name else "\r\x1b[K")
            self._progress.flush()


def clock_for(*, quiet: bool) -> Clock:
    """A clock that shows progress only to a person who watches."""
    return Clock(sys.stderr if not quiet and sys.stderr.isatty() else None)


def shares(clock: Clock) -> str:
    """One line per step: seconds and its share of the whole."""
    seconds = clock.seconds()
    total = sum(seconds.values()) or 1.0
    width = max((len(name) for name in seconds), default=0)
    lines = [f"{name:<{width}} {spent:8.2f} s {100 * spent / total:5.1f} %" for name, spent in seconds.items()]
    return "\n".join([*lines, f"{'total':<{width}} {sum(seconds.values()):8.2f} s"])
