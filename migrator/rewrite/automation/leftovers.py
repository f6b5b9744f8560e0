"""What still names a path that left its place, in any text and in no language: a net below the readers."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence

from migrator.diagnostics import Diagnostic, Severity
from migrator.discover import KUSTOMIZATION_NAMES
from migrator.model import RepoPath, SourceSpan
from migrator.rewrite.automation.paths.moves import Moves
from migrator.rewrite.automation.paths.path_words import resolved, told

_TOKEN = re.compile(r"[^\s\"'`,;()<>|=&\[\]]+")
_LEADS = "^!/"
_TRAILS = re.compile(r"[,:]+$|(?<=\w)\.$")
_OPEN = re.compile(r"[*?$\\{\[]|%[sd(]")
"""Where the part of a path begins that stands for several."""
_PROSE = frozenset({".md", ".markdown", ".rst", ".adoc", ".txt"})
_COMMENT = re.compile(r"\s*(?:#|//|<!--|--\s)")
_SHOWN = 3


def leftovers(path: RepoPath, text: str, moves: Moves, known: Sequence[tuple[int, int]]) -> Iterator[Diagnostic]:
    """One note (MIG654) on a file whose text names what is somewhere else now; prose and comments weigh less.

    `known` are the spans of the text that were changed, and the lines that something is said of already.
    """
    if posixpath.basename(path) in KUSTOMIZATION_NAMES:
        return
    found = [
        (line, place, _COMMENT.match(text, text.rfind("\n", 0, start) + 1) is not None)
        for start, end, place in _named(path, text, moves)
        if not any(begin < end and start < stop for begin, stop in known)
        for line in (text.count("\n", 0, start) + 1,)
    ]
    is_prose = posixpath.splitext(path)[1].lower() in _PROSE
    meant = found if is_prose else [each for each in found if not each[2]] or found
    if not meant:
        return
    lines = list(dict.fromkeys(f"line {line}: {told(place, moves.places[place])}" for line, place, _ in meant))
    shown = "; ".join(each.partition(": ")[2] for each in lines[:_SHOWN])
    more = f"; and {len(lines) - _SHOWN} more" if len(lines) > _SHOWN else ""
    yield Diagnostic(
        code="MIG654",
        severity=Severity.INFO if is_prose or meant[0][2] else Severity.WARNING,
        summary=f"this names what is somewhere else now, and was not changed: {shown}{more}",
        span=SourceSpan(path=path, line=meant[0][0]),
        remedy="change it by hand, in the same pull request, if it means the file of this repository",
        evidence=tuple(lines) if len(lines) > 1 else (),
    )


def _named(file: RepoPath, text: str, moves: Moves) -> Iterator[tuple[int, int, RepoPath]]:
    """Start, end and path of every word that names what left its place, as seen from the file or from the top."""
    here = RepoPath(posixpath.dirname(file) or ".")
    for found in _TOKEN.finditer(text):
        word = _TRAILS.sub("", found[0].lstrip(_LEADS))
        if "/" not in word or "://" in word:
            continue
        sign = _OPEN.search(word)
        name = word[: sign.start()].rpartition("/")[0] if sign else word
        seen = [resolved(name, base) for base in dict.fromkeys((here, RepoPath(".")))]
        path = next((each for each in seen if each is not None and _was_there(each, moves)), None)
        if path is not None and path in moves.places:
            yield found.start(), found.end(), path


def _was_there(path: RepoPath, moves: Moves) -> bool:
    return path in moves.before or path in moves.folders
