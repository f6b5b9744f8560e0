"""Go's strconv and spf13/cast: quoting, number syntax and number formatting."""

from __future__ import annotations

import math
import re
from typing import Any

from migrator.templates.golang.types import wrap64

_MIN64, _MAX64 = -(1 << 63), (1 << 63) - 1
_PREFIXES = {"0b": 2, "0o": 8, "0x": 16}
_DIGITS = {
    2: re.compile(r"[01]+"),
    8: re.compile(r"[0-7]+"),
    10: re.compile(r"[0-9]+"),
    16: re.compile(r"[0-9a-fA-F]+"),
}
_UNDERSCORES = re.compile(r"(0[bBoOxX]_?)?[0-9a-fA-F]+(_[0-9a-fA-F]+)*")
_FLOAT = re.compile(r"[-+]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:[eE][-+]?\d+)?", re.ASCII)
_HEX_FLOAT = re.compile(r"[-+]?0[xX]_?(?:[0-9a-fA-F_]+\.?[0-9a-fA-F_]*|\.[0-9a-fA-F_]+)[pP][-+]?\d+", re.ASCII)
_SPECIAL = re.compile(r"[-+]?inf(?:inity)?|nan", re.IGNORECASE)
_DECIMAL_INT = re.compile(r"[-+]?[0-9]{1,18}")
_ESCAPES = {"\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v", "\\": "\\\\"}
_PLAIN = re.compile(r"[ !#-\[\]-~]*")


def quote(text: str, *, mark: str = '"', ascii_only: bool = False) -> str:
    """The text as a Go string literal (strconv.Quote)."""
    if mark == '"' and _PLAIN.fullmatch(text):
        return f'"{text}"'
    return mark + "".join(_escape(char, mark, ascii_only=ascii_only) for char in text) + mark


def _escape(char: str, mark: str, *, ascii_only: bool) -> str:
    if char == mark:
        return "\\" + char
    known = _ESCAPES.get(char)
    if known:
        return known
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if char.isprintable() and (code < 0x80 or not ascii_only):
        return char
    if code < 0x20 or code == 0x7F:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def parse_int(text: str, base: int = 0) -> int | None:
    """What strconv.ParseInt(text, base, 64) returns; None where it fails."""
    number = parse_big(text, base)
    return number if number is not None and _MIN64 <= number <= _MAX64 else None


def parse_big(text: str, base: int = 0) -> int | None:
    """The integer of any size that Go's syntax reads in the text; None where there is none."""
    if base in {0, 10} and _DECIMAL_INT.fullmatch(text) and (text.lstrip("+-")[0] != "0" or base == 10):
        return int(text)
    negative = text.startswith("-")
    digits = text[1:] if text[:1] in {"+", "-"} else text
    if base == 0:
        if "_" in digits:
            if not _UNDERSCORES.fullmatch(digits):
                return None
            digits = digits.replace("_", "")
        base = _PREFIXES.get(digits[:2].lower(), 0)
        if base:
            digits = digits[2:]
        elif len(digits) > 1 and digits[0] == "0":
            base, digits = 8, digits[1:]
        else:
            base = 10
    if not _DIGITS[base].fullmatch(digits):
        return None
    number = int(digits, base)
    return -number if negative else number


def parse_float(text: str) -> float | None:
    """What strconv.ParseFloat(text, 64) returns; None where it fails."""
    if _FLOAT.fullmatch(text):
        if "_" in text and not _UNDERSCORES.match(text.lstrip("+-")):
            return None
        number = float(text.replace("_", ""))
        return None if math.isinf(number) else number
    if _SPECIAL.fullmatch(text):
        return float(text)
    if _HEX_FLOAT.fullmatch(text):
        try:
            return float.fromhex(text.replace("_", ""))
        except (OverflowError, ValueError):
            return None
    return None


def float_to_int(number: float) -> int:
    """The int64 that amd64 makes of a float64: truncated, the smallest int64 where it does not fit."""
    if math.isnan(number) or not -9.223372036854775808e18 <= number < 9.223372036854775808e18:
        return _MIN64
    return int(number)


def _trim_zero_decimal(text: str) -> str:
    head, point, tail = text.rpartition(".")
    return head if point and not tail.strip("0") else text


def to_int(value: Any) -> int:
    """What cast.ToInt64 makes of a value: 0 where it cannot be cast."""
    kind = type(value)
    if kind is float:
        return float_to_int(value)
    if kind is str:
        number = parse_int(_trim_zero_decimal(value))
        return 0 if number is None else number
    return wrap64(int(value)) if isinstance(value, int) else 0


def to_float(value: Any) -> float:
    """What cast.ToFloat64 makes of a value: 0 where it cannot be cast."""
    if isinstance(value, float | int):
        return float(value)
    number = parse_float(value) if isinstance(value, str) else None
    return 0.0 if number is None else number


def shortest_digits(number: float) -> tuple[str, int]:
    """The shortest digits that read back as a positive float, and the place of the decimal point among them."""
    mantissa, _, exponent = repr(number).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    return digits.rstrip("0") or "0", point if digits.strip("0") else 1


def _exponent(digits: str, point: int, mark: str) -> str:
    power = point - 1
    fraction = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{digits[0]}{fraction}{mark}{'-' if power < 0 else '+'}{abs(power):02d}"


def _fixed(digits: str, point: int) -> str:
    if point <= 0:
        return "0." + "0" * -point + digits
    if len(digits) <= point:
        return digits + "0" * (point - len(digits))
    return f"{digits[:point]}.{digits[point:]}"


def format_float(number: float, verb: str = "g", precision: int = -1) -> str:
    """What strconv.FormatFloat(number, verb, precision, 64) returns; a precision of -1 asks for the shortest digits."""
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "-Inf" if number < 0 else "+Inf"
    if precision < 0:
        sign = "-" if math.copysign(1, number) < 0 else ""
        digits, point = shortest_digits(abs(number)) if number else ("0", 1)
        # precision 6 decides between %e and %f for the shortest form: 1000000.0 prints 1e+06
        if verb in "eE" or (verb in "gG" and not -4 <= point - 1 < 6):
            return sign + _exponent(digits, point, "e" if verb in "eg" else "E")
        return sign + _fixed(digits, point)
    if verb in "gG":
        precision = precision or 1
    return f"{number:.{precision}{verb}}"


def format_json_number(number: float) -> str:
    """A float64 as encoding/json writes it; the caller rules out NaN and infinities."""
    if number == 0:
        return "-0" if math.copysign(1, number) < 0 else "0"
    size = abs(number)
    if 1e-6 <= size < 1e21:
        if number.is_integer() and size < 1e16:
            return str(int(number))
        return format_float(number, "f")
    text = format_float(number, "e")
    return f"{text[:-2]}{text[-1]}" if text[-4:-1] == "e-0" else text
