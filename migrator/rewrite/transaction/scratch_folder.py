"""A folder beside the repository for the length of one run; what a killed run left there goes with the next one."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PREFIX = ".migrate-staged-"


@contextmanager
def beside(root: Path) -> Iterator[Path]:
    """A folder on the repository's own disk, so that staging links and does not copy; elsewhere if it must be.

    It is locked while the run lives. One that nobody holds is of a run that was killed, and is removed.
    """
    parent = root.parent
    try:
        _sweep(parent)
        folder, held = _made(parent)
    except OSError:
        folder, held = _made(None)
    try:
        yield folder.resolve()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if held is not None:
            os.close(held)


def _made(parent: Path | None) -> tuple[Path, int | None]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
        held = _lock(folder, wait=True)
        # between the two steps another run may have taken it for one that nobody holds
        if folder.is_dir():
            return folder, held
        if held is not None:
            os.close(held)


def _sweep(parent: Path) -> None:
    for folder in sorted(parent.glob(f"{_PREFIX}*")):
        held = None
        with suppress(OSError):
            held = _lock(folder, wait=False)
        if held is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(held)


def _lock(folder: Path, *, wait: bool) -> int | None:
    """The descriptor that holds the folder until it is closed; None where the system has no such locks."""
    try:
        import fcntl
    except ImportError:
        return None
    descriptor = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        if not wait:
            raise
        return None
    return descriptor
