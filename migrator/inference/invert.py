"""From what a value should be to the assignments that make it so: the expression graph, read backwards."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator
from itertools import islice

from migrator.inference.edits import AnyOther, Edits, combined
from migrator.model import Json, Path
from migrator.templates.documents import turned
from migrator.templates.errors import TemplateError
from migrator.templates.tree import parse_tree
from migrator.templates.value import ELEMENT, Gate, Piece, Region, Value, plain, text_of, truth
from migrator.yamlio import same

MAX_DEPTH = 14
MAX_ALTERNATIVES = 8
MAX_DIRECT = 3
MAX_TURNS = 2
"""Gates turned together to explain one text."""
MAX_REGIONS = 16
MAX_MATCH = 20_000_000

_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_TRANSPARENT = frozenset(
    {"toString", "tpl", "default", "fromYaml", "merge", "concat", "tpl-text", "compact", "uniq", "sortAlpha"}
)


def from_text(text: str, like: Json) -> Json:
    """A text as a value of the kind that stands there now."""
    if isinstance(like, bool):
        return {"true": True, "false": False}.get(text, text)
    if isinstance(like, (int, float)) and _NUMBER.fullmatch(text):
        number = float(text)
        return int(number) if number.is_integer() else number
    return text


def invert(value: Value, target: Json, *, loose: bool = False, depth: int = 0) -> Iterator[Edits]:
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
    yield from islice(_alternatives(value, target, loose, depth), MAX_ALTERNATIVES)


def _alternatives(value: Value, target: Json, loose: bool, depth: int) -> Iterator[Edits]:
    if value.op == "choice":
        yield from _choice(value, target, loose, depth)
    for path in value.direct[:MAX_DIRECT]:
        if "~key" in path:
            continue
        yield ((path, from_text(target, value.v) if loose and isinstance(target, str) else target),)
    if isinstance(value.v, dict) and isinstance(target, dict) and not value.direct:
        yield from _entries(value, target, depth)
    if isinstance(target, str) and value.pieces is not None:
        yield from invert_text(value.pieces, target, depth + 1)
    if value.op:
        yield from _operation(value, target, loose, depth + 1)


def _entries(value: Value, target: dict[str, Json], depth: int) -> Iterator[Edits]:
    """A map that was put together: entry by entry, where every entry can be had."""
    groups: list[Edits] = []
    for key, item in target.items():
        if key not in value.v:
            return
        found = next(invert(value.v[key], item, depth=depth + 1), None)
        if found is None:
            return
        groups.append(found)
    joined = combined(*groups)
    if joined:
        yield joined


def _choice(value: Value, target: Json, loose: bool, depth: int) -> Iterator[Edits]:
    condition, yes, no, _now = value.args
    now, other = (yes, no) if truth(condition) else (no, yes)
    wanted = other is yes
    if same(plain(other), target) or (loose and str(plain(other)) == target):
        yield from make(condition, wanted, depth=depth + 1)
        return
    yield from islice(invert(now, target, loose=loose, depth=depth + 1), 3)
    for edits in islice(invert(other, target, loose=loose, depth=depth + 1), 2):
        for gate in islice(make(condition, wanted, bound=edits, depth=depth + 1), 2):
            joined = combined(edits, gate)
            if joined:
                yield joined


def _operation(value: Value, target: Json, loose: bool, depth: int) -> Iterator[Edits]:
    op, args = value.op, value.args
    if op in ("and", "or"):
        for arg in args:
            yield from islice(invert(arg, target, loose=loose, depth=depth), 2)
        return
    if op in ("concat-lists", "append", "prepend"):
        yield from _joined_lists(value, target, depth)
        return
    if op in _SIMPLE_INVERSES and args:
        inner = _SIMPLE_INVERSES[op](target)
        if inner is not None:
            yield from invert(args[-1], inner, loose=isinstance(inner, str), depth=depth)
        return
    if op in ("add", "sub", "mul", "div") and len(args) == 2:
        yield from _arithmetic(op, args, target, depth)
        return
    if op in _BOOLEAN and isinstance(target, bool):
        yield from make(value, target, depth=depth)
        return
    if op == "join" and len(args) == 2 and isinstance(target, str) and isinstance(args[0].v, str) and args[0].v:
        yield from invert(args[1], target.split(args[0].v) if target else [], depth=depth)
        return
    if op in _TRANSPARENT:
        for arg in args:
            if isinstance(arg, Value):
                yield from islice(invert(arg, target, loose=loose or op == "toString", depth=depth), 3)


def _decoded(target: Json) -> Json:
    if not isinstance(target, str):
        return None
    try:
        return base64.b64decode(target, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None


def _encoded(target: Json) -> Json:
    return base64.b64encode(target.encode()).decode() if isinstance(target, str) else None


def _as_yaml(target: Json) -> Json:
    if not isinstance(target, str):
        return None
    try:
        roots = parse_tree(target)
    except TemplateError:
        return None
    return roots[0].plain() if roots else None


def _as_json(target: Json) -> Json:
    if not isinstance(target, str):
        return None
    try:
        return json.loads(target)
    except ValueError:
        return None


def _number(target: Json) -> Json:
    if isinstance(target, str):
        return from_text(target, 0)
    return target if isinstance(target, (int, float)) and not isinstance(target, bool) else None


_SIMPLE_INVERSES = {
    "b64enc": _decoded,
    "b64dec": _encoded,
    "toYaml": _as_yaml,
    "toYamlPretty": _as_yaml,
    "toJson": _as_json,
    "toPrettyJson": _as_json,
    "toRawJson": _as_json,
    "mustToJson": _as_json,
    "int": _number,
    "int64": _number,
    "float64": _number,
    "atoi": lambda target: str(target) if isinstance(target, int) else None,
    "lower": lambda target: target if isinstance(target, str) and target == target.lower() else None,
    "upper": lambda target: target.lower() if isinstance(target, str) and target == target.upper() else None,
    "title": lambda target: target[:1].lower() + target[1:] if isinstance(target, str) else None,
    "trunc": lambda target: target,
    "trim": lambda target: target,
    "trimSuffix": lambda target: target,
    "trimPrefix": lambda target: target,
    "replace": lambda target: target,
    "nospace": lambda target: target,
    "fromJson": lambda target: json.dumps(target) if target is not None else None,
    "count": lambda target: None,
}
_BOOLEAN = frozenset({"not", "eq", "ne", "gt", "ge", "lt", "le", "empty", "hasKey", "has", "contains", "kindIs"})


def _arithmetic(op: str, args: tuple[Value, ...], target: Json, depth: int) -> Iterator[Edits]:
    wanted = _number(target)
    numbers = [_number(plain(arg)) for arg in args]
    if wanted is None or None in numbers:
        return
    left, right = numbers
    answers: list[tuple[int, float]] = {
        "add": [(0, wanted - right), (1, wanted - left)],
        "sub": [(0, wanted + right), (1, left - wanted)],
        "mul": [(i, wanted / other) for i, other in ((0, right), (1, left)) if other],
        "div": [(0, wanted * right)],
    }[op]
    for index, answer in answers:
        if args[index].direct or args[index].op:
            whole = int(answer) if float(answer).is_integer() else answer
            yield from islice(invert(args[index], whole, depth=depth), 2)


def _joined_lists(value: Value, target: Json, depth: int) -> Iterator[Edits]:
    """One operand of a joined list takes what the others do not bring."""
    if not isinstance(target, list):
        return
    parts = list(value.args)
    if value.op != "concat-lists":
        parts = [parts[0], Value([parts[1]])] if value.op == "append" else [Value([parts[1]]), parts[0]]
    plains = [plain(part) or [] for part in parts]
    for index, part in enumerate(parts):
        if not part.direct and not part.op:
            continue
        before = [item for other in plains[:index] for item in other]
        after = [item for other in plains[index + 1 :] for item in other]
        rest = target[len(before) : len(target) - len(after)]
        if same(before + rest + after, target):
            yield from islice(invert(part, rest, depth=depth), 2)


# -- text ------------------------------------------------------------------------------------------------------


def invert_text(
    pieces: Iterable[Piece], target: str, depth: int = 0, *, typed: Json = None, turns: int = 0
) -> Iterator[Edits]:
    """Assignments that make pieces print a text: one variable first, then all, then with a gate turned.

    `typed` is the scalar as YAML reads it, where one value alone stands under it.
    """
    listed = list(pieces)
    if depth > MAX_DEPTH:
        return
    real = [piece for piece in listed if piece.region is None and piece.text]
    now = "".join(piece.text for piece in real)
    if now == target:
        yield ()
        return
    if _plausible(real, target):
        yield from _one_variable(real, target, depth, typed)
        yield from _all_variables(real, target, depth)
    if turns < MAX_TURNS:
        yield from _turned_text(listed, target, depth, turns)


def _plausible(real: list[Piece], target: str) -> bool:
    """Whether the fixed text of the pieces occurs in the target, in order."""
    place = 0
    for piece in real:
        if piece.source is None or not _can_change(piece.source):
            found = target.find(piece.text, place)
            if found < 0:
                return False
            place = found + len(piece.text)
    return True


def _one_variable(real: list[Piece], target: str, depth: int, typed: Json) -> Iterator[Edits]:
    spans: list[tuple[int, int]] = []
    at = 0
    while at < len(real):
        end = at + 1
        while end < len(real) and real[end].source is real[at].source and real[at].source is not None:
            end += 1
        spans.append((at, end))
        at = end
    for start, end in spans:
        source = real[start].source
        if source is None or not _can_change(source):
            continue
        before = "".join(piece.text for piece in real[:start])
        after = "".join(piece.text for piece in real[end:])
        if len(before) + len(after) > len(target) or not target.startswith(before) or not target.endswith(after):
            continue
        middle = target[len(before) : len(target) - len(after)]
        alone = not before and not after
        if alone and typed is not None and not isinstance(typed, str) and not isinstance(source.v, str):
            yield from islice(invert(source, typed, depth=depth + 1), 4)
        yield from islice(invert(source, middle, loose=True, depth=depth + 1), 4)


def _can_change(source: Value) -> bool:
    return bool(source.direct or source.op)


def _all_variables(real: list[Piece], target: str, depth: int) -> Iterator[Edits]:
    sources = [piece for piece in real if piece.source is not None and _can_change(piece.source)]
    # the time of such a match grows as length to the power of the variables
    if not 2 <= len(sources) <= 6 or len(target) ** len(sources) > MAX_MATCH:
        return
    seen: dict[int, int] = {}
    for greedy in ("", "?"):
        pattern = ""
        seen.clear()
        for piece in real:
            if piece.source is None or not _can_change(piece.source):
                pattern += re.escape(piece.text)
            elif id(piece.source) in seen:
                pattern += f"(?P=g{seen[id(piece.source)]})"
            else:
                seen[id(piece.source)] = len(seen)
                pattern += f"(?P<g{len(seen) - 1}>.*{greedy})"
        match = re.fullmatch(pattern, target, re.DOTALL)
        if match is None:
            return
        groups = []
        for piece in sources:
            text = match[f"g{seen[id(piece.source)]}"]
            if text == piece.text or piece.source is None:
                continue
            found = next(invert(piece.source, text, loose=True, depth=depth + 1), None)
            if found is None:
                break
            groups.append(found)
        else:
            joined = combined(*groups)
            if joined:
                yield joined


def _turned_text(pieces: list[Piece], target: str, depth: int, turns: int) -> Iterator[Edits]:
    seen: set[int] = set()
    for piece in pieces:
        if len(seen) > MAX_REGIONS:
            return
        region = piece.region
        while region is not None and region.parent is not None and id(region.parent) not in seen:
            region = region.parent
        if region is None or id(region) in seen or region.gate.keyword == "quiet":
            continue
        seen.add(id(region))
        variant = turned(pieces, [region])
        if text_of(variant) == text_of(pieces):
            continue
        for edits in islice(invert_text(variant, target, depth + 1, turns=turns + 1), 2):
            for gate in islice(open_region(region, edits, depth + 1), 2):
                joined = combined(edits, gate)
                if joined:
                    yield joined


# -- gates -----------------------------------------------------------------------------------------------------


def open_region(region: Region, bound: Edits = (), depth: int = 0) -> Iterator[Edits]:
    """Assignments that make a ghost real, its outer ghosts included; what is bound already counts."""
    yield from _gates([region.gate, *(_outer_ghosts(region))], bound, depth)


def _outer_ghosts(region: Region) -> list[Gate]:
    found = []
    parent = region.parent
    while parent is not None:
        found.append(parent.gate)
        parent = parent.parent
    return found


def _gates(gates: list[Gate], bound: Edits, depth: int) -> Iterator[Edits]:
    if not gates:
        yield ()
        return
    first, *rest = gates
    for edits in islice(make(first.condition, first.wanted, bound=bound, depth=depth + 1), 4):
        for more in islice(_gates(rest, bound, depth), 2):
            joined = combined(edits, more)
            if joined is not None:
                yield joined


def _is_bound(paths: Iterable[Path], bound: Edits, want: bool) -> bool:
    """Whether an assignment at, above or below one of these paths already gives the truth that is wanted."""
    for path in paths:
        for other, value in bound:
            size = min(len(path), len(other))
            if path[:size] == other[:size] and (
                len(other) > len(path) or bool(value) == want
            ):  # AnyOther counts as true
                return True
    return False


_UNBOUND = object()


def _bound_value(value: Value, bound: Edits) -> Json:
    """What a value is once some paths are assigned."""
    for path in value.direct:
        for other, new in bound:
            if other == path:
                return new
            if other[: len(path)] == path and new is not None:
                return {"set": True}
    return _UNBOUND


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
    if condition.pieces is not None:
        yield from _make_text(condition, want, bound, depth)
    elif op in _TRANSPARENT or op in _SIMPLE_INVERSES:
        for arg in args:
            if isinstance(arg, Value):
                yield from islice(make(arg, want, bound=bound, depth=depth + 1), 2)


def _make_direct(condition: Value, want: bool) -> Iterator[Edits]:
    for path in condition.direct[:MAX_DIRECT]:
        if path and path[0] == "@Capabilities.APIVersions":
            if want:
                yield ((path, True),)
            continue
        if "~key" in path or ELEMENT in path:
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
    for arg in args:
        yield from islice(make(arg, want, bound=bound, depth=depth + 1), 2)


def _make_text(condition: Value, want: bool, bound: Edits, depth: int) -> Iterator[Edits]:
    """A text counts as true where it is not empty."""
    pieces = list(condition.pieces or ())
    if want:
        for region in dict.fromkeys(p.region for p in pieces if p.region is not None and p.text.strip()):
            if region is not None:
                yield from islice(open_region(region, bound, depth + 1), 2)
    gates = list(dict.fromkeys(p.gate for p in pieces if p.region is None and p.text and p.gate is not None))
    if not want:
        groups: list[Edits] = []
        for gate in gates:
            found = next(make(gate.condition, not gate.wanted, bound=bound, depth=depth + 1), None)
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
    paths = condition.args[1].direct if len(condition.args) > 1 else ()
    if want and any(other[: len(path)] == path for path in paths for other, _ in bound):
        yield ()
        return
    for path in paths[:2]:
        yield ((path, True if want else None),)


def _make_order(condition: Value, want: bool, bound: Edits, depth: int) -> Iterator[Edits]:
    left, right = condition.args[:2]
    numbers = (_number(plain(left)), _number(plain(right)))
    if None in numbers:
        return
    greater = (condition.op in ("gt", "ge")) == want
    step = 0 if (condition.op in ("ge", "le")) == want else 1
    for one, limit, sign in ((left, numbers[1], 1), (right, numbers[0], -1)):
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


_MAKERS = {
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
