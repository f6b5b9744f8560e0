"""A budget that holds: processor time after which a search is interrupted wherever it is."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class OutOfTimeError(BaseException):
    """Raised inside a step that the clock has caught; no error handler of the search may take it for its own."""


@contextmanager
def limited(deadline: float) -> Iterator[None]:
    """Interrupt the body at `deadline` (processor seconds of this process) with OutOfTimeError.

    The search looks at the clock between its steps; this is for the one step that would not end. Where no signal can
    be had (another thread, Windows), only those looks between steps hold.
    """
    possible = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    if not possible:
        yield
        return

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise OutOfTimeError

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, max(deadline - time.process_time(), 0.001))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
