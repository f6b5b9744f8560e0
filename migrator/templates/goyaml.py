"""YAML text exactly as Helm's toYaml writes it (sigs.k8s.io/yaml v1.4, which writes JSON, reads that back and emits it with goyaml.v2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from migrator.model import Json, Path
from migrator.templates.errors import TemplateError
from migrator.templates.gojson import decode as decode_json
from migrator.templates.gojson import encode as encode_json
from migrator.templates.gonumbers import format_float, format_json_number
from migrator.templates.goscalars import is_simple_key, key_scalar, sort_keys, text_scalar
from migrator.templates.gotypes import NIL_TYPES

Segment = tuple[str, Path | None]
"""A piece of the text with the path of the leaf it shows (a KeyPath for a key), or None for structure."""

# JSON carries strings raw, and goyaml's reader refuses these: toYaml answers with the empty string
_UNREADABLE = re.compile("[\x7f\x80-\x84\x86-\x9f\ufeff\ufffe\uffff]")
_SURROGATES = re.compile("[\ud800-\udfff]")


class KeyPath(tuple[str | int, ...]):
    """The path of an entry, on the text of its key: the piece is the key itself, not the value below it."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class _Flavour:
    """What differs between toYaml and toYamlPretty."""

    pretty: bool
    list_indent: int


_PLAIN: Final = _Flavour(pretty=False, list_indent=0)
_PRETTY: Final = _Flavour(pretty=True, list_indent=2)


@lru_cache(maxsize=4096)
def _number(value: float) -> str:
    text = format_json_number(value)
    if "." not in text and "e" not in text:
        number = int(text)
        if -(1 << 63) <= number < 1 << 64:
            return str(number)
    return format_float(float(text))


def _readable(text: str) -> str:
    """The text after its trip through JSON. TemplateError where it does not survive."""
    if text.isascii() and "\x7f" not in text:
        return text
    if _UNREADABLE.search(text):
        raise TemplateError("error converting JSON to YAML: yaml: control characters are not allowed")
    # bytes that are no UTF-8 became U+FFFD in the JSON
    return _SURROGATES.sub("\ufffd", text)


def _leaf(value: Json, indent: int, column: int, flavour: _Flavour) -> str:
    kind = type(value)
    if kind is str:
        if not flavour.pretty:
            value = _readable(value)
        return text_scalar(value, indent, column, wide=flavour.pretty)
    if kind is bool:
        return "true" if value else "false"
    if value is None or (isinstance(value, NIL_TYPES) and not flavour.pretty):
        return "null"
    if kind is float:
        if not flavour.pretty:
            return _number(value)
        return {"+Inf": ".inf", "-Inf": "-.inf", "NaN": ".nan"}.get(text := format_float(value), text)
    if kind is dict or isinstance(value, dict):
        return "{}"
    return "[]" if isinstance(value, list) else str(int(value))


def _is_nested(value: Json) -> bool:
    return isinstance(value, dict | list) and bool(value)


def _plain(value: Json) -> Json:
    """What the JSON in between makes of a record (a time, a certificate)."""
    return (
        value
        if value is None or isinstance(value, dict | list | str | float | int)
        else decode_json(encode_json(value))
    )


def _walk(value: Json, path: Path, indent: int, out: list[Segment], flavour: _Flavour) -> None:
    """Append the text of a value that begins in column `indent`, where its own lines begin too. No final newline."""
    value = _plain(value)
    if not _is_nested(value):
        out.append((_leaf(value, indent, indent, flavour), path))
    elif isinstance(value, dict):
        _walk_map(value, path, indent, out, flavour)
    else:
        _walk_list(value, path, indent, out, flavour)


def _walk_list(value: list[Json], path: Path, indent: int, out: list[Segment], flavour: _Flavour) -> None:
    margin = "\n" + " " * indent + "- "
    for index, item in enumerate(value):
        out.append((margin if index else "- ", None))
        if type(item) is str:
            text = item if flavour.pretty else _readable(item)
            out.append((text_scalar(text, indent + 2, indent + 2, wide=flavour.pretty), (*path, index)))
        else:
            _walk(item, (*path, index), indent + 2, out, flavour)


def _walk_map(value: dict[str, Json], path: Path, indent: int, out: list[Segment], flavour: _Flavour) -> None:
    margin = "\n" + " " * indent
    lists = margin + " " * flavour.list_indent
    for number, key in enumerate(sort_keys(value, after_digits=flavour.pretty)):
        if number:
            out.append((margin, None))
        here = (*path, key)
        item = _plain(value[key])
        name = key if flavour.pretty else _readable(key)
        if not is_simple_key(name):
            out.append(("? ", None))
            out.append((text_scalar(name, indent + 2, indent + 2, wide=flavour.pretty), KeyPath(here)))
            out.append((margin + ": ", None))
            _walk(item, here, indent + 2, out, flavour)
            continue
        text = key_scalar(name)
        out.append((text, KeyPath(here)))
        if not _is_nested(item):
            out.append((": ", None))
            out.append((_leaf(item, indent + 2, indent + len(text) + 2, flavour), here))
        elif isinstance(item, dict):
            out.append((":" + margin + "  ", None))
            _walk_map(item, here, indent + 2, out, flavour)
        else:
            out.append((":" + lists, None))
            _walk_list(item, here, indent + flavour.list_indent, out, flavour)


def _segments(value: Json, flavour: _Flavour) -> list[Segment]:
    out: list[Segment] = []
    try:
        value = _plain(value)
        if isinstance(value, str):
            text = value if flavour.pretty else _readable(value)
            return [(text_scalar(text, 2, 0, wide=flavour.pretty), ())]
        _walk(value, (), 0, out, flavour)
    except (TemplateError, ValueError, OverflowError):
        return []
    return out


def yaml_segments(value: Json) -> list[Segment]:
    """The text of `to_yaml`, cut into pieces.

    A leaf (a scalar, an empty map, an empty list) carries its path inside the value, a key carries the KeyPath of its entry, everything
    else None; a block scalar is one piece without its last line break. Where toYaml swallows an error the list is empty.
    """
    return _segments(value, _PLAIN)


def to_yaml(value: Json) -> str:
    """What Helm's toYaml returns: sorted keys, no final newline; the empty string where the value has no YAML."""
    return "".join([text for text, _ in _segments(value, _PLAIN)])


def to_yaml_pretty(value: Json) -> str:
    """What Helm's toYamlPretty returns (goyaml.v3, no JSON in between): lists stand two spaces further in, 1000000.0 is 1e+06."""
    return "".join([text for text, _ in _segments(value, _PRETTY)])


def from_yaml(text: str) -> Json:
    """What sigs.k8s.io/yaml reads: every number a float. TemplateError with Go's message where it refuses the text."""
    from migrator.model import RepoPath
    from migrator.yamlio import Dialect, YamlError, read_value

    try:
        value = read_value(_SURROGATES.sub("\ufffd", text), dialect=Dialect.SIGS, path=RepoPath(""))
    except YamlError as error:
        diagnostic = error.diagnostic
        problem = diagnostic.summary.removeprefix("cannot read YAML: ")
        line = f"line {diagnostic.span.line}: " if diagnostic.span and diagnostic.span.line else ""
        raise TemplateError(f"error converting YAML to JSON: yaml: {line}{problem}") from None
    return _floats(value)


def _floats(value: Json) -> Json:
    """A fresh copy in which every integer is a float."""
    kind = type(value)
    if kind is int:
        return float(value)
    if kind is dict:
        return {key: _floats(item) for key, item in value.items()}
    if kind is list:
        return [_floats(item) for item in value]
    return value
