"""What an interrupted run left behind, before anything else is done."""

from __future__ import annotations

from pathlib import Path as FilePath

from migrator.diagnostics import Diagnostic, Diagnostics, MigrateError, Severity
from migrator.model import RepoPath, SourceSpan
from migrator.rewrite import JOURNAL, recover


def interrupted(root: FilePath) -> Diagnostics:
    """Nothing is written to look at a change, nor can it be seen on a tree that is half old and half new."""
    if (root / JOURNAL).is_dir():
        raise MigrateError.of(
            "MIG916",
            "an earlier run was interrupted while writing",
            span=SourceSpan(path=RepoPath(JOURNAL)),
            remedy="run `migrate apply` without --diff: it finishes or takes back what was begun",
        )
    return ()


def recovered(root: FilePath) -> Diagnostics:
    """What an interrupted run left is finished or taken back before anything is read."""
    done = recover(root.resolve()) if root.is_dir() else None
    if done is None:
        return ()
    words = {
        "finished": "it is finished: the tree is the new one",
        "undone": "it is taken back: the tree is the old one",
    }
    return (
        Diagnostic(
            code="MIG910",
            severity=Severity.WARNING,
            summary=f"an earlier run was interrupted while writing; {words[done]}",
            span=SourceSpan(path=RepoPath(".")),
        ),
    )
