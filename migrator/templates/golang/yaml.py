"""YAML text exactly as Helm's toYaml writes it (sigs.k8s.io/yaml v1.4, which writes JSON, reads that back and emits
it with goyaml.v2).
"""

from __future__ import annotations

import re
from functools import lru_cache

from migrator.model import Json, KeyPath
from migrator.templates.errors import TemplateError
from migrator.templates.golang.encoding_json import decode as decode_json
from migrator.templates.golang.encoding_json import encode as encode_json
from migrator.templates.golang.strconv import format_float, format_json_number
from migrator.templates.golang.types import NIL_TYPES, as_float64
from migrator.templates.golang.yaml_scalars import simple_key, sort_keys, text_scalar

Segment = tuple[str, KeyPath | None]
"""A piece of the text with the path of the leaf it shows (an EntryKey for a key), or None for structure."""

# JSON carries strings raw, and goyaml's reader refuses these: toYaml answers with the empty string
_UNREADABLE = re.compile("[\x7f\x80-\x84\x86-\x9f\ufeff\ufffe\uffff]")
_SURROGATES = re.compile("[\ud800-\udfff]")


class EntryKey(tuple[str | int, ...]):
    """The path of an entry, on the text of its key: the piece is the key itself, not the value below it."""

    __slots__ = ()


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
    # bytes that are not UTF-8 became U+FFFD in the JSON
    return _SURROGATES.sub("\ufffd", text)


@lru_cache(maxsize=8192)
def _key(key: str, *, pretty: bool) -> tuple[str, str | None]:
    """A key after its trip through JSON, and how it stands before its colon."""
    name = key if pretty else _readable(key)
    return name, simple_key(name)


def _plain(value: Json) -> Json:
    """What the JSON in between makes of a record (a time, a certificate)."""
    if value is None or isinstance(value, dict | list | str | float | int):
        return value
    return decode_json(encode_json(value))


class _Writer:
    """The pieces so far. `pretty` is toYamlPretty: goyaml.v3 without JSON in between."""

    __slots__ = ("list_indent", "out", "pretty")

    def __init__(self, *, pretty: bool) -> None:
        self.out: list[Segment] = []
        self.pretty = pretty
        self.list_indent = 2 if pretty else 0

    def text(self, value: str, indent: int, column: int) -> str:
        if not self.pretty and (not value.isascii() or "\x7f" in value):
            value = _readable(value)
        return text_scalar(value, indent, column, wide=self.pretty)

    def leaf(self, value: Json) -> str:
        """A scalar that is not a string, an empty map or an empty list."""
        kind = type(value)
        if kind is float:
            return _float(value) if self.pretty else _number(value)
        if kind is bool:
            return "true" if value else "false"
        if value is None or (isinstance(value, NIL_TYPES) and not self.pretty):
            return "null"
        if isinstance(value, int):
            return str(int(value))
        return "{}" if isinstance(value, dict) else "[]"

    def walk(self, value: Json, path: KeyPath | None, indent: int) -> None:
        """Add a value that begins in column `indent`, where its own lines begin too; no final newline."""
        if type(value) is str:
            self.out.append((self.text(value, indent, indent), path))
            return
        value = _plain(value)
        if isinstance(value, dict) and value:
            self.mapping(value, path, indent)
        elif isinstance(value, list) and value:
            self.sequence(value, path, indent)
        else:
            self.out.append((self.leaf(value), path))

    def sequence(self, value: list[Json], path: KeyPath | None, indent: int) -> None:
        margin = "\n" + " " * indent + "- "
        lead = "- "
        for index, item in enumerate(value):
            self.out.append((lead, None))
            self.walk(item, None if path is None else (*path, index), indent + 2)
            lead = margin

    def mapping(self, value: dict[str, Json], path: KeyPath | None, indent: int) -> None:
        append = self.out.append
        margin = "\n" + " " * indent
        here: KeyPath | None = None
        for number, key in enumerate(sort_keys(value, after_digits=self.pretty)):
            if number:
                append((margin, None))
            item = value[key]
            name, text = _key(key, pretty=self.pretty)
            if path is not None:
                here = (*path, key)
            if text is None:
                append(("? ", None))
                append((text_scalar(name, indent + 2, indent + 2, wide=self.pretty), here and EntryKey(here)))
                append((margin + ": ", None))
                self.walk(item, here, indent + 2)
                continue
            append((text, here and EntryKey(here)))
            if type(item) is str:
                append((": ", None))
                append((self.text(item, indent + 2, indent + len(text) + 2), here))
            else:
                self.entry(_plain(item), here, indent)

    def entry(self, item: Json, here: KeyPath | None, indent: int) -> None:
        """What stands after a simple key, its colon included; no string."""
        if isinstance(item, dict) and item:
            self.out.append((":\n" + " " * (indent + 2), None))
            self.mapping(item, here, indent + 2)
        elif isinstance(item, list) and item:
            indent += self.list_indent
            self.out.append((":\n" + " " * indent, None))
            self.sequence(item, here, indent)
        else:
            self.out.append((": ", None))
            self.out.append((self.text(item, indent + 2, indent) if isinstance(item, str) else self.leaf(item), here))


def _float(value: float) -> str:
    text = format_float(value)
    return {"+Inf": ".inf", "-Inf": "-.inf", "NaN": ".nan"}.get(text, text)


def _segments(value: Json, *, pretty: bool, paths: bool) -> list[Segment]:
    writer = _Writer(pretty=pretty)
    root: KeyPath | None = () if paths else None
    try:
        value = _plain(value)
        if isinstance(value, str):
            # a text alone: its lines are indented, though it begins at the margin
            return [(writer.text(value, 2, 0), root)]
        writer.walk(value, root, 0)
    except (TemplateError, ValueError, OverflowError):
        return []
    return writer.out


def yaml_segments(value: Json) -> list[Segment]:
    """The text of `to_yaml`, cut into pieces.

    A leaf (a scalar, an empty map, an empty list) carries its path inside the value, a key carries the EntryKey of its
    entry, everything else None; a block scalar is one piece without its last line break. Where toYaml swallows an
    error the list is empty.
    """
    return _segments(value, pretty=False, paths=True)


def to_yaml(value: Json) -> str:
    """What Helm's toYaml returns: sorted keys, no final newline; the empty string where the value has no YAML."""
    return "".join([text for text, _ in _segments(value, pretty=False, paths=False)])


def to_yaml_pretty(value: Json) -> str:
    """What Helm's toYamlPretty returns (goyaml.v3, no JSON in between): lists stand two spaces further in, 1000000.0
    is 1e+06.
    """
    return "".join([text for text, _ in _segments(value, pretty=True, paths=False)])


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
    return as_float64(value)
