"""The documents that a template printed, each node tied to the pieces under it, ghosts at hand."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from migrator.model import Json, ResId, Resource, resource_of
from migrator.templates.errors import TemplateError
from migrator.templates.render import SEPARATOR, TemplateRun
from migrator.templates.text import pieces_between
from migrator.templates.tree import Node, parse_tree
from migrator.templates.value import Gate, Piece, Region


@dataclass(slots=True, eq=False)
class Document:
    """One YAML document of a template's output. `pieces` holds real and ghost ones in order."""

    template: str
    pieces: list[Piece]
    text: str
    root: Node | None
    error: str = ""
    starts: list[int] = field(default_factory=list)
    """Offset of each real piece in the text."""
    real: list[Piece] = field(default_factory=list)
    _resource: Resource | None = None
    _regions: list[Region] | None = None

    @property
    def resource(self) -> Resource | None:
        """The object that the document holds, None where it holds none."""
        if self._resource is None and self.root is not None and self.root.kind == "map":
            body = self.root.plain()
            if body.get("kind") and body.get("apiVersion"):
                self._resource = resource_of(body)
        return self._resource

    @property
    def id(self) -> ResId | None:
        return self.resource.id if self.resource is not None else None

    def under(self, node: Node) -> list[Piece]:
        """The real pieces that a node stands on; of an empty node the ones that would fill it."""
        return pieces_between(self.real, self.starts, node.start, node.end)

    def span(self, node: Node) -> tuple[int, int]:
        """First and last index into `pieces`, ghosts included, that lie within a node."""
        offsets = self._offsets()
        return bisect_left(offsets, node.start), bisect_right(offsets, node.end)

    def _offsets(self) -> list[int]:
        offsets, place = [], 0
        for piece in self.pieces:
            offsets.append(place)
            if piece.region is None:
                place += len(piece.text)
        return offsets

    def gate_at(self, node: Node) -> Gate | None:
        """The innermost gate over the first character of a node."""
        found = pieces_between(self.real, self.starts, node.start, min(node.start + 1, node.end) or node.end)
        return found[-1].gate if found else None

    @property
    def regions(self) -> list[Region]:
        """Ghosts within the document, in order of appearance, parents before children."""
        if self._regions is None:
            seen: dict[int, Region] = {}
            for piece in self.pieces:
                chain = []
                region = piece.region
                while region is not None and id(region) not in seen:
                    chain.append(region)
                    region = region.parent
                for item in reversed(chain):
                    seen[id(item)] = item
            self._regions = list(seen.values())
        return self._regions

    def ghost_text(self, region: Region) -> str:
        """What a ghost itself prints."""
        return "".join(piece.text for piece in self.pieces if piece.region is region)

    def variant(self, regions: Iterable[Region]) -> Document:
        """The document as it would be with these gates turned: ghosts in, the branches that they replace out."""
        return make_document(self.template, turned(self.pieces, regions))


def turned(pieces: Iterable[Piece], regions: Iterable[Region]) -> list[Piece]:
    """Pieces with some ghosts made real, and what the other branch of their gates printed taken out."""
    chosen: set[int] = set()
    replaced: set[tuple[int, bool]] = set()
    for region in regions:
        here: Region | None = region
        while here is not None:
            chosen.add(id(here))
            if here.gate.keyword != "range":
                replaced.add((id(here.gate.condition), not here.gate.wanted))
            here = here.parent
    kept = []
    for piece in pieces:
        if piece.region is not None:
            if id(piece.region) in chosen:
                kept.append(Piece(piece.text, piece.source, piece.gate, None))
            else:
                kept.append(piece)
            continue
        if replaced and _under(piece.gate, replaced):
            continue
        kept.append(piece)
    return kept


def _under(gate: Gate | None, replaced: set[tuple[int, bool]]) -> bool:
    while gate is not None:
        if (id(gate.condition), gate.wanted) in replaced:
            return True
        gate = gate.parent
    return False


def make_document(template: str, pieces: list[Piece]) -> Document:
    """A document of its pieces; one that is no YAML carries the error."""
    real, starts, place = [], [], 0
    for piece in pieces:
        if piece.region is None:
            real.append(piece)
            starts.append(place)
            place += len(piece.text)
    text = "".join(piece.text for piece in real)
    error = ""
    roots: list[Node] = []
    try:
        roots = parse_tree(text)
    except TemplateError as failure:
        error = failure.message
    return Document(template, pieces, text, roots[0] if roots else None, error, starts, real)


def split_documents(run: TemplateRun) -> list[Document]:
    """The documents of a template's real output, empty ones left out."""
    if run.path.endswith("/NOTES.txt"):
        return []
    return [make_document(run.path, _stripped(pieces)) for pieces in _split(run.pieces) if _has_content(pieces)]


def _stripped(pieces: list[Piece]) -> list[Piece]:
    """Without white space at either end and with one line break after it, as Helm prints a document."""
    kept = list(pieces)
    for front in (True, False):
        for index in range(len(kept)) if front else range(len(kept) - 1, -1, -1):
            piece = kept[index]
            if piece.region is not None:
                continue
            text = piece.text.lstrip() if front else piece.text.rstrip()
            if text != piece.text:
                kept[index] = piece.with_text(text)
            if text:
                break
    return [*kept, Piece("\n", None, None, None)]


def _has_content(pieces: list[Piece]) -> bool:
    return any(piece.region is None and piece.text.strip() for piece in pieces)


def _split(pieces: list[Piece]) -> Iterator[list[Piece]]:
    """Cut pieces where Helm cuts the text that they make."""
    text = "".join(piece.text for piece in pieces if piece.region is None)
    cuts = [(match.start(), match.end()) for match in SEPARATOR.finditer(text)]
    if not cuts:
        yield pieces
        return
    bounds = [0, *(edge for cut in cuts for edge in cut), len(text)]
    for index in range(0, len(bounds), 2):
        yield _slice(pieces, bounds[index], bounds[index + 1])


def _slice(pieces: list[Piece], start: int, end: int) -> list[Piece]:
    found, place = [], 0
    for piece in pieces:
        if piece.region is not None:
            if start <= place <= end:
                found.append(piece)
            continue
        low, high = max(start - place, 0), min(end - place, len(piece.text))
        if high > low:
            found.append(piece if high - low == len(piece.text) else piece.with_text(piece.text[low:high]))
        place += len(piece.text)
    return found


def ghost_documents(run: TemplateRun) -> list[tuple[Region, Document]]:
    """Whole objects that a template would print if one gate over them were turned, with that gate's region."""
    found: list[tuple[Region, Document]] = []
    seen: set[int] = set()
    for piece in run.pieces if not run.path.endswith("/NOTES.txt") else ():
        region = piece.region
        if region is None or id(region) in seen:
            continue
        seen.add(id(region))
        text = "".join(p.text for p in run.pieces if p.region is region)
        if "kind:" not in text:
            continue
        inner = [
            Piece(p.text, p.source, p.gate, None) if p.region is region else p
            for p in run.pieces
            if p.region is region or _inside(p.region, region)
        ]
        for pieces in _split(inner):
            document = make_document(run.path, pieces)
            if document.resource is not None:
                found.append((region, document))
    return found


def _inside(region: Region | None, outer: Region) -> bool:
    while region is not None:
        if region is outer:
            return True
        region = region.parent
    return False


def plain_documents(text: str) -> list[Json]:
    """The values of the documents of a text that carries no provenance (`crds/`)."""
    return [node.plain() for node in parse_tree(text)]
