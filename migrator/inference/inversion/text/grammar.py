"""What a template can print, as a grammar: pieces -> fixed text, values, branches and repetition."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from migrator.templates.output.documents import EDGE
from migrator.templates.provenance.value import ELEMENT, MARK, PathCondition, Piece, Value

ANY = ""
"""Among first characters: whatever a value holds."""
RELEASE = "@Release"
KEY = "~key"


@dataclass(slots=True, eq=False)
class Text:
    """Text that no value changes."""

    text: str
    edge: bool = False
    """Whether it is white space that is trimmed where nothing follows."""


@dataclass(slots=True, eq=False)
class Slot:
    """A place where one value is printed."""

    source: Value
    text: str | None
    """What is printed there now; None where the value does not exist yet."""
    quoted: bool = False
    """Whether the place stands between quotes, in which a text is escaped."""
    margin: str | None = None
    """White space before a value that stands alone on its lines; None where other text does."""
    anchor: str = ""
    """The fixed text that follows."""
    stops: frozenset[str] = frozenset()
    """Characters that what follows may begin with."""


@dataclass(slots=True, eq=False)
class Branch:
    """Two ways to go on: what is printed `now`, and what would be printed if the condition were the opposite."""

    condition: Value
    wanted: bool
    """Whether the condition holds now."""
    now: tuple[Part, ...]
    other: tuple[Part, ...]
    to_come: bool
    """Whether the condition depends on an element that does not exist yet."""
    first_now: frozenset[str] = frozenset()
    first_other: frozenset[str] = frozenset()


@dataclass(slots=True, eq=False)
class Row:
    """What is printed for one element of a list or map."""

    key: int | str
    parts: tuple[Part, ...]
    text: str


@dataclass(slots=True, eq=False)
class Loop:
    """Repetition over a list or map: the elements that are there, and the pattern of a new one."""

    source: Value
    rows: tuple[Row, ...]
    pattern: tuple[Part, ...]
    first: frozenset[str] = frozenset()


Part: TypeAlias = Text | Slot | Branch | Loop
Parts: TypeAlias = tuple[Part, ...]
_Item: TypeAlias = tuple[Piece, list[PathCondition]]


def grammar_of(pieces: Iterable[Piece]) -> Parts:
    """The grammar of a text of pieces, untaken branches included."""
    items: list[_Item] = []
    for piece in pieces:
        if piece.region is not None and piece.region is not EDGE and piece.region.path_condition.keyword == "quiet":
            continue
        if not piece.text and piece.source is None:
            continue
        items.append((piece, piece.path_condition.chain()[::-1] if piece.path_condition is not None else []))
    items = list(_joined(items))
    shared = _common(items)
    made = _parts([item for item in items if _belongs(item[1], shared)], _depth(items, shared))
    _mark_margins(made)
    _follow(made, frozenset("\n"))
    return made


def _joined(items: list[_Item]) -> Iterator[_Item]:
    """The items, those of one joined list as one: it is read as a whole, whatever branches print its elements."""
    held: _Item | None = None
    for piece, chain in items:
        joins = held is not None and _source(piece) is _source(held[0]) and _is_joined(piece)
        if held is None or not joins:
            if held is not None:
                yield held
            held = (piece, chain)
        elif (piece.region is None) == (held[0].region is None):
            held = (held[0].with_text(held[0].text + piece.text), chain[: _alike(held[1], chain)])
        elif piece.region is None:  # what is not printed of it is another way to print its elements
            held = (piece, chain)
    if held is not None:
        yield held


def _is_joined(piece: Piece) -> bool:
    return any(whole.op == "join" for whole in piece.wholes)


def _common(items: list[_Item]) -> list[PathCondition]:
    """The path conditions over all that is printed; over everything where nothing is printed."""
    chains = [chain for piece, chain in items if piece.region is None] or [chain for _, chain in items]
    shared = chains[0] if chains else []
    for chain in chains:
        shared = shared[: _alike(shared, chain)]
    return shared


def _alike(one: list[PathCondition], other: list[PathCondition]) -> int:
    return next((at for at, (left, right) in enumerate(zip(one, other, strict=False)) if left is not right), len(one))


def _belongs(chain: list[PathCondition], shared: list[PathCondition]) -> bool:
    """Whether a piece stands under the shared conditions, or on the other way of the branch where it leaves them."""
    at = _alike(shared, chain)
    if at == len(shared):
        return True
    return at < len(chain) and chain[at].condition is shared[at].condition and chain[at].keyword != "range"


def _depth(items: list[_Item], shared: list[PathCondition]) -> int:
    return min([_alike(shared, chain) for _, chain in items if _belongs(chain, shared)], default=0)


class _Builder:
    """Collects the parts of one level."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.open: tuple[int, list[Row]] | None = None
        """Index of a loop that further rows belong to."""

    def leaf(self, piece: Piece) -> None:
        self.open = None
        last = self.parts[-1] if self.parts else None
        source = _source(piece)
        if _fixed(source):
            if source is None and piece.text == MARK:
                return
            edge = piece.region is EDGE
            if isinstance(last, Text) and not edge and not last.edge:
                last.text += piece.text
            elif piece.text:
                self.parts.append(Text(piece.text, edge))
            return
        assert source is not None  # noqa: S101
        text = None if _to_come(piece, source) else piece.text
        if isinstance(last, Slot) and last.source is source and last.text is not None and text is not None:
            last.text += text
        else:
            quoted = isinstance(last, Text) and last.text[-1:] in "\"'"
            self.parts.append(Slot(source, text, quoted))

    def block(self, path_condition: PathCondition, inner: Parts, text: str) -> None:
        if path_condition.keyword == "range" and path_condition.wanted:
            self._loop(path_condition, inner, text)
            return
        self.open = None
        last = self.parts[-1] if self.parts else None
        joins = isinstance(last, Branch) and last.condition is path_condition.condition
        if path_condition.taken:
            if joins and isinstance(last, Branch) and last.wanted == path_condition.wanted and not last.now:
                last.now = inner
            else:
                self.parts.append(
                    Branch(
                        path_condition.condition,
                        path_condition.wanted,
                        inner,
                        (),
                        _is_to_come(path_condition.condition),
                    )
                )
        elif joins and isinstance(last, Branch) and last.wanted != path_condition.wanted:
            last.other = inner
        else:
            self.parts.append(
                Branch(
                    path_condition.condition,
                    not path_condition.wanted,
                    (),
                    inner,
                    _is_to_come(path_condition.condition),
                )
            )

    def _loop(self, path_condition: PathCondition, inner: Parts, text: str) -> None:
        last = self.parts[self.open[0]] if self.open else None
        joins = isinstance(last, Loop) and last.source is path_condition.condition
        if path_condition.element is None:
            if joins and isinstance(last, Loop):
                last.pattern = inner
            else:
                self.parts.append(Loop(path_condition.condition, (), inner))
            self.open = None
            return
        row = Row(path_condition.element, inner, text)
        if joins and isinstance(last, Loop) and self.open and all(row.key != other.key for other in self.open[1]):
            self.open[1].append(row)
            last.rows = (*last.rows, row)
        else:
            self.parts.append(Loop(path_condition.condition, (row,), ()))
            self.open = (len(self.parts) - 1, [row])


def _parts(items: list[_Item], depth: int) -> Parts:
    builder = _Builder()
    at = 0
    while at < len(items):
        piece, chain = items[at]
        if len(chain) <= depth:
            builder.leaf(piece)
            at += 1
            continue
        path_condition, end = chain[depth], at + 1
        while end < len(items) and len(items[end][1]) > depth and items[end][1][depth] is path_condition:
            end += 1
        text = "".join([item.text for item, _ in items[at:end] if item.region is None])
        builder.block(path_condition, _parts(items[at:end], depth + 1), text)
        at = end
    return tuple(builder.parts)


def _fixed(source: Value | None) -> bool:
    """Whether no value that the search may set changes what is printed."""
    if source is None or not (source.direct or source.op) or source.op == "tpl-text":
        return True  # the text around the actions of a template is what the values in it are read by
    return any(path[:1] == (RELEASE,) or (KEY in path and path[-1] != KEY) for path in source.direct)


def _source(piece: Piece) -> Value | None:
    """What a piece is printed from: of a joined list the list, which may have more items or fewer."""
    return next((whole for whole in piece.wholes if whole.op == "join"), piece.source)


def _to_come(piece: Piece, source: Value) -> bool:
    """Whether what is printed depends on an element or a value that does not exist yet."""
    if MARK in piece.text or (piece.region is not None and source.v is None):
        return True
    while source.op == "choice":
        source = source.args[3]  # what it is now
    return _is_to_come(source)


def _is_to_come(value: Value) -> bool:
    """Whether a value depends on an element that does not exist yet."""
    return any(ELEMENT in path or path[-1:] == (KEY,) for path in value.taint)


def _mark_margins(parts: Parts, before: str = "\n") -> str:
    """Note the indentation of each slot that stands alone on its line; returns the text before what follows."""
    for place, part in enumerate(parts):
        if isinstance(part, Text):
            before = part.text if "\n" in part.text else before + part.text
        elif isinstance(part, Slot):
            head, mark, line = before.rpartition("\n")
            after = parts[place + 1] if place + 1 < len(parts) else None
            ends = not isinstance(after, (Text, Slot)) or (isinstance(after, Text) and after.text[:1] == "\n")
            if (mark or not head) and not line.strip() and ends:
                part.margin = line
            before += "x"
        elif isinstance(part, Branch):
            one, two = _mark_margins(part.now, before), _mark_margins(part.other, before)
            before = one if part.now else two
        else:
            for row in part.rows:
                before = _mark_margins(row.parts, before)
            _mark_margins(part.pattern, before)
    return before


def _follow(parts: Parts, follow: frozenset[str]) -> frozenset[str]:
    """Note for slots and branches which characters may come next; returns those that the parts may begin with."""
    after: Part | None = None
    for part in reversed(parts):
        if isinstance(part, Text):
            follow = follow | {part.text[0]} if part.edge else frozenset(part.text[0])
        elif isinstance(part, Slot):
            part.stops = follow
            part.anchor = after.text if isinstance(after, Text) and not after.edge else ""
            follow |= {ANY}
        elif isinstance(part, Branch):
            part.first_now, part.first_other = _follow(part.now, follow), _follow(part.other, follow)
            follow = part.first_now | part.first_other
        else:
            ways = (part.pattern, *(row.parts for row in part.rows))
            for _ in range(2):  # what begins an element may follow one as well
                part.first = follow.union(*[_follow(way, follow | part.first) for way in ways])
            follow = part.first
        after = part
    return follow
