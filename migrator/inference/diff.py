"""How far a rendered document is from its target, and where: the residual that drives the search."""

from __future__ import annotations

import base64
import binascii
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from migrator.inference.edits import Edits
from migrator.model import Json, Path, ResId
from migrator.templates.documents import Document, make_document
from migrator.templates.tree import Node
from migrator.templates.value import Piece, Value
from migrator.yamlio import canonical, same

ORDER_COST = 0.1
LINE_COST = 0.2
MOST_TEXT = 200.0
"""What the lines of one text count at most in the extent of an object."""
NOBODY = ResId(group="", kind="", namespace="", name="")
_IDENTITY = (
    "name",
    "containerPort",
    "mountPath",
    "port",
    "host",
    "path",
    "key",
    "secretName",
    "alert",
    "record",
    "job_name",
)


def leaf_count(value: Json) -> int:
    """Scalars and empty containers of a tree."""
    if isinstance(value, dict) and value:
        return sum(map(leaf_count, value.values()))
    if isinstance(value, list) and value:
        return sum(map(leaf_count, value))
    return 1


def extent(value: Json) -> float:
    """Leaves of a tree, a text of many lines at what it may cost."""
    if isinstance(value, (dict, list)) and value:
        return sum(map(extent, value.values() if isinstance(value, dict) else value))
    if isinstance(value, str) and "\n" in value:
        return 1.0 + min(LINE_COST * (value.count("\n") + 1), MOST_TEXT)
    return 1.0


def cost(now: Json, target: Json) -> float:
    """Leaves that differ; a list in another order costs a little."""
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


def _text_cost(now: str, target: str) -> float:
    """Texts of many lines: a fraction of a leaf for each line that differs, at least one."""
    if "\n" not in now and "\n" not in target:
        decoded, wanted = (_decoded(now), _decoded(target)) if len(now) > 40 and len(target) > 40 else (None, None)
        if decoded is None or wanted is None:
            return 1.0
        now, target = decoded, wanted
    mine, theirs = Counter(now.split("\n")), Counter(target.split("\n"))
    return 1.0 + LINE_COST * max((mine - theirs).total(), (theirs - mine).total())


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
            if right < last:
                disorder += 1
            last = max(last, right)
    return total + ORDER_COST * disorder


def _token(value: Json) -> str:
    return json.dumps(canonical(value), sort_keys=True)


def align(now: list[Json], target: list[Json]) -> list[tuple[int | None, int | None]]:
    """Pairs of positions: equal items first, then those of one identity, then what is left of one shape in order."""
    pairs: list[tuple[int | None, int | None]] = []
    left_free, right_free = list(range(len(now))), list(range(len(target)))
    for key_of in (_token, _identity, _shape):
        waiting: dict[str, list[int]] = {}
        for right in right_free:
            key = key_of(target[right])
            if key:
                waiting.setdefault(key, []).append(right)
        remaining = []
        for left in left_free:
            found = waiting.get(key_of(now[left]) or "\0")
            if found:
                pairs.append((left, found.pop(0)))
            else:
                remaining.append(left)
        left_free = remaining
        taken = {right for _, right in pairs}
        right_free = [right for right in right_free if right not in taken]
    pairs.sort(key=lambda pair: pair[0] if pair[0] is not None else -1)
    return [*pairs, *((left, None) for left in left_free), *((None, right) for right in right_free)]


def _identity(value: Json) -> str:
    if isinstance(value, dict):
        for key in _IDENTITY:
            if isinstance(value.get(key), (str, int)):
                return f"{key}={value[key]}"
        return ""
    if isinstance(value, str):
        head, mark, _ = value.partition("=")
        return head + mark if mark else ""
    return ""


def _shape(value: Json) -> str:
    if isinstance(value, dict):
        return "{}" + ",".join(sorted(value)[:1])
    return type(value).__name__


@dataclass(slots=True, kw_only=True)
class Gap:
    """One place where a document is not its target."""

    kind: str
    """`changed`, `missing` (only in the target), `extra` (only in the document) or `order` (a list)."""
    document: Document
    path: Path
    node: Node | None
    """The node that differs; for `missing` the container that lacks it."""
    now: Json
    target: Json
    key: str | int | None = None
    whole: Json = None
    """For gaps inside a container: what the container should be as a whole."""
    siblings: tuple[int, ...] = ()
    """For a missing item: positions in the target of all items that the list lacks."""
    owner: ResId = NOBODY
    """The target that it is a gap to."""
    settled: frozenset[Path] = frozenset()
    """Values that are right as they are, since names hang on them."""
    within: Path = ()
    """For a gap in a document inside a text: where the text stands."""
    text: Gap | None = None
    """For a gap in a document inside a text: the text as one that is another."""
    blind: list[Edits] = field(default_factory=list)
    """Assignments that open what might print it, though nothing in there has been read."""
    item: Gap | None = None
    """For a gap inside an item of a list: the item as one that the list lacks."""

    @property
    def place(self) -> tuple[ResId, Path]:
        """The target, and the path in it: of the text, where the gap is inside one."""
        return self.owner, self.within or self.path


def gaps(document: Document, target: Json) -> list[Gap]:
    """The residual of a document, embedded YAML, JSON and base64 looked into."""
    if document.root is None:
        return []
    return list(_walk(document, document.root, document.root.plain(), target, ()))


def gaps_at(document: Document, node: Node, target: Json, path: Path) -> list[Gap]:
    """The residual below one node."""
    return list(_walk(document, node, node.plain(), target, path))


def _walk(document: Document, node: Node, now: Json, target: Json, path: Path) -> Iterator[Gap]:
    if node.kind == "map" and isinstance(target, dict):
        for key in target:
            if key not in node.entries:
                yield Gap(
                    kind="missing",
                    document=document,
                    path=(*path, key),
                    node=node,
                    now=None,
                    target=target[key],
                    key=key,
                    whole=target,
                )
            elif not same(now[key], target[key]):
                yield from _walk(document, node.entries[key], now[key], target[key], (*path, key))
        for key in node.entries:
            if key not in target:
                yield Gap(
                    kind="extra",
                    document=document,
                    path=(*path, key),
                    node=node,
                    now=now[key],
                    target=None,
                    key=key,
                    whole=target,
                )
    elif node.kind == "list" and isinstance(target, list):
        yield from _walk_list(document, node, now, target, path)
    else:
        text = Gap(kind="changed", document=document, path=path, node=node, now=now, target=target, whole=target)
        inner = embedded(document, node, now, target)
        if inner is not None:
            document_inside, target_inside = inner
            found = gaps(document_inside, target_inside)
            if found:
                for gap in found:
                    gap.within = (*path, *gap.within)
                    gap.text = gap.text or text
                yield from found
                if sum(1 for piece in document_inside.real if piece.source is not None) != 1:
                    return  # else one value is printed as a whole, and may be read as a whole
        yield text


def _walk_list(document: Document, node: Node, now: list[Json], target: list[Json], path: Path) -> Iterator[Gap]:
    pairs = align(now, target)
    order = [right for left, right in pairs if left is not None and right is not None]
    if order != sorted(order):
        yield Gap(kind="order", document=document, path=path, node=node, now=now, target=target, whole=target)
    lacking = tuple(right for left, right in pairs if left is None and right is not None)
    for left, right in pairs:
        if left is None and right is not None:
            yield Gap(
                kind="missing",
                document=document,
                path=(*path, right),
                node=node,
                now=None,
                target=target[right],
                key=right,
                whole=target,
                siblings=lacking,
            )
        elif right is None and left is not None:
            yield Gap(
                kind="extra",
                document=document,
                path=(*path, left),
                node=node,
                now=now[left],
                target=None,
                key=left,
                whole=target,
            )
        elif left is not None and right is not None and not same(now[left], target[right]):
            item = Gap(
                kind="missing",
                document=document,
                path=(*path, right),
                node=node,
                now=None,
                target=target[right],
                key=right,
                whole=target,
            )
            for gap in _walk(document, node.items[left], now[left], target[right], (*path, right)):
                gap.item = gap.item or item
                yield gap


# -- documents inside documents ----------------------------------------------------------------------------------


def content_pieces(document: Document, node: Node) -> list[Piece]:
    """The pieces of a scalar's content, ghosts included: quotes, block header and indentation taken off."""
    first, last = document.span(node)
    listed = document.pieces[first:last]
    pieces = _cut(document, listed, first, node)
    if node.style in ("|", ">"):
        return _dedented(pieces)
    if node.style in ("'", '"'):
        return _unquoted(pieces)
    return pieces


def _cut(document: Document, listed: list[Piece], first: int, node: Node) -> list[Piece]:
    """Pieces cut to the node's characters; ghosts strictly inside are kept."""
    offsets = document.offsets
    place = offsets[first] if first < len(offsets) else len(document.text)
    if place > node.start and first > 0:
        # the piece before reaches into the node
        index = first - 1
        while index >= 0 and document.pieces[index].region is not None:
            index -= 1
        if index >= 0:
            listed = [document.pieces[index], *document.pieces[index + 1 : first], *listed]
            place -= len(document.pieces[index].text)
    found = []
    for piece in listed:
        if piece.region is not None:
            if node.start <= place <= node.end:
                found.append(piece)
            continue
        low, high = max(node.start - place, 0), min(node.end - place, len(piece.text))
        if high > low or (not piece.text and piece.source is not None and node.start <= place <= node.end):
            found.append(piece if high - low == len(piece.text) else piece.with_text(piece.text[low:high]))
        place += len(piece.text)
    return found


def block_pieces(document: Document, node: Node) -> list[Piece]:
    """The pieces of a literal block scalar, from the line break before its first line to the white space behind it.

    Ghosts may stand behind either.
    """
    rest = document.text[node.end :]
    wide = Node("scalar", node.start, node.end + len(rest) - len(rest.lstrip()))
    first, last = document.span(wide)
    return _dedented(_cut(document, document.pieces[first:last], first, wide), with_break=True)


def _dedented(pieces: list[Piece], *, with_break: bool = False) -> list[Piece]:
    width = _margin(pieces)
    found: list[Piece] = []
    header = True
    room = width
    for piece in pieces:
        rest = piece.text
        if header and piece.region is None:
            _, mark, rest = rest.partition("\n")
            header = not mark
            if mark and with_break:
                found.append(Piece("\n", None, piece.gate, None))
        if header and not (with_break and piece.region is not None):
            continue
        out = []
        for index, line in enumerate(rest.split("\n")):
            if index:
                out.append("\n")
                room = width
            blank = len(line) - len(line.lstrip(" "))
            cut = min(blank, room)
            out.append(line[cut:])
            # the indentation may go on in the next piece
            room = room - cut if cut == len(line) else 0
        text = "".join(out)
        if text or piece.region is not None or (not piece.text and piece.source is not None):
            found.append(piece.with_text(text))
    return found


def _margin(pieces: list[Piece]) -> int:
    """How far in the first line of a block scalar stands, that of a ghost where it has none yet."""
    real = "".join([piece.text for piece in pieces if piece.region is None]).partition("\n")[2]
    ghosts = "".join([piece.text for piece in pieces if piece.region is not None]).partition("\n")[2]
    line = next((line for text in (real, ghosts) for line in text.split("\n") if line.strip()), "")
    return len(line) - len(line.lstrip(" "))


def _unquoted(pieces: list[Piece]) -> list[Piece]:
    real = [index for index, piece in enumerate(pieces) if piece.region is None and piece.text]
    if not real:
        return pieces
    found = list(pieces)
    found[real[0]] = found[real[0]].with_text(found[real[0]].text[1:])
    found[real[-1]] = found[real[-1]].with_text(found[real[-1]].text[:-1])
    return found


def embedded(document: Document, node: Node, now: Json, target: Json) -> tuple[Document, Json] | None:
    """The document inside a scalar, and what it should be."""
    if node.kind != "scalar" or not isinstance(now, str) or not isinstance(target, str):
        return None
    pieces = content_pieces(document, node)
    sources = [piece for piece in pieces if piece.region is None and piece.text]
    if len(sources) == 1 and sources[0].source is not None and sources[0].source.op == "b64enc":
        inner = sources[0].source.args[0]
        decoded = _decoded(target)
        if decoded is None or inner.pieces is None:
            return None
        pieces, target = list(inner.pieces), decoded
    text = "".join(piece.text for piece in pieces if piece.region is None)
    if "\n" not in text.strip() and "\n" not in target.strip() and target[:1] not in "{[":
        return None
    if _is_one_value(pieces):
        return None  # given as a whole: nothing inside it can be set alone
    made = make_document(document.template, pieces)
    wanted = make_document(document.template, [Piece(target, None, None, None)])
    if made.root is None or wanted.root is None or made.error or wanted.error:
        return None
    if made.root.kind == "scalar" or wanted.root.kind != made.root.kind:
        return None
    return made, wanted.root.plain()


def _is_one_value(pieces: list[Piece]) -> bool:
    """Whether a text is one value of the chart, as it is."""
    shown = [piece for piece in pieces if piece.region is None and piece.text.strip()]
    sources = {id(_text_of(piece.source)): _text_of(piece.source) for piece in shown if piece.source is not None}
    if len(sources) != 1 or any(piece.source is None for piece in shown):
        return False
    (source,) = sources.values()
    return bool(source.direct) and isinstance(source.v, str)


def _text_of(source: Value) -> Value:
    while source.op in ("tpl", "tpl-text") and source.args and not source.direct:
        source = source.args[0]
    return source


def _decoded(text: str) -> str | None:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
