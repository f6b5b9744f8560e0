"""Arithmetic: int64 that wraps around, and decimal-exact floats."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Final

from migrator.model import Json
from migrator.templates.bounds import check_items
from migrator.templates.errors import TemplateError
from migrator.templates.functions.signatures import Entry
from migrator.templates.golang.fmt import to_text
from migrator.templates.golang.strconv import parse_int, to_float, to_int
from migrator.templates.golang.types import Int64, Ints, wrap64

_CONTEXT: Final = Context(prec=2000, Emax=999999, Emin=-999999)
_SIXTEEN_PLACES: Final = Decimal(1).scaleb(-16)


def _divide(left: int, right: int) -> tuple[int, int]:
    """Quotient and remainder, truncated towards zero."""
    if right == 0:
        raise TemplateError("runtime error: integer divide by zero")
    quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
    return wrap64(quotient), left - quotient * right


def _add(*values: Json) -> Int64:
    return Int64(wrap64(sum(map(to_int, values))))


def _mul(*values: Json) -> Int64:
    return Int64(wrap64(math.prod(map(to_int, values))))


def _exact(number: float) -> Decimal:
    if not math.isfinite(number):
        name = "NaN" if math.isnan(number) else "+Inf" if number > 0 else "-Inf"
        raise TemplateError(f"Cannot create a Decimal from {name}")
    return Decimal(repr(number))


def _exactly(first: Json, others: tuple[Json, ...], step: Callable[[Decimal, Decimal], Decimal]) -> float:
    total = _exact(to_float(first))
    for other in others:
        total = step(total, _exact(to_float(other)))
    return float(total)


def _div_exact(left: Decimal, right: Decimal) -> Decimal:
    if not right:
        raise TemplateError("decimal division by 0")
    return _CONTEXT.divide(left, right).quantize(_SIXTEEN_PLACES, ROUND_HALF_UP, _CONTEXT)


def _round(value: Json, places: int, *options: float) -> float:
    number = to_float(value)
    limit = float(options[0]) if options else 0.5
    try:
        scale = math.pow(10, places)
    except OverflowError:
        scale = math.inf
    shifted = scale * number
    if not math.isfinite(shifted):
        return shifted / scale if scale else math.nan
    whole = math.ceil(shifted) if math.modf(shifted)[0] >= limit else math.floor(shifted)
    return float(whole) / scale if scale else math.nan


def _floor(value: Json) -> float:
    number = to_float(value)
    return float(math.floor(number)) if math.isfinite(number) else number


def _ceil(value: Json) -> float:
    number = to_float(value)
    return float(math.ceil(number)) if math.isfinite(number) else number


def _extreme(pick: Callable[..., float]) -> Callable[..., float]:
    def choose(*values: Json) -> float:
        numbers = [to_float(value) for value in values]
        return math.nan if any(map(math.isnan, numbers)) else pick(numbers)

    return choose


def until_step(start: int, stop: int, step: int) -> Ints:
    """The numbers from start to before stop; none where the step leads away."""
    if not step or (stop < start) != (step < 0):
        return Ints()
    check_items(abs(stop - start) // abs(step), "until")
    return Ints(range(start, stop, step))


def _until(count: int) -> Ints:
    return until_step(0, count, -1 if count < 0 else 1)


def _seq(*numbers: int) -> str:
    if not 1 <= len(numbers) <= 3:
        return ""
    start, step, end = {1: (1, 0, numbers[0]), 2: (numbers[0], 0, numbers[-1]), 3: (*numbers, 0, 0)[:3]}[len(numbers)]
    away = -1 if end < start else 1
    if away < 0 and step > 0:
        return ""
    return " ".join(map(str, until_step(start, end + away, step if len(numbers) == 3 else away)))


def _to_decimal(value: Json) -> Int64:
    return Int64(parse_int(to_text(value), 8) or 0)


ENTRIES: Final[Mapping[str, Entry]] = {
    "int": ("a", to_int),
    "int64": ("a", lambda value: Int64(to_int(value))),
    "float64": ("a", to_float),
    "toDecimal": ("a", _to_decimal),
    "add": ("a*", _add),
    "add1": ("a", lambda value: _add(value, 1)),
    "sub": ("aa", lambda left, right: Int64(wrap64(to_int(left) - to_int(right)))),
    "mul": ("aa*", _mul),
    "div": ("aa", lambda left, right: Int64(_divide(to_int(left), to_int(right))[0])),
    "mod": ("aa", lambda left, right: Int64(_divide(to_int(left), to_int(right))[1])),
    "max": ("aa*", lambda *values: Int64(max(map(to_int, values)))),
    "biggest": ("aa*", lambda *values: Int64(max(map(to_int, values)))),
    "min": ("aa*", lambda *values: Int64(min(map(to_int, values)))),
    "addf": ("a*", lambda *values: _exactly(0.0, values, _CONTEXT.add)),
    "add1f": ("a", lambda value: _exactly(value, (1,), _CONTEXT.add)),
    "subf": ("aa*", lambda first, *others: _exactly(first, others, _CONTEXT.subtract)),
    "mulf": ("aa*", lambda first, *others: _exactly(first, others, _CONTEXT.multiply)),
    "divf": ("aa*", lambda first, *others: _exactly(first, others, _div_exact)),
    "maxf": ("aa*", _extreme(max)),
    "minf": ("aa*", _extreme(min)),
    "ceil": ("a", _ceil),
    "floor": ("a", _floor),
    "round": ("aif*", _round),
    "until": ("i", _until),
    "untilStep": ("iii", until_step),
    "seq": ("i*", _seq),
}
