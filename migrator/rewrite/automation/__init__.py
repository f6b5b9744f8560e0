"""Scripts, workflows and configuration follow what moved: files and moves -> new bytes, and what is left to do."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from migrator.diagnostics import Diagnostic, Diagnostics, Severity
from migrator.discover import Index
from migrator.model import RepoPath, SourceSpan
from migrator.rewrite.automation.configuration.ci_pipelines import included, read_github, read_gitlab
from migrator.rewrite.automation.configuration.codeowners import read_owners
from migrator.rewrite.automation.configuration.dependency_bots import read_dependabot, read_renovate
from migrator.rewrite.automation.configuration.gitops_objects import (
    has_gitops,
    has_marker,
    images_of,
    named_folders,
    own_repositories,
    policies,
    read_gitops,
)
from migrator.rewrite.automation.configuration.sops import is_encrypted, read_sops
from migrator.rewrite.automation.leftovers import leftovers
from migrator.rewrite.automation.paths.findings import Book, Splice, spliced
from migrator.rewrite.automation.paths.moves import Moves, moves_of
from migrator.rewrite.automation.scripts.makefile import read_makefile
from migrator.rewrite.automation.scripts.python import read_python
from migrator.rewrite.automation.scripts.shell import ScriptError, read_shell
from migrator.rewrite.edits import FileEdit
from migrator.yamlio import YamlError

CAUSE = "automation"
AUTOMATION_CODES = frozenset({"MIG650", "MIG651", "MIG652", "MIG654"})
"""What is said of files that name what moves."""
_MAX = 1 << 20
_SHOWN = 8
_ROOT = RepoPath(".")
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
    pipelines = _pipelines(files)
    for path, data in sorted(files.items()):
        kind = "gitlab" if path in pipelines else _kind(path, data)
        read = _readers(own, path).get(kind)
        if path in rendered and kind != "gitops":
            continue
        if read is None:
            notes += _leftovers(path, data, moves)
            continue
        if len(data) > _MAX or data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data:
            what = "larger than 1 MiB" if len(data) > _MAX else "not UTF-8 text"
            notes.append(_unread(path, f"it is {what}"))
            continue
        try:
            text = data.decode("utf-8")
            if kind not in ("renovate", "sops") and names.search(text) is None:
                continue
            book = Book()
            read(text, book, moves)
        except UnicodeDecodeError:
            notes.append(_unread(path, "it is not UTF-8 text"))
        except YamlError as error:
            if kind != "gitops":
                notes.append(_unread(path, error.diagnostic.summary))
        except ScriptError as error:
            notes.append(_unread(path, f"it is not understood ({error})"))
        else:
            if path in rendered:
                notes += [_todo(path, text, each.start, _rendered(text, each)) for each in book.splices]
            elif book.splices:
                changed[path] = spliced(text, book.splices).encode("utf-8")
                notes.append(_done(path, text, sorted(book.splices, key=lambda each: each.start)))
            notes += [_todo(path, text, offset, summary) for offset, summary in sorted(book.notes)]
            if kind != "gitops":
                notes += leftovers(path, text, moves, _known(text, book))
    return Followed(files=changed, diagnostics=tuple(notes))


def _leftovers(path: RepoPath, data: bytes, moves: Moves) -> Iterator[Diagnostic]:
    """What a file that is not automation says of what left its place."""
    tops = {f"{each.partition('/')[0]}/".encode() for each in moves.places}
    if len(data) > _MAX or b"\0" in data or not any(each in data for each in tops):
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


def _pipelines(files: Mapping[RepoPath, bytes]) -> frozenset[RepoPath]:
    """The files that pipelines of GitLab include, and those that these include."""
    found: set[RepoPath] = set()
    pending = [path for path in files if _by_name(path) == "gitlab"]
    while pending:
        path = pending.pop()
        found.add(path)
        patterns = included(files[path].decode("utf-8", "replace")) if len(files[path]) <= _MAX else ()
        pending += [
            each for pattern in patterns for each in files if each not in found and fnmatch.fnmatchcase(each, pattern)
        ]
    return frozenset(found)


def _rendered(text: str, splice: Splice) -> str:
    start = text.rfind("\n", 0, splice.start) + 1
    end = text.find("\n", splice.end)
    line = text[start : splice.start] + splice.text + text[splice.end : end if end >= 0 else len(text)]
    return f"this should read {line.strip()!r}; it is part of what is rendered, so it was not changed"


def with_automation(
    edits: Sequence[FileEdit], index: Index, rendered: frozenset[RepoPath] = frozenset()
) -> tuple[tuple[FileEdit, ...], Diagnostics]:
    """The edits, and with them those of the automation that names what they move or delete; by path.

    Edits of the automation that are there already are made anew. Diagnostics as `follow`.
    """
    others = {edit.path: edit for edit in edits if edit.cause != CAUSE}
    if not others:
        return (), ()
    moves = _moves(tuple(others.values()), index)
    if not moves.places:
        return tuple(sorted(others.values(), key=lambda edit: edit.path)), ()
    edited = {edit.moved_from or path: edit for path, edit in others.items() if edit.after is not None}
    texts = {
        path: index.read(path)
        for path, entry in index.files.items()
        if entry.link is None and (_may_be(path) or entry.size <= _MAX) and index.submodule_of(path) is None
    }
    files = {path: edited[path].after or b"" if path in edited else data for path, data in texts.items()}
    kept = {path: data for path, data in files.items() if path in edited or path not in moves.files}
    found = follow(kept, moves, rendered)
    for path, data in found.files.items():
        edit = edited.get(path)
        if edit is not None:
            others[edit.path] = replace(edit, after=data)
        else:
            others[path] = FileEdit(path=path, before=texts[path], after=data, cause=CAUSE)
    return tuple(sorted(others.values(), key=lambda edit: edit.path)), found.diagnostics


def _moves(edits: Sequence[FileEdit], index: Index) -> Moves:
    gone = {edit.path for edit in edits if edit.after is None}
    made = {edit.path for edit in edits if edit.after is not None}
    targets = {edit.moved_from: edit.path for edit in edits if edit.moved_from in gone}
    files = {path: targets.get(path) for path in sorted(gone)}
    charts = {
        edit.cause: RepoPath(posixpath.dirname(edit.path))
        for edit in edits
        if edit.before is None and posixpath.basename(edit.path) == "Chart.yaml"
    }
    heirs = {edit.path: charts[edit.cause] for edit in edits if edit.after is None and edit.cause in charts}
    before = frozenset(index.files)
    marked = frozenset(path for path in gone if path in before and has_marker(index.read(path)))
    encrypted = frozenset(edit.path for edit in edits if edit.path in gone and is_encrypted(edit.before or b""))
    carried = _carried(edits, tuple(charts.values()))
    return moves_of(
        files,
        before,
        before - gone | made,
        heirs,
        marked=marked,
        carried=carried,
        images=_images(edits, charts),
        encrypted=encrypted,
    )


def _images(edits: Sequence[FileEdit], charts: Mapping[str, RepoPath]) -> Mapping[str, RepoPath]:
    """Name of an image -> the folder of the chart that sets it, where no file that was edited does any more."""
    kept = {
        name
        for edit in edits
        if not any(edit.path.startswith(f"{folder}/") for folder in charts.values())
        for name in images_of(edit.after or b"")
    }
    found: dict[str, RepoPath] = {}
    for edit in edits:
        heir = next((charts[cause] for cause in edit.cause.split(", ") if cause in charts), None)
        if heir is not None and edit.before is not None:
            found.update(dict.fromkeys(images_of(edit.before) - kept, heir))
    return found


def _carried(edits: Sequence[FileEdit], charts: Sequence[RepoPath]) -> Mapping[RepoPath, RepoPath]:
    """File -> the values file that has image markers which the file has lost."""
    values = {
        edit.path: policies(edit.after or b"")
        for edit in edits
        if edit.before is None and any(edit.path.startswith(f"{folder}/") for folder in charts)
    }
    found = {}
    for edit in edits:
        lost = policies(edit.before or b"") - policies(edit.after or b"")
        heirs = [path for path, held in values.items() if lost & held]
        found.update({edit.path: heirs[0]} if heirs else {})
    return found


_NAMES: Mapping[str, str] = {
    **dict.fromkeys(("Makefile", "makefile", "GNUmakefile"), "make"),
    **dict.fromkeys(
        ("renovate.json", "renovate.json5", ".renovaterc", ".renovaterc.json", ".renovaterc.json5"), "renovate"
    ),
    "CODEOWNERS": "owners",
}
_ENDINGS: Mapping[str, str] = {".mk": "make", ".sh": "shell", ".bash": "shell", ".py": "python"}
_PATTERNS: Sequence[tuple[str, str]] = (
    (r"\.github/workflows/[^/]+\.ya?ml", "github"),
    (r"(?:.*/)?action\.ya?ml", "github"),
    (r"\.github/dependabot\.ya?ml", "dependabot"),
    (r"(?:.*/)?[^/]*\.?gitlab-ci\.ya?ml|\.gitlab/.*\.ya?ml", "gitlab"),
    (r"(?:.*/)?\.sops\.ya?ml", "sops"),
    (r".*\.ya?ml", "gitops"),
)
_INTERPRETER = re.compile(rb"#!\s*\S*?(?:/env\s+(?:-S\s+)?)?(?P<name>bash|dash|sh|python[\d.]*)\b")


def _may_be(path: RepoPath) -> bool:
    """Whether a file is worth reading: by its name, or as a script without one."""
    return bool(_by_name(path)) or "." not in posixpath.basename(path)


def _by_name(path: RepoPath) -> str:
    name = posixpath.basename(path)
    found = _NAMES.get(name) or _ENDINGS.get(posixpath.splitext(name)[1])
    return found or next((kind for pattern, kind in _PATTERNS if re.fullmatch(pattern, path)), "")


def _kind(path: RepoPath, data: bytes) -> str:
    """What a file is; empty for what is not automation."""
    found = _by_name(path)
    if not found and (interpreter := _INTERPRETER.match(data)):
        return "python" if interpreter["name"].startswith(b"python") else "shell"
    return found if found != "gitops" or has_gitops(data) else ""


def _named_folders(files: Mapping[RepoPath, bytes]) -> Iterator[tuple[str, str]]:
    """What the GitOps objects name, of the files that can be read."""
    for path, data in sorted(files.items()):
        if _kind(path, data) == "gitops" and len(data) <= _MAX:
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
