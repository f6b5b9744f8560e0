"""Conditions read backwards: the assignments that make one count as true, or as false."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from migrator.inference.assignments.values_tree import AnyOther, Edits, combined
from migrator.inference.inversion.condition_evaluation import holds, is_bound, outer_untaken, region_holds
from migrator.inference.inversion.inverse_functions import SIMPLE_INVERSES, TRANSPARENT, number_of
from migrator.inference.inversion.partial_evaluation import Outcomes
from migrator.inference.inversion.protocol import MAX_DEPTH, MAX_DIRECT, Inversion
from migrator.model import Json
from migrator.templates.golang.types import kind_of
from migrator.templates.provenance.value import PathCondition, Piece, Region, Value, plain, truth
from migrator.yamlio import same

_SAMPLES: Mapping[str, Json] = {"map": {}, "slice": [], "string": "", "bool": True, "float64": 1}
"""Kind of Go -> a value that has it."""


class Conditions:
    """Reads conditions backwards: what makes each count as true, or as false."""

    def __init__(self, inversion: Inversion) -> None:
        self._inversion = inversion
        self._by_function = {
            "kindIs": self._kind,
            "not": self._not,
            "eq": self._equal,
            "ne": self._equal,
            "hasKey": self._has_key,
            "gt": self._order,
            "ge": self._order,
            "lt": self._order,
            "le": self._order,
            "empty": self._not,
            "len": self._filled,
            "has": self._has,
            "contains": self._has,
            "default": self._default,
        }

    def open_region(self, region: Region, bound: Edits = (), depth: int = 0) -> Iterator[Edits]:
        """Assignments under which an untaken branch and those around it are taken; what is bound already counts."""
        yield from self._path_conditions([region.path_condition, *outer_untaken(region)], bound, depth)

    def _path_conditions(self, path_conditions: list[PathCondition], bound: Edits, depth: int) -> Iterator[Edits]:
        if not path_conditions:
            yield ()
            return
        first, *rest = path_conditions
        for edits in islice(self.satisfy(first.condition, first.wanted, bound=bound, depth=depth + 1), 4):
            for more in islice(self._path_conditions(rest, (*bound, *edits), depth), 2):
                joined = combined(edits, more)
                if joined is not None:
                    yield joined

    def satisfy(self, condition: Value, want: bool, *, bound: Edits = (), depth: int = 0) -> Iterator[Edits]:
        """Assignments that make a condition count as true (or false), likeliest first."""
        if depth > MAX_DEPTH:
            return
        if holds(condition, bound) == want and condition.op != "element":
            yield ()
            return
        if is_bound(condition.direct, bound, want):
            yield ()
            return
        op, args = condition.op, condition.args
        if op in ("and", "or"):
            yield from self._junction(op, args, want, bound, depth)
            return
        if op == "choice":
            test, yes, no, _now = args
            now, other = (yes, no) if truth(test) else (no, yes)
            if want:
                yield from self._added(condition.hidden, bound, depth)
            yield from islice(self.satisfy(now, want, bound=bound, depth=depth + 1), 2)
            if truth(other) == want:
                yield from islice(self.satisfy(test, not truth(test), bound=bound, depth=depth + 1), 2)
            return
        if op in self._by_function:
            yield from self._by_function[op](condition, want, bound, depth + 1)
            return
        if condition.direct:
            yield from self._direct(condition, want)
        if condition.pieces is not None or condition.hidden:
            yield from self._text(condition, want, bound, depth)
        elif op in TRANSPARENT or op in SIMPLE_INVERSES:
            for arg in args:
                if isinstance(arg, Value):
                    yield from islice(self.satisfy(arg, want, bound=bound, depth=depth + 1), 2)

    def _direct(self, condition: Value, want: bool) -> Iterator[Edits]:
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

    def _junction(self, op: str, args: tuple[Value, ...], want: bool, bound: Edits, depth: int) -> Iterator[Edits]:
        if (op == "and") == want:  # every operand has to turn
            groups: list[Edits] = [()]
            for arg in args:
                extended = []
                for group in groups:
                    for edits in islice(self.satisfy(arg, want, bound=(*bound, *group), depth=depth + 1), 2):
                        joined = combined(group, edits)
                        if joined is not None:
                            extended.append(joined)
                groups = extended[:6]
            yield from groups
            return
        # of switches that must all be on, the last one mostly affects the least
        switches = not want and all(arg.v is True and arg.direct and not arg.op for arg in args)
        for arg in reversed(args) if switches else args:
            yield from islice(self.satisfy(arg, want, bound=bound, depth=depth + 1), 2)

    def _text(self, condition: Value, want: bool, bound: Edits, depth: int) -> Iterator[Edits]:
        """A text counts as true if it is not empty, and so does a list or map to which untaken branches would add."""
        pieces = list(condition.pieces or condition.hidden)
        if want:
            yield from self._added(pieces, bound, depth)
        if not want:
            shown = (p.path_condition for p in pieces if p.region is None and p.text)
            groups: list[Edits] = []
            for each in dict.fromkeys(condition for condition in shown if condition is not None):
                found = next(self.satisfy(each.condition, not each.wanted, bound=bound, depth=depth + 1), None)
                if found is not None:
                    groups.append(found)
            joined = combined(*groups) if groups else None
            if joined:
                yield joined
        for piece in pieces:
            if piece.region is None and piece.source is not None:
                yield from islice(self.satisfy(piece.source, want, bound=bound, depth=depth + 1), 2)

    def _added(self, pieces: Iterable[Piece], bound: Edits, depth: int) -> Iterator[Edits]:
        """Assignments under which an untaken branch adds something; none are needed where one does already."""
        regions = dict.fromkeys(p.region for p in pieces if p.region is not None and p.text.strip())
        if bound and any(region_holds(region, bound) for region in regions):
            yield ()
            return
        for region in regions:
            yield from islice(self.open_region(region, bound, depth + 1), 2)

    def _not(self, condition: Value, want: bool, bound: Edits, depth: int) -> Iterator[Edits]:
        yield from self.satisfy(condition.args[0], not want, bound=bound, depth=depth)

    def _equal(self, condition: Value, want: bool, bound: Edits, depth: int) -> Iterator[Edits]:
        wanted = want if condition.op == "eq" else not want
        left, *others = condition.args
        if wanted:
            for other in others:
                for one, two in ((left, other), (other, left)):
                    if one.direct or one.op:
                        yield from islice(self._inversion.invert(one, plain(two), depth=depth), 2)
            return
        for one in condition.args:
            if isinstance(one.v, bool):
                yield from islice(self.satisfy(one, not one.v, bound=bound, depth=depth), 2)
            elif one.direct and not is_bound(one.direct, bound, True):
                others = [other.v for other in condition.args if other is not one and isinstance(other.v, str)]
                for path in one.direct[:1]:
                    yield ((path, AnyOther(*others)),)
            elif one.direct:
                yield ()
            elif one.op:
                yield from islice(self.satisfy(one, not truth(one), bound=bound, depth=depth), 2)

    def _has_key(self, condition: Value, want: bool, bound: Edits, depth: int) -> Iterator[Edits]:
        del depth
        paths = condition.args[1].direct if len(condition.args) > 1 else ()
        if want and any(other[: len(path)] == path for path in paths for other, _ in bound):
            yield ()
            return
        for path in paths[:2]:
            yield ((path, True if want else None),)

    def _order(self, condition: Value, want: bool, bound: Edits, depth: int) -> Iterator[Edits]:
        left, right = condition.args[:2]
        low, high = number_of(plain(left)), number_of(plain(right))
        if low is None or high is None:
            return
        greater = (condition.op in ("gt", "ge")) == want
        step = 0 if (condition.op in ("ge", "le")) == want else 1
        for one, limit, sign in ((left, high, 1), (right, low, -1)):
            if one.op == "len" and one.args:
                goal = greater if one is left else not greater
                yield from islice(self.satisfy(one.args[0], goal, bound=bound, depth=depth), 2)
            elif one.direct or one.op:
                if is_bound(one.direct, bound, True):
                    yield ()
                    continue
                up = greater == (sign > 0)
                yield from islice(self._inversion.invert(one, limit + step if up else limit - step, depth=depth), 2)

    def _filled(self, condition: Value, want: bool, bound: Edits, depth: int) -> Iterator[Edits]:
        yield from self.satisfy(condition.args[0], want, bound=bound, depth=depth)

    def _has(self, condition: Value, want: bool, bound: Edits, depth: int) -> Iterator[Edits]:
        del bound
        item, container = condition.args[:2]
        current = plain(container)
        if condition.op == "contains":
            return
        if want and isinstance(current, list) and (item.direct or item.op):
            for other in current:
                yield from islice(self._inversion.invert(item, other, depth=depth), 1)
        if isinstance(current, list) or current is None:
            listed = list(current or [])
            wanted = [*listed, plain(item)] if want else [other for other in listed if not same(other, plain(item))]
            yield from islice(self._inversion.invert(container, wanted, depth=depth), 2)

    def _default(self, condition: Value, want: bool, bound: Edits, depth: int) -> Iterator[Edits]:
        for arg in condition.args:
            yield from islice(self.satisfy(arg, want, bound=bound, depth=depth), 2)

    def _kind(self, condition: Value, want: bool, bound: Edits, depth: int) -> Iterator[Edits]:
        kind, value = condition.args
        if Outcomes().touched(value, tuple(path for path, _ in bound)):
            assigned = [other for path, other in bound if path in value.direct]
            if assigned and (kind_of(assigned[-1]) == kind.v) == want:
                yield ()  # its kind is that of what is assigned
            return
        if want and kind.v in _SAMPLES:
            yield from islice(self._inversion.invert(value, _SAMPLES[kind.v], depth=depth), 2)
