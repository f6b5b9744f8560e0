"""What an interrupted run left is settled by the next that writes; until then nobody reads half a tree."""

from __future__ import annotations

from pathlib import Path

from migrator.diagnostics import Diagnostic, MigrateError, Severity
from migrator.model import RepoPath, SourceSpan
from migrator.rewrite import JOURNAL, interrupted_paths, recover
from migrator.workflow.run import Run
from migrator.workflow.settings import Settings

_DONE = {
    "finished": "it is finished: the tree is the new one",
    "undone": "it is taken back: the tree is the old one",
}


def recover_first(settings: Settings, run: Run) -> frozenset[RepoPath]:
    """The files that an interrupted run was writing and that are written now; none where it was taken back.

    What was done is said at once (MIG910). A command that writes nothing stops instead (MIG936): it neither reads half
    a tree nor touches it. Raises MIG916 where it cannot be done, and what `recover` raises: MIG620
    while the other run lives, MIG625 for files that a person changed since, MIG626 for a journal that is none of ours.
    """
    if not (settings.root / JOURNAL).is_dir():
        return frozenset()
    root = settings.root.resolve()
    try:
        paths = interrupted_paths(root)
        if not settings.writes:
            return _nothing(paths)
        done = recover(root)
    except OSError as error:
        raise _impossible(error, root) from None
    if done is None:
        return frozenset()
    run.notice(_note(done))
    return paths if done == "finished" else frozenset()


def _nothing(paths: frozenset[RepoPath]) -> frozenset[RepoPath]:
    """No files; MIG936 where some are half written."""
    if paths:
        raise MigrateError.of(
            "MIG936",
            "an earlier run was interrupted while writing, so the tree is half old and half new",
            span=SourceSpan(path=RepoPath(JOURNAL)),
            remedy="run `migrate apply`: it finishes that first, or takes it back",
        )
    return paths


def _note(done: str) -> Diagnostic:
    return Diagnostic(
        code="MIG910",
        severity=Severity.WARNING,
        summary=f"an earlier run was interrupted while writing; {_DONE[done]}",
        span=SourceSpan(path=RepoPath(".")),
    )


def _impossible(error: OSError, root: Path) -> MigrateError:
    return MigrateError.of(
        "MIG916",
        f"an earlier run was interrupted while writing, and cannot be finished or taken back now: {error.strerror}",
        span=SourceSpan(path=RepoPath(JOURNAL)),
        remedy=f"until then the tree is half old and half new: make {root.name} writable, then run again",
    )
