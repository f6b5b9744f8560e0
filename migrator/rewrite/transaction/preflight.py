"""What must hold before the first byte is written."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from migrator.diagnostics import MigrateError
from migrator.model import RepoPath, SourceSpan
from migrator.rewrite.edits import FileEdit, content_digest, is_inside
from migrator.rewrite.transaction.disk import read_file

_STATE_FOLDER = RepoPath(".migrate")


def check(root: Path, edits: Sequence[FileEdit], inputs: Mapping[RepoPath, str]) -> None:
    """Nothing, or MigrateError: MIG621 (not the planned content), MIG622 (something in the way), MIG623 (read-only)."""
    for edit in edits:
        check_place(root, edit.path)
        _check_content(root, edit)
        _check_writable(root, edit.path)
    if edits:
        _check_writable(root, RepoPath(f"{_STATE_FOLDER}/journal"))
    for path, digest in sorted(inputs.items()):
        data = read_file((root / path).resolve() if _inside(root, path) else root / path)
        if data is None or content_digest(data) != digest:
            _stale(path)


def check_place(root: Path, inside: RepoPath) -> None:
    """Nothing where the path stays in the repository, and only real folders lead to a real file; else MIG622."""
    if not is_inside(inside):
        _in_the_way(inside, "is not a path inside the repository")
    parts = inside.split("/")
    for end in range(1, len(parts) + 1):
        path = RepoPath("/".join(parts[:end]))
        try:
            mode = (root / path).lstat().st_mode
        except FileNotFoundError:
            return
        except NotADirectoryError:
            _in_the_way(path, "lies below a file")
        if stat.S_ISLNK(mode):
            _in_the_way(path, "is a symbolic link; links are never written through")
        last = end == len(parts)
        if last and not stat.S_ISREG(mode):
            _in_the_way(path, "exists and is not a file")
        if not last and not stat.S_ISDIR(mode):
            _in_the_way(path, "exists and is not a folder")


def _check_content(root: Path, edit: FileEdit) -> None:
    if read_file(root / edit.path) != edit.before:
        if edit.before is None:
            _in_the_way(edit.path, "exists already")
        _stale(edit.path)


def _check_writable(root: Path, path: RepoPath) -> None:
    """The file and the nearest folder above it that exists can be written."""
    place = root / path
    if place.exists() and not os.access(place, os.W_OK):
        _read_only(path)
    folder = place.parent
    while not folder.exists():
        folder = folder.parent
    if not os.access(folder, os.W_OK | os.X_OK):
        _read_only(RepoPath(folder.relative_to(root).as_posix()))


def _inside(root: Path, path: RepoPath) -> bool:
    return (root / path).resolve().is_relative_to(root.resolve())


def _stale(path: RepoPath) -> NoReturn:
    raise MigrateError.of(
        "MIG621",
        "the plan was made for other content: this file changed since",
        span=SourceSpan(path=path),
        remedy="make the plan again",
    )


def _in_the_way(path: RepoPath, what: str) -> NoReturn:
    raise MigrateError.of(
        "MIG622", f"cannot write here: it {what}", span=SourceSpan(path=path), remedy="move it away, then run again"
    )


def _read_only(path: RepoPath) -> NoReturn:
    raise MigrateError.of(
        "MIG623",
        "no write permission; nothing was changed",
        span=SourceSpan(path=path),
        remedy="give write permission, then run again",
    )
