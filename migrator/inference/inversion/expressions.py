"""From what a value should be to the assignments that make it so: the expression graph, read backwards."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import accumulate, islice

from migrator.inference.assignments.values_tree import MISSING, Edits, combined, value_at
from migrator.inference.inversion.inverse_functions import PARTS, SIMPLE_INVERSES, from_text, number_of
from migrator.model import Json
from migrator.templates.golang.fmt import to_text
from migrator.templates.interpreter.render import changed_paths
from migrator.templates.output.documents import turned
from migrator.templates.provenance.value import ELEMENT, Piece, Value, plain, text_of, truth
from migrator.yamlio import same

MAX_DEPTH = 14
MAX_ALTERNATIVES = 8
MAX_DIRECT = 3
MAX_PIECES = 1500
"""A text of more pieces is not looked at with its path conditions turned: each such look reads all of it."""
MAX_TURNS = 2
"""Path conditions turned together to explain one text."""
MAX_REGIONS = 16
MAX_MATCH = 20_000_000

TRANSPARENT = frozenset(
    {
        "toString",
        "quote",
        "squote",
        "required",
        "tpl",
        "default",
        "fromYaml",
        "merge",
        "concat",
        "tpl-text",
        "compact",
        "uniq",
        "sortAlpha",
    }
)


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
    if value.op == "lookup":
        yield from _lookup(value, target, loose, depth)
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
        yield from _entries(value, target, depth)
    if isinstance(target, str) and value.pieces is not None:
        yield from invert_text(value.pieces, target, depth + 1)
    if value.op:
        yield from _operation(value, target, loose, depth + 1)


def _lookup(value: Value, target: Json, loose: bool, depth: int) -> Iterator[Edits]:
    """Name the entry of the map under which the target stands already."""
    table, key, rest = value.args
    for name in sorted(table.v):
        found = value_at(plain(table.v[name]), rest)
        if found is MISSING:
            continue
        if same(found, target) or (loose and not isinstance(found, (dict, list)) and to_text(found) == target):
            yield from islice(invert(key, name, depth=depth + 1), 1)


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
    from migrator.inference.inversion.conditions import make

    condition, yes, no, _now = value.args
    now, other = (yes, no) if truth(condition) else (no, yes)
    wanted = other is yes
    if same(plain(other), target) or (loose and str(plain(other)) == target):
        yield from make(condition, wanted, depth=depth + 1)
        return
    other = _realised(other)
    turned_over = []
    for edits in islice(invert(other, target, loose=loose, depth=depth + 1), 2):
        for path_condition in islice(make(condition, wanted, bound=edits, depth=depth + 1), 2):
            joined = combined(edits, path_condition)
            if joined:
                turned_over.append(joined)
    kept = list(islice(invert(now, target, loose=loose, depth=depth + 1), 3))
    # a value that is printed as it is explains more simply than a part of a text, an element's own more than a shared
    own = bool(other.direct) and (not now.direct or _of_element(other) > _of_element(now))
    yield from [*turned_over, *kept] if own else [*kept, *turned_over]


def _of_element(value: Value) -> bool:
    return any(key == ELEMENT or isinstance(key, int) for key in value.direct[0]) if value.direct else False


def _realised(value: Value) -> Value:
    """A text that an untaken branch made, as it is once that untaken branch is real."""
    regions = [piece.region for piece in value.pieces or () if piece.region is not None]
    if not regions or any(piece.region is None and piece.text for piece in value.pieces or ()):
        return value
    pieces = turned(value.pieces or (), [min(regions, key=lambda region: region.depth)])
    return Value(text_of(pieces), value.direct, value.op, value.args, tuple(pieces))


def _operation(value: Value, target: Json, loose: bool, depth: int) -> Iterator[Edits]:
    from migrator.inference.inversion.conditions import make

    op, args = value.op, value.args
    if op in ("and", "or"):
        for arg in args:
            yield from islice(invert(arg, target, loose=loose, depth=depth), 2)
        return
    if op in ("concat-lists", "append", "prepend"):
        yield from _joined_lists(value, target, depth)
        return
    if op in SIMPLE_INVERSES and args:
        inner = SIMPLE_INVERSES[op](target)
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
    if op in PARTS and args:
        whole = PARTS[op](value, target)
        if whole is not None:
            yield from islice(invert(args[-1], whole, loose=isinstance(whole, str), depth=depth), 2)
        return
    if op in TRANSPARENT or (op == "printf" and len(args) == 1):
        for arg in args:
            if isinstance(arg, Value):
                yield from islice(invert(arg, target, loose=loose or op == "toString", depth=depth), 3)


_BOOLEAN = frozenset({"not", "eq", "ne", "gt", "ge", "lt", "le", "empty", "hasKey", "has", "contains", "kindIs"})


def _arithmetic(op: str, args: tuple[Value, ...], target: Json, depth: int) -> Iterator[Edits]:
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
    pieces: Iterable[Piece],
    target: str,
    depth: int = 0,
    *,
    typed: Json = None,
    turns: int = 0,
    by_lines: bool = True,
) -> Iterator[Edits]:
    """Assignments that make pieces print a text: one variable first, then all, then with a path condition turned.

    `typed` is the scalar as YAML reads it, where one value alone stands under it. `by_lines` where a text of many
    lines has not been read as such yet.
    """
    listed = list(pieces)
    if depth > MAX_DEPTH:
        return
    shown = [piece for piece in listed if piece.region is None]
    real = [piece for piece in shown if piece.text or (piece.source is not None and _is_empty(piece.source))]
    now = "".join(piece.text for piece in real)
    if now == target:
        yield ()
        return
    if "\n" in now.strip() or "\n" in target.strip():
        from migrator.inference.inversion.text.multiline import read_text

        if by_lines:
            yield from read_text(listed, target)
        yield from _one_variable(real, target, depth, typed)
        return
    yield from _one_variable(real, target, depth, typed)
    if _plausible(real, target):
        yield from _all_variables(real, target, depth)
    silent = [piece for piece in listed if piece.region is None and (piece.text or _is_silent(piece))]
    if len(silent) > len(real):
        yield from _one_variable(silent, target, depth, typed, silent=True)
    if turns < MAX_TURNS and len(listed) < MAX_PIECES:
        yield from _turned_text(listed, target, depth, turns)


def _is_silent(piece: Piece) -> bool:
    """Whether a value stands there that prints nothing now."""
    return piece.region is None and not piece.text and piece.source is not None and bool(piece.source.direct)


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


def _one_variable(real: list[Piece], target: str, depth: int, typed: Json, *, silent: bool = False) -> Iterator[Edits]:
    places = list(accumulate((len(piece.text) for piece in real), initial=0))
    now = "".join([piece.text for piece in real])
    alike, alike_behind = _alike(now, target), _alike(now[::-1], target[::-1])
    for start, end, source in _variables(real):
        before, after = places[start], places[-1] - places[end]
        if silent and places[start] < places[end]:
            continue
        if before > alike or after > alike_behind or before + after > len(target):
            continue
        middle = target[before : len(target) - after]
        for mark in "\"'":
            if source.v == f"{mark}{now[before : places[end]]}{mark}":  # the value brings its quotes along
                middle = f"{mark}{middle}{mark}"
        alone = not before and not after
        if alone and typed is not None and not isinstance(typed, str) and not _reads_as(source.v, typed):
            yield from islice(invert(source, typed, depth=depth + 1), 4)
        yield from islice(invert(source, middle, loose=True, depth=depth + 1), 4)


def _reads_as(now: Json, typed: Json) -> bool:
    """Whether what stands there now is a text that YAML reads as a value of this kind: a text it shall stay."""
    return isinstance(now, str) and type(from_text(now, typed)) is type(typed)


def _alike(one: str, other: str) -> int:
    """How many characters two texts have in common from the start."""
    differs = (place for place, (left, right) in enumerate(zip(one, other, strict=False)) if left != right)
    return next(differs, min(len(one), len(other)))


def _variables(real: list[Piece]) -> Iterator[tuple[int, int, Value]]:
    """Runs of pieces that one value stands behind: composed values with a choice first, then single ones."""
    seen: set[int] = set()
    for start, piece in enumerate(real):
        for whole in piece.wholes:
            if id(whole) not in seen:
                seen.add(id(whole))
                end = start
                while end < len(real) and any(whole is other for other in real[end].wholes):
                    end += 1
                yield start, end, whole
    at = 0
    while at < len(real):
        source, end = real[at].source, at + 1
        while end < len(real) and source is not None and real[end].source is source:
            end += 1
        if source is not None and _can_change(source):
            yield at, end, source
        at = end


def _is_empty(source: Value) -> bool:
    """Whether a value prints nothing now, and might print a text."""
    return _can_change(source) and not isinstance(source.v, (dict, list))


def _can_change(source: Value) -> bool:
    return bool(source.direct or source.op)


def _all_variables(real: list[Piece], target: str, depth: int) -> Iterator[Edits]:
    sources = [piece for piece in real if piece.source is not None and _can_change(piece.source)]
    # the time of such a match grows as length to the power of the variables
    if not 2 <= len(sources) <= 6 or len(target) ** len(sources) > MAX_MATCH:
        return
    seen: dict[int, int] = {}
    for greedy in ("?", ""):
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
    from migrator.inference.inversion.conditions import open_region

    seen: set[int] = set()
    for piece in pieces:
        if len(seen) > MAX_REGIONS:
            return
        region = piece.region
        while region is not None and region.parent is not None and id(region.parent) not in seen:
            region = region.parent
        if region is None or id(region) in seen or region.path_condition.keyword == "quiet":
            continue
        seen.add(id(region))
        variant = turned(pieces, [region])
        if text_of(variant) == text_of(pieces):
            continue
        for edits in islice(invert_text(variant, target, depth + 1, turns=turns + 1), 2):
            for path_condition in islice(open_region(region, edits, depth + 1), 2):
                joined = combined(edits, path_condition)
                if joined:
                    yield joined
