"""Python functions in processes of our own: long searches side by side, each with a clock and a memory limit.

Not multiprocessing: its `spawn` runs the caller's main script again, so that a library that uses it works only under a
`__main__` guard; and a Go runtime that was loaded does not survive its `fork` (fact D12).
"""

from __future__ import annotations

import json
import os
import pickle
import queue
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import FrameType
from typing import IO, Any, TypeVar

from migrator.engines.run import end_engines, killed_with_its_run, run_parallel
from migrator.garbage import THRESHOLDS
from migrator.progress import Watch, uncounted

_T = TypeVar("_T")
_R = TypeVar("_R")
_SIZE = 8
_BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from migrator.engines import processes; processes.serve()"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """In place of a result: the process ended before it had one, by this exit code (negative: the signal)."""

    exit_code: int


def run_in_processes(
    function: Callable[[_T], _R],
    items: Sequence[_T],
    *,
    workers: int = 2,
    watch: Watch = uncounted,
    name: Callable[[_T], str] = str,
) -> tuple[_R | Lost, ...]:
    """`function` of each item, in order, computed by at most `workers` processes that live for the length of the call.

    `function` and items are pickled. Items are begun in their order. What `function` raises is raised here; a process
    that is killed costs the item that it was at, and the next one gets a new process.
    """
    idle: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
    begun: list[_Worker] = []

    def ask(item: _T) -> _R | Lost:
        try:
            worker = idle.get_nowait()
        except queue.Empty:
            worker = _Worker()
            begun.append(worker)
        answer = worker.ask(function, item)
        if not isinstance(answer, Lost):
            idle.put(worker)
        return answer

    try:
        return run_parallel(ask, items, workers=min(workers, len(items)) or 1, watch=watch, name=name)
    finally:
        for worker in begun:
            worker.close()


class _Worker:
    """One process that answers one question after the other."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            # isolated: the current folder may be a repository, whose modules must never run
            [sys.executable, "-I", "-c", _BOOT, json.dumps(sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None if os.environ.get("MIGRATE_DEBUG") else subprocess.DEVNULL,
            # Ctrl-C reaches this process alone, which decides what becomes of the others
            start_new_session=True,
        )
        killed_with_its_run(self._process)

    def ask(self, function: Callable[[_T], _R], item: _T) -> _R | Lost:
        assert self._process.stdin and self._process.stdout  # noqa: S101, PT018
        try:
            _send(self._process.stdin, (function, item))
            is_answer, value = _receive(self._process.stdout)
        except (EOFError, BrokenPipeError):
            return Lost(exit_code=self._process.wait())
        if not is_answer:
            raise value
        return value  # type: ignore[no-any-return]

    def close(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        self._process.wait()


def serve() -> None:
    """Answer questions from stdin on stdout until stdin ends: what a process that `run_in_processes` starts does."""
    import gc

    gc.set_threshold(*THRESHOLDS)
    signal.signal(signal.SIGTERM, _terminated)
    questions = sys.stdin.buffer
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # whatever prints must not print into an answer
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    with suppress(EOFError, BrokenPipeError):
        while True:
            function, item = _receive(questions)
            try:
                answer = (True, function(item))
            except Exception as error:  # noqa: BLE001 - raised again where it was asked
                answer = (False, error)
            _send(answers, answer)


def _terminated(_number: int, _frame: FrameType | None) -> None:
    end_engines()
    os._exit(128 + signal.SIGTERM)


def _send(stream: IO[bytes], value: object) -> None:
    data = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
    stream.write(len(data).to_bytes(_SIZE, "big") + data)
    stream.flush()


def _receive(stream: IO[bytes]) -> Any:
    """The next value; EOFError where the other side is gone."""
    size = int.from_bytes(_exactly(stream, _SIZE), "big")
    return pickle.loads(_exactly(stream, size))  # noqa: S301 - from a process of our own, over a pipe of our own


def _exactly(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data
