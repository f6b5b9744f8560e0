"""Defaults, choices and failures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from migrator.model import Json
from migrator.templates.functions.signatures import Entry, FailError
from migrator.templates.functions.types import is_empty


def _default(fallback: Json, *given: Json) -> Json:
    return fallback if not given or is_empty(given[0]) else given[0]


def _coalesce(*values: Json) -> Json:
    return next((value for value in values if not is_empty(value)), None)


def _and(first: Json, *others: Json) -> Json:
    value = first
    for other in others:
        if is_empty(value):
            break
        value = other
    return value


def _or(first: Json, *others: Json) -> Json:
    value = first
    for other in others:
        if not is_empty(value):
            break
        value = other
    return value


def _fail(message: str) -> Json:
    raise FailError(message)


def _required(message: str, value: Json) -> Json:
    # only nil and the empty string count as missing; false and 0 do not
    if value is None or value == "":
        raise FailError(message)
    return value


ENTRIES: Final[Mapping[str, Entry]] = {
    "default": ("aa*", _default),
    "coalesce": ("a*", _coalesce),
    "all": ("a*", lambda *values: not any(map(is_empty, values))),
    "any": ("a*", lambda *values: not all(map(is_empty, values))),
    "ternary": ("aab", lambda yes, no, condition: yes if condition else no),
    "and": ("aa*", _and),
    "or": ("aa*", _or),
    "fail": ("s", _fail),
    "required": ("sa", _required),
    "lookup": ("ssss", lambda *_: {}),
}
