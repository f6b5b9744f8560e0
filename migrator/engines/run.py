"""Run one external program: clean environment, bounded time, memory and output, no child left behind on Ctrl-C."""

from __future__ import annotations

import contextlib
import os
import re
import select
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from migrator.engines.errors import Cause, EngineError, Failure
from migrator.progress import Watch, uncounted

DEFAULT_TIMEOUT = 120.0
"""Seconds; the largest public kustomization measured takes 12 on a busy machine."""

MAX_OUTPUT = 64 << 20
"""Bytes that a program may print; the largest public render measured prints 4 MB, and Helm can store 1 MB."""

MAX_MEMORY = 1536 << 20
"""Bytes of data that a program may hold (where the system can limit that): kubectl took 250 MB at most, helm needs
1 GB for 100,000 objects."""

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
_OUT_OF_MEMORY = re.compile(r"^fatal error: (?:runtime: )?(?:out of memory|cannot allocate memory)", re.MULTILINE)
_T = TypeVar("_T")
_R = TypeVar("_R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """A program that ran to its end, whatever its exit code."""

    returncode: int
    stdout: bytes = field(repr=False)
    stderr: str = field(repr=False)


class _OutputLimitError(Exception):
    """The program printed more than it may."""


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
            _ended(process)

    def remove(self, process: subprocess.Popen[bytes]) -> None:
        with self._lock:
            self._running.remove(process)

    def cancel(self) -> None:
        with self._lock:
            self._cancelled = True
            running = tuple(self._running)
        for process in running:
            if process.poll() is None:
                _ended(process)


_engines: set[subprocess.Popen[bytes]] = set()
"""All that `run` waits for, in any thread."""
_GRACE = 2.0
"""Seconds that a process of our own gets to end what it has started."""
_children: ContextVar[_Children | None] = ContextVar("children", default=None)


def killed_with_its_run(process: subprocess.Popen[bytes]) -> None:
    """Let an interrupt of the `run_parallel` that this thread belongs to end the process too."""
    children = _children.get()
    if children is not None:
        children.add(process)


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
    command: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    timeout: float = DEFAULT_TIMEOUT,
    stdin: bytes = b"",
    max_output: int = MAX_OUTPUT,
) -> Completed:
    """What the program printed and its exit code.

    The child leads a process group of its own; on a timeout (seconds) or an interrupt the whole group is killed.
    `env` is the complete environment, `offline_environment()` where none is given. EngineError MIG402 where the
    program cannot be started, MIG403 where it exceeds the timeout, MIG414 where it prints more than `max_output` bytes
    or needs more memory than MAX_MEMORY.
    """
    name = Path(command[0]).name
    process = _started(command, name, cwd, offline_environment() if env is None else env)
    children = _children.get()
    _engines.add(process)
    if children is not None:
        children.add(process)
    try:
        stdout, stderr = _printed(process, name, stdin, timeout, max_output)
    finally:
        _engines.discard(process)
        if children is not None:
            children.remove(process)
    errors = stderr.decode("utf-8", "replace")
    if process.returncode and _OUT_OF_MEMORY.search(errors):
        raise _too_large(f"{name} needs more than {MAX_MEMORY >> 20} MiB of memory")
    return Completed(returncode=process.returncode, stdout=stdout, stderr=errors)


def _started(
    command: Sequence[str | Path], name: str, cwd: Path | None, env: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            [str(part) for part in command],
            cwd=cwd,
            env=dict(env),
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


def _printed(
    process: subprocess.Popen[bytes], name: str, stdin: bytes, timeout: float, max_output: int
) -> tuple[bytes, bytes]:
    """What a program prints until it ends; it is killed where it goes beyond a limit, and where we are interrupted."""
    try:
        _limit_memory(process)
        return _communicate(process, stdin, timeout, max_output)
    except subprocess.TimeoutExpired:
        _kill(process)
        cause = Cause(failure=Failure.TIMEOUT, message=f"{name} did not finish within {timeout:g} seconds")
        raise EngineError.because("MIG403", cause, remedy="try again on a less busy machine") from None
    except _OutputLimitError:
        _kill(process)
        raise _too_large(f"{name} prints more than {max_output >> 20} MiB") from None
    except BaseException:
        _kill(process)
        raise


def _too_large(message: str) -> EngineError:
    cause = Cause(failure=Failure.TOO_LARGE, message=message)
    return EngineError.because(
        "MIG414", cause, remedy="look for a loop or a number without bound in the templates or values"
    )


def _limit_memory(process: subprocess.Popen[bytes]) -> None:
    """Bound the data of a child that has just begun; from outside, as no Python may run between fork and exec."""
    if sys.platform == "linux":
        import resource

        with contextlib.suppress(OSError):
            resource.prlimit(process.pid, resource.RLIMIT_DATA, (MAX_MEMORY, MAX_MEMORY))


def _communicate(
    process: subprocess.Popen[bytes], stdin: bytes, timeout: float, max_output: int
) -> tuple[bytes, bytes]:
    """As Popen.communicate, which would take any amount."""
    if os.name != "posix":
        return process.communicate(stdin, timeout=timeout)
    assert process.stdin and process.stdout and process.stderr  # noqa: S101, PT018
    deadline = time.monotonic() + timeout
    printed = {process.stdout: bytearray(), process.stderr: bytearray()}
    with selectors.DefaultSelector() as selector:
        for pipe in printed:
            selector.register(pipe, selectors.EVENT_READ)
        if stdin:
            selector.register(process.stdin, selectors.EVENT_WRITE)
        else:
            process.stdin.close()
        sent = 0
        while selector.get_map():
            ready = selector.select(max(deadline - time.monotonic(), 0))
            if time.monotonic() >= deadline:
                raise subprocess.TimeoutExpired(process.args, timeout)
            for key, _ in ready:
                if key.fileobj is process.stdin:
                    try:
                        sent += os.write(key.fd, stdin[sent : sent + select.PIPE_BUF])
                    except BrokenPipeError:
                        sent = len(stdin)
                    if sent < len(stdin):
                        continue
                elif chunk := os.read(key.fd, 1 << 16):
                    printed[key.fileobj] += chunk  # type: ignore[index]
                    if len(printed[key.fileobj]) > max_output:  # type: ignore[index]
                        raise _OutputLimitError
                    continue
                selector.unregister(key.fileobj)
                key.fileobj.close()  # type: ignore[union-attr]
    process.wait(max(deadline - time.monotonic(), 0))
    return bytes(printed[process.stdout]), bytes(printed[process.stderr])


def run_parallel(
    function: Callable[[_T], _R],
    items: Iterable[_T],
    *,
    workers: int = 2,
    watch: Watch = uncounted,
    name: Callable[[_T], str] = str,
) -> tuple[_R, ...]:
    """`function` of each item, in order, computed in threads; `watch` hears of each that is done, by its name.

    An exception or Ctrl-C kills the programs that the threads are waiting for; nothing outlives the call.
    """
    children = _Children()

    def in_thread(item: _T) -> _R:
        _children.set(children)
        return function(item)

    with ThreadPoolExecutor(max_workers=workers) as pool:
        futures = {pool.submit(copy_context().run, in_thread, item): name(item) for item in items}
        try:
            _follow(futures, workers, watch)
            return tuple(future.result() for future in futures)
        except BaseException:
            for future in futures:
                future.cancel()
            children.cancel()
            raise


def _follow(futures: Mapping[Future[_R], str], workers: int, watch: Watch) -> None:
    """Say how far they are until all are done; raises what the first that fails raises."""
    pending = dict(futures)
    while pending:
        watch(len(futures) - len(pending), len(futures), tuple(pending.values())[:workers])
        for future in wait(pending, return_when=FIRST_COMPLETED).done:
            future.result()
            del pending[future]
    watch(len(futures), len(futures), ())


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a child and whatever it started; afterwards it is reaped and its pipes are closed."""
    # before it is reaped: until then its id, and so the group's, cannot be another's
    _kill_group(process)
    process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()


def end_engines() -> None:
    """Kill every program that is being run, in whichever thread: each leads a group that nothing else would reach."""
    for process in tuple(_engines):
        _kill_group(process)


def _ended(process: subprocess.Popen[bytes]) -> None:
    """End a child; one of our own processes gets the time to end its engines first."""
    if process not in _engines:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE)
            return  # its id may be another's now
    _kill_group(process)


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
