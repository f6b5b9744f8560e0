"""What a YAML scalar means to Go: a port of go-yaml's `resolve.go`, in the two forms that matter (facts Y1 to Y9).

Both forms end as JSON (kustomize marshals its objects, sigs.k8s.io/yaml converts), so a number comes out as JSON would
bring it back: `1.0` and `1e3` are integers, a date is text, an infinity is an error.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
import struct
from datetime import date
from enum import Enum

from migrator.model import Json


class Dialect(Enum):
    """Whose reading of YAML: the same text means different objects inside and outside of kustomize."""

    KUSTOMIZE = "kustomize"
    """kustomize on resources: go-yaml v3; `yes` is text, a date becomes a timestamp, a repeated key is an error."""
    SIGS = "sigs"
    """kubectl, helm, and kustomization files themselves: sigs.k8s.io/yaml; `yes` is true, the last key wins."""


class ScalarError(ValueError):
    """A scalar that Go refuses; the reader adds the place."""


_TRUE_FALSE = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NULLS = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_WORDS_11 = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "off", "Off", "OFF"), False),
}
_NOT_FINITE = {
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
}
_WORDS = {
    Dialect.KUSTOMIZE: {**_TRUE_FALSE, **_NULLS, **_NOT_FINITE},
    Dialect.SIGS: {**_TRUE_FALSE, **_NULLS, **_NOT_FINITE, **_WORDS_11},
}

_INTEGER = re.compile(r"[-+]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+|0[0-7]*|[1-9][0-9]*)", re.ASCII)
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", re.ASCII)
_DOT_FLOAT = re.compile(r"\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?", re.ASCII)
_SIGN_AFTER_PREFIX = re.compile(r"0b[-+][01]+|0o[-+][0-7]+", re.ASCII)
_TIMESTAMP = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:(?:[Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,](\d+))?(Z|[-+]\d\d:\d\d)"
    r"| (\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,](\d+))?))?",
    re.ASCII,
)
_INT64 = range(-(2**63), 2**63)
_UINT64 = range(2**64)

STANDARD_TAG = "tag:yaml.org,2002:"


def json_number(value: float, dialect: Dialect) -> int | float:
    """The number after one trip through JSON: integral below 1e21 is an integer where Go's integers reach.

    Go writes a float64 without exponent below 1e21, and whoever reads it back sees an integer. Raises ScalarError for
    infinities and NaN, which JSON does not have.
    """
    if isinstance(value, int):
        wide = dialect is Dialect.KUSTOMIZE and value in _UINT64
        return value if wide or value in _INT64 else float(value)
    if not math.isfinite(value):
        raise ScalarError("infinity and NaN cannot be written as JSON, so Kubernetes refuses them")
    if value.is_integer() and abs(value) < 1e21:
        whole = int(value)
        return whole if whole in _INT64 or (dialect is Dialect.KUSTOMIZE and whole in _UINT64) else value
    return value


def resolve_plain(text: str, dialect: Dialect) -> Json:
    """What an unquoted scalar without a tag means."""
    first = text[:1]
    if first and first not in "+-.0123456789~nNtTfFoOyY":
        return text
    words = _WORDS[dialect]
    if text in words:
        value = words[text]
        return json_number(value, dialect) if isinstance(value, float) else value
    if first in "~nNtTfFoOyY":
        return text
    number = _number(text, dialect)
    return text if number is None else number


def _number(text: str, dialect: Dialect) -> Json:
    """A number, a timestamp's text, or None where the text is only text."""
    if text[0] == ".":
        if _DOT_FLOAT.fullmatch(text):
            value = float(text)
            return None if math.isinf(value) else json_number(value, dialect)
        return None
    if dialect is Dialect.KUSTOMIZE and text[4:5] == "-":
        stamp = _timestamp(text)
        if stamp is not None:
            return stamp
    plain = text.replace("_", "")
    if _INTEGER.fullmatch(plain):
        value = _go_integer(plain)
        if value in _INT64 or (value in _UINT64 and plain[0] != "+"):
            return json_number(value, dialect)
    if _FLOAT.fullmatch(plain):
        value = float(plain)
        return None if math.isinf(value) else json_number(value, dialect)
    if _SIGN_AFTER_PREFIX.fullmatch(plain) and (plain[1] == "b" or dialect is Dialect.KUSTOMIZE):
        return int(plain[2:], 2 if plain[1] == "b" else 8)
    return None


def _go_integer(plain: str) -> int:
    """strconv.ParseInt with base 0: a leading zero alone means octal."""
    negative = plain[0] == "-"
    digits = plain.lstrip("+-").lower()
    if digits[:2] in {"0x", "0b", "0o"}:
        value = int(digits, 0)
    elif len(digits) > 4300:  # Python refuses to convert longer ones, and no integer type of Go is that long
        value = 10**4300
    else:
        value = int(digits, 8 if digits[0] == "0" else 10)
    return -value if negative else value


def _timestamp(text: str) -> str | None:
    """RFC 3339 text of a YAML timestamp, as Go's time.Time marshals it."""
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        return None
    year, month, day = (int(part) for part in match.group(1, 2, 3))
    hour, minute, second, fraction = match.group(4, 5, 6, 7) if match[4] else match.group(9, 10, 11, 12)
    clock = (int(hour or 0), int(minute or 0), int(second or 0))
    try:
        date(year or 4, month, day)  # Go has a year 0, a leap year
    except ValueError:
        return None
    zone = match[8] or "Z"
    if clock >= (24, 0, 0) or clock[1] > 59 or clock[2] > 59 or (zone != "Z" and (zone[1:3] > "23" or zone[4:] > "59")):
        return None
    nanoseconds = (fraction or "")[:9].rstrip("0")
    zone = "Z" if zone[1:] == "00:00" else zone
    return (
        f"{year:04}-{month:02}-{day:02}T{clock[0]:02}:{clock[1]:02}:{clock[2]:02}"
        f"{'.' + nanoseconds if nanoseconds else ''}{zone}"
    )


def resolve_tagged(text: str, tag: str, dialect: Dialect) -> Json:
    """What a scalar with an explicit tag means; a tag that is not YAML's own leaves text, never a Python object."""
    name = tag.removeprefix(STANDARD_TAG)
    if name == "binary":
        return _binary(text)
    if name == "str" or name not in {"bool", "int", "float", "null", "timestamp"}:
        return text
    if name == "timestamp":
        stamp = _timestamp(text)
        if stamp is None:
            raise ScalarError(f"{text!r} is not a timestamp")
        return stamp if dialect is Dialect.KUSTOMIZE else text
    value = resolve_plain(text, dialect)
    if _tag_of(text, value) == name or (name == "float" and _tag_of(text, value) == "int"):
        return value
    raise ScalarError(f"{text!r} is not of type {name}")


def _tag_of(text: str, value: Json) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, str):
        return "str"
    plain = text.replace("_", "")
    is_int = bool(_INTEGER.fullmatch(plain) or _SIGN_AFTER_PREFIX.fullmatch(plain)) and _go_integer_fits(plain)
    return "int" if is_int else "float"


def _go_integer_fits(plain: str) -> bool:
    if _SIGN_AFTER_PREFIX.fullmatch(plain):
        return True
    value = _go_integer(plain)
    return value in _INT64 or (value in _UINT64 and plain[0] != "+")


def _binary(text: str) -> str:
    try:
        data = base64.b64decode(re.sub(r"[\r\n]", "", text), validate=True)
    except (binascii.Error, ValueError):
        raise ScalarError("!!binary value contains invalid base64 data") from None
    return data.decode("utf-8", "replace")


def sigs_key(text: str) -> str:
    """The text of an unquoted mapping key as sigs.k8s.io/yaml writes it (`y` is "true"); ScalarError for null.

    Only here a float stays a float, and a narrow one: `1e10` is "1e+10", `123456789.5` is "1.2345679e+08".
    """
    value = resolve_plain(text, Dialect.SIGS)
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        raise ScalarError("a mapping key must be text")
    if _tag_of(text, value) == "float":
        return _float32_text(float(text.replace("_", "")))
    return str(int(value))


def _float32_text(value: float) -> str:
    """Go's `strconv.FormatFloat(value, 'g', -1, 32)`: the fewest digits that name the same float32."""
    try:
        single = struct.unpack("f", struct.pack("f", value))[0]
    except OverflowError:
        return "+Inf" if value > 0 else "-Inf"
    for digits in range(9):
        text = f"{single:.{digits}e}"
        if struct.unpack("f", struct.pack("f", float(text)))[0] == single:
            break
    mantissa, _, exponent = text.partition("e")
    power = int(exponent)
    if -4 <= power < max(6, 0):
        return f"{float(text):f}".rstrip("0").rstrip(".") if power >= 0 else f"{float(text):.{digits - power}f}"
    return f"{mantissa}e{'-' if power < 0 else '+'}{abs(power):02}"


class PlainMeanings(dict[str, Json]):
    """Plain text -> meaning; most scalars of a manifest repeat, and the C lookup beats any code of ours."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect

    def __missing__(self, text: str) -> Json:
        value = self[text] = resolve_plain(text, self._dialect)
        return value


class KeyMeanings(dict[str, str]):
    """Plain text of a key -> key. KUSTOMIZE refuses what is not text below the top of a document."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect

    def __missing__(self, text: str) -> str:
        if self._dialect is Dialect.SIGS:
            key = self[text] = sigs_key(text)
            return key
        if not isinstance(resolve_plain(text, self._dialect), str):
            raise ScalarError(f"the key {text} is not text, which kustomize refuses; quote it")
        self[text] = text
        return text


_ENDS_IN_BLANKS = re.compile(r"[ \t](?=\n|\Z)")
_BEFORE_INDENTED = re.compile(r"(?<![^\n])([^ \t\n][^\n]*\n+)(?:(?=[ \t])|(?<=\n\n)\Z)")


def printed_by_kustomize(folded: str) -> str:
    """A folded text (`>`) as kustomize prints it: it writes and reads it once more, and adds a break (fact Y15).

    That comes before lines that are indented further and at an end of several breaks; where a line ends in blanks the
    text is written in quotes, and nothing comes.
    """
    return folded if _ENDS_IN_BLANKS.search(folded) else _BEFORE_INDENTED.sub(r"\g<1>\n", folded)
