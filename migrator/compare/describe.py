"""A difference in words, for people: secrets hidden, long texts reduced to what differs in them.

deepdiff is asked about small subtrees only, as it is slow where little differs (fact E1).
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Sequence

from migrator.compare.lists.keys import item_keys
from migrator.compare.permissions import RULES, is_role, permission_lines
from migrator.compare.redaction import redact
from migrator.model import Difference, DifferenceKind, Json
from migrator.yamlio import ABSENT, Dialect, YamlError, canonical, read_value, same

_MOST_LINES = 20
_LONGEST_VALUE = 160
_LARGEST_DOCUMENT = 60_000
_HIDDEN = "(hidden)"


def describe(difference: Difference, *, salt: str = "") -> tuple[str, ...]:
    """Lines that say what differs; at most 20 and a count of the rest.

    What a Secret holds appears as salted digests, without a salt as nothing but "(hidden)". A text that is itself
    YAML or JSON (a dashboard, a configuration file) is compared by its values.
    """
    lines = _lines(difference, salt)
    if len(lines) > _MOST_LINES:
        lines = [*lines[:_MOST_LINES], f"... and {len(lines) - _MOST_LINES} lines more"]
    return tuple(lines)


def _lines(difference: Difference, salt: str) -> list[str]:
    before, after = (_shown(difference, side, salt) for side in (difference.before, difference.after))
    match difference.kind:
        case DifferenceKind.HOOK:
            verb = "becomes" if difference.before is ABSENT else "is no longer"
            return [f"{verb} a Helm hook ({_short(after if difference.before is ABSENT else before)})"]
        case DifferenceKind.ADDED | DifferenceKind.REMOVED if not difference.path:
            return [_one_sided(difference)]
        case _ if difference.path == RULES and is_role(difference.resource):
            return permission_lines(before, after) or _changed(before, after)
        case DifferenceKind.ADDED:
            return [f"+ {_short(after)}"]
        case DifferenceKind.REMOVED:
            return [f"- {_short(before)}"]
        case _ if difference.is_order:
            return [_order(str(difference.path[-1]), before, after)]
        case _:
            return _changed(before, after)


def _one_sided(difference: Difference) -> str:
    other = difference.counterpart
    if difference.kind is DifferenceKind.ADDED:
        return f"only after, in the place of {other}" if other else "only after"
    return f"only before; {other} takes its place" if other else "only before"


def _shown(difference: Difference, value: Json, salt: str) -> Json:
    is_core_secret = difference.resource.kind == "Secret" and not difference.resource.group
    hidden = redact(value, "Secret" if is_core_secret else "", path=difference.path, salt=salt)
    return hidden if salt or hidden is value or hidden == value else _HIDDEN


def _order(field: str, before: Sequence[Json], after: Sequence[Json]) -> str:
    """The items that both lists have, in the order of either."""
    old, new = item_keys(field, before, after) or tuple(tuple(map(_short, items)) for items in (before, after))
    sides = [", ".join(name for name in names if name in old and name in new) for names in (old, new)]
    return f"order: {_cut(sides[0])} -> {_cut(sides[1])}"


def _changed(before: Json, after: Json) -> list[str]:
    if isinstance(before, str) and isinstance(after, str) and ("\n" in before or "\n" in after):
        return _documents(before, after) or _texts(before, after)
    if before == after == _HIDDEN:
        return [f"{_HIDDEN} -> other {_HIDDEN}"]
    return [f"{_short(before)} -> {_short(after)}"]


def _documents(before: str, after: str) -> list[str]:
    """The differing values of two texts that are both YAML or JSON documents; empty for other texts."""
    if max(len(before), len(after)) > _LARGEST_DOCUMENT:
        return []
    try:
        old, new = (read_value(text, dialect=Dialect.SIGS) for text in (before, after))
    except YamlError:
        return []
    if not (isinstance(old, dict | list) and isinstance(new, dict | list)):
        return []
    from deepdiff import DeepDiff

    # by default it reports a whole map in the place of its keys and nothing of keys like `__name__` (facts E3, E4)
    found = DeepDiff(
        canonical(old), canonical(new), threshold_to_diff_deeper=0, ignore_private_variables=False, verbose_level=2
    )
    if not found:  # in lists 1 is true to deepdiff (fact E4)
        return ["the same values, written differently", *_texts(before, after)] if same(old, new) else []
    return [line.replace("root", "", 1) for line in str(found.pretty()).splitlines()]


def _texts(before: str, after: str) -> list[str]:
    old, new = before.splitlines(), after.splitlines()
    lines = list(difflib.unified_diff(old, new, lineterm="", n=1))[2:]
    return [_cut(line) for line in lines] or [f"{_short(before)} -> {_short(after)}"]


def _short(value: Json) -> str:
    if value is ABSENT:
        return "nothing"
    if isinstance(value, str) and (value == _HIDDEN or value.startswith("<secret ")):
        return value
    return _cut(json.dumps(value, ensure_ascii=False, default=str))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}… ({len(text)} characters)"
