"""The few operations by which files are written; one object, so that a test can pull the plug at each of them."""

from __future__ import annotations

import os
import stat
from pathlib import Path


class Disk:
    """Each method is one step that a crash can come before or after; directories are synced by name."""

    def write(self, path: Path, data: bytes, mode: int | None) -> None:
        """Create the file with its content on the platter; the mode is set where one is given."""
        with path.open("xb") as stream:
            stream.write(data)
            stream.flush()
            if mode is not None:
                path.chmod(mode)
            os.fsync(stream.fileno())

    def rename(self, source: Path, target: Path) -> None:
        source.replace(target)

    def unlink(self, path: Path) -> None:
        path.unlink()

    def mkdir(self, path: Path) -> None:
        path.mkdir()

    def rmdir(self, path: Path) -> None:
        path.rmdir()

    def sync(self, directory: Path) -> None:
        """Make the names in a directory durable."""
        if os.name == "nt":  # a directory cannot be opened there; its metadata is journalled by the file system
            return
        descriptor = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def file_mode(path: Path) -> int | None:
    """Permission bits of a regular file, None where there is no such file."""
    try:
        status = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return stat.S_IMODE(status.st_mode) if stat.S_ISREG(status.st_mode) else None


def read_file(path: Path) -> bytes | None:
    """The bytes of a regular file, None where there is none; a symbolic link is not a regular file."""
    return None if file_mode(path) is None else path.read_bytes()
