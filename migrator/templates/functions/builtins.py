"""The functions that text/template itself defines: print, len, index, comparison, escaping."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from migrator.model import Json
from migrator.templates.errors import TemplateError
from migrator.templates.functions.signatures import Entry
from migrator.templates.golang.fmt import sprint, sprintf, sprintln
from migrator.templates.golang.types import NIL_TYPES, StringMap, Uint8, as_bytes, type_of

_INCOMPATIBLE = "incompatible types for comparison"
_INVALID = "invalid type for comparison"


def _len(value: Json) -> int:
    if isinstance(value, str):
        return len(value) if value.isascii() else len(as_bytes(value))
    if isinstance(value, list | dict):
        return len(value)
    raise TemplateError("len of nil pointer" if value is None else f"len of type {type_of(value)}")


def _index(value: Json, *keys: Json) -> Json:
    if value is None:
        raise TemplateError("index of untyped nil")
    for key in keys:
        if isinstance(value, dict):
            value = _index_map(value, key)
        elif isinstance(value, list | str):
            value = _index_list(value, key)
        elif value is None:
            raise TemplateError("index of nil pointer")
        else:
            raise TemplateError(f"can't index item of type {type_of(value)}")
    return value


def _index_map(value: dict[str, Json], key: Json) -> Json:
    if type(key) is not str:
        if key is None:
            raise TemplateError("value is nil; should be of type string")
        raise TemplateError(f"value has type {type_of(key)}; should be string")
    return value.get(key, "" if isinstance(value, StringMap) else None)


def _index_list(value: list[Json] | str, key: Json) -> Json:
    if key is None:
        raise TemplateError("cannot index slice/array with nil")
    if isinstance(key, bool) or not isinstance(key, int):
        raise TemplateError(f"cannot index slice/array with type {type_of(key)}")
    items = as_bytes(value) if isinstance(value, str) else value
    if 0 <= key < len(items):
        return Uint8(items[key]) if isinstance(items, bytes) else items[key]
    if key == len(items):
        # text/template lets the length itself through, reflection stops it
        raise TemplateError(f"reflect: {'string' if isinstance(value, str) else 'slice'} index out of range")
    raise TemplateError(f"index out of range: {int(key)}")


def _basic(value: Json) -> str:
    """text/template's basic kind: numbers of different kinds do not compare."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "int"
    return {float: "float", str: "string"}.get(type(value), "")


def _equal(first: Json, other: Json) -> bool:
    kind, kind2 = _basic(first), _basic(other)
    if kind != kind2:
        if first is not None and other is not None:
            raise TemplateError(_INCOMPATIBLE)
        return False
    if kind:
        return bool(first == other)
    if first is None or other is None:
        return (first is None or isinstance(first, NIL_TYPES)) == (other is None or isinstance(other, NIL_TYPES))
    if isinstance(other, dict | list):
        raise TemplateError(f"non-comparable type {sprintf('%s', [first])}: {type_of(first)}")
    return bool(first == other)


def _eq(first: Json, *others: Json) -> bool:
    if not others:
        raise TemplateError("missing argument for comparison")
    return any(_equal(first, other) for other in others)


def _less(left: Json, right: Json) -> bool:
    kind, kind2 = _basic(left), _basic(right)
    if not kind or not kind2:
        raise TemplateError(_INVALID)
    if kind != kind2:
        raise TemplateError(_INCOMPATIBLE)
    if kind == "bool":
        raise TemplateError(_INVALID)
    return bool(left < right)


def _not_equal(left: Json, right: Json) -> bool:
    return not _equal(left, right)


def _less_or_equal(left: Json, right: Json) -> bool:
    return _less(left, right) or _equal(left, right)


def _greater(left: Json, right: Json) -> bool:
    return not _less_or_equal(left, right)


def _greater_or_equal(left: Json, right: Json) -> bool:
    return not _less(left, right)


def _text(values: tuple[Json, ...]) -> str:
    return values[0] if len(values) == 1 and type(values[0]) is str else sprint(values)


_HTML = re.compile("[\0\"'&<>]")
_HTML_ESCAPES = {"\0": "\ufffd", '"': "&#34;", "'": "&#39;", "&": "&amp;", "<": "&lt;", ">": "&gt;"}
_JS_ESCAPES = {"\\": "\\\\", "'": "\\'", '"': '\\"', "<": "\\u003C", ">": "\\u003E", "&": "\\u0026", "=": "\\u003D"}


def _html(*values: Json) -> str:
    return _HTML.sub(lambda match: _HTML_ESCAPES[match[0]], _text(values))


def _js(*values: Json) -> str:
    out = []
    for char in _text(values):
        if char in _JS_ESCAPES:
            out.append(_JS_ESCAPES[char])
        elif char < " " or (char >= "\x7f" and not char.isprintable()):
            out.append(f"\\u{ord(char):04X}")
        else:
            out.append(char)
    return "".join(out)


def query_escape(text: str) -> str:
    """url.QueryEscape: spaces become `+`."""
    from urllib.parse import quote_from_bytes

    return quote_from_bytes(as_bytes(text), safe=" ").replace(" ", "+")


def _printf(template: str, *values: Json) -> str:
    return sprintf(template, values)


def _variadic(function: Callable[[tuple[Json, ...]], str]) -> Callable[..., str]:
    return lambda *values: function(values)


ENTRIES: Final[Mapping[str, Entry]] = {
    "len": ("a", _len),
    "index": ("aa*", _index),
    "print": ("a*", _variadic(sprint)),
    "println": ("a*", _variadic(sprintln)),
    "printf": ("sa*", _printf),
    "eq": ("aa*", _eq),
    "ne": ("aa", _not_equal),
    "lt": ("aa", _less),
    "le": ("aa", _less_or_equal),
    "gt": ("aa", _greater),
    "ge": ("aa", _greater_or_equal),
    "html": ("a*", _html),
    "js": ("a*", _js),
    "urlquery": ("a*", lambda *values: query_escape(_text(values))),
}
