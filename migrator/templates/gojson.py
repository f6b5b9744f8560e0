"""Go's encoding/json over plain values: the exact text it writes, and what it reads."""

from __future__ import annotations

import json
import math
import re
from json.encoder import encode_basestring
from typing import Any

from migrator.model import Json
from migrator.templates.errors import TemplateError
from migrator.templates.gonumbers import format_json_number
from migrator.templates.gotypes import NIL_TYPES, Certificate, Time, Version

_HTML = re.compile("[<>&\u2028\u2029\ud800-\udfff]")
_RAW = re.compile("[\u2028\u2029\ud800-\udfff]")


def _replace(match: re.Match[str]) -> str:
    code = ord(match[0])
    return "\\ufffd" if 0xD800 <= code <= 0xDFFF else f"\\u{code:04x}"


def encode_text(text: str, *, html: bool = True) -> str:
    """A string as Go's encoder writes it; `<`, `>` and `&` escaped unless html is off."""
    encoded = encode_basestring(text)
    return (_HTML if html else _RAW).sub(_replace, encoded)


def encode(value: Json, *, html: bool = True) -> str:
    """json.Marshal: compact, keys sorted. TemplateError for NaN and infinities."""
    kind = type(value)
    if kind is str:
        return encode_text(value, html=html)
    if value is None or isinstance(value, NIL_TYPES):
        return "null"
    if kind is bool:
        return "true" if value else "false"
    if kind is float:
        if not math.isfinite(value):
            name = "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"
            raise TemplateError(f"json: unsupported value: {name}")
        return format_json_number(value)
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, dict):
        pairs = [f"{encode_text(key, html=html)}:{encode(value[key], html=html)}" for key in sorted(value)]
        return "{" + ",".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ",".join([encode(item, html=html) for item in value]) + "]"
    return _encode_record(value, html=html)


def _encode_record(value: Any, *, html: bool) -> str:
    if isinstance(value, Certificate):
        return f'{{"Cert":{encode_text(value.cert, html=html)},"Key":{encode_text(value.key, html=html)}}}'
    if isinstance(value, Version):
        return encode_text(str(value), html=html)
    if isinstance(value, Time):
        from migrator.templates.gotime import format_time

        return encode_text(format_time(value, "2006-01-02T15:04:05.999999999Z07:00"))
    raise TemplateError(f"json: unsupported type: {type(value).__name__}")


def encode_pretty(value: Json, *, html: bool = True, level: int = 0) -> str:
    """json.MarshalIndent with two spaces: empty maps and lists stay on one line."""
    inner, outer = "  " * (level + 1), "  " * level
    if isinstance(value, NIL_TYPES):
        return "null"
    if isinstance(value, dict) and value:
        pairs = [
            f"{inner}{encode_text(key, html=html)}: {encode_pretty(value[key], html=html, level=level + 1)}"
            for key in sorted(value)
        ]
        return "{\n" + ",\n".join(pairs) + f"\n{outer}}}"
    if isinstance(value, list) and value:
        items = [inner + encode_pretty(item, html=html, level=level + 1) for item in value]
        return "[\n" + ",\n".join(items) + f"\n{outer}]"
    if isinstance(value, Certificate):
        return encode_pretty({"Cert": value.cert, "Key": value.key}, html=html, level=level)
    return encode(value, html=html)


def _reject(constant: str) -> Json:
    raise ValueError(f"invalid character {constant[0]!r} looking for beginning of value")


def _pairs(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    return dict(pairs)


_DECODER = json.JSONDecoder(parse_int=float, parse_constant=_reject, object_pairs_hook=_pairs)
_LONE = re.compile("[\ud800-\udfff]")


def decode(text: str) -> Json:
    """json.Unmarshal into an interface{}: numbers become floats, the last of equal keys wins. TemplateError names the fault."""
    try:
        value = _DECODER.decode(text.strip(" \t\r\n"))
    except json.JSONDecodeError as error:
        raise TemplateError(_explain(text, error)) from None
    except (ValueError, RecursionError) as error:
        raise TemplateError(str(error)) from None
    return value


def _explain(text: str, error: json.JSONDecodeError) -> str:
    body = text.strip(" \t\r\n")
    if error.pos >= len(body):
        return "unexpected end of JSON input"
    char = body[error.pos]
    shown = "'\\''" if char == "'" else "'\"'" if char == '"' else f"'{char}'" if char.isprintable() else repr(char)
    where = {
        "Extra data": "after top-level value",
        "Expecting value": "looking for beginning of value",
        "Expecting ',' delimiter": "after array element"
        if _inside_list(body, error.pos)
        else "after object key:value pair",
        "Expecting ':' delimiter": "after object key",
        "Expecting property name enclosed in double quotes": "looking for beginning of object key string",
    }.get(error.msg)
    if error.msg.startswith("Invalid control character"):
        return f"invalid character {shown} in string literal"
    if error.msg.startswith("Unterminated string"):
        return "unexpected end of JSON input"
    return f"invalid character {shown} {where or 'in string escape code'}"


def _inside_list(text: str, position: int) -> bool:
    depth = 0
    for char in reversed(text[:position]):
        if char in "]}":
            depth += 1
        elif char in "[{":
            if not depth:
                return char == "["
            depth -= 1
    return False


def type_name(value: Json) -> str:
    """How Go's decoder names a JSON value it cannot store."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, float | int):
        return "number"
    return {str: "string", list: "array", dict: "object"}.get(type(value), "null")
