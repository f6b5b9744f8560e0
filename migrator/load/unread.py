"""Documents that are written and that kustomize does not read, without a word about it."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.diagnostics import Diagnostic, MigrateError, Severity
from migrator.discover import Index
from migrator.load.types import Kustomization, ReferenceKind
from migrator.model import RepoPath, SourceSpan
from migrator.yamlio import Dialect, Document, read_documents

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def unread_documents(index: Index, held: Kustomization, data: bytes) -> Iterator[Diagnostic]:
    """MIG114 for a kustomization file of several documents, and for manifests of several in UTF-16 (kustomize 5.8)."""
    more = _more_than_one(data, held.file)
    if more is not None:
        remedy = "take the other documents out of the file, or give each a folder of its own"
        yield _note(held.file, more, "kustomize reads the first document of a kustomization file and no other", remedy)
    for reference in held.resources:
        if reference.kind is ReferenceKind.FILE and reference.path is not None and _is_utf_16(index, reference.path):
            more = _more_than_one(index.read(reference.path), reference.path)
            if more is not None:
                problem = "kustomize reads the first document of a file in UTF-16 and no other"
                yield _note(reference.path, more, problem, "save the file as UTF-8")


def _is_utf_16(index: Index, path: RepoPath) -> bool:
    try:
        with (index.root / path).open("rb") as stream:
            return stream.read(2) in _UTF_16
    except OSError:  # whoever needs the whole file will say so
        return False


def _more_than_one(data: bytes, path: RepoPath) -> Document | None:
    """The second document, None if there is none; what does not parse is said by those who read it."""
    try:
        return next(iter(read_documents(data, dialect=Dialect.SIGS, path=path)[1:]), None)
    except MigrateError:
        return None


def _note(path: RepoPath, document: Document, summary: str, remedy: str) -> Diagnostic:
    span = SourceSpan(path=path, line=document.line)
    return Diagnostic(code="MIG114", severity=Severity.WARNING, summary=summary, span=span, remedy=remedy)
