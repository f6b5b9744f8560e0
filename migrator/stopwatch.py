"""Where the time of a run goes."""

from __future__ import annotations

import time


class Stopwatch:
    """Adds up the wall time of named steps; a step inside another is not counted in the outer one."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        """By step, in the order in which they began."""
        self._open: list[str] = []
        self._since = time.perf_counter()

    def start(self, step: str) -> None:
        """A step begins, perhaps inside another."""
        self._charge()
        self._open.append(step)
        self.seconds.setdefault(step, 0.0)

    def end(self) -> None:
        """The step that began last ends."""
        self._charge()
        self._open.pop()

    def shares(self) -> str:
        """One line per step: seconds and its share of the whole."""
        total = sum(self.seconds.values()) or 1.0
        width = max((len(name) for name in self.seconds), default=0)
        lines = [f"{name:<{width}} {spent:8.2f} s {100 * spent / total:5.1f} %" for name, spent in self.seconds.items()]
        return "\n".join([*lines, f"{'total':<{width}} {sum(self.seconds.values()):8.2f} s"])

    def _charge(self) -> None:
        now = time.perf_counter()
        if self._open:
            self.seconds[self._open[-1]] += now - self._since
        self._since = now
