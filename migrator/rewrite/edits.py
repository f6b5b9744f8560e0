"""File edits as values: what becomes of each file, and because of what."""

from __future__ import annotations

import hashlib
import posixpath
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from migrator.discover import KUSTOMIZATION_NAMES
from migrator.model import RepoPath
from migrator.plan.types import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEdit:
    """One file of the repository before and after; None for no file. A move is two edits, one of them a deletion."""

    path: RepoPath
    before: bytes | None = field(repr=False)
    after: bytes | None = field(repr=False)
    cause: str
    """Id of the component, or of the step, that wants it."""
    moved_from: RepoPath | None = None
    """Where the content was, if it only moved: the file mode comes from there."""
    is_executable: bool = False
    """Whether a new file can be run."""

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
    before = {edit.path: edit.before for edit in found}
    return tuple(
        _change(edit, before.get(edit.moved_from, edit.before) if edit.moved_from is not None else edit.before)
        for edit in found
        if not (edit.after is None and edit.path in moved)
    )


def _change(edit: FileEdit, before: bytes | None) -> Change:
    old, new = (Counter((data or b"").splitlines()) for data in (before, edit.after))
    return Change(
        action=edit.action,
        path=edit.path,
        cause=edit.cause,
        source=edit.moved_from,
        added=(new - old).total(),
        removed=(old - new).total(),
    )


def combined(root: Path, first: Sequence[FileEdit], second: Sequence[FileEdit]) -> tuple[FileEdit, ...]:
    """The edits of a repository that come out where `second` edits the tree which `first` has made of it."""
    done = {edit.path: edit for edit in first}
    for edit in second:
        earlier = done.get(edit.path)
        before = earlier.before if earlier is not None else edit.before
        done[edit.path] = replace(edit, before=before)
    found = []
    for edit in done.values():
        source = edit.moved_from
        is_there = source is not None and (root / source).is_file()
        kept = edit if source is None or is_there else replace(edit, moved_from=None)
        if kept.before != kept.after:
            found.append(kept)
    return tuple(sorted(found, key=lambda edit: edit.path))


def moves(edits: Iterable[FileEdit]) -> Mapping[RepoPath, RepoPath]:
    """Old path -> new path, of every file that is somewhere else now, and of the folders of kustomizations that are.

    A file that was copied to several places has not moved. Where a kustomization was divided and its list of parts got
    a new folder, the old folder has moved there.
    """
    found = {edit.moved_from: edit.path for edit in edits if edit.moved_from is not None}
    folders = {
        RepoPath(posixpath.dirname(old)): RepoPath(posixpath.dirname(new))
        for old, new in found.items()
        if posixpath.basename(old) in KUSTOMIZATION_NAMES and posixpath.dirname(old)
    }
    return dict(sorted({**folders, **found}.items()))


def content_digest(data: bytes) -> str:
    """`sha256:` of a file's bytes, as the index counts it."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def is_inside(path: str) -> bool:
    """Whether a path with slashes names something in the repository, outside of git's own folder."""
    parts = path.split("/")
    return "\\" not in path and not any(part in ("", ".", "..") or part.lower() == ".git" for part in parts)
