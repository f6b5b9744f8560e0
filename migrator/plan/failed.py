"""What roots that do not build rest on: files that nobody may change, as nobody can prove what it would do."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence

from migrator.load import Kustomizations
from migrator.model import RepoPath
from migrator.render_roots import Build

_WORD = re.compile(r"[^\s\"'\[\],#]+")


def files_of_failed(builds: Sequence[Build], kustomizations: Kustomizations) -> Mapping[RepoPath, RepoPath]:
    """File -> a root that rests on it and does not build, or a base that a root is built without.

    A kustomization that cannot be parsed counts as naming every path that stands anywhere in its text.
    """
    found: dict[RepoPath, RepoPath] = {}
    for build in builds:
        for failed in build.left_out.folders if build.is_built else (build.root,):
            for path in _files(failed, kustomizations):
                found.setdefault(path, failed)
    return found


def _files(root: RepoPath, kustomizations: Kustomizations) -> set[RepoPath]:
    files: set[RepoPath] = set()
    pending, seen = [root], set()
    while pending:
        directory = pending.pop()
        if directory in seen:
            continue
        seen.add(directory)
        reach = kustomizations.reach(directory)
        files.update(reach.files)
        for met in reach.directories:
            if met in kustomizations.broken:
                named_files, named_directories = _named(met, kustomizations)
                files |= named_files
                pending += sorted(named_directories)
    return files


def _named(directory: RepoPath, kustomizations: Kustomizations) -> tuple[set[RepoPath], set[RepoPath]]:
    index = kustomizations.index
    files: set[RepoPath] = set()
    directories: set[RepoPath] = set()
    for own in index.kustomization_files:
        if (posixpath.dirname(own) or ".") != directory:
            continue
        files.add(own)
        for word in _WORD.findall(index.read(own).decode("utf-8", "replace")):
            path = index.resolve(RepoPath(posixpath.normpath(posixpath.join(directory, word))))
            if path in index.files:
                files.add(path)
            elif path in kustomizations.by_path or path in kustomizations.broken:
                directories.add(path)
    return files, directories
