"""Makefiles: variables, targets and prerequisites, and recipes line by line."""

from __future__ import annotations

import posixpath
import re

from migrator.model import RepoPath
from migrator.rewrite.automation.paths.findings import Book
from migrator.rewrite.automation.paths.moves import Moves
from migrator.rewrite.automation.paths.path_words import ROOT, Piece, follow_word, literal, mentions, told
from migrator.rewrite.automation.scripts.shell import ScriptError, read_shell

_ASSIGNED = re.compile(r"(?:(?:export|override)\s+)*(?P<name>[\w.-]+)\s*(?P<sign>:{0,3}|\?|\+)=")
_WORD = re.compile(r"(?:\$\([^()]*\)|\$\{[^{}]*\}|[^\s:;|#])+")
_VARIABLE = re.compile(r"\$\((\w+)\)|\$\{(\w+)\}|\$.|\$\([^()]*\)|\$\{[^{}]*\}")
_CALL = re.compile(r"\$\((\w+)\)")


def read_makefile(text: str, book: Book, moves: Moves, path: RepoPath) -> None:
    """Follow the paths of a Makefile, as seen from its own folder."""
    base = RepoPath(posixpath.dirname(path) or ".")
    values: dict[str, tuple[str, str] | None] = {}
    for found in re.finditer(r"(?:[^\n\\]|\\\r?\n|\\)*(?:\n|\Z)", text):
        line, start = found[0], found.start()
        if line.startswith("\t"):
            _recipe(line, start, book, moves, base, values)
        elif line.strip() and not line.lstrip().startswith("#"):
            _words(line.partition(" #")[0], start, book, moves, base, values)


def _words(  # noqa: PLR0917 - private
    line: str, start: int, book: Book, moves: Moves, base: RepoPath, values: dict[str, tuple[str, str] | None]
) -> None:
    assigned = _ASSIGNED.match(line)
    results = []
    begin = assigned.end() if assigned else 0
    for found in _WORD.finditer(line, begin):
        pieces = _pieces(found[0], start + found.start(), values)
        is_path = assigned is not None and "/" in line[begin:]
        now = follow_word(book, pieces, base, moves, is_path=is_path)
        old = None if now is None else "".join(piece.text or "" for piece in pieces)
        results.append(None if now is None or old is None else (old, now))
    if assigned:
        name = assigned["name"]
        is_constant = len(results) == 1 and name not in values and assigned["sign"] not in ("?", "+")
        values[name] = results[0] if is_constant else None


def _pieces(word: str, start: int, values: dict[str, tuple[str, str] | None]) -> tuple[Piece, ...]:
    found: list[Piece] = []
    at = 0
    for variable in _VARIABLE.finditer(word):
        if variable.start() > at:
            found += literal(word[at : variable.start()], start + at)
        name = variable[1] or variable[2] or ""
        held = (ROOT, ROOT) if name == "CURDIR" and not at else values.get(name)
        old, now = held if held is not None else (None, None)
        place = {"start": start + variable.start(), "end": start + variable.end()}
        found.append(Piece(text=old, now=now, is_fixed=True, **place))
        at = variable.end()
    if at < len(word):
        found += literal(word[at:], start + at)
    return tuple(found)


def _recipe(  # noqa: PLR0917 - private
    line: str, start: int, book: Book, moves: Moves, base: RepoPath, values: dict[str, tuple[str, str] | None]
) -> None:
    body = line.rstrip("\r\n")
    skip = len(body) - len(body.lstrip("\t @+-"))
    script, origin = _as_shell(body[skip:], start + skip)
    inner = Book()
    try:
        known = {f"_MAKE_{name}": held for name, held in values.items() if held is not None}
        read_shell(script, inner, moves, base=base, values=known)
    except ScriptError:
        for offset, path in mentions(body, moves, base):
            book.note(
                start + offset, f"{told(path, moves.places[path])}; the recipe is not understood, so it was not changed"
            )
        return
    book.take(inner, origin)


def _as_shell(text: str, start: int) -> tuple[str, list[int]]:
    """A recipe as the shell would see it, as far as that has a name of its own, with where each character stands.

    A variable of make becomes one of the shell, which nothing is known of; `$$` becomes `$`; a carriage return is none.
    """
    found: list[str] = []
    origin: list[int] = []
    at = 0
    for sign in re.finditer(r"\$\$|\$\([^()]*\)|\$\{[^{}]*\}|\$[@<^*?%+]|\r(?=\n)", text):
        found.append(text[at : sign.start()])
        origin += range(start + at, start + sign.start())
        shown = sign[0]
        if shown == "$$":
            shown = "$"
        elif shown == "\r":
            shown = ""
        elif (known := _CALL.fullmatch(shown.replace("{", "(").replace("}", ")"))) and known[1] == "CURDIR":
            shown = "${PWD}"
        else:
            shown = f"${{_MAKE_{known[1]}}}" if known else "${_MAKE}"
        found.append(shown)
        origin += [start + sign.start()] * len(shown)
        at = sign.end()
    found.append(text[at:])
    origin += range(start + at, start + len(text) + 1)
    return "".join(found), origin
