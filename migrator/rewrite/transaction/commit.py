"""File edits -> the repository, all or nothing: staged beside it to be proved, then swapped in under a journal."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from migrator.diagnostics import MigrateError
from migrator.model import RepoPath, SourceSpan
from migrator.rewrite.edits import FileEdit, content_digest
from migrator.rewrite.transaction.disk import Disk, file_mode, read_file
from migrator.rewrite.transaction.journal import (
    BACK,
    FORWARD,
    JOURNAL,
    Journal,
    clear_journal,
    end_journal,
    planned,
    read_journal,
    write_journal,
)
from migrator.rewrite.transaction.preflight import check, check_place

_EXECUTABLE = 0o755
_NOT_STAGED = frozenset({".git", "node_modules"})


def stage(root: Path, edits: Sequence[FileEdit], into: Path) -> None:
    """Make the tree as it will be in the folder `into` (created if need be), unchanged files as hard links.

    The staged tree is to be read, never written in place. `.git` and `node_modules` are left out, and so are symbolic
    links that leave the repository.
    """
    touched = {edit.path for edit in edits}
    into.mkdir(parents=True, exist_ok=True)
    for directory, relative in _directories(root, into):
        (into / relative).mkdir(exist_ok=True)
        for entry in sorted(os.scandir(directory), key=lambda entry: entry.name):
            path = RepoPath((relative / entry.name).as_posix())
            if entry.is_symlink():
                _stage_link(root, into, path)
            elif entry.is_file() and path not in touched:
                _link_or_copy(Path(entry.path), into / path)
    for edit in edits:
        if edit.after is not None:
            target = into / edit.path
            target.parent.mkdir(parents=True, exist_ok=True)
            Disk().write(target, edit.after, _mode(root, edit))
    for edit in edits:
        if edit.after is None:
            _remove_empty(into / edit.path, into, Disk())


def commit(
    root: Path,
    edits: Sequence[FileEdit],
    *,
    inputs: Mapping[RepoPath, str] | None = None,
    disk: Disk | None = None,
) -> None:
    """Write the edits: afterwards all of them are there, or (with any error, Ctrl-C included) none.

    `inputs` are digests of further files that the plan rests on. Raises MigrateError before anything is written:
    MIG620 (another run is writing), MIG621 (stale plan), MIG622 (links, or something else in the way), MIG623
    (read-only); and MIG624 when a write fails half way and was taken back.
    """
    disk = disk or Disk()
    with _exclusive(root):
        _recover(root, disk)
        check(root, edits, inputs or {})
        wanted = tuple(edit for edit in sorted(edits, key=lambda edit: edit.path) if edit.before != edit.after)
        if wanted:
            _commit(root, wanted, disk)


def recover(root: Path, *, disk: Disk | None = None) -> str | None:
    """Finish what an interrupted run began: `finished` (the new tree), `undone` (the old one), None if nothing was.

    Raises MigrateError MIG625 if a file was changed since, MIG626 for a journal of another version, MIG622 for links in
    the way; all leave everything as it is.
    """
    if not (root / JOURNAL).parent.is_dir():
        return None
    with _exclusive(root):
        return _recover(root, disk or Disk())


def interrupted_paths(root: Path) -> frozenset[RepoPath]:
    """The files that an interrupted run was writing; MIG626 for a journal of another version."""
    journal = read_journal(root / JOURNAL)
    return frozenset(each.path for each in journal.operations) if journal is not None else frozenset()


def _commit(root: Path, edits: tuple[FileEdit, ...], disk: Disk) -> None:
    folder = root / JOURNAL
    journal = planned(edits, tuple(_new_directories(root, edits)))
    begun = False
    try:
        _prepare(root, edits, folder, disk)
        write_journal(journal, folder, disk)
        begun = True
        _forward(root, journal, disk)
        end_journal(folder, disk)
    except BaseException as error:
        undone = _undo(root, journal, disk, error) or not begun
        if not isinstance(error, OSError):
            raise
        if undone:
            raise _failed(f"cannot write the repository: {_cause(error)}; everything is as it was") from None
    with suppress(OSError):  # only our own copies are left; the next run clears them away too
        clear_journal(folder, disk)


def _undo(root: Path, journal: Journal, disk: Disk, error: BaseException) -> bool:
    """Take back what the journal says was begun; false where there is no journal (any more)."""
    folder = root / JOURNAL
    try:
        is_begun = read_journal(folder) is not None
        if is_begun:
            write_journal(replace(journal, direction=BACK), folder, disk)
            _back(root, journal, disk)
            end_journal(folder, disk)
        clear_journal(folder, disk)
    except OSError as second:
        raise _failed(
            f"cannot write the repository: {_cause(error)}; nor take it back now: {_cause(second)}; "
            f"the next run will, from {JOURNAL}"
        ) from None
    return is_begun


def _recover(root: Path, disk: Disk) -> str | None:
    folder = root / JOURNAL
    check_place(root, RepoPath(f"{JOURNAL}/state.json"))
    is_left = folder.is_dir()
    journal = read_journal(folder)
    if journal is not None:
        _check_unchanged(root, journal)
        if journal.direction == FORWARD:
            _forward(root, journal, disk)
        else:
            _back(root, journal, disk)
        end_journal(folder, disk)
    clear_journal(folder, disk)
    if journal is not None and journal.direction == FORWARD:
        return "finished"
    return "undone" if is_left else None


def _prepare(root: Path, edits: tuple[FileEdit, ...], folder: Path, disk: Disk) -> None:
    """Old and new contents, durable, under the names that the journal's order gives them."""
    for directory in (folder.parent, folder):
        if not directory.is_dir():
            disk.mkdir(directory)
            disk.sync(directory.parent)
    for number, edit in enumerate(edits):
        if edit.before is not None:
            disk.write(folder / f"old-{number}", edit.before, file_mode(root / edit.path))
        if edit.after is not None:
            disk.write(folder / f"new-{number}", edit.after, _mode(root, edit))
    disk.sync(folder)


def _forward(root: Path, journal: Journal, disk: Disk) -> None:
    for number, operation in enumerate(journal.operations):
        target, new = root / operation.path, root / JOURNAL / f"new-{number}"
        if operation.after is not None and new.exists():
            _make_parents(target, root, disk)
            disk.rename(new, target)
            disk.sync(target.parent)
        elif operation.after is None and target.exists():
            disk.unlink(target)
            disk.sync(target.parent)
    for operation in journal.operations:
        if operation.after is None:
            _remove_empty(root / operation.path, root, disk)


def _back(root: Path, journal: Journal, disk: Disk) -> None:
    for number, operation in reversed(list(enumerate(journal.operations))):
        target, old = root / operation.path, root / JOURNAL / f"old-{number}"
        if operation.before is not None and old.exists():
            _make_parents(target, root, disk)
            disk.rename(old, target)
            disk.sync(target.parent)
        elif operation.before is None and target.exists():
            disk.unlink(target)
            disk.sync(target.parent)
    for directory in reversed(journal.directories):
        folder = root / directory
        if folder.is_dir() and not any(folder.iterdir()):
            disk.rmdir(folder)
            disk.sync(folder.parent)


def _check_unchanged(root: Path, journal: Journal) -> None:
    """A person may have worked on the tree after the crash: that is never overwritten, nor passed over."""
    is_forward = journal.direction == FORWARD
    for number, operation in enumerate(journal.operations):
        check_place(root, operation.path)
        data = read_file(root / operation.path)
        found = None if data is None else content_digest(data)
        wanted = operation.after if is_forward else operation.before
        kept = root / JOURNAL / f"{'new' if is_forward else 'old'}-{number}"
        is_known = found in (operation.before, operation.after)
        if not is_known or (wanted is not None and found != wanted and not kept.is_file()):
            raise MigrateError.of(
                "MIG625",
                "an earlier run was interrupted, and this file was changed since",
                span=SourceSpan(path=operation.path),
                remedy=f"restore the tree from git and delete {JOURNAL}",
            )


def _new_directories(root: Path, edits: Sequence[FileEdit]) -> Iterator[RepoPath]:
    found = set()
    for edit in edits:
        parts = edit.path.split("/")[:-1] if edit.after is not None else []
        found |= {"/".join(parts[: end + 1]) for end in range(len(parts))}
    yield from (RepoPath(path) for path in sorted(found) if not (root / path).exists())


def _make_parents(target: Path, root: Path, disk: Disk) -> None:
    missing = []
    directory = target.parent
    while directory != root and not directory.is_dir():
        missing.append(directory)
        directory = directory.parent
    for directory in reversed(missing):
        disk.mkdir(directory)
        disk.sync(directory.parent)


def _remove_empty(target: Path, root: Path, disk: Disk) -> None:
    """Remove the folders that the deletion of `target` left empty."""
    directory = target.parent
    while directory not in (root, root / JOURNAL) and directory.is_relative_to(root):
        if directory.is_dir():
            if any(directory.iterdir()):
                return
            disk.rmdir(directory)
            disk.sync(directory.parent)
        directory = directory.parent


def _mode(root: Path, edit: FileEdit) -> int | None:
    mode = file_mode(root / edit.path)
    if mode is None and edit.moved_from is not None:
        return file_mode(root / edit.moved_from)
    return _EXECUTABLE if mode is None and edit.is_executable else mode


def _directories(root: Path, into: Path) -> Iterator[tuple[Path, Path]]:
    """(folder, its path below the root) of every real folder, parents first; the staging folder itself left out."""
    hidden = into.resolve()
    for base, names, _ in os.walk(root):
        relative = Path(base).relative_to(root)
        names[:] = sorted(
            name
            for name in names
            if name not in _NOT_STAGED
            and (relative / name).as_posix() != JOURNAL
            and not (Path(base) / name).is_symlink()
            and (Path(base) / name).resolve() != hidden
        )
        yield Path(base), relative


def _stage_link(root: Path, into: Path, path: RepoPath) -> None:
    target = (root / path).readlink()
    if (root / path).resolve().is_relative_to(root.resolve()) and not target.is_absolute():
        (into / path).symlink_to(target)


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        target.hardlink_to(source)
    except OSError:
        shutil.copy2(source, target)


@contextmanager
def _exclusive(root: Path) -> Iterator[None]:
    """Nobody else writes meanwhile; the kernel forgets the lock when the process dies."""
    try:
        import fcntl
    except ImportError:  # no such locks on Windows
        yield
        return
    descriptor = os.open(root, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise MigrateError.of(
                "MIG620",
                "another run is writing this repository",
                span=SourceSpan(path=RepoPath(".")),
                remedy="wait until it is done",
            ) from None
        except OSError as error:
            if error.errno not in (errno.ENOTSUP, errno.ENOLCK):
                raise
        yield
    finally:
        with suppress(OSError):
            os.close(descriptor)


def _cause(error: BaseException) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__


def _failed(summary: str) -> MigrateError:
    return MigrateError.of("MIG624", summary, remedy="make room or give write permission, then run again")
