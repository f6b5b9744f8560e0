"""A text in a kustomization -> the file, folder or remote thing that it names."""

from __future__ import annotations

import os
import posixpath
import re
from pathlib import Path

from migrator.discover import KUSTOMIZATION_NAMES, Index
from migrator.load.types import Reference, ReferenceKind
from migrator.model import RepoPath, SourceSpan

_REMOTE = re.compile(
    r"""(?ix) ^ (?:
        [a-z][a-z0-9+.-]* ://            # https://, ssh://, git://, file://
      | git::                            # go-getter
      | gh: | (?:www\.)? github\.com [:/]
      | [\w.-]+ @ [\w.-]+ : (?!\s)       # git@host:path
    )"""
)


def is_remote(text: str) -> bool:
    """Whether kustomize would fetch the text (git repository specs and HTTP files)."""
    return "\n" not in text and _REMOTE.match(text) is not None


def locate(index: Index, directory: RepoPath, text: str) -> tuple[ReferenceKind, RepoPath | None]:
    """What `text` names as seen from a folder, and where that really is in the repository.

    A path that leaves the repository, or exists nowhere, is MISSING; then the path is where it would be, or None if
    that is outside. Kustomize tries a local file before a URL.
    """
    path = posixpath.normpath(posixpath.join(directory, text))
    outside = path.startswith(("/", "../")) or path == ".."
    if not outside:
        known = _in_index(index, RepoPath(path))
        if known is not None:
            return known
        real = Path(os.path.realpath(index.root / path))
        if real.is_relative_to(index.root):
            inside = RepoPath(real.relative_to(index.root).as_posix())
            if real.is_file():
                return ReferenceKind.FILE, inside
            if real.is_dir():
                return ReferenceKind.DIRECTORY, inside
    if is_remote(text):
        return ReferenceKind.REMOTE, None
    return ReferenceKind.MISSING, None if outside else RepoPath(path)


def _in_index(index: Index, path: RepoPath) -> tuple[ReferenceKind, RepoPath] | None:
    """The answer of the index, without asking the file system; None where only that can tell."""
    resolved = index.resolve(path)
    if resolved in index.files:
        return ReferenceKind.FILE, resolved
    prefix = "" if resolved == "." else f"{resolved}/"
    if any(prefix + name in index.files for name in KUSTOMIZATION_NAMES):
        return ReferenceKind.DIRECTORY, resolved
    return None


def reference(index: Index, directory: RepoPath, text: str, field: str, span: SourceSpan) -> Reference:
    """The reference that a text in a kustomization makes."""
    kind, path = locate(index, directory, text)
    return Reference(text=text, field=field, kind=kind, path=path, span=span)
