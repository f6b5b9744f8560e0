"""Emptiness, types and equality."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from migrator.model import Json
from migrator.templates.functions.signatures import Entry
from migrator.templates.golang.types import NIL_TYPES, Certificate, Time, kind_of, type_of


def is_empty(value: Json) -> bool:
    """Sprig's `empty`: nil, false, 0 and what has no length; a struct never is."""
    if isinstance(value, Time | Certificate):
        return False
    return not value


def deep_equal(left: Json, right: Json) -> bool:
    """reflect.DeepEqual: equal types (1 differs from 1.0, int from int64) and equal content; nil lists differ from
    empty ones.
    """
    if type_of(left) != type_of(right):
        return False
    if isinstance(left, NIL_TYPES) != isinstance(right, NIL_TYPES):
        return False
    if isinstance(left, dict):
        if left is right:
            return True
        return left.keys() == right.keys() and all(deep_equal(item, right[key]) for key, item in left.items())
    if isinstance(left, list):
        if left is right:
            return True
        return len(left) == len(right) and all(map(deep_equal, left, right))
    return bool(left == right)


def _type_is_like(target: str, value: Json) -> bool:
    found = type_of(value)
    return found in {target, "*" + target}


ENTRIES: Final[Mapping[str, Entry]] = {
    "empty": ("a", is_empty),
    "not": ("a", is_empty),
    "typeOf": ("a", type_of),
    "typeIs": ("sa", lambda target, value: target == type_of(value)),
    "typeIsLike": ("sa", _type_is_like),
    "kindOf": ("a", kind_of),
    "kindIs": ("sa", lambda target, value: target == kind_of(value)),
    "deepEqual": ("aa", deep_equal),
}
