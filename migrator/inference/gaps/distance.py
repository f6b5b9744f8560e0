"""The distance between a rendered object and its target, counted in leaves."""

from __future__ import annotations

import re
from collections import Counter

from migrator.inference.gaps.pairing import align, is_other_value
from migrator.inference.gaps.scalar_content import decoded_text
from migrator.model import Json
from migrator.yamlio import same

ORDER_COST = 0.1
LINE_COST = 0.2
KNEE = 0.6
"""Part of the ceiling of an object's cost up to which each leaf counts whole."""
SLOWNESS = 3.0
"""How slowly the cost nears its ceiling beyond that."""
OTHER_DIGEST = 0.6
"""A digest in the place of another: it is computed where the target computes one."""
_DIGEST = re.compile(r"(?:[0-9a-f]{32}){1,2}|[0-9a-f]{40}")
_JSON_MARKS = re.compile(r"[{}\[\],]+")
MOST_TEXT = 200.0
"""What the lines of one text add at most to the extent of an object."""


def leaf_count(value: Json) -> int:
    """Scalars and empty containers of a tree."""
    if isinstance(value, dict) and value:
        return sum(map(leaf_count, value.values()))
    if isinstance(value, list) and value:
        return sum(map(leaf_count, value))
    return 1


def extent(value: Json) -> float:
    """The leaves of a tree, where a text of many lines counts as much as it may cost."""
    if isinstance(value, (dict, list)) and value:
        return sum(map(extent, value.values() if isinstance(value, dict) else value))
    if isinstance(value, str) and "\n" in value:
        return 1.0 + min(LINE_COST * (value.count("\n") + 1), MOST_TEXT)
    return 1.0


def cost(now: Json, target: Json) -> float:
    """How many leaves differ; a list in another order costs a little."""
    if now is target:
        return 0.0
    if isinstance(now, dict) and isinstance(target, dict):
        total = 0.0
        for key in target:
            total += cost(now[key], target[key]) if key in now else extent(target[key])
        return total + sum(extent(now[key]) for key in now if key not in target)
    if isinstance(now, list) and isinstance(target, list):
        return _list_cost(now, target)
    if type(now) is type(target) and now == target:
        return 0.0
    if same(now, target):
        return 0.0
    if isinstance(now, str) and isinstance(target, str):
        return _text_cost(now, target)
    if isinstance(now, (dict, list)) or isinstance(target, (dict, list)):
        return max(extent(now), extent(target))
    return 1.0


def below(most: float, value: float) -> float:
    """A cost that stays below a ceiling and still rises with every leaf: one field made right always counts."""
    knee = KNEE * most
    if value <= knee or most <= 0:
        return min(value, most)
    return knee + (most - knee) * (value - knee) / (value - knee + SLOWNESS * most)


def worth_of_leaf(most: float, cost: float) -> float:
    """By how much a cost below a ceiling falls with one leaf."""
    knee = KNEE * most
    if cost <= knee or most <= knee:
        return 1.0
    room = SLOWNESS * most
    part = min((cost - knee) / (most - knee), 0.99)
    return (most - knee) * room / (room / (1 - part)) ** 2


def _text_cost(now: str, target: str) -> float:
    """Texts of many lines: a fraction of a leaf for each line that differs, at least one."""
    if "\n" not in now and "\n" not in target:
        decoded, wanted = (
            (decoded_text(now), decoded_text(target)) if len(now) > 40 and len(target) > 40 else (None, None)
        )
        if decoded is not None and wanted is not None:
            return _text_cost(decoded, wanted)
        if len(now) == len(target) and _DIGEST.fullmatch(now) and _DIGEST.fullmatch(target):
            return OTHER_DIGEST
        return 1.0 if now[:1] not in "{[" or target[:1] not in "{[" else _json_cost(now, target)
    mine, theirs = Counter(now.split("\n")), Counter(target.split("\n"))
    return 1.0 + LINE_COST * max((mine - theirs).total(), (theirs - mine).total())


def _json_cost(now: str, target: str) -> float:
    """JSON on one line: a leaf, of which each part made right takes off some."""
    mine, theirs = Counter(_JSON_MARKS.split(now)), Counter(_JSON_MARKS.split(target))
    return 0.5 + 0.5 * max((mine - theirs).total(), (theirs - mine).total(), 1) / max(mine.total(), theirs.total())


def _list_cost(now: list[Json], target: list[Json]) -> float:
    if now == target and same(now, target):
        return 0.0
    total, last, disorder = 0.0, -1, 0
    for left, right in align(now, target):
        if left is None and right is not None:
            total += extent(target[right])
        elif right is None and left is not None:
            total += extent(now[left])
        elif left is not None and right is not None:
            total += cost(now[left], target[right])
            if is_other_value(now[left], target[right]):
                total += 1.0  # the name alone is nothing that would be right
            if right < last:
                disorder += 1
            last = max(last, right)
    return total + ORDER_COST * disorder
