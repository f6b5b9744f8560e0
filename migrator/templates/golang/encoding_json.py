"""Go's encoding/json over plain values: the exact text it writes, and what it reads."""

from __future__ import annotations

import json
import math
import re
from json.encoder import encode_basestring
from typing import Any

from migrator.model import Json
from migrator.templates.errors import TemplateError
from migrator.templates.golang.strconv import format_json_number, quote
from migrator.templates.golang.types import NIL_TYPES, Certificate, Time, Version

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
        from migrator.templates.golang.time_format import format_time

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
    raise ValueError(constant)


_DECODER = json.JSONDecoder(parse_int=float, parse_constant=_reject)
_MAYBE_HUGE = re.compile(r"[eE]\+?\d{3}|\d{300}")
_SPACES = " \t\r\n"


def decode(text: str) -> Json:
    """json.Unmarshal into an interface{}: numbers become floats, the last of equal keys wins. TemplateError names
    the fault.
    """
    try:
        value = _DECODER.decode(text.strip(_SPACES))
    except json.JSONDecodeError as error:
        raise TemplateError(_explain(text.strip(_SPACES), error)) from None
    except ValueError as error:
        first, second = str(error)[0], str(error)[1]
        raise TemplateError(
            f"invalid character {_show(second)} in numeric literal"
            if first == "-"
            else f"invalid character {_show(first)} looking for beginning of value"
        ) from None
    except RecursionError:
        raise TemplateError("exceeded max depth") from None
    if _MAYBE_HUGE.search(text):
        _refuse_infinite(value)
    return value


def _refuse_infinite(value: Json) -> None:
    if isinstance(value, float) and math.isinf(value):
        raise TemplateError("json: cannot unmarshal number into Go value of type float64")
    if isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            _refuse_infinite(item)


def _show(char: str) -> str:
    if char == "'":
        return "'\\''"
    return "'\"'" if char == '"' else quote(char, mark="'")


def _explain(text: str, error: json.JSONDecodeError) -> str:
    """Go's words for the fault that Python's decoder found."""
    if error.pos >= len(text) or error.msg.startswith("Unterminated string"):
        return "unexpected end of JSON input"
    char = text[error.pos]
    if error.msg.startswith("Invalid \\"):
        bad = text[error.pos + 1 : error.pos + 2] or " "
        where = (
            "in string escape code"
            if error.msg.startswith("Invalid \\escape")
            else "in \\u hexadecimal character escape"
        )
        return f"invalid character {_show(bad)} {where}"
    if error.msg.startswith("Invalid control character"):
        return f"invalid character {_show(char)} in string literal"
    if error.msg == "Expecting value":
        return _explain_value(text, error.pos)
    where = {
        "Extra data": "after top-level value",
        "Expecting ',' delimiter": "after array element"
        if _inside_list(text, error.pos)
        else "after object key:value pair",
        "Expecting ':' delimiter": "after object key",
    }.get(error.msg, "looking for beginning of object key string")
    return f"invalid character {_show(char)} {where}"


def _explain_value(text: str, start: int) -> str:
    char = text[start]
    word = {"t": "true", "f": "false", "n": "null"}.get(char)
    if word:
        at = next(index for index, letter in enumerate(word) if text[start + index : start + index + 1] != letter)
        bad = text[start + at : start + at + 1] or " "
        return f"invalid character {_show(bad)} in literal {word} (expecting {_show(word[at])})"
    if char == "-":
        bad = text[start + 1 : start + 2]
        return f"invalid character {_show(bad)} in numeric literal" if bad else "unexpected end of JSON input"
    return f"invalid character {_show(char)} looking for beginning of value"


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
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"
