"""A plan -> file edits, and the transaction that writes them, all or nothing."""

from migrator.rewrite.automation import AUTOMATION_CODES, with_automation
from migrator.rewrite.beside import beside
from migrator.rewrite.edits import FileEdit, changes, combined, moves
from migrator.rewrite.following import with_followed
from migrator.rewrite.journal import JOURNAL
from migrator.rewrite.layout import DEFAULT_LAYOUT, Layout, load_layout
from migrator.rewrite.repository import Rewriting, bench_of, rendered_files, rewrite, sealed
from migrator.rewrite.transaction import commit, interrupted_paths, recover, stage

__all__ = [
    "AUTOMATION_CODES",
    "DEFAULT_LAYOUT",
    "JOURNAL",
    "FileEdit",
    "Layout",
    "Rewriting",
    "bench_of",
    "beside",
    "changes",
    "combined",
    "commit",
    "interrupted_paths",
    "load_layout",
    "moves",
    "recover",
    "rendered_files",
    "rewrite",
    "sealed",
    "stage",
    "with_automation",
    "with_followed",
]
