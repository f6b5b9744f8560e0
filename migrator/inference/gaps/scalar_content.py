"""The content of a scalar without quotes and indentation, and the YAML or JSON document that it may hold."""

from __future__ import annotations

import base64
import binascii
import json

from migrator.model import Json
from migrator.templates.golang.yaml_tree import Node
from migrator.templates.output.documents import Document, make_document
from migrator.templates.provenance.value import Piece, Region, Value


def content_pieces(document: Document, node: Node) -> list[Piece]:
    """The pieces of a scalar's content, untaken branches included: quotes, block header and indentation taken off."""
    first, last = document.span(node)
    listed = document.pieces[first:last]
    pieces = _cut(document, listed, first, node)
    if node.style in ("|", ">"):
        return _dedented(pieces)
    if node.style in ("'", '"'):
        return _unquoted(pieces)
    return pieces


def _cut(document: Document, listed: list[Piece], first: int, node: Node) -> list[Piece]:
    """Pieces cut to the node's characters; untaken branches strictly inside are kept."""
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

    Untaken branches may stand behind either.
    """
    rest = document.text[node.end :]
    wide = Node("scalar", node.start, node.end + len(rest) - len(rest.lstrip()))
    first, last = document.span(wide)
    return _dedented(_cut(document, document.pieces[first:last], first, wide), with_break=True)


def _dedented(pieces: list[Piece], *, with_break: bool = False) -> list[Piece]:
    width = _margin(pieces)
    found: list[Piece] = []
    header, owner = True, None
    real = untaken = width  # what is left to take off the line: of the text, of the untaken branch that stands in it
    for piece in pieces:
        rest, branch = piece.text, _outermost(piece.region)
        if header and branch is None:
            _, mark, rest = rest.partition("\n")
            header = not mark
            if mark:
                real = width
                found += [Piece("\n", None, piece.path_condition, None)] if with_break else []
        if header and not (with_break and branch is not None):
            continue
        if branch is None:
            text, real = _without_margin(rest, width, real)
        else:
            text, untaken = _without_margin(rest, width, untaken if branch is owner else real)
        owner = branch
        if text or piece.region is not None or (not piece.text and piece.source is not None):
            found.append(piece.with_text(text))
    return found


def _without_margin(text: str, width: int, room: int) -> tuple[str, int]:
    """A text without the indentation of its lines, `room` of it on the first; and what is left to take off the last."""
    out = []
    for index, line in enumerate(text.split("\n")):
        room = width if index else room
        cut = min(len(line) - len(line.lstrip(" ")), room)
        out.append(line[cut:])
        # the indentation may go on in the next piece
        room = room - cut if cut == len(line) else 0
    return "\n".join(out), room


def _outermost(region: Region | None) -> Region | None:
    while region is not None and region.parent is not None:
        region = region.parent
    return region


def _margin(pieces: list[Piece]) -> int:
    """The indentation of the first line of a block scalar; of an untaken branch's first line where it has none."""
    real = "".join([piece.text for piece in pieces if piece.region is None]).partition("\n")[2]
    untaken = "".join([piece.text for piece in pieces if piece.region is not None]).partition("\n")[2]
    line = next((line for text in (real, untaken) for line in text.split("\n") if line.strip()), "")
    return len(line) - len(line.lstrip(" "))


def _unquoted(pieces: list[Piece]) -> list[Piece]:
    real = [index for index, piece in enumerate(pieces) if piece.region is None and piece.text]
    if not real:
        return pieces
    found = list(pieces)
    found[real[0]] = found[real[0]].with_text(found[real[0]].text[1:])
    found[real[-1]] = found[real[-1]].with_text(found[real[-1]].text[:-1])
    if not any("\\" in piece.text for piece in found) or pieces[real[0]].text[:1] != '"':
        return found
    return [piece.with_text(_unescaped(piece.text)) if "\\" in piece.text else piece for piece in found]


def _unescaped(text: str) -> str:
    """A part of a text in double quotes as it is read; as it stands where an escape goes on in the next part."""
    try:
        return str(json.loads(f'"{text}"', strict=False))
    except ValueError:
        return text


def embedded(document: Document, node: Node, now: Json, target: Json) -> tuple[Document, Json] | None:
    """The document inside a scalar, and what it should be."""
    if node.kind != "scalar" or not isinstance(now, str) or not isinstance(target, str):
        return None
    pieces = content_pieces(document, node)
    sources = [piece for piece in pieces if piece.region is None and piece.text]
    if len(sources) == 1 and sources[0].source is not None and sources[0].source.op == "b64enc":
        inner = sources[0].source.args[0]
        decoded = decoded_text(target)
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


def decoded_text(text: str) -> str | None:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
