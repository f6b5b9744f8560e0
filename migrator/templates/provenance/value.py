"""A template value that knows where it came from.

Every value is a node of an expression graph: a leaf carries the values path that would set it (`direct`), any other
node the operation and operands that made it. A string that was put together from several places keeps its pieces.
Inversion, taint and path conditions are all read from this one graph.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from typing import Any

from migrator.model import Json, KeyPath
from migrator.templates.bounds import MAX_TREE, TooLargeError

MARK = "xZqXz"
"""What an untaken branch prints where a value is missing, so that its place in the document can be seen."""
ELEMENT = "*"
"""Stands in a path for any element or entry of a list or map that has none yet."""


class Value:
    """One value: `v` is None, bool, int, float, str, a list of Value, a dict of Value or an opaque Go object."""

    __slots__ = ("_taint", "args", "coming", "direct", "generated", "hidden", "op", "pieces", "v")

    def __init__(
        self,
        v: Any,
        direct: tuple[KeyPath, ...] = (),
        op: str = "",
        args: tuple[Any, ...] = (),
        pieces: tuple[Piece, ...] | None = None,
    ) -> None:
        self.v = v
        self.direct = direct
        """Values paths that would set this value verbatim, preferred first."""
        self.op = op
        """Name of the function that made it; empty for leaves and literals."""
        self.args = args
        self.pieces = pieces
        """Of a string: where its parts came from, untaken branches included."""
        self.hidden: tuple[Piece, ...] = ()
        """Of a map or list read from text: untaken branches of further entries or items, at its own margin."""
        self.coming: tuple[tuple[Region, str | int, Value], ...] = ()
        """Of a map or list: entries or items that untaken branches would add, each with branch and name or place."""
        self._taint: frozenset[KeyPath] | None = None
        self.generated: bool | None = None
        """What `is_generated` has found; None where nobody asked."""

    def __repr__(self) -> str:
        return f"Value({plain(self)!r}, direct={self.direct}, op={self.op!r})"

    @property
    def taint(self) -> frozenset[KeyPath]:
        """Every values path that this value depends on, path conditions of its pieces included."""
        if self._taint is None:
            self._taint = frozenset(_collect(self))
        return self._taint


class Region:
    """Text of a branch that is not taken; zero-width in the real output."""

    __slots__ = ("depth", "error", "parent", "path_condition")

    def __init__(self, path_condition: PathCondition, parent: Region | None) -> None:
        self.path_condition, self.parent = path_condition, parent
        self.depth: int = parent.depth + 1 if parent else 1
        self.error = ""


class PathCondition:
    """A condition over output: the branch where `condition` counts as `wanted` (for `range`: an element of it)."""

    __slots__ = ("condition", "element", "keyword", "parent", "taken", "wanted")

    def __init__(self, parent: PathCondition | None, keyword: str, condition: Value, wanted: bool, taken: bool) -> None:
        self.parent, self.keyword, self.condition = parent, keyword, condition
        self.wanted, self.taken = wanted, taken
        self.element: int | str | None = None
        """For `range`: the index or key of the element."""

    def under(self, parent: PathCondition) -> PathCondition:
        """The same path condition below another."""
        made = PathCondition(parent, self.keyword, self.condition, self.wanted, self.taken)
        made.element = self.element
        return made

    def chain(self) -> list[PathCondition]:
        """The path condition and all above it, innermost first."""
        found, path_condition = [], self
        while path_condition is not None:
            found.append(path_condition)
            path_condition = path_condition.parent  # type: ignore[assignment]
        return found


class Piece:
    """A run of output characters with one source; `source` None is text of the template itself."""

    __slots__ = ("path_condition", "region", "source", "text", "wholes")

    def __init__(
        self,
        text: str,
        source: Value | None,
        path_condition: PathCondition | None,
        region: Region | None,
        wholes: tuple[Value, ...] = (),
    ) -> None:
        self.text, self.source, self.path_condition, self.region = text, source, path_condition, region
        self.wholes = wholes
        """Values that this run is one part of, and that could have been another text altogether: outermost first."""

    def __repr__(self) -> str:
        return (
            f"Piece({self.text!r}{', untaken' if self.region else ''}{', ' + repr(self.source) if self.source else ''})"
        )

    def with_text(self, text: str) -> Piece:
        return Piece(text, self.source, self.path_condition, self.region, self.wholes)


def _collect(value: Value) -> set[KeyPath]:
    found: set[KeyPath] = set()
    seen: set[int] = set()
    path_conditions: set[int] = set()
    stack: list[Any] = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, PathCondition):
            if id(item) not in path_conditions:
                path_conditions.add(id(item))
                stack.append(item.condition)
                if item.parent is not None:
                    stack.append(item.parent)
            continue
        if not isinstance(item, Value) or id(item) in seen:
            continue
        seen.add(id(item))
        found.update(item.direct)
        stack.extend(item.args)
        for piece in item.pieces or ():
            if piece.region is None:
                if piece.source is not None:
                    stack.append(piece.source)
                if piece.path_condition is not None:
                    stack.append(piece.path_condition)
    return found


def plain(value: Value) -> Json:
    """The value without provenance. TooLargeError for too many entries, a map in two places counted twice."""
    v = value.v
    return _plain_tree(v, [MAX_TREE]) if isinstance(v, (dict, list)) else _plain_leaf(v)


def outline(value: Value) -> Json:
    """The value without provenance and without what stands in its entries: enough to ask how many there are."""
    v = value.v
    if isinstance(v, dict):
        return dict.fromkeys(v)
    return [None] * len(v) if isinstance(v, list) else _plain_leaf(v)


def _plain_tree(v: Any, left: list[int]) -> Json:
    left[0] -= len(v) + 1
    if left[0] < 0:
        raise TooLargeError(f"a value has more entries than a render may hold ({MAX_TREE})")
    if isinstance(v, dict):
        tree = {
            key: _plain_tree(item.v, left) if isinstance(item.v, (dict, list)) else _plain_leaf(item.v)
            for key, item in v.items()
        }
        return as_type_of(v, tree)
    items = [_plain_tree(item.v, left) if isinstance(item.v, (dict, list)) else _plain_leaf(item.v) for item in v]
    return as_type_of(v, items)


def _plain_leaf(v: Any) -> Json:
    return v.as_plain() if hasattr(v, "as_plain") else v


def looked_up(found: Value, table: Value, key: Value, rest: KeyPath) -> Value:
    """What stands in a map under a key that another value names, and `rest` below it: that value may name another."""
    named = key.direct and not key.op and isinstance(table.v, dict)
    if not named or found.op or found.pieces is not None or any("~key" in path for path in key.direct):
        return found
    return Value(found.v, found.direct if key.v else (), "lookup", (table, key, rest))


def as_type_of(v: Any, made: Any) -> Any:
    """A map or list as the Go type that another one has: `[]string`, say, or a nil slice."""
    kind = type(v)
    return made if kind is dict or kind is list or not isinstance(v, (dict, list)) else kind(made)


def lift(v: Json, direct: tuple[KeyPath, ...] = (), op: str = "", args: tuple[Any, ...] = ()) -> Value:
    """A plain tree as values; each node can be set by its own place below `direct`."""
    if isinstance(v, Mapping):
        tree = {k: lift(item, tuple((*path, k) for path in direct), op, args) for k, item in v.items()}
        return Value(as_type_of(v, tree), direct, op, args)
    if isinstance(v, list):
        items = [lift(item, tuple((*path, i) for path in direct), op, args) for i, item in enumerate(v)]
        return Value(as_type_of(v, items), direct, op, args)
    return Value(v, direct, op, args)


def shows(piece: Piece, region: Region | None) -> bool:
    """Whether a piece is text for code that runs in this untaken branch: real text, its own, and that around it."""
    if piece.region is None:
        return True
    while region is not None:
        if piece.region is region:
            return piece.text != MARK
        region = region.parent
    return False


def text_of(pieces: Iterable[Piece], region: Region | None = None) -> str:
    """What the pieces print to code that runs in this untaken branch; outside of any, what they print for real."""
    if region is None:
        return "".join([piece.text for piece in pieces if piece.region is None])
    return "".join([piece.text for piece in pieces if shows(piece, region)])


def composed(
    pieces: list[Piece], op: str = "concat", args: tuple[Any, ...] = (), region: Region | None = None
) -> Value:
    """A string made of pieces."""
    return Value(text_of(pieces, region), (), op, args, tuple(pieces))


_WHOLE = frozenset({"default", "choice", "and", "or", "join"})
"""Operations whose value is one of their operands, or has as many parts as a list has items."""


def parts(value: Value) -> list[Piece]:
    """The pieces of a text, each told of the value where that has other ways to be what it is."""
    pieces = list(value.pieces or ())
    if not value.direct and value.op not in _WHOLE and not _of_a_table(value):
        return pieces
    return [Piece(p.text, p.source, p.path_condition, p.region, (value, *p.wholes)) for p in pieces]


def _of_a_table(value: Value) -> bool:
    """Whether it is the text of an entry of a map that another value names."""
    return value.op == "toYaml" and value.args[0].op == "lookup"


def truth(value: Value) -> bool:
    """Whether Go's `if` takes it: neither nil, false, zero nor empty; an element to come counts as there."""
    v = value.v
    if v is None:
        return value.op == "element"
    if v is False:
        return False
    if isinstance(v, (bool, int, float, str, list, dict)):
        return bool(v)
    return bool(v) if hasattr(v, "__len__") else True


def pieces_between(pieces: list[Piece], starts: list[int], start: int, end: int) -> list[Piece]:
    """The pieces that stand on the characters from start to end, the first and last cut to fit."""
    found = []
    index = max(bisect_right(starts, start) - 1, 0)
    while index < len(pieces) and (starts[index] < end or (start == end and starts[index] <= end)):
        piece = pieces[index]
        low, high = max(start - starts[index], 0), min(end - starts[index], len(piece.text))
        if high > low or not piece.text:
            found.append(piece if high - low == len(piece.text) else piece.with_text(piece.text[low:high]))
        index += 1
    return found
