"""Which item of a list corresponds to which of the target: by equality, then by name, then by shape."""

from __future__ import annotations

import json

from migrator.model import Json
from migrator.yamlio import canonical

_IDENTITY = (
    "name",
    "containerPort",
    "mountPath",
    "port",
    "host",
    "path",
    "key",
    "secretName",
    "alert",
    "record",
    "job_name",
)
_VALUES = frozenset({"value", "valueFrom"})


def _token(value: Json) -> str:
    return json.dumps(canonical(value), sort_keys=True)


def align(now: list[Json], target: list[Json]) -> list[tuple[int | None, int | None]]:
    """Pairs of positions: equal items first, then those of one identity, then of the same fields, then of one shape."""
    pairs: list[tuple[int | None, int | None]] = []
    left_free, right_free = list(range(len(now))), list(range(len(target)))
    alike = (_token, _identity, _fields, _shape, *((_nameless,) if len(now) == len(target) else ()))
    for key_of in alike:
        waiting: dict[str, list[int]] = {}
        for right in right_free:
            key = key_of(target[right])
            if key:
                waiting.setdefault(key, []).append(right)
        remaining = []
        for left in left_free:
            found = waiting.get(key_of(now[left]) or "\0")
            if found:
                pairs.append((left, found.pop(0)))
            else:
                remaining.append(left)
        left_free = remaining
        taken = {right for _, right in pairs}
        right_free = [right for right in right_free if right not in taken]
    pairs.sort(key=lambda pair: pair[0] if pair[0] is not None else -1)
    return [*pairs, *((left, None) for left in left_free), *((None, right) for right in right_free)]


def _identity(value: Json) -> str:
    if isinstance(value, dict):
        for key in _IDENTITY:
            if isinstance(value.get(key), (str, int)):
                return f"{key}={value[key]}"
        return ""
    if isinstance(value, str):
        head, mark, _ = value.partition("=")
        return head + mark if mark else ""
    return ""


def is_other_value(now: Json, target: Json) -> bool:
    """Whether two variables of one name get their values in different ways."""
    if not isinstance(now, dict) or not isinstance(target, dict):
        return False
    mine, theirs = _VALUES.intersection(now), _VALUES.intersection(target)
    return mine != theirs and "name" in now and len(now) <= len(mine) + 1 and len(target) <= len(theirs) + 1


def _fields(value: Json) -> str:
    shape = _shape(value)
    return "{}" + ",".join(sorted(value)) if shape and isinstance(value, dict) else shape


def _shape(value: Json) -> str:
    if isinstance(value, dict):
        if len(value) == 2 and "name" in value and not _VALUES.isdisjoint(value):
            return ""  # an entry of a map in the form of a list: another name is another entry
        return "{}" + ",".join(sorted(value)[:1])
    return type(value).__name__


def _nameless(value: Json) -> str:
    return "{}" if isinstance(value, dict) and not _identity(value) else ""
