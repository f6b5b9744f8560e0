"""Run one external program: clean environment, hard timeout, and no child left behind on Ctrl-C."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import TypeVar

from migrator.engines.errors import Cause, EngineError, Failure

DEFAULT_TIMEOUT = 120.0
"""Seconds; the largest public kustomization measured takes 12 on a busy machine."""

DEAD_PROXY = "http://127.0.0.1:9"
"""The discard port: a connection there is refused at once."""

NO_HOME = "/nonexistent"
"""No home (Debian's convention); below /dev/null helm 3 stops with `not a directory`."""

_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY", "all_proxy")
_NO_PROXIES = ("NO_PROXY", "no_proxy")
_SYSTEM = ("TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "WINDIR")
_ONLINE = (
    "PATH",
    "HOME",
    "USERPROFILE",
    "SSH_AUTH_SOCK",
    "GIT_SSH_COMMAND",
    "GIT_SSL_CAINFO",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "XDG_CONFIG_HOME",
    *_PROXIES,
    *_NO_PROXIES,
)
_T = TypeVar("_T")
_R = TypeVar("_R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """A program that ran to its end, whatever its exit code."""

    returncode: int
    stdout: bytes = field(repr=False)
    stderr: str = field(repr=False)


class _Children:
    """The processes of one `run_parallel`, so that an interrupt in the main thread can end them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: list[subprocess.Popen[bytes]] = []
        self._cancelled = False

    def add(self, process: subprocess.Popen[bytes]) -> None:
        with self._lock:
            self._running.append(process)
            cancelled = self._cancelled
        if cancelled:
            _kill_group(process)

    def remove(self, process: subprocess.Popen[bytes]) -> None:
        with self._lock:
            self._running.remove(process)

    def cancel(self) -> None:
        with self._lock:
            self._cancelled = True
            running = tuple(self._running)
        for process in running:
            if process.poll() is None:
                _kill_group(process)


_children: ContextVar[_Children | None] = ContextVar("children", default=None)


def offline_environment() -> dict[str, str]:
    """An environment in which a program finds no other program, no user configuration and no network.

    Without a PATH kustomize cannot start git or a plugin; proxies on a dead port make every download fail at once.
    """
    return {
        **_system_environment(),
        "PATH": os.devnull,
        "HOME": NO_HOME,
        "GIT_ALLOW_PROTOCOL": "none",
        **dict.fromkeys(_PROXIES, DEAD_PROXY),
    }


def online_environment() -> dict[str, str]:
    """An environment with the user's PATH, proxies and git credentials, in which nothing ever prompts."""
    kept = {name: os.environ[name] for name in _ONLINE if name in os.environ}
    return {"GIT_SSH_COMMAND": "ssh -oBatchMode=yes", **_system_environment(), **kept}


def _system_environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _SYSTEM if name in os.environ}
    return {
        **kept,
        "TZ": "UTC",
        "LC_ALL": "C",
        "GIT_TERMINAL_PROMPT": "0",
        "KUBECONFIG": os.devnull,
        "KUBECTL_KUBERC": "off",
        # these processes live for a second: less garbage collection, bounded by a soft limit
        "GOGC": "400",
        "GOMEMLIMIT": "512MiB",
    }


def run(
    command: Sequence[str | FilePath],
    *,
    cwd: FilePath | None = None,
    env: Mapping[str, str] | None = None,
    timeout: float = DEFAULT_TIMEOUT,
    stdin: bytes = b"",
) -> Completed:
    """What the program printed and its exit code.

    The child leads a process group of its own; on a timeout (seconds) or an interrupt the whole group is killed.
    `env` is the complete environment, `offline_environment()` where none is given. EngineError MIG402 where the
    program cannot be started, MIG403 where it exceeds the timeout.
    """
    name = FilePath(command[0]).name
    try:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=cwd,
            env=dict(offline_environment() if env is None else env),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        reason = error.strerror or type(error).__name__
        cause = Cause(failure=Failure.NOT_RUNNABLE, message=f"{name} cannot be run: {reason.lower()}")
        raise EngineError.because(
            "MIG402", cause, remedy="check the program's path and permissions, or unset its MIGRATE_ variable"
        ) from None
    children = _children.get()
    if children is not None:
        children.add(process)
    try:
        stdout, stderr = process.communicate(stdin, timeout=timeout)
    except subprocess.TimeoutExpired:
        _kill(process)
        cause = Cause(failure=Failure.TIMEOUT, message=f"{name} did not finish within {timeout:g} seconds")
        raise EngineError.because("MIG403", cause, remedy="try again on a less busy machine") from None
    except BaseException:
        _kill(process)
        raise
    finally:
        if children is not None:
            children.remove(process)
    return Completed(returncode=process.returncode, stdout=stdout, stderr=stderr.decode("utf-8", "replace"))


def run_parallel(function: Callable[[_T], _R], items: Iterable[_T], *, workers: int = 2) -> tuple[_R, ...]:
    """`function` of each item, in order, computed in threads.

    An exception or Ctrl-C kills the programs that the threads are waiting for; nothing outlives the call.
    """
    children = _Children()

    def in_thread(item: _T) -> _R:
        _children.set(children)
        return function(item)

    with ThreadPoolExecutor(max_workers=workers) as pool:
        futures = [pool.submit(copy_context().run, in_thread, item) for item in items]
        try:
            return tuple(future.result() for future in futures)
        except BaseException:
            for future in futures:
                future.cancel()
            children.cancel()
            raise


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a child and whatever it started; afterwards it is reaped and its pipes are closed."""
    # before it is reaped: until then its id, and so the group's, cannot be another's
    _kill_group(process)
    process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
