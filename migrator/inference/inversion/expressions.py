"""Values read backwards through the expressions that made them: functions, choices, joined lists and maps."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from migrator.inference.assignments.values_tree import MISSING, Edits, combined, value_at
from migrator.inference.inversion.inverse_functions import (
    BOOLEAN,
    PARTS,
    SIMPLE_INVERSES,
    TRANSPARENT,
    from_text,
    number_of,
)
from migrator.inference.inversion.protocol import MAX_DEPTH, MAX_DIRECT, Inversion
from migrator.model import Json
from migrator.templates.golang.fmt import to_text
from migrator.templates.interpreter.render import changed_paths
from migrator.templates.output.documents import realised
from migrator.templates.provenance.value import ELEMENT, Value, plain, truth
from migrator.yamlio import same

MAX_ALTERNATIVES = 8


class Expressions:
    """Reads values backwards, through the functions and choices that they come from."""

    def __init__(self, inversion: Inversion) -> None:
        self._inversion = inversion

    def invert(self, value: Value, target: Json, *, loose: bool = False, depth: int = 0) -> Iterator[Edits]:
        """Assignments that make the value the target, likeliest first; `loose` where the target is text of any kind."""
        if depth > MAX_DEPTH:
            return
        if (
            not loose
            and isinstance(value.v, (dict, list)) == isinstance(target, (dict, list))
            and same(plain(value), target)
        ):
            yield ()
            return
        yield from islice(self._alternatives(value, target, loose, depth), MAX_ALTERNATIVES)

    def _alternatives(self, value: Value, target: Json, loose: bool, depth: int) -> Iterator[Edits]:
        if value.op == "choice":
            yield from self._choice(value, target, loose, depth)
        if value.op == "lookup":
            yield from self._lookup(value, target, loose, depth)
        if value.op == "omit" and isinstance(target, dict):  # what is left out of it keeps its place
            for path in value.direct[:MAX_DIRECT]:
                yield tuple(((*path, key), item) for key, item in target.items())
        for path in value.direct[:MAX_DIRECT]:
            if not path or "~key" in path[:-1] or (path[0] == "@Release" and not isinstance(target, str)):
                continue
            yield ((path, from_text(target, value.v) if loose and isinstance(target, str) else target),)
        if () in value.direct and isinstance(target, dict):
            now = plain(value)
            yield tuple(
                (path, value_at(target, path))
                for path in changed_paths(now, target)
                if value_at(target, path) is not MISSING
            )
        if isinstance(value.v, dict) and isinstance(target, dict) and not value.direct:
            yield from self._entries(value, target, depth)
        if value.op == "join":  # an item with separators in it would be two of them
            yield from self._operation(value, target, loose, depth + 1)
        if isinstance(target, str) and value.pieces is not None and _has_as_many(value, target):
            yield from self._inversion.invert_text(value.pieces, target, depth + 1)
        if value.op and value.op != "join":
            yield from self._operation(value, target, loose, depth + 1)

    def _lookup(self, value: Value, target: Json, loose: bool, depth: int) -> Iterator[Edits]:
        """Name the entry of the map under which the target stands already."""
        table, key, rest = value.args
        for name in sorted(table.v):
            found = value_at(plain(table.v[name]), rest)
            if found is MISSING:
                continue
            if same(found, target) or (loose and not isinstance(found, (dict, list)) and to_text(found) == target):
                yield from islice(self.invert(key, name, depth=depth + 1), 1)

    def _entries(self, value: Value, target: dict[str, Json], depth: int) -> Iterator[Edits]:
        """A map that templates put together: every entry inverted, or nothing."""
        groups: list[Edits] = []
        for key, item in target.items():
            if key not in value.v:
                return
            found = next(self.invert(value.v[key], item, depth=depth + 1), None)
            if found is None:
                return
            groups.append(found)
        joined = combined(*groups)
        if joined:
            yield joined

    def _choice(self, value: Value, target: Json, loose: bool, depth: int) -> Iterator[Edits]:
        condition, yes, no, _now = value.args
        now, other = (yes, no) if truth(condition) else (no, yes)
        wanted = other is yes
        if same(plain(other), target) or (loose and str(plain(other)) == target):
            yield from self._inversion.satisfy(condition, wanted, depth=depth + 1)
            return
        other = realised(other)
        turned_over = []
        for edits in islice(self.invert(other, target, loose=loose, depth=depth + 1), 2):
            for path_condition in islice(self._inversion.satisfy(condition, wanted, bound=edits, depth=depth + 1), 2):
                joined = combined(edits, path_condition)
                if joined:
                    turned_over.append(joined)
        kept = list(islice(self.invert(now, target, loose=loose, depth=depth + 1), 3))
        # a value printed as it is explains more simply than a part of a text, an own one more than a shared one
        own = bool(other.direct) and (not now.direct or _of_element(other) > _of_element(now))
        yield from [*turned_over, *kept] if own else [*kept, *turned_over]

    def _operation(self, value: Value, target: Json, loose: bool, depth: int) -> Iterator[Edits]:
        op, args = value.op, value.args
        if op in ("and", "or"):
            for arg in args:
                yield from islice(self.invert(arg, target, loose=loose, depth=depth), 2)
            return
        if op in ("concat-lists", "append", "prepend"):
            yield from self._joined_lists(value, target, depth)
            return
        if op in SIMPLE_INVERSES and args:
            inner = SIMPLE_INVERSES[op](target)
            if inner is not None:
                yield from self.invert(args[-1], inner, loose=isinstance(inner, str), depth=depth)
            return
        if op in ("add", "sub", "mul", "div") and len(args) == 2:
            yield from self._arithmetic(op, args, target, depth)
            return
        if op in BOOLEAN and isinstance(target, bool):
            yield from self._inversion.satisfy(value, target, depth=depth)
            return
        if op == "join" and len(args) == 2 and isinstance(target, str) and isinstance(args[0].v, str) and args[0].v:
            yield from self.invert(args[1], target.split(args[0].v) if target else [], depth=depth)
            return
        if op in PARTS and args:
            whole = PARTS[op](value, target)
            if whole is not None:
                yield from islice(self.invert(args[-1], whole, loose=isinstance(whole, str), depth=depth), 2)
            return
        if op in TRANSPARENT or (op == "printf" and len(args) == 1):
            for arg in args:
                if isinstance(arg, Value):
                    yield from islice(self.invert(arg, target, loose=loose or op == "toString", depth=depth), 3)

    def _arithmetic(self, op: str, args: tuple[Value, ...], target: Json, depth: int) -> Iterator[Edits]:
        wanted = number_of(target)
        left, right = (number_of(plain(arg)) for arg in args)
        if wanted is None or left is None or right is None:
            return
        answers: list[tuple[int, float]] = {
            "add": [(0, wanted - right), (1, wanted - left)],
            "sub": [(0, wanted + right), (1, left - wanted)],
            "mul": [(i, wanted / other) for i, other in ((0, right), (1, left)) if other],
            "div": [(0, wanted * right)],
        }[op]
        for index, answer in answers:
            if args[index].direct or args[index].op:
                whole = int(answer) if float(answer).is_integer() else answer
                yield from islice(self.invert(args[index], whole, depth=depth), 2)

    def _joined_lists(self, value: Value, target: Json, depth: int) -> Iterator[Edits]:
        """One operand of a joined list takes the items that the others do not bring: one that is empty now first."""
        if not isinstance(target, list):
            return
        parts = list(value.args)
        if value.op != "concat-lists":
            parts = [parts[0], Value([parts[1]])] if value.op == "append" else [Value([parts[1]]), parts[0]]
        plains = [plain(part) or [] for part in parts]
        for index, part in sorted(enumerate(parts), key=lambda item: bool(plains[item[0]])):
            if not part.direct and not part.op:
                continue
            before = [item for other in plains[:index] for item in other]
            after = [item for other in plains[index + 1 :] for item in other]
            rest = target[len(before) : len(target) - len(after)]
            if same(before + rest + after, target):
                yield from islice(self.invert(part, rest, depth=depth), 2)


def _has_as_many(value: Value, target: str) -> bool:
    """Whether a text has as many separators as a joined list prints now; of any other text nothing is known."""
    separator = value.args[0].v if value.op == "join" and value.args else ""
    return not isinstance(separator, str) or not separator or str(value.v).count(separator) == target.count(separator)


def _of_element(value: Value) -> bool:
    return any(key == ELEMENT or isinstance(key, int) for key in value.direct[0]) if value.direct else False
