"""JSON values -> YAML that a person would have written, and that every reader of the field reads alike."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping

from migrator.model import Json, Path
from migrator.yamlio.scalars import Dialect, ScalarError, resolve_plain

_NO_COMMENTS: Mapping[Path, str] = {}

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


def dump(value: Json, *, comments: Mapping[Path, str] = _NO_COMMENTS) -> str:
    """Block-style YAML of the value, ending with a newline: keys as given, lists indented under their key, no folding.

    Reads back to the same value in both dialects; text that some reader would take for anything else is quoted, other
    text is not. `comments` puts a comment above the key or item at a path. Raises ValueError or TypeError for what
    is no JSON: infinities, lone surrogates, keys that are not text.
    """
    lines = [*_comment(comments.get(()), 0), *_top(value, comments)]
    return "\n".join(lines) + "\n"


def _top(value: Json, comments: Mapping[Path, str]) -> Iterator[str]:
    if isinstance(value, Mapping) and value:
        yield from _mapping(value, (), 0, comments)
    elif isinstance(value, list | tuple) and value:
        yield from _sequence(value, (), 0, comments)
    else:
        yield from _inline(value, 0)


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
            return value if is_plain(value) else _quoted(value)
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


def _quoted(text: str) -> str:
    if text.isprintable() and ('"' in text or "\\" in text):
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(_ESCAPES.get(char) or (char if char.isprintable() else _escape(char)) for char in text) + '"'


def _escape(char: str) -> str:
    code = ord(char)
    if 0xD800 <= code <= 0xDFFF:
        raise ValueError("a lone surrogate is no character")
    if code <= 0xFF:
        return f"\\x{code:02X}"
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


def _mapping(value: Mapping[str, Json], path: Path, indent: int, comments: Mapping[Path, str]) -> Iterator[str]:
    space = " " * indent
    for key, child in value.items():
        if not isinstance(key, str):
            raise TypeError(f"the key {key!r} is not text")
        yield from _comment(comments.get((*path, key)), indent)
        name = scalar(key)
        if len(name) > _MAX_SIMPLE_KEY:
            yield f"{space}? {name}"
            name = ""
        if isinstance(child, Mapping) and child:
            yield f"{space}{name}:"
            yield from _mapping(child, (*path, key), indent + 2, comments)
        elif isinstance(child, list | tuple) and child:
            yield f"{space}{name}:"
            yield from _sequence(child, (*path, key), indent + 2, comments)
        else:
            first, *rest = _inline(child, indent)
            yield f"{space}{name}: {first}"
            yield from rest


def _sequence(
    value: list[Json] | tuple[Json, ...], path: Path, indent: int, comments: Mapping[Path, str]
) -> Iterator[str]:
    space = " " * indent
    for index, child in enumerate(value):
        here = (*path, index)
        yield from _comment(comments.get(here), indent)
        if isinstance(child, Mapping) and child:
            yield from _comment(comments.get((*here, next(iter(child)))), indent)
            inner = _without_first_comment(comments, here, child)
            yield from _behind_dash(_mapping(child, here, indent + 2, inner), space)
        elif isinstance(child, list | tuple) and child:
            yield from _comment(comments.get((*here, 0)), indent)
            inner = {place: text for place, text in comments.items() if place != (*here, 0)} if comments else comments
            yield from _behind_dash(_sequence(child, here, indent + 2, inner), space)
        else:
            first, *rest = _inline(child, indent)
            yield f"{space}- {first}"
            yield from rest


def _behind_dash(lines: Iterator[str], space: str) -> Iterator[str]:
    """The lines of a collection with the dash of its item in front of the first."""
    yield f"{space}- {next(lines)[len(space) + 2 :]}"
    yield from lines


def _without_first_comment(comments: Mapping[Path, str], here: Path, child: Mapping[str, Json]) -> Mapping[Path, str]:
    """A comment on the first key of an item stands above the dash, so it must not come again behind it."""
    first = (*here, next(iter(child)))
    return {place: text for place, text in comments.items() if place != first} if first in comments else comments


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


def _fits_literal(text: str) -> bool:
    """Whether a literal block holds the text exactly: several lines, no character that needs an escape."""
    if "\n" not in text or not text.strip():
        return False
    return all(char.isprintable() or char in "\n\t" for char in text)
