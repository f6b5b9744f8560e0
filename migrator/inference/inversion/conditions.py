"""What makes a path condition open or shut: conditions read backwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from migrator.inference.assignments.values_tree import MISSING, AnyOther, Edits, combined, value_at
from migrator.inference.inversion.expressions import MAX_DEPTH, MAX_DIRECT, TRANSPARENT, invert
from migrator.inference.inversion.inverse_functions import SIMPLE_INVERSES, number_of
from migrator.inference.inversion.partial_evaluation import UNKNOWN, Outcomes
from migrator.model import Json, KeyPath
from migrator.templates.interpreter.iteration import JOINS, either
from migrator.templates.provenance.value import ELEMENT, PathCondition, Region, Value, plain, truth
from migrator.yamlio import same


def open_region(region: Region, bound: Edits = (), depth: int = 0) -> Iterator[Edits]:
    """Assignments that make one not taken real, its outer untaken branches included; what is bound already counts."""
    yield from _path_conditions([region.path_condition, *(_outer_untaken(region))], bound, depth)


def region_holds(region: Region, bound: Edits) -> bool:
    """Whether an untaken branch is real once some paths are assigned."""
    return all(
        holds(path_condition.condition, bound) == path_condition.wanted
        for path_condition in [region.path_condition, *_outer_untaken(region)]
    )


def _outer_untaken(region: Region) -> list[PathCondition]:
    found = []
    parent = region.parent
    while parent is not None:
        found.append(parent.path_condition)
        parent = parent.parent
    return found


def _path_conditions(path_conditions: list[PathCondition], bound: Edits, depth: int) -> Iterator[Edits]:
    if not path_conditions:
        yield ()
        return
    first, *rest = path_conditions
    for edits in islice(make(first.condition, first.wanted, bound=bound, depth=depth + 1), 4):
        for more in islice(_path_conditions(rest, (*bound, *edits), depth), 2):
            joined = combined(edits, more)
            if joined is not None:
                yield joined


def _is_bound(paths: Iterable[KeyPath], bound: Edits, want: bool) -> bool:
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


_UNBOUND = object()
_COMPARISONS = frozenset({"eq", "ne", "lt", "le", "gt", "ge"})


def _bound_value(value: Value, bound: Edits) -> Json:
    """What a value is once some paths are assigned; of lists in one, what the first of them is that is."""
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
    """Whether two paths are one, or one of them speaks of any entry where the other names it."""
    return path == other or all(one == two or ELEMENT in (one, two) for one, two in zip(path, other, strict=False))


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
    if op == "kindIs" or (op in _COMPARISONS and any(arg.op and not arg.direct for arg in args)):
        known = Outcomes().of(condition, bound)
        if known is not UNKNOWN:
            return bool(known)
    if op in ("eq", "ne") and len(args) == 2:
        sides = [found if (found := _bound_value(arg, bound)) is not _UNBOUND else plain(arg) for arg in args]
        if not any(isinstance(side, AnyOther) for side in sides):
            return same(sides[0], sides[1]) == (op == "eq")
    found = _bound_value(condition, bound)
    return truth(condition) if found is _UNBOUND else bool(found)


def make(condition: Value, want: bool, *, bound: Edits = (), depth: int = 0) -> Iterator[Edits]:
    """Assignments that make a condition count as true (or false), likeliest first."""
    if depth > MAX_DEPTH:
        return
    if holds(condition, bound) == want and condition.op != "element":
        yield ()
        return
    if _is_bound(condition.direct, bound, want):
        yield ()
        return
    op, args = condition.op, condition.args
    if op in ("and", "or"):
        yield from _make_junction(op, args, want, bound, depth)
        return
    if op == "choice":
        test, yes, no, _now = args
        now, other = (yes, no) if truth(test) else (no, yes)
        yield from islice(make(now, want, bound=bound, depth=depth + 1), 2)
        if truth(other) == want:
            yield from islice(make(test, not truth(test), bound=bound, depth=depth + 1), 2)
        return
    if op in _MAKERS:
        yield from _MAKERS[op](condition, want, bound, depth + 1)
        return
    if condition.direct:
        yield from _make_direct(condition, want)
    if condition.pieces is not None or condition.hidden:
        yield from _make_text(condition, want, bound, depth)
    elif op in TRANSPARENT or op in SIMPLE_INVERSES:
        for arg in args:
            if isinstance(arg, Value):
                yield from islice(make(arg, want, bound=bound, depth=depth + 1), 2)


def _make_direct(condition: Value, want: bool) -> Iterator[Edits]:
    for path in condition.direct[:MAX_DIRECT]:
        if path and path[0] == "@Capabilities.APIVersions":
            if want:
                yield ((path, True),)
            continue
        if "~key" in path:
            continue
        v = condition.v
        if want:
            if v is None or isinstance(v, bool):
                yield ((path, True),)
            elif isinstance(v, (int, float)):
                yield ((path, 1),)
            elif isinstance(v, str):
                yield ((path, "true"),)
        elif isinstance(v, bool) or v is None:
            yield ((path, False),)
        elif isinstance(v, dict):
            yield ((path, {}),)
            yield ((path, None),)
        elif isinstance(v, list):
            yield ((path, []),)
        elif isinstance(v, str):
            yield ((path, ""),)
            yield ((path, None),)
        else:
            yield ((path, 0),)


def _make_junction(op: str, args: tuple[Value, ...], want: bool, bound: Edits, depth: int) -> Iterator[Edits]:
    if (op == "and") == want:  # every operand has to turn
        groups: list[Edits] = [()]
        for arg in args:
            extended = []
            for group in groups:
                for edits in islice(make(arg, want, bound=(*bound, *group), depth=depth + 1), 2):
                    joined = combined(group, edits)
                    if joined is not None:
                        extended.append(joined)
            groups = extended[:6]
        yield from groups
        return
    # of switches that must all be on, the last mostly is about the least
    switches = not want and all(arg.v is True and arg.direct and not arg.op for arg in args)
    for arg in reversed(args) if switches else args:
        yield from islice(make(arg, want, bound=bound, depth=depth + 1), 2)


def _make_text(condition: Value, want: bool, bound: Edits, depth: int) -> Iterator[Edits]:
    """A text counts as true where it is not empty, as does a list or map that untaken branches would add to."""
    pieces = list(condition.pieces or condition.hidden)
    if want:
        regions = [p.region for p in pieces if p.region is not None and p.text.strip()]
        if bound and any(region_holds(region, bound) for region in dict.fromkeys(regions)):
            yield ()
            return
        for region in dict.fromkeys(regions):
            yield from islice(open_region(region, bound, depth + 1), 2)
    path_conditions = list(
        dict.fromkeys(p.path_condition for p in pieces if p.region is None and p.text and p.path_condition is not None)
    )
    if not want:
        groups: list[Edits] = []
        for path_condition in path_conditions:
            found = next(make(path_condition.condition, not path_condition.wanted, bound=bound, depth=depth + 1), None)
            if found is not None:
                groups.append(found)
        joined = combined(*groups) if groups else None
        if joined:
            yield joined
    for piece in pieces:
        if piece.region is None and piece.source is not None:
            yield from islice(make(piece.source, want, bound=bound, depth=depth + 1), 2)


def _make_not(condition: Value, want: bool, bound: Edits, depth: int) -> Iterator[Edits]:
    yield from make(condition.args[0], not want, bound=bound, depth=depth)


def _make_equal(condition: Value, want: bool, bound: Edits, depth: int) -> Iterator[Edits]:
    wanted = want if condition.op == "eq" else not want
    left, *others = condition.args
    if wanted:
        for other in others:
            for one, two in ((left, other), (other, left)):
                if one.direct or one.op:
                    yield from islice(invert(one, plain(two), depth=depth), 2)
        return
    for one in condition.args:
        if isinstance(one.v, bool):
            yield from islice(make(one, not one.v, bound=bound, depth=depth), 2)
        elif one.direct and not _is_bound(one.direct, bound, True):
            others = [other.v for other in condition.args if other is not one and isinstance(other.v, str)]
            for path in one.direct[:1]:
                yield ((path, AnyOther(*others)),)
        elif one.direct:
            yield ()
        elif one.op:
            yield from islice(make(one, not truth(one), bound=bound, depth=depth), 2)


def _make_has_key(condition: Value, want: bool, bound: Edits, depth: int) -> Iterator[Edits]:
    del depth
    paths = condition.args[1].direct if len(condition.args) > 1 else ()
    if want and any(other[: len(path)] == path for path in paths for other, _ in bound):
        yield ()
        return
    for path in paths[:2]:
        yield ((path, True if want else None),)


def _make_order(condition: Value, want: bool, bound: Edits, depth: int) -> Iterator[Edits]:
    left, right = condition.args[:2]
    low, high = number_of(plain(left)), number_of(plain(right))
    if low is None or high is None:
        return
    greater = (condition.op in ("gt", "ge")) == want
    step = 0 if (condition.op in ("ge", "le")) == want else 1
    for one, limit, sign in ((left, high, 1), (right, low, -1)):
        if one.op == "len" and one.args:
            goal = greater if one is left else not greater
            yield from islice(make(one.args[0], goal, bound=bound, depth=depth), 2)
        elif one.direct or one.op:
            if _is_bound(one.direct, bound, True):
                yield ()
                continue
            up = greater == (sign > 0)
            yield from islice(invert(one, limit + step if up else limit - step, depth=depth), 2)


def _make_empty(condition: Value, want: bool, bound: Edits, depth: int) -> Iterator[Edits]:
    yield from make(condition.args[0], not want, bound=bound, depth=depth)


def _make_has(condition: Value, want: bool, bound: Edits, depth: int) -> Iterator[Edits]:
    del bound
    item, container = condition.args[:2]
    current = plain(container)
    if condition.op == "contains":
        return
    if isinstance(current, list) or current is None:
        listed = list(current or [])
        wanted = [*listed, plain(item)] if want else [other for other in listed if not same(other, plain(item))]
        yield from islice(invert(container, wanted, depth=depth), 2)


def _make_default(condition: Value, want: bool, bound: Edits, depth: int) -> Iterator[Edits]:
    for arg in condition.args:
        yield from islice(make(arg, want, bound=bound, depth=depth), 2)


def _make_kind(condition: Value, want: bool, bound: Edits, depth: int) -> Iterator[Edits]:
    kind, value = condition.args
    if Outcomes().touched(value, tuple(path for path, _ in bound)):
        return  # its kind is that of what is assigned
    if want and kind.v in _SAMPLES:
        yield from islice(invert(value, _SAMPLES[kind.v], depth=depth), 2)


_SAMPLES: Mapping[str, Json] = {"map": {}, "slice": [], "string": "", "bool": True, "float64": 1}
_MAKERS = {
    "kindIs": _make_kind,
    "not": _make_not,
    "eq": _make_equal,
    "ne": _make_equal,
    "hasKey": _make_has_key,
    "gt": _make_order,
    "ge": _make_order,
    "lt": _make_order,
    "le": _make_order,
    "empty": _make_empty,
    "has": _make_has,
    "contains": _make_has,
    "default": _make_default,
}
