"""What a kustomize root rests on."""

from __future__ import annotations

import hashlib
import os
import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from migrator.diagnostics import MigrateError
from migrator.load import Kustomizations
from migrator.model import RepoPath


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """The files of kustomize roots with their digests."""

    kustomizations: Kustomizations = field(repr=False)

    def __call__(self, root: RepoPath) -> Mapping[RepoPath, str]:
        """The files that a build reads; empty where that is not known: of remote, broken and missing ones."""
        reach, index = self.kustomizations.reach(root), self.kustomizations.index
        if reach.remote or reach.broken or reach.missing or reach.plugins:
            return {}
        return {path: index.digest(path) for path in reach.files}

    def near(self, root: RepoPath) -> Mapping[RepoPath, str]:
        """All that kustomize could read for a root: whatever lies below the folders that it meets.

        Wider than what is known to be read, as plugins name files in ways of their own. Empty where it cannot be told.
        """
        base = self.kustomizations.index.root
        try:
            folders = self.kustomizations.reach(root).directories
            return {path: _digest(base / path) for folder in folders for path in _below(base, folder)}
        except OSError:
            return {}


def _below(base: Path, folder: RepoPath) -> Iterator[RepoPath]:
    for top, directories, names in os.walk(base / folder):
        directories[:] = sorted(name for name in directories if name != ".git")
        for name in sorted(names):
            yield RepoPath(posixpath.normpath((Path(top).relative_to(base) / name).as_posix()))
        for name in directories:
            if (Path(top) / name).is_symlink():
                yield RepoPath(posixpath.normpath((Path(top).relative_to(base) / name).as_posix()))


def _digest(path: Path) -> str:
    """Of a link where it leads, as well as what is there."""
    link = f"{path.readlink()}\0".encode("utf-8", "surrogateescape") if path.is_symlink() else b""
    data = path.read_bytes() if path.is_file() else b""
    return f"sha256:{hashlib.sha256(link + data).hexdigest()}"


def closure_of(tree: Path) -> Closure | None:
    """What each kustomize root of the tree rests on; None for a tree without any."""
    from migrator.discover import Config, discover
    from migrator.load import load

    try:
        index = discover(tree, Config())
    except MigrateError:
        return None
    return closure_in(load(index)[0])


def closure_in(kustomizations: Kustomizations) -> Closure:
    """The same for kustomizations that are read already."""
    return Closure(kustomizations=kustomizations)
