"""Limits of processor time and memory at which a search is interrupted wherever it is."""

from __future__ import annotations

import math
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

MAX_MEMORY = 1100 << 20
"""Bytes of memory that the process may hold while it searches."""
LEAST_GROWTH = 256 << 20
"""Bytes that a search may take in any case, however much the process holds already."""
_TICK = 0.1
_AGAIN = 1.0
_STATUS = Path("/proc/self/statm")


class LimitError(BaseException):
    """Raised inside a step that exceeds a limit; a BaseException, so that no handler of the search catches it."""


class OutOfTimeError(LimitError):
    """The step has used up its processor time."""


class OutOfMemoryError(LimitError):
    """The process holds more memory than it may."""


@contextmanager
def limited(deadline: float) -> Iterator[None]:
    """Interrupt the body at `deadline` (processor seconds of this process) with OutOfTimeError, or for too much memory.

    The search looks at the clock between its steps; this is for the one step that would not end. Where no signal can
    be had (another thread, Windows), only those looks between steps hold; memory is looked at where /proc tells it.
    Inside another limit that one holds as well.
    """
    possible = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    if not possible:
        yield
        return
    most = max(MAX_MEMORY, held() + LEAST_GROWTH)
    quiet, before = 0.0, signal.getsignal(signal.SIGPROF)

    def look(_number: int, _frame: FrameType | None) -> None:
        nonlocal quiet
        if callable(before):
            before(_number, _frame)
        now = time.process_time()
        if now >= quiet and (now >= deadline or held() > most):
            # once more only after a while: Python drops an error that meets it in a finalizer
            quiet = now + _AGAIN
            raise OutOfTimeError if now >= deadline else OutOfMemoryError

    signal.signal(signal.SIGPROF, look)
    outer = signal.setitimer(signal.ITIMER_PROF, min(max(deadline - time.process_time(), 0.001), _TICK), _TICK)
    try:
        try:
            yield
        finally:
            quiet = math.inf
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
        signal.setitimer(signal.ITIMER_PROF, *outer)


def held() -> int:
    """Bytes of memory that the process holds now; 0 where that is not told."""
    with suppress(OSError, ValueError):
        import resource

        return int(_STATUS.read_bytes().split()[1]) * resource.getpagesize()
    return 0
