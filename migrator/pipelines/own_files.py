"""Whole files that migrate writes, and writes anew as long as nobody has changed them."""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass

from migrator.diagnostics import Diagnostic, Severity
from migrator.model import RepoPath, SourceSpan
from migrator.rewrite import FileEdit

CAUSE = "pipelines"
_OURS = "-hybrid"
_MARK = re.compile(r"^# Written by migrate, .*\(sha256 (?P<digest>[0-9a-f]{64})\)\.\n", re.MULTILINE)

Read = Callable[[RepoPath], bytes | None]
"""What a file holds after the edits that are made already; None where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFile:
    """A file of that kind, and where it lies."""

    path: RepoPath
    edit: FileEdit | None
    """None where nothing is to be done."""
    notes: tuple[Diagnostic, ...] = ()


def place_for(path: RepoPath, read: Read) -> RepoPath:
    """The path, or another one beside it where somebody else's file is there."""
    held = read(path)
    if held is None or _marked_by(held) is not None:
        return path
    stem, ending = posixpath.splitext(path)
    return place_for(RepoPath(f"{stem}{_OURS}{ending}"), read)


def own_file(wanted: RepoPath, text: str, read: Read, *, is_executable: bool = False) -> OwnFile:
    """The file with that text at its place; what people wrote or changed there is kept, and said (MIG670, MIG671)."""
    path = place_for(wanted, read)
    notes = [] if path == wanted else [_kept(wanted, path)]
    held, new = read(path), marked(text).encode()
    if held == new:
        return OwnFile(path=path, edit=None, notes=tuple(notes))
    if held is not None and not is_unchanged(held):
        return OwnFile(path=path, edit=None, notes=(*notes, _changed(path)))
    edit = FileEdit(path=path, before=held, after=new, cause=CAUSE, is_executable=is_executable)
    return OwnFile(path=path, edit=edit, notes=tuple(notes))


def marked(text: str) -> str:
    """The text with the line by which migrate knows its own files again."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    first, _, rest = text.partition("\n") if text.startswith("#!") else ("", "", text)
    mark = f"# Written by migrate, which writes it anew until somebody changes it (sha256 {digest}).\n"
    return f"{first}\n{mark}{rest}" if first else f"{mark}{rest}"


def _marked_by(data: bytes) -> str | None:
    """The digest that the file's mark names, None for a file of somebody else."""
    found = _MARK.search(data.decode("utf-8", "replace").replace("\r\n", "\n"))
    return None if found is None else found["digest"]


def is_unchanged(data: bytes) -> bool:
    """Whether migrate wrote the file, and nobody has changed it."""
    text = data.decode("utf-8", "replace").replace("\r\n", "\n")
    return _marked_by(data) == hashlib.sha256(_MARK.sub("", text, count=1).encode()).hexdigest()


def _kept(path: RepoPath, ours: RepoPath) -> Diagnostic:
    return Diagnostic(
        code="MIG670",
        severity=Severity.INFO,
        summary=f"{path} is there already and stays as it is; what migrate writes is {ours}",
        span=SourceSpan(path=path),
        remedy="call the one from the other, or move yours away and apply again",
    )


def _changed(path: RepoPath) -> Diagnostic:
    return Diagnostic(
        code="MIG671",
        severity=Severity.INFO,
        summary=f"{path} was changed since migrate wrote it, and stays as it is",
        span=SourceSpan(path=path),
        remedy="remove it and apply again to have it written anew",
    )
