"""The journal of a transaction: what is being done to which file, and how far one can go back."""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from migrator.dataclass_json import from_json, to_json
from migrator.diagnostics import MigrateError
from migrator.engines import sealed_by
from migrator.model import RepoPath, SourceSpan
from migrator.rewrite.edits import FileEdit, content_digest, is_inside
from migrator.rewrite.transaction.disk import Disk

JOURNAL = RepoPath(".migrate/journal")
"""A folder that exists only while files are being written: the journal itself, new contents and old ones."""

FORWARD: Final = "forward"
BACK: Final = "back"

_STATE, _DRAFT = "state.json", "state.json.new"
_OWN = re.compile(r"(?:new|old)-\d+|state\.json\.new")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One file: where it is, the digests of its old and new content (None: no such file)."""

    path: RepoPath
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """A transaction that has begun: from here on it is finished, in one direction or the other."""

    direction: Literal["forward", "back"]
    operations: tuple[Operation, ...]
    directories: tuple[RepoPath, ...]
    """Folders that did not exist before, outer ones first."""
    version: Literal[1]
    seal: str = ""
    """By which the machine that wrote it knows it again: one that came with a repository is not obeyed."""


def planned(edits: Sequence[FileEdit], directories: tuple[RepoPath, ...]) -> Journal:
    """The journal of these edits, going forward."""
    return Journal(
        direction=FORWARD,
        operations=tuple(
            Operation(
                path=edit.path,
                before=None if edit.before is None else content_digest(edit.before),
                after=None if edit.after is None else content_digest(edit.after),
            )
            for edit in edits
        ),
        directories=directories,
        version=1,
    )


def write_journal(journal: Journal, folder: Path, disk: Disk) -> None:
    """Make the journal durable in one step: it is there as a whole, or the one before it still is."""
    draft = folder / _DRAFT
    if draft.exists():
        disk.unlink(draft)
    disk.write(draft, to_json(replace(journal, seal=_seal(journal)), indent=1), None)
    disk.rename(draft, folder / _STATE)
    disk.sync(folder)


def read_journal(folder: Path) -> Journal | None:
    """The journal that a crash left, None if the transaction had not begun or was over; MIG626 for anything else."""
    try:
        data = (folder / _STATE).read_bytes()
    except FileNotFoundError:
        return None
    try:
        journal = from_json(Journal, data)
        is_sealed = hmac.compare_digest(journal.seal.encode(), _seal(journal).encode())
        if is_sealed and all(map(is_inside, (*(each.path for each in journal.operations), *journal.directories))):
            return replace(journal, seal="")
    except ValueError:
        pass
    raise MigrateError.of(
        "MIG626",
        "there is a journal of an interrupted run that this version did not leave on this machine: it is not obeyed",
        span=SourceSpan(path=RepoPath(f"{JOURNAL}/{_STATE}")),
        remedy="run `migrate apply` where it was interrupted; or restore the tree from git and delete the folder",
    )


def _seal(journal: Journal) -> str:
    return sealed_by("journal", to_json(replace(journal, seal=""))).hex()


def end_journal(folder: Path, disk: Disk) -> None:
    """From this moment the transaction is over."""
    disk.unlink(folder / _STATE)
    disk.sync(folder)


def clear_journal(folder: Path, disk: Disk) -> None:
    """Remove what a transaction that is over, or never began, kept; foreign files in the folder stay."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if _OWN.fullmatch(path.name):
            disk.unlink(path)
    for directory in (folder, folder.parent):
        if directory.is_dir():
            if any(directory.iterdir()):
                return
            disk.rmdir(directory)
            disk.sync(directory.parent)
