"""Whether a condition holds once some paths are assigned."""

from __future__ import annotations

from collections.abc import Iterable

from migrator.inference.assignments.values_tree import MISSING, AnyOther, Edits, value_at
from migrator.inference.inversion.partial_evaluation import UNKNOWN, Outcomes
from migrator.model import Json, KeyPath
from migrator.templates.interpreter.iteration import JOINS, either
from migrator.templates.provenance.value import ELEMENT, PathCondition, Region, Value, plain, truth
from migrator.yamlio import same

_UNBOUND = object()
_COMPARISONS = frozenset({"eq", "ne", "lt", "le", "gt", "ge"})
_TESTS = frozenset({"kindIs", "typeIs", "contains", "has", "hasPrefix", "hasSuffix", "regexMatch", "mustRegexMatch"})
"""Functions that say of a value, looking into it, whether it is of some kind."""


def holds(condition: Value, bound: Edits) -> bool:
    """Whether a condition counts as true once some paths are assigned."""
    op, args = condition.op, condition.args
    if not bound:
        return truth(condition)
    if op == "and":
        return all(holds(arg, bound) for arg in args)
    if op == "or":
        return any(holds(arg, bound) for arg in args)
    if op in ("not", "empty"):
        return not holds(args[0], bound)
    if op in _TESTS or (op in _COMPARISONS and any(arg.op and not arg.direct for arg in args)):
        known = Outcomes().of(condition, bound)
        if known is not UNKNOWN:
            return bool(known)
    if op in ("eq", "ne") and len(args) == 2:
        sides = [found if (found := _bound_value(arg, bound)) is not _UNBOUND else plain(arg) for arg in args]
        if not any(isinstance(side, AnyOther) for side in sides):
            return same(sides[0], sides[1]) == (op == "eq")
    found = _bound_value(condition, bound)
    return truth(condition) if found is _UNBOUND else bool(found)


def region_holds(region: Region, bound: Edits) -> bool:
    """Whether an untaken branch is taken once some paths are assigned."""
    return all(
        holds(path_condition.condition, bound) == path_condition.wanted
        for path_condition in [region.path_condition, *outer_untaken(region)]
    )


def outer_untaken(region: Region) -> list[PathCondition]:
    found = []
    parent = region.parent
    while parent is not None:
        found.append(parent.path_condition)
        parent = parent.parent
    return found


def is_bound(paths: Iterable[KeyPath], bound: Edits, want: bool) -> bool:
    """Whether an assignment at, above or below one of these paths already gives the truth that is wanted."""
    for path in paths:
        for other, value in bound:
            size = min(len(path), len(other))
            if other[-1:] == ("~key",) or not _alike(path[:size], other[:size]):
                continue
            if len(other) > len(path):
                found = want
            elif len(other) == len(path):  # AnyOther counts as true
                found = bool(value) == want
            else:
                inner = value_at(value, path[size:])
                found = (inner is not MISSING and bool(inner)) == want
            if found:
                return True
    return False


def _bound_value(value: Value, bound: Edits) -> Json:
    """What a value is once some paths are assigned; for joined lists, the first of them that is assigned."""
    for path in value.direct or (either(value).direct if value.op in JOINS else ()):
        for other, new in bound:
            if len(other) < len(path) or not _alike(path, other[: len(path)]):
                continue
            if len(other) == len(path):
                return new
            if new is not None:
                return {"set": True}
    return _UNBOUND


def _alike(path: KeyPath, other: KeyPath) -> bool:
    """Whether two paths are equal, where `*` equals any key."""
    return path == other or all(one == two or ELEMENT in (one, two) for one, two in zip(path, other, strict=False))
