"""What a template printed, cut into documents where Helm cuts it, and the objects in its untaken branches."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.model import Json
from migrator.templates.interpreter.render import TemplateRun
from migrator.templates.output.documents import EDGE, Document, make_document, turned, with_marks
from migrator.templates.provenance.value import Piece, Region, text_of
from migrator.yamlio import decode, read_manifests

_LIST = re.compile(r"^kind: *[\"']?\w*List\b", re.MULTILINE)


def split_documents(run: TemplateRun) -> list[Document]:
    """The documents of a template's real output, empty ones left out; a `List` stands for its items."""
    if run.path.endswith("/NOTES.txt"):
        return []
    made = (make_document(run.path, _stripped(pieces)) for pieces in _split(run.pieces) if _has_content(pieces))
    return [item for document in made for item in _items(document)]


def _items(document: Document) -> list[Document]:
    root = document.root if "List" in document.text and _LIST.search(document.text) else None
    items = root.entries.get("items") if root is not None else None
    if items is None or items.kind != "list":
        return [document]
    found = []
    spans = sorted({(node.start, node.end) for node in items.items})  # an alias stands where its anchor does
    pieces = dict(zip(spans, _slices(document.pieces, spans), strict=True))
    for node in items.items:
        column = node.start - (document.text.rfind("\n", 0, node.start) + 1)
        # the first line of an item begins behind its dash
        inside = [Piece(" " * column, None, None, None), *pieces[node.start, node.end], Piece("\n", None, None, None)]
        found += _items(make_document(document.template, inside))
    return found


def _stripped(pieces: list[Piece]) -> list[Piece]:
    """Without white space at either end and with one line break after it, as Helm prints a document."""
    kept = list(pieces)
    for index, piece in enumerate(kept):
        if piece.region is None:
            kept[index] = piece.with_text(piece.text.lstrip())
            if kept[index].text:
                break
    for index in range(len(kept) - 1, -1, -1):
        piece = kept[index]
        if piece.region is None:
            kept[index] = piece.with_text(piece.text.rstrip())
            taken = piece.text[len(kept[index].text) :]
            if taken:
                kept.insert(index + 1, Piece(taken, None, piece.path_condition, EDGE))
            if kept[index].text:
                break
    return [*kept, Piece("\n", None, None, None)]


def _has_content(pieces: list[Piece]) -> bool:
    return any(piece.region is None and piece.text.strip() for piece in pieces)


def _split(pieces: list[Piece]) -> Iterator[list[Piece]]:
    """Cut pieces where Helm cuts the text that they make (fact D11)."""
    text = "".join([piece.text for piece in pieces if piece.region is None])
    bounds = [0]
    for dashes in _separators(text):
        start, end = dashes, dashes + 3
        while start > bounds[-1] and text[start - 1].isspace():
            start -= 1
        while end < len(text) and text[end].isspace():
            end += 1
        bounds += [start, end]
    bounds.append(len(text))
    if len(bounds) == 2:
        yield pieces
        return
    yield from _slices(pieces, list(zip(bounds[::2], bounds[1::2], strict=True)))


def _separators(text: str) -> Iterator[int]:
    """Where lines begin with three dashes."""
    at = 0 if text.startswith("---") else text.find("\n---") + 1
    while at or text.startswith("---", at):
        yield at
        at = text.find("\n---", at) + 1
        if not at:
            return


def _slices(pieces: list[Piece], ranges: list[tuple[int, int]]) -> list[list[Piece]]:
    """The pieces on each of some rising ranges of the text, in one pass; what has no width goes where it stands."""
    found: list[list[Piece]] = [[] for _ in ranges]
    place = first = 0
    for piece in pieces:
        while first < len(ranges) - 1 and ranges[first][1] < place:
            first += 1
        if piece.region is not None or not piece.text:
            start, end = ranges[first]
            if start <= place <= end:
                found[first].append(piece)
            continue
        behind = place + len(piece.text)
        for index in range(first, len(ranges)):
            start, end = ranges[index]
            if start >= behind:
                break
            low, high = max(start - place, 0), min(end - place, len(piece.text))
            if high > low:
                found[index].append(piece if high - low == len(piece.text) else piece.with_text(piece.text[low:high]))
        place = behind
    return found


def untaken_documents(run: TemplateRun) -> list[tuple[Region, Document]]:
    """Whole objects that a template would print if one condition over them turned, with that condition's region."""
    found: list[tuple[Region, Document]] = []
    for region, inside in _by_region(run).values():
        if "kind:" not in "".join([p.text for p in inside if p.region is region]):
            continue
        inner = [Piece(p.text, p.source, p.path_condition, None, p.wholes) if p.region is region else p for p in inside]
        for pieces in _split(inner):
            for over, whole in _headed(region, pieces):
                made = _items(make_document(run.path, whole))
                read = (each if each.resource is not None else with_marks(each) for each in made)
                found += [(over, document) for document in read if document.resource is not None]
    return found


def _headed(region: Region, pieces: list[Piece]) -> Iterator[tuple[Region, list[Piece]]]:
    """An object's pieces; where only untaken branches inside it say its apiVersion, with each of these made real."""
    inner = {id(p.region): p.region for p in pieces if p.region is not None and "apiVersion:" in p.text}
    if not inner or "apiVersion:" in text_of(pieces):
        yield region, pieces
    else:
        for untaken in inner.values():
            yield untaken, turned(pieces, [untaken])


def _by_region(run: TemplateRun) -> dict[int, tuple[Region, list[Piece]]]:
    """Each untaken branch that prints something with its pieces, those of untaken branches inside it included."""
    found: dict[int, tuple[Region, list[Piece]]] = {}
    printing: dict[int, None] = {}
    for piece in run.pieces if not run.path.endswith("/NOTES.txt") else ():
        region = piece.region
        if region is not None:
            printing[id(region)] = None
        while region is not None:
            found.setdefault(id(region), (region, []))[1].append(piece)
            region = region.parent
    return {key: found[key] for key in printing}


def plain_documents(data: bytes) -> list[Json]:
    """The values of the documents of a file that carries no provenance (`crds/`)."""
    return list(read_manifests(decode(data)))
