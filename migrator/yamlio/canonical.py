"""Equality as Kubernetes sees it, and the digest of what is equal (facts E1, E2).

Python says 1 == True == 1.0; to Go 1 is 1.0 and true is something else. All comparisons of the house go through here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from itertools import zip_longest
from typing import Final, TypeAlias

from msgspec import UNSET, UnsetType

from migrator.model import Json, KeyPath

ABSENT: Final = UNSET
"""Nothing is there; unlike None, which is a null that is there. As JSON a field that holds it is left out."""

Absent: TypeAlias = UnsetType

_INT64 = range(-(2**63), 2**63)


def canonical(value: Json) -> Json:
    """The value with every number in one form: an integral float that fits int64 is an int, a wider integer a float."""
    if isinstance(value, dict):
        return {key: canonical(child) for key, child in value.items()}
    if isinstance(value, list | tuple):
        return [canonical(child) for child in value]
    if isinstance(value, float):
        return int(value) if value.is_integer() and -(2.0**63) <= value < 2.0**63 else value
    # a subclass of int would be looked for in a range one number at a time
    if isinstance(value, int) and not isinstance(value, bool) and int(value) not in _INT64:
        return float(value)
    return value


def digest(value: Json) -> str:
    """`sha256:` of the canonical JSON, keys sorted: equal exactly for values that `same` calls equal."""
    text = json.dumps(canonical(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return "sha256:" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def same(a: Json, b: Json) -> bool:
    """Whether Kubernetes sees one value: 1 is 1.0 and never true; the order of keys is nothing, that of lists all."""
    return a is b or next(differing_paths(a, b), None) is None


def differing_paths(a: Json, b: Json) -> Iterator[KeyPath]:
    """Where two values that should be one value differ: the smallest unequal parts, keys sorted, lists by index.

    A path holds in both, or in the one whose list is longer. Two objects that may have come apart are `compare`d.
    """
    return _differing_paths(a, b, ())


def _differing_paths(a: Json, b: Json, path: KeyPath) -> Iterator[KeyPath]:
    if a is b:
        return
    if isinstance(a, dict) and isinstance(b, dict):
        for key in sorted(a.keys() | b.keys(), key=str):
            yield from _differing_paths(a.get(key, ABSENT), b.get(key, ABSENT), (*path, key))
    elif isinstance(a, list | tuple) and isinstance(b, list | tuple):
        for index, (left, right) in enumerate(zip_longest(a, b, fillvalue=ABSENT)):
            yield from _differing_paths(left, right, (*path, index))
    elif not _same_leaf(a, b):
        yield path


def _same_leaf(a: Json | Absent, b: Json | Absent) -> bool:
    if a is ABSENT or b is ABSENT or isinstance(a, bool) or isinstance(b, bool) or a is None or b is None:
        return a is b
    numeric = isinstance(a, int | float), isinstance(b, int | float)
    if all(numeric):
        return bool(canonical(a) == canonical(b))
    return not any(numeric) and type(a) is type(b) and bool(a == b)
