"""Kill a process at the n-th of the calls by which it writes files, start it again, and look at what is left."""

from __future__ import annotations

import io
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NEVER = 0
_CALLS = ("replace", "rename", "unlink", "remove", "mkdir", "rmdir", "chmod", "fsync")


@dataclass(frozen=True, slots=True, kw_only=True)
class Crash:
    """One kill, and what became of the tree after the next start."""

    point: int
    """Which call of the first run was the last, counted from 1."""
    again: int
    """Which call of the run that mends was the last as well; 0 where that was left to finish."""
    left: str
    """`old`, `new`, or `broken`."""


def crashes(
    make: Callable[[Path], None],
    act: Callable[[Path], object],
    mend: Callable[[Path], object],
    folder: Path,
    *,
    stride: int = 1,
    again: int = 0,
) -> Iterator[Crash]:
    """A crash at each `stride`-th call of `act`, and for each of these one at every `again`-th call of `mend`.

    `make` makes the old tree in a folder that it is given; `act` turns it into the new one. Both outcomes are taken
    from runs that nobody disturbs. Raises RuntimeError where such a run fails.
    """
    old, new = folder / "old", folder / "new"
    make(old)
    make(new)
    if killed_at(NEVER, act, new):
        raise RuntimeError("the run fails without being disturbed")
    wanted = {"old": contents(old), "new": contents(new)}
    point = 1
    while True:
        root = folder / "tree"
        make(root)
        if not killed_at(point, act, root):
            shutil.rmtree(root)
            return
        for second in range(0, 1_000_000, again or 1_000_000):
            copy = folder / "copy"
            shutil.copytree(root, copy, symlinks=True)
            is_cut = second > 0 and killed_at(second, mend, copy)
            killed_at(NEVER, mend, copy)
            found = contents(copy)
            shutil.rmtree(copy)
            left = next((name for name, each in wanted.items() if each == found), "broken")
            if second == 0 or is_cut:
                yield Crash(point=point, again=second, left=left)
            if second > 0 and not is_cut:
                break
        shutil.rmtree(root)
        point += stride


def contents(root: Path) -> dict[str, tuple[int, bytes | None]]:
    """Path -> mode and bytes (None for a folder) of everything below a folder."""
    return {
        path.relative_to(root).as_posix(): (path.lstat().st_mode, path.read_bytes() if path.is_file() else None)
        for path in sorted(root.rglob("*"))
    }


def killed_at(point: int, act: Callable[[Path], object], root: Path) -> bool:
    """Run `act` in a process of its own that dies before its `point`-th call; whether it died of that."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            _arm(point)
            act(root)
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True
    if os.WEXITSTATUS(status):
        raise RuntimeError(f"the run failed by itself, with {point} calls to go")
    return False


def _arm(point: int) -> None:
    """Count the calls that write, and die before the one that is wanted; in the middle of a write counts as well.

    Nothing has to reach a platter, for a process that is killed leaves what it has written to the kernel.
    """
    done = 0

    def step() -> None:
        nonlocal done
        done += 1
        if done == point:
            os.kill(os.getpid(), signal.SIGKILL)

    def counted(call: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **named: Any) -> Any:
            step()
            return call(*arguments, **named)

        return run

    class Torn(io.FileIO):
        """A file of which half is written at a time."""

        def write(self, data: Any) -> int:
            half = len(data) // 2
            for part in (data[:half], data[half:]):
                step()
                super().write(part)
            return len(data)

    plain = io.open

    def opened(path: Any, mode: str = "r", *arguments: Any, **named: Any) -> Any:
        if mode == "xb":
            step()
            return Torn(path, "xb")
        return plain(path, mode, *arguments, **named)

    for name in _CALLS:
        call = getattr(os, name)
        setattr(os, name, counted(call if name != "fsync" else lambda _: None))
    io.open = opened
