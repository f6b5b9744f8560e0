"""Quantities as the API server writes them: `1000m` is `1`, `0.5Gi` is `512Mi`, and `1Gi` is never `1073741824`.

The notation is kept (k8s.io/apimachinery, resource.Quantity.CanonicalizeBytes): two notations of one value are stored
as two texts, by which a StatefulSet takes its pods for others.
"""

from __future__ import annotations

import math
import re
from fractions import Fraction
from functools import lru_cache

from migrator.model import Json
from migrator.yamlio import canonical

_WRITTEN = re.compile(r"([+-]?)(\d+\.?\d*|\.\d+)([EPTGMKk]i?|[num]|[eE][+-]?\d{1,2}|)")
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 1, "Mi": 2, "Gi": 3, "Ti": 4, "Pi": 5, "Ei": 6}
_LARGEST = 2**63 - 1


def quantity_text(value: Json, *, to_milli: bool = False) -> Json:
    """The quantity in its canonical form; the value itself where it is none, or none that the form is known of.

    `to_milli`: rounded up to thousandths, as the API server does with resources.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return value
    found = _canonical(str(canonical(value)), to_milli)
    return value if found is None else found


@lru_cache(maxsize=4096)
def _canonical(text: str, to_milli: bool) -> str | None:
    match = _WRITTEN.fullmatch(text)
    if match is None:
        return None
    sign, digits, unit = match.groups()
    if unit in _BINARY:
        value = Fraction(digits) * 1024 ** _BINARY[unit]
    elif unit in _DECIMAL:
        value = Fraction(digits) * Fraction(10) ** _DECIMAL[unit]
    elif unit[:1] in {"e", "E"} and unit[1:]:
        value = Fraction(digits) * Fraction(10) ** int(unit[1:])
    else:
        return None
    if sign == "-" or value > _LARGEST:
        return None
    scale = 1000 if to_milli else 10**9
    value = Fraction(math.ceil(value * scale), scale)
    if value == 0:
        return "0"
    if unit in _BINARY and value >= 1024 and value.denominator == 1:
        return _in_binary(int(value))
    return _in_decimal(value, is_exponent=unit not in _DECIMAL and unit not in _BINARY)


def _in_binary(value: int) -> str:
    power = 0
    while value % 1024 == 0 and power < len(_BINARY):
        value, power = value // 1024, power + 1
    return f"{value}{next((unit for unit, each in _BINARY.items() if each == power), '')}"


def _in_decimal(value: Fraction, *, is_exponent: bool) -> str:
    exponent = -9
    number = int(value * 10**9)
    while number % 1000 == 0 and exponent < 18:
        number, exponent = number // 1000, exponent + 3
    if is_exponent:
        return f"{number}e{exponent}" if exponent else str(number)
    return f"{number}{next(unit for unit, each in _DECIMAL.items() if each == exponent)}"
