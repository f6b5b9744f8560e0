"""Shell scripts: words that are paths, seen from the folder that the script is in by then."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from migrator.model import RepoPath
from migrator.rewrite.automation.paths.findings import Book
from migrator.rewrite.automation.paths.moves import Moves
from migrator.rewrite.automation.paths.path_words import (
    ROOT,
    Piece,
    base_now,
    follow_word,
    literal,
    mentions,
    resolved,
    told,
)
from migrator.rewrite.automation.scripts.commands import takes_paths

if TYPE_CHECKING:
    from tree_sitter import Node

_HERE = re.compile(r"\$\(\s*dirname\s+(?:--\s+)?\"?\$\{?(?:0|BASH_SOURCE)(?:\[0\])?\}?\"?\s*\)")
_TOP = re.compile(r"\$\(\s*git\s+rev-parse\s+--show-toplevel\s*\)|`git rev-parse --show-toplevel`")
_TOP_NAMES = frozenset({"GITHUB_WORKSPACE", "CI_PROJECT_DIR"})
PATH_NAME = re.compile(r"(?i).*(?:dir|path|folder|overlay|root|base|file|target)s?")
"""How variables are called that hold a path."""
_LOOSE = frozenset({"if_statement", "while_statement", "for_statement", "case_statement", "c_style_for_statement"})
_SCOPED = frozenset({"subshell", "command_substitution", "process_substitution", "function_definition", "pipeline"})


class ScriptError(Exception):
    """The text is not a script of this language."""


def read_shell(
    text: str,
    book: Book,
    moves: Moves,
    *,
    base: RepoPath | None,
    script: RepoPath | None = None,
    values: Mapping[str, tuple[str, str]] | None = None,
) -> None:
    """Follow the paths of a script that is started in the folder `base`; `script` is its file.

    `values` are variables from outside, as they were and as they are now. ScriptError for what is not a script.
    """
    import tree_sitter_bash
    from tree_sitter import Language, Parser

    data = text.encode("utf-8", "surrogatepass")
    root = Parser(Language(tree_sitter_bash.language())).parse(data).root_node
    if root.has_error:
        raise ScriptError(_where_broken(root))
    _Script(text, data, book, moves, script, values or {}).run(root, base)


def _where_broken(root: Node) -> str:
    pending = [root]
    while pending:
        node = pending.pop(0)
        if node.type == "ERROR" or node.is_missing:
            return f"line {node.start_point.row + 1}"
        pending += [child for child in node.children if child.has_error or child.is_missing]
    return "somewhere"


class _Script:
    """One script; the folder it is in is handed from statement to statement, None where only a run tells."""

    def __init__(  # noqa: PLR0917 - private
        self,
        text: str,
        data: bytes,
        book: Book,
        moves: Moves,
        script: RepoPath | None,
        values: Mapping[str, tuple[str, str]],
    ) -> None:
        self._data = data
        self._book = book
        self._moves = moves
        self._here = posixpath.dirname(script) if script is not None else None
        self._here_now = posixpath.dirname(moves.files.get(script) or script) if script is not None else None
        self._offsets = _offsets(text) if len(text) != len(data) else None
        self._counts: Counter[str] = Counter()
        self._values: dict[str, tuple[str, str]] = dict(values)
        self._left: list[RepoPath | None] = []
        """The folders that `pushd` left."""

    def run(self, root: Node, base: RepoPath | None) -> None:
        for node in _all(root):
            if node.type == "variable_assignment" and (name := node.child_by_field_name("name")) is not None:
                self._counts[self._text(name)] += 1
            elif node.type == "for_statement" and (name := node.child_by_field_name("variable")) is not None:
                self._counts[self._text(name)] += 2
        self._walk(root, base)

    def _walk(self, node: Node, base: RepoPath | None) -> RepoPath | None:
        """Read a node; comes back with the folder that what follows is run in."""
        kind = node.type
        if kind == "command":
            return self._command(node, base)
        if kind == "comment":
            return base
        if kind == "heredoc_body":
            self._mentioned(node)
            return base
        if kind == "variable_assignment":
            self._assignment(node, base)
            return base
        if kind == "for_statement":
            for child in node.children_by_field_name("value"):
                self._word(child, base)
        elif kind in ("file_redirect", "case_item"):
            for child in node.named_children:
                if _is_word(child):
                    self._word(child, base, is_path=kind == "file_redirect")
        after = base
        is_other = False
        for child in node.children:
            if child.type == "||":
                is_other = True
            elif kind in ("test_command", "declaration_command") and _is_word(child):
                self._word(child, after)
            elif not _is_word(child):
                result = self._walk(child, after)
                after = after if is_other else result
        if kind in _SCOPED:
            return base
        return after if kind not in _LOOSE or after == base else None

    def _command(self, node: Node, base: RepoPath | None) -> RepoPath | None:
        words = [child for child in node.children if _is_word(child)]
        name_node = node.child_by_field_name("name")
        name = self._text(name_node) if name_node is not None else ""
        for child in node.named_children:
            if not _is_word(child) and child.type != "command_name":
                self._walk(child, base)
        if name_node is not None:
            for child in name_node.children:
                self._word(child, base)
        texts = ["".join(piece.text or "\x01" for piece in self._pieces(word, base)) for word in words]
        judged = takes_paths(posixpath.basename(name), texts)
        following = base
        if name in ("cd", "pushd"):
            following = self._folder(words[-1], base) if words else None
        for word, verdict in zip(words, judged, strict=True):
            if verdict is None or self._stands(following if following != base else None):
                self._inside(word, base)
                continue
            self._word(word, base, is_path=verdict)
        if name == "pushd":
            self._left.append(base)
        if name == "popd":
            return self._left.pop() if self._left else None
        return following

    def _stands(self, folder: RepoPath | None) -> bool:
        """Whether `cd` still finds a folder, though some of it is elsewhere: what comes then is what counts."""
        place = self._moves.places.get(folder) if folder is not None else None
        return folder is not None and place is not None and place.path is None and self._moves.stands(folder)

    def _folder(self, word: Node, base: RepoPath | None) -> RepoPath | None:
        """The folder that `cd` goes to, by its old name."""
        pieces = self._pieces(word, base)
        if any(piece.text is None for piece in pieces):
            return None
        text = "".join(piece.text or "" for piece in pieces)
        return None if text.startswith("-") else resolved(text, base)

    def _assignment(self, node: Node, base: RepoPath | None) -> None:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name is None or value is None:
            return
        known = self._text(name)
        if not _is_word(value):
            self._walk(value, base)  # an array
            for child in value.named_children:
                if _is_word(child):
                    self._word(child, base)
            return
        pieces = self._pieces(value, base)
        self._inside(value, base)
        now = follow_word(self._book, pieces, base, self._moves, is_path=bool(PATH_NAME.fullmatch(known)))
        if now is not None and self._counts[known] == 1:
            self._values[known] = ("".join(piece.text or "" for piece in pieces), now)

    def _word(self, node: Node, base: RepoPath | None, *, is_path: bool = False) -> None:
        self._inside(node, base)
        text = self._text(node)
        if node.type in ("string", "raw_string", "ansi_c_string") and re.search(r"\s", text):
            self._mentioned(node)
            return
        follow_word(self._book, self._pieces(node, base), base, self._moves, is_path=is_path)

    def _inside(self, node: Node, base: RepoPath | None) -> None:
        """Commands within a word, and defaults of its variables."""
        for child in node.children:
            if child.type in ("command_substitution", "process_substitution"):
                if not self._location(child, base, self._here):
                    self._walk(child, base)
            elif node.type == "expansion" and _is_word(child):
                self._word(child, base)
            else:
                self._inside(child, base)
        if node.type in ("command_substitution", "process_substitution") and not self._location(node, base, self._here):
            self._walk(node, base)

    def _mentioned(self, node: Node) -> None:
        text = self._text(node)
        for offset, path in mentions(text, self._moves):
            at = self._at(node.start_byte) + offset
            self._book.note(at, f"{told(path, self._moves.places[path])}; it stands in a text, so it was not changed")

    def _pieces(self, node: Node, base: RepoPath | None) -> tuple[Piece, ...]:
        start, end, text = self._at(node.start_byte), self._at(node.end_byte), self._text(node)
        kind = node.type
        if kind in ("word", "string_content", "number"):
            if "\\" in text:
                return (Piece(text=text.replace("\\", ""), start=start, end=end, is_fixed=True),)
            return literal(text, start)
        if kind == "raw_string":
            return literal(text[1:-1], start + 1)
        if kind in ("string", "concatenation"):
            return tuple(self._joined(node, base, 1 if kind == "string" else 0))
        value = self._location(node, base, self._here)
        if value is None and kind in ("simple_expansion", "expansion"):
            found = re.fullmatch(r"\$\{?(\w+)\}?", text)
            if found and found[1] in self._values:
                old, now = self._values[found[1]]
                return (Piece(text=old, start=start, end=end, is_fixed=True, now=now),)
        place = None if value is None else self._location(node, base_now(base, self._moves), self._here_now)
        return (Piece(text=value, start=start, end=end, is_fixed=True, now=place),)

    def _joined(self, node: Node, base: RepoPath | None, margin: int) -> Iterator[Piece]:
        """The parts of a string or a joined word, and the blanks between them that the grammar leaves out."""
        at = node.start_byte + margin
        for child in node.named_children:
            if child.start_byte > at:
                yield from literal(self._data[at : child.start_byte].decode(), self._at(at))
            yield from self._pieces(child, base)
            at = child.end_byte
        if at < node.end_byte - margin:
            yield from literal(self._data[at : node.end_byte - margin].decode(), self._at(at))

    def _location(self, node: Node, base: RepoPath | None, home: str | None) -> str | None:
        """The folder that an expansion stands for: the repository's, the script's (`home`), or the one we are in."""
        text = self._text(node)
        here = None if home is None else f"{ROOT}/{home}".rstrip("/")
        name = re.fullmatch(r"\$\{?(\w+)\}?", text)
        if (name and name[1].strip("_") in _TOP_NAMES) or _TOP.fullmatch(text):
            return ROOT
        if _HERE.fullmatch(text):
            return here
        if (name and name[1] == "PWD") or re.fullmatch(r"\$\(\s*pwd(?:\s+-P)?\s*\)", text):
            return None if base is None else (f"{ROOT}/{base}" if base != "." else ROOT)
        change = re.fullmatch(
            r"\$\(\s*cd\s+(?:--\s+)?(.+?)\s*(?:>\s*/dev/null(?:\s+2>&1)?\s*)?(?:&&|;)\s*pwd(?:\s+-P)?\s*\)", text
        )
        link = re.fullmatch(r"\$\(\s*(?:realpath|readlink\s+-f)\s+(.+?)\s*\)", text)
        inner = (change or link or [None, None])[1]
        return None if inner is None else self._named(inner.replace('"', ""), here)

    def _named(self, text: str, here: str | None) -> str | None:
        """The folder of `$(dirname "$0")/..` and its like."""
        for pattern, value in ((_HERE, here), (_TOP, ROOT)):
            found = pattern.match(text)
            if found is not None and value is not None:
                path = resolved(value + text[found.end() :], None)
                return None if path is None else (f"{ROOT}/{path}" if path != "." else ROOT)
        return None

    def _text(self, node: Node) -> str:
        return self._data[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def _at(self, offset: int) -> int:
        return offset if self._offsets is None else self._offsets[offset]


_WORDS = frozenset(
    {"word", "string", "raw_string", "ansi_c_string", "concatenation", "simple_expansion", "expansion",
     "command_substitution", "number"}
)  # fmt: skip


def _is_word(node: Node) -> bool:
    return node.type in _WORDS


def _all(root: Node) -> Iterator[Node]:
    pending = [root]
    while pending:
        node = pending.pop()
        yield node
        pending += node.children


def _offsets(text: str) -> Mapping[int, int]:
    """Byte offset of every character -> its number."""
    found, at = {}, 0
    for number, sign in enumerate(text):
        found[at] = number
        at += len(sign.encode("utf-8", "surrogatepass"))
    return {**found, at: len(text)}
