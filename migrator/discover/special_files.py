"""Pipes and devices, which a file of a repository may be or lead to: whoever reads one may wait for ever."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from migrator.diagnostics import MigrateError
from migrator.model import RepoPath, SourceSpan


def refuse_special_files(root: Path) -> None:
    """MIG108 for the first file of a repository that is a pipe or a device, or a link to one.

    Before anything is read, in folders that are left out too: engines open what a kustomization or a chart names.
    """
    for entry in _entries(root):
        with suppress(OSError):
            mode = entry.stat().st_mode
            if stat.S_ISFIFO(mode) or stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
                raise MigrateError.of(
                    "MIG108",
                    "this is a pipe or a device, or leads to one; reading it might never end",
                    span=SourceSpan(path=RepoPath(os.path.relpath(entry.path, root))),
                    remedy="remove it from the repository",
                )


def _entries(root: Path) -> Iterator[os.DirEntry[str]]:
    """Everything below a folder that is neither a plain file nor a folder, save what git keeps for itself."""
    folders = [str(root)]
    while folders:
        with suppress(OSError), os.scandir(folders.pop()) as found:
            listed = sorted(found, key=lambda entry: entry.name)
            for entry in listed:
                if entry.is_dir(follow_symlinks=False):
                    folders += [entry.path] if entry.name != ".git" else []
                elif not entry.is_file(follow_symlinks=False):
                    yield entry
