"""Scripts, workflows and configuration follow what moved: files and moves -> new bytes, and what is left to do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from migrator.diagnostics import Diagnostic, Diagnostics, Severity
from migrator.model import RepoPath, SourceSpan
from migrator.rewrite.automation.configuration.ci_pipelines import read_github, read_gitlab
from migrator.rewrite.automation.configuration.codeowners import read_owners
from migrator.rewrite.automation.configuration.dependency_bots import read_dependabot, read_renovate
from migrator.rewrite.automation.configuration.gitops_objects import named_folders, own_repositories, read_gitops
from migrator.rewrite.automation.configuration.sops import read_sops
from migrator.rewrite.automation.file_kinds import MAX_SIZE, kind_of, pipelines_of
from migrator.rewrite.automation.leftovers import leftovers
from migrator.rewrite.automation.paths.findings import Book, Splice, spliced
from migrator.rewrite.automation.paths.moves import Moves
from migrator.rewrite.automation.scripts.makefile import read_makefile
from migrator.rewrite.automation.scripts.python import read_python
from migrator.rewrite.automation.scripts.shell import ScriptError, read_shell
from migrator.yamlio import YamlError

AUTOMATION_CODES = frozenset({"MIG650", "MIG651", "MIG652", "MIG654"})
"""What is said of files that name what moves."""
_SHOWN = 8
_ROOT = RepoPath(".")
_NAMELESS = ("renovate", "sops")
"""Kinds whose patterns may mean what moved without naming it."""
_Read = Callable[[str, Book, Moves], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What became of the automation."""

    files: Mapping[RepoPath, bytes]
    """The files that have to change, by path, with their new bytes."""
    diagnostics: Diagnostics
    """MIG650 a file that was followed, MIG651 a place that could not be, MIG652 a file that could not be read, MIG654 a
    file that still names what left its place."""


def follow(files: Mapping[RepoPath, bytes], moves: Moves, rendered: frozenset[RepoPath] = frozenset()) -> Followed:
    """Follow the moves in the files; those that are not automation, or name nothing that moved, are left alone.

    What a build renders (`rendered`) is never changed: a script there runs in the cluster, and of a GitOps object it
    is said what it should read.

    Only the characters of a path change. A file is read as it is now, under the path that it had before.
    """
    changed: dict[RepoPath, bytes] = {}
    notes: list[Diagnostic] = []
    names = re.compile("|".join(re.escape(name) for name in sorted(moves.names)) or r"(?!)")
    own = own_repositories(_named_folders(files), moves)
    pipelines = pipelines_of(files)
    for path, data in sorted(files.items()):
        kind = "gitlab" if path in pipelines else kind_of(path, data)
        read = _readers(own, path).get(kind)
        if path in rendered and kind != "gitops":
            continue
        if read is None:
            notes += _leftovers(path, data, moves)
            continue
        try:
            text = _text(data)
            if kind not in _NAMELESS and names.search(text) is None:
                continue
            book = _findings(text, read, moves)
        except _UnreadError as why:
            notes += [_unread(path, str(why))]
        except YamlError as error:
            notes += [_unread(path, error.diagnostic.summary)] if kind != "gitops" else []
        else:
            if book.splices and path not in rendered:
                changed[path] = spliced(text, book.splices).encode("utf-8")
            notes += _told(path, text, book, is_rendered=path in rendered)
            notes += leftovers(path, text, moves, _known(text, book)) if kind != "gitops" else ()
    return Followed(files=changed, diagnostics=tuple(notes))


class _UnreadError(Exception):
    """Why paths are not followed in a file, as a clause."""


def _text(data: bytes) -> str:
    if len(data) > MAX_SIZE:
        raise _UnreadError("it is larger than 1 MiB")
    try:
        if data[:2] not in (b"\xff\xfe", b"\xfe\xff") and b"\0" not in data:
            return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    raise _UnreadError("it is not UTF-8 text")


def _findings(text: str, read: _Read, moves: Moves) -> Book:
    book = Book()
    try:
        read(text, book, moves)
    except ScriptError as error:
        raise _UnreadError(f"it is not understood ({error})") from None
    return book


def _told(path: RepoPath, text: str, book: Book, *, is_rendered: bool) -> Iterator[Diagnostic]:
    """What was followed, and what a person has to change."""
    if is_rendered:
        yield from (_todo(path, text, each.start, _rendered(text, each)) for each in book.splices)
    elif book.splices:
        yield _done(path, text, sorted(book.splices, key=lambda each: each.start))
    yield from (_todo(path, text, offset, summary) for offset, summary in sorted(book.notes))


def _leftovers(path: RepoPath, data: bytes, moves: Moves) -> Iterator[Diagnostic]:
    """What a file that is not automation says of what left its place."""
    tops = {f"{each.partition('/')[0]}/".encode() for each in moves.places}
    if len(data) > MAX_SIZE or b"\0" in data or not any(each in data for each in tops):
        return
    with suppress(UnicodeDecodeError):
        yield from leftovers(path, data.decode("utf-8"), moves, ())


def _known(text: str, book: Book) -> Sequence[tuple[int, int]]:
    """The spans that were changed, and the lines with notes."""
    lines = []
    for offset, _ in book.notes:
        end = text.find("\n", offset)
        lines.append((text.rfind("\n", 0, offset) + 1, end if end >= 0 else len(text)))
    return [*((each.start, each.end) for each in book.splices), *lines]


def _rendered(text: str, splice: Splice) -> str:
    start = text.rfind("\n", 0, splice.start) + 1
    end = text.find("\n", splice.end)
    line = text[start : splice.start] + splice.text + text[splice.end : end if end >= 0 else len(text)]
    return f"this should read {line.strip()!r}; it is part of what is rendered, so it was not changed"


def _named_folders(files: Mapping[RepoPath, bytes]) -> Iterator[tuple[str, str]]:
    """What the GitOps objects name, of the files that can be read."""
    for path, data in sorted(files.items()):
        if kind_of(path, data) == "gitops" and len(data) <= MAX_SIZE:
            with suppress(UnicodeDecodeError, YamlError):
                yield from named_folders(data.decode("utf-8"))


def _readers(own: frozenset[str], path: RepoPath) -> Mapping[str, _Read]:
    return {
        "make": lambda text, book, moves: read_makefile(text, book, moves, path),
        "shell": lambda text, book, moves: read_shell(text, book, moves, base=_ROOT, script=path),
        "python": lambda text, book, moves: read_python(text, book, moves, base=_ROOT, script=path),
        "owners": read_owners,
        "sops": lambda text, book, moves: read_sops(text, book, moves, path),
        "renovate": read_renovate,
        "dependabot": read_dependabot,
        "github": read_github,
        "gitlab": read_gitlab,
        "gitops": lambda text, book, moves: read_gitops(text, book, moves, own),
    }


def _span(path: RepoPath, text: str, offset: int) -> SourceSpan:
    return SourceSpan(path=path, line=text.count("\n", 0, offset) + 1)


def _done(path: RepoPath, text: str, splices: Sequence[Splice]) -> Diagnostic:
    lines = sorted({text.count("\n", 0, each.start) + 1 for each in splices})
    shown = ", ".join(str(line) for line in lines[:_SHOWN]) + (", ..." if len(lines) > _SHOWN else "")
    word = "line" if len(lines) == 1 else "lines"
    return Diagnostic(
        code="MIG650",
        severity=Severity.INFO,
        summary=f"paths that are somewhere else now were changed with them ({word} {shown})",
        span=_span(path, text, splices[0].start),
    )


def _todo(path: RepoPath, text: str, offset: int, summary: str) -> Diagnostic:
    return Diagnostic(
        code="MIG651",
        severity=Severity.WARNING,
        summary=summary,
        span=_span(path, text, offset),
        remedy="change it by hand, in the same pull request",
    )


def _unread(path: RepoPath, why: str) -> Diagnostic:
    return Diagnostic(
        code="MIG652",
        severity=Severity.WARNING,
        summary=f"paths are not followed in this file: {why}",
        span=SourceSpan(path=path),
        remedy="look through it for paths that are somewhere else now",
    )
