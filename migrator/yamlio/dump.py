"""JSON values -> YAML that a person would have written, and that every reader of the field reads alike."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from migrator.model import Json, KeyPath
from migrator.yamlio.scalars import Dialect, ScalarError, resolve_plain

_NO_COMMENTS: Mapping[KeyPath, str] = {}

_INDICATORS = frozenset(" ,[]{}#&*!|>'\"%@`?:")
_OTHER_READERS = re.compile(
    r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?"  # base 60 of YAML 1.1
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ].*)?"  # a date to PyYAML and to kustomize
    r"|=|<<"
    r"|(?:---|\.\.\.)(?:\s.*)?",
    re.ASCII,
)
_ESCAPES = dict(zip('\0\a\b\t\n\v\f\r\x1b"\\', (f"\\{char}" for char in '0abtnvfre"\\'), strict=True))
_MAX_SIMPLE_KEY = 1000  # libyaml gives up a `key:` after 1024 characters


def dump(value: Json, *, comments: Mapping[KeyPath, str] = _NO_COMMENTS) -> str:
    """Block-style YAML of the value, ending with a newline: keys as given, lists indented under their key, no folding.

    Reads back to the same value in both dialects; text that some reader would take for anything else is quoted, other
    text is not. `comments` puts a comment above the key or item at a path. Raises ValueError or TypeError for what
    is not JSON: infinities, lone surrogates, keys that are not text.
    """
    lines = [*_comment(comments.get(()), 0), *block_lines(value, comments=comments)]
    return "\n".join(lines) + "\n"


def block_lines(
    value: Json, *, indent: int = 0, list_indent: int = 2, comments: Mapping[KeyPath, str] = _NO_COMMENTS
) -> Iterator[str]:
    """The lines of a value in block style; `list_indent` is how far lists stand right of their key."""
    writer = _Writer(list_indent=list_indent, comments=comments)
    if isinstance(value, Mapping) and value:
        yield from writer.mapping(value, (), indent)
    elif isinstance(value, list | tuple) and value:
        yield from writer.sequence(value, (), indent)
    else:
        yield from _inline(value, indent)


def scalar(value: Json) -> str:
    """One line of YAML for a leaf: null, true, 5, text, "0644"; an empty map or list is a leaf as well."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            if not math.isfinite(value):
                raise ValueError(f"{value} cannot be written as JSON")
            return repr(value)
        case str():
            return value if is_plain(value) else quoted(value)
        case dict() if not value:
            return "{}"
        case list() | tuple() if not value:
            return "[]"
        case _:
            raise TypeError(f"{type(value).__name__} is not a leaf of JSON")


def is_plain(text: str) -> bool:
    """Whether every reader takes the unquoted text for exactly this text, in block style."""
    if not text or text[0] in _INDICATORS or text[-1] in " :" or not text.isprintable():
        return False
    if text[0] == "-" and text[1:2] in {"", " "}:
        return False
    if ": " in text or " #" in text or _OTHER_READERS.fullmatch(text):
        return False
    try:
        return all(resolve_plain(text, dialect) == text for dialect in Dialect)
    except ScalarError:
        return False


def quoted(text: str, quote: str = "") -> str:
    """The text in quotes: single ones where asked for, or where double ones would need escapes."""
    if text.isprintable() and (quote == "'" or (not quote and ('"' in text or "\\" in text))):
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(_ESCAPES.get(char) or (char if char.isprintable() else _escape(char)) for char in text) + '"'


def _escape(char: str) -> str:
    code = ord(char)
    if 0xD800 <= code <= 0xDFFF:
        raise ValueError("a lone surrogate is not a character")
    if code <= 0xFF:
        return f"\\x{code:02X}"
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writer:
    """Lines of collections in block style."""

    list_indent: int
    comments: Mapping[KeyPath, str]

    def mapping(self, value: Mapping[str, Json], path: KeyPath, indent: int) -> Iterator[str]:
        space = " " * indent
        for key, child in value.items():
            if not isinstance(key, str):
                raise TypeError(f"the key {key!r} is not text")
            here = (*path, key)
            yield from _comment(self.comments.get(here), indent)
            name = scalar(key)
            if len(name) > _MAX_SIMPLE_KEY:
                yield f"{space}? {name}"
                name = ""
            if isinstance(child, Mapping) and child:
                yield f"{space}{name}:"
                yield from self.mapping(child, here, indent + 2)
            elif isinstance(child, list | tuple) and child:
                yield f"{space}{name}:"
                yield from self.sequence(child, here, indent + self.list_indent)
            else:
                first, *rest = _inline(child, indent)
                yield f"{space}{name}: {first}"
                yield from rest

    def sequence(self, value: list[Json] | tuple[Json, ...], path: KeyPath, indent: int) -> Iterator[str]:
        space = " " * indent
        for index, child in enumerate(value):
            here = (*path, index)
            yield from _comment(self.comments.get(here), indent)
            if isinstance(child, Mapping) and child:
                yield from self._behind_dash(child, here, (*here, next(iter(child))), indent)
            elif isinstance(child, list | tuple) and child:
                yield from self._behind_dash(child, here, (*here, 0), indent)
            else:
                first, *rest = _inline(child, indent)
                yield f"{space}- {first}"
                yield from rest

    def _behind_dash(self, child: Json, here: KeyPath, first: KeyPath, indent: int) -> Iterator[str]:
        """The lines of a collection behind the dash of its item; a comment on its first node stands above the dash."""
        yield from _comment(self.comments.get(first), indent)
        comments = self.comments
        if first in comments:
            comments = {path: text for path, text in comments.items() if path != first}
        inner = _Writer(list_indent=self.list_indent, comments=comments)
        is_map = isinstance(child, Mapping)
        lines = inner.mapping(child, here, indent + 2) if is_map else inner.sequence(child, here, indent + 2)
        yield f"{' ' * indent}- {next(lines)[indent + 2 :]}"
        yield from lines


def _comment(text: str | None, indent: int) -> Iterator[str]:
    for line in (text or "").splitlines():
        bare = line.rstrip()
        yield " " * indent + (bare if bare.startswith("#") else f"# {bare}".rstrip())


def _inline(value: Json, indent: int) -> Iterator[str]:
    """What stands behind `key:` or `-`, and for a literal block the lines below."""
    if isinstance(value, str) and _fits_literal(value):
        body, chomp = (value[:-1], "") if value.endswith("\n") else (value, "-")
        if body.endswith("\n"):
            chomp = "+"
        yield f"|{'2' if value[0].isspace() else ''}{chomp}"
        space = " " * (indent + 2)
        for line in body.split("\n"):
            yield space + line if line else ""
    else:
        yield scalar(value)


def flow(value: Json) -> str:
    """The value on one line, as it may stand within brackets."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{flow(key)}: {flow(child)}" for key, child in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(child) for child in value) + "]"
    if isinstance(value, str) and (not is_plain(value) or any(char in value for char in ",[]{}:")):
        return quoted(value)
    return scalar(value)


def _fits_literal(text: str) -> bool:
    """Whether a literal block holds the text exactly: several lines, no character that needs an escape.

    Not with blank lines at its end: where such a block ends depends on what comes after it.
    """
    if "\n" not in text or not text.strip() or text.endswith("\n\n"):
        return False
    return all(char.isprintable() or char in "\n\t" for char in text)
