"""One scalar of a document read backwards: the assignments under which it would be what the target has there."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from migrator.inference.assignments.values_tree import Edits
from migrator.inference.gaps.scalar_content import block_pieces, content_pieces
from migrator.inference.inversion.inverse_functions import as_written
from migrator.inference.inversion.inverter import invert, invert_lines, invert_text
from migrator.inference.inversion.separated_lists import repeated
from migrator.model import Json
from migrator.templates.golang.yaml_tree import Node
from migrator.templates.output.documents import Document
from migrator.templates.provenance.value import MARK, Piece, Value

MAX_LINES = 3
"""Lines of one text that are read alone."""


def scalar_text(value: Json) -> str:
    """A scalar as a template would print it into YAML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def source_of(document: Document, node: Node) -> Value | None:
    """The one value that a node was printed from; None where it is none or several."""
    pieces = [p for p in content_pieces(document, node) if p.region is None and p.text]
    found = [p.source for p in pieces if p.source is not None]
    return found[0] if len({id(source) for source in found}) == 1 else None


def read_scalar(document: Document, node: Node, target: Json) -> Iterator[Edits]:
    """Assignments that turn a scalar into the target, likeliest first."""
    pieces = content_pieces(document, node)
    if isinstance(target, (dict, list)):
        for piece in pieces:
            if piece.region is None and piece.source is not None:
                yield from islice(invert(piece.source, target), 3)
        return
    if node.value is None or node.value == "":
        for piece in document.around(node):
            if piece.region is None and piece.source is not None and not piece.text.strip("\"'"):
                yield from islice(invert(piece.source, target), 3)
    marked = [p for p in pieces if p.region is None and p.text == MARK and p.source is not None]
    if marked and isinstance(marked[0].source, Value) and len([p for p in pieces if p.region is None and p.text]) == 1:
        tree = as_written(target)
        if tree is not None:
            yield from islice(invert(marked[0].source, tree), 1)
        yield from islice(invert(marked[0].source, target), 3)
    by_lines = node.style == "|" and isinstance(target, str) and "\n" in target
    if node.style == "|":
        header = next((p.source for p in document.under(node)), None)
        if header is not None and any(p.source is header for p in pieces):  # toYaml chose the style, for the whole text
            yield from islice(invert(header, target), 1)
    if by_lines:
        yield from read_lines(document, node, target)
    text = scalar_text(target)
    if isinstance(target, str):
        yield from repeated(document, node, target, folded=False)
    yield from islice(invert_text(_trimmed(pieces, target), text, typed=target, by_lines=not by_lines), 8)
    if isinstance(target, str):
        yield from repeated(document, node, target, folded=True)


def read_lines(document: Document, node: Node, target: str, *, tolerant: bool = False) -> Iterator[Edits]:
    """Assignments that turn a literal block scalar into the target, or, tolerant, nearer to it."""
    key = (node.start, node.end, target, tolerant)
    if key not in document.readings:
        document.readings[key] = tuple(invert_lines(block_pieces(document, node), "\n" + target, tolerant=tolerant))
    yield from document.readings[key]


def read_each_line(document: Document, node: Node, target: str) -> Iterator[Edits]:
    """Assignments that turn single lines of a text into those of the target, where it keeps their number."""
    pieces = [piece for piece in block_pieces(document, node) if piece.region is None]
    lines, wanted = _lines(pieces), ("\n" + target).split("\n")
    now = ["".join(piece.text for piece in line) for line in lines]
    excess = len(wanted) - len(now)
    if any(wanted[len(now) :]) or any(now[len(wanted) :]) or abs(excess) > 1:
        return
    differing = (index for index in range(min(len(now), len(wanted))) if now[index] != wanted[index])
    for index in islice(differing, MAX_LINES):
        yield from islice(invert_text(lines[index], wanted[index], by_lines=False), 1)


def _lines(pieces: list[Piece]) -> list[list[Piece]]:
    """The pieces of each line."""
    found: list[list[Piece]] = [[]]
    for piece in pieces:
        first, *others = piece.text.split("\n")
        found[-1].append(piece.with_text(first))
        found += [[piece.with_text(text)] for text in others]
    return found


def _trimmed(pieces: list[Piece], target: Json) -> list[Piece]:
    """A block scalar's text ends with line breaks that its style takes off or keeps; follow the target."""
    text = "".join(piece.text for piece in pieces if piece.region is None)
    if not isinstance(target, str) or "\n" not in text:
        return pieces
    excess = len(text) - len(text.rstrip("\n")) - (len(target) - len(target.rstrip("\n")))
    kept = list(pieces)
    for index in range(len(kept) - 1, -1, -1):
        if excess <= 0:
            break
        piece = kept[index]
        if piece.region is not None:
            continue
        shorter = piece.text.rstrip("\n")
        cut = min(excess, len(piece.text) - len(shorter))
        kept[index] = piece.with_text(piece.text[: len(piece.text) - cut])
        excess -= cut
        if shorter:
            break
    return kept
