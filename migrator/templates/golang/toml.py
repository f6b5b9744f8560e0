"""TOML as BurntSushi/toml v1.4 writes it, and read by the standard library."""

from __future__ import annotations

import math
import re
from datetime import date, datetime, time
from typing import Any

from migrator.model import Json
from migrator.templates.errors import TemplateError
from migrator.templates.golang.strconv import format_float
from migrator.templates.golang.types import NIL_TYPES, Certificate, Int64, Time, Version

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_QUOTED = re.compile(r'[\x00-\x1f"\\\x7f]')
_NAMED = {"\t": "\\t", "\n": "\\n", "\r": "\\r", '"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f"}


def _quote(text: str) -> str:
    return '"' + _QUOTED.sub(lambda match: _NAMED.get(match[0]) or f"\\u{ord(match[0]):04x}", text) + '"'


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _quote(name)


def _is_nil(value: Json) -> bool:
    return value is None or isinstance(value, NIL_TYPES)


def _is_table_list(value: Json) -> bool:
    return (
        isinstance(value, list) and bool(value) and all(isinstance(item, dict) and not _is_nil(item) for item in value)
    )


class _Encoder:
    """The text so far."""

    def __init__(self) -> None:
        self.out: list[str] = []

    def newline(self) -> None:
        if self.out:
            self.out.append("\n")

    def encode(self, path: tuple[str, ...], value: Json) -> None:
        if _is_nil(value):
            return
        if isinstance(value, Certificate):
            value = {"Cert": value.cert, "Key": value.key}
        if isinstance(value, dict):
            self.table(path, value)
        elif _is_table_list(value):
            self.tables(path, value)
        else:
            self.pair(path, value)

    def pair(self, path: tuple[str, ...], value: Json) -> None:
        if not path:
            self.out.append(self.element(value))
            return
        self.out.append(f"{'  ' * (len(path) - 1)}{_key(path[-1])} = {self.element(value)}")
        self.newline()

    def tables(self, path: tuple[str, ...], items: list[dict[str, Json]]) -> None:
        if not path:
            raise TemplateError("toml: top-level values must be Go maps or structs")
        for item in items:
            self.newline()
            self.out.append(f"{'  ' * (len(path) - 1)}[[{'.'.join(map(_key, path))}]]")
            self.newline()
            self.entries(path, item)

    def table(self, path: tuple[str, ...], value: dict[str, Json]) -> None:
        if len(path) == 1:
            self.newline()
        if path:
            self.out.append(f"{'  ' * (len(path) - 1)}[{'.'.join(map(_key, path))}]")
            self.newline()
        self.entries(path, value)

    def entries(self, path: tuple[str, ...], value: dict[str, Json]) -> None:
        def is_sub(item: Json) -> bool:
            return isinstance(item, dict | Certificate) or _is_table_list(item)

        for below in (False, True):
            for key in sorted(value):
                if is_sub(value[key]) == below:
                    self.encode((*path, key), value[key])

    def element(self, value: Json) -> str:
        if isinstance(value, str):
            return _quote(value)
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, float):
            return _float(value)
        if isinstance(value, int):
            return str(int(value))
        if isinstance(value, list):
            return self._list(value)
        if isinstance(value, dict):
            pairs = [f"{_key(key)} = {self.element(value[key])}" for key in sorted(value) if not _is_nil(value[key])]
            return "{" + ", ".join(pairs) + "}"
        return _record(value)

    def _list(self, value: list[Json]) -> str:
        if any(_is_nil(item) for item in value):
            raise TemplateError("toml: cannot encode array with nil element")
        return "[" + ", ".join(map(self.element, value)) + "]"


def _record(value: Any) -> str:
    if isinstance(value, Time):
        from migrator.templates.golang.time_format import format_time

        return format_time(value, "2006-01-02T15:04:05.999999999Z07:00")
    if isinstance(value, Version):
        return _quote(str(value))
    raise TemplateError(f"unsupported type: {type(value).__name__}")


def _float(value: float) -> str:
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    text = format_float(value, "f")
    return text if "." in text else text + ".0"


def to_toml(value: Json) -> str:
    """What Helm's toToml returns: the text, or the text of the error."""
    if value is None:
        raise TemplateError("reflect: call of reflect.Value.Type on zero Value")
    encoder = _Encoder()
    try:
        encoder.encode((), value)
    except TemplateError as error:
        return error.message
    return "".join(encoder.out)


def from_toml(text: str) -> dict[str, Json]:
    """What Helm's fromToml returns: the table, or one with the key Error."""
    import tomllib

    try:
        return {key: _plain(item) for key, item in tomllib.loads(text).items()}
    except tomllib.TOMLDecodeError as error:
        return {"Error": f"toml: {error}"}


def _plain(value: Any) -> Json:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        moment = value if value.tzinfo else value.astimezone()
        return Time(round(moment.timestamp() * 10**6) * 1000, moment.tzinfo) if moment.tzinfo else str(value)
    if isinstance(value, date | time):
        return str(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return Int64(value)
    return value
