"""Python scripts: string literals that are paths, alone or joined with `/` and os.path.join."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from migrator.model import RepoPath
from migrator.rewrite.automation.paths.findings import Book
from migrator.rewrite.automation.paths.moves import Moves
from migrator.rewrite.automation.paths.path_words import ROOT, Piece, follow_word, mentions, told
from migrator.rewrite.automation.scripts.shell import ScriptError

if TYPE_CHECKING:
    import libcst as cst

_PATHS = frozenset({"Path", "pathlib.Path", "PurePath", "PurePosixPath", "open", "os.listdir", "os.walk", "os.chdir"})
_JOINS = frozenset({"os.path.join", "path.join", "posixpath.join", "join"})
_SAME = re.compile(r"\.(?:resolve|absolute)\(\)")
_UP = re.compile(r"\.parents\[(\d+)\]|\.parent\b")
_FILE = re.compile(r"(?:pathlib\.)?Path\(\s*__file__\s*\)")


def read_python(text: str, book: Book, moves: Moves, *, base: RepoPath | None, script: RepoPath | None = None) -> None:
    """Follow the paths of a script that is started in the folder `base`; ScriptError where it is not Python."""
    import libcst as cst
    from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper

    try:
        wrapper = MetadataWrapper(cst.parse_module(text), unsafe_skip_copy=True)
    except (cst.ParserSyntaxError, RecursionError) as error:
        line = getattr(error, "raw_line", None)
        raise ScriptError(f"line {line}" if line else "somewhere") from None
    except UnicodeEncodeError:
        raise ScriptError("a lone surrogate") from None
    spans = wrapper.resolve(ByteSpanPositionProvider)
    reading = _Reading(text, spans, book, moves, base, script)
    reading.module(wrapper.module)


class _Reading:
    """One script, from top to bottom; names that are assigned once stand for what they were assigned."""

    def __init__(  # noqa: PLR0917 - private
        self,
        text: str,
        spans: Mapping[cst.CSTNode, Any],
        book: Book,
        moves: Moves,
        base: RepoPath | None,
        script: RepoPath | None,
    ) -> None:
        self._data = text.encode()
        self._is_plain = len(self._data) == len(text)
        self._spans = spans
        self._book = book
        self._moves = moves
        self._base = base
        self._script = script
        self._names: dict[str, str | None] = {}
        self._open = ""

    def module(self, module: cst.Module) -> None:
        import libcst as cst

        for statement in module.body:
            self._visit(statement)
        assert isinstance(module, cst.Module)  # noqa: S101 - what libcst promises

    def _visit(self, node: cst.CSTNode) -> None:
        import libcst as cst

        if isinstance(node, cst.Expr) and isinstance(node.value, cst.SimpleString | cst.ConcatenatedString):
            return  # a docstring
        if isinstance(node, cst.Assign) and len(node.targets) == 1:
            target = node.targets[0].target
            self._visit(node.value)
            if isinstance(target, cst.Name):
                found = self._location(node.value)
                self._names[target.value] = None if target.value in self._names else found
            return
        if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Divide):
            self._joined(_operands(node))
            return
        if isinstance(node, cst.Call):
            self._call(node)
            return
        if isinstance(node, cst.FormattedString):
            self._follow(self._formatted(node))
            return
        if isinstance(node, cst.SimpleString):
            self._string(node)
            return
        for child in node.children:
            self._visit(child)

    def _call(self, node: cst.Call) -> None:
        import libcst as cst

        name = self._text(node.func)
        plain = [each.value for each in node.args if each.keyword is None and not each.star]
        if name in _JOINS and len(plain) == len(node.args):
            self._joined(plain)
            return
        cwd = next((each.value for each in node.args if each.keyword is not None and each.keyword.value == "cwd"), None)
        base = self._base
        self._visit(node.func)
        for each in node.args:
            if each.value is cwd:
                self._visit(each.value)
        if cwd is not None:
            text = self._location(cwd)
            if isinstance(cwd, cst.SimpleString) and text is None:
                text = _inner(cwd)
            from migrator.rewrite.automation.paths.path_words import resolved

            self._base = None if text is None else resolved(text, base)
        for each in node.args:
            if each.value is not cwd:
                if name in _PATHS and isinstance(each.value, cst.SimpleString) and each is node.args[0]:
                    self._follow(self._pieces(each.value), is_path=True)
                else:
                    self._visit(each.value)
        self._base = base

    def _string(self, node: cst.SimpleString) -> None:
        inner = _inner(node)
        if inner is None or node.prefix.lower().strip("ru"):
            return
        if re.search(r"\s", inner):
            for _, path in mentions(inner, self._moves):
                self._book.note(
                    self._at(self._spans[node].start),
                    f"{told(path, self._moves.places[path])}; it stands in a text, so it was not changed",
                )
            return
        self._follow(self._pieces(node))

    def _joined(self, parts: list[cst.BaseExpression]) -> None:
        """`a / "b" / "c"`: one word, with slashes that are written in no place of their own."""
        import libcst as cst

        pieces: list[Piece] = []
        for number, part in enumerate(parts):
            if number:
                at = self._at(self._spans[part].start)
                pieces.append(Piece(text="/", start=at, end=at, is_fixed=True))
            inside = part.args[0].value if _is_path_call(part, self._text) and isinstance(part, cst.Call) else part
            if isinstance(inside, cst.SimpleString) and _inner(inside) is not None:
                pieces += self._pieces(inside)
                continue
            value = self._location(part)
            span = self._spans[part]
            pieces.append(
                Piece(text=value, start=self._at(span.start), end=self._at(span.start + span.length), is_fixed=True)
            )
            if value is None and not isinstance(part, cst.Name | cst.Attribute):
                for child in part.children:
                    self._visit(child)
        self._follow(tuple(pieces), is_path=True)

    def _formatted(self, node: cst.FormattedString) -> tuple[Piece, ...]:
        import libcst as cst

        pieces = []
        for part in node.parts:
            span = self._spans[part]
            start, end = self._at(span.start), self._at(span.start + span.length)
            if isinstance(part, cst.FormattedStringText):
                pieces.append(Piece(text=part.value, start=start, end=end))
            else:
                assert isinstance(part, cst.FormattedStringExpression)  # noqa: S101 - the only other part there is
                value = self._location(part.expression)
                pieces.append(Piece(text=value, start=start, end=end, is_fixed=True))
        return tuple(pieces)

    def _follow(self, pieces: tuple[Piece, ...], *, is_path: bool = False) -> None:
        if any(piece.text is not None and re.search(r"[\s=,:]", piece.text) for piece in pieces):
            return
        follow_word(self._book, pieces, self._base, self._moves, is_path=is_path)

    def _pieces(self, node: cst.SimpleString) -> tuple[Piece, ...]:
        span = self._spans[node]
        inner = _inner(node) or ""
        start = self._at(span.start) + len(node.prefix) + len(node.quote)
        return (Piece(text=inner, start=start, end=start + len(inner)),)

    def _location(self, node: cst.BaseExpression) -> str | None:
        """The folder that an expression stands for: one from `__file__`, or a name for it."""
        import libcst as cst

        text = _SAME.sub("", self._text(node))
        if isinstance(node, cst.Name):
            return self._names.get(node.value)
        found = _FILE.match(text)
        if found is None or self._script is None:
            return None
        path, rest = str(self._script), text[found.end() :]
        for up in _UP.finditer(rest):
            for _ in range(int(up[1]) + 1 if up[1] else 1):
                path = posixpath.dirname(path)
        if _UP.sub("", rest):
            return None
        return f"{ROOT}/{path}" if path else ROOT

    def _text(self, node: cst.CSTNode) -> str:
        span = self._spans[node]
        return self._data[span.start : span.start + span.length].decode()

    def _at(self, offset: int) -> int:
        return offset if self._is_plain else len(self._data[:offset].decode())


def _operands(node: cst.BaseExpression) -> list[cst.BaseExpression]:
    import libcst as cst

    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Divide):
        return [*_operands(node.left), node.right]
    return [node]


def _is_path_call(node: cst.BaseExpression, text: Any) -> bool:
    import libcst as cst

    return isinstance(node, cst.Call) and len(node.args) == 1 and text(node.func) in _PATHS


def _inner(node: cst.SimpleString) -> str | None:
    """The characters between the quotes; None where escapes or several lines stand between."""
    inner = node.raw_value
    return None if "\\" in inner or "\n" in inner else inner
