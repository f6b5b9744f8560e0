"""File edits as values: what becomes of each file, and because of what."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from migrator.model import RepoPath
from migrator.plan.types import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEdit:
    """One file of the repository before and after; None is no file. A move is two edits, one of them a deletion."""

    path: RepoPath
    before: bytes | None = field(repr=False)
    after: bytes | None = field(repr=False)
    cause: str
    """Id of the component, or of the step, that wants it."""
    moved_from: RepoPath | None = None
    """Where the content was, if it only moved: the file mode comes from there."""

    @property
    def action(self) -> str:
        """create, edit, delete or move."""
        if self.after is None:
            return "delete"
        if self.moved_from is not None:
            return "move"
        return "create" if self.before is None else "edit"


def changes(edits: Iterable[FileEdit]) -> tuple[Change, ...]:
    """The edits as the plan reports them, by path; a deletion that a move explains is left out."""
    found = sorted(edits, key=lambda edit: edit.path)
    moved = {edit.moved_from for edit in found if edit.moved_from is not None}
    return tuple(
        Change(action=edit.action, path=edit.path, cause=edit.cause, source=edit.moved_from)
        for edit in found
        if not (edit.after is None and edit.path in moved)
    )


def content_digest(data: bytes) -> str:
    """`sha256:` of a file's bytes, as the index counts it."""
    return "sha256:" + hashlib.sha256(data).hexdigest()
