"""A document that a template printed: its nodes tied to the pieces under them, untaken branches at hand."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from itertools import accumulate
from typing import Any

from migrator.model import Json, ResId, Resource, resource_of
from migrator.templates.errors import TemplateError
from migrator.templates.golang.yaml_tree import Node, blank_after, blank_before, parse_tree
from migrator.templates.provenance.value import MARK, PathCondition, Piece, Region, Value, pieces_between, text_of
from migrator.yamlio import YamlError, read_manifests

_UNDER_KEY = re.compile(rf"^( *)(?:- )?[\w./-]+: *\n\1{MARK}$", re.MULTILINE)
_METADATA = re.compile(r"^metadata:[ \t]*\n(?:(?:[ #][^\n]*)?\n)+(?=[A-Za-z])", re.MULTILINE)


EDGE = Region(PathCondition(None, "quiet", Value(None), True, False), None)
"""White space that Helm takes off the end of a document, and that an untaken branch standing behind it needs back."""


class Document:
    """One YAML document of a template's output. `pieces` holds real and untaken branch ones in order."""

    __slots__ = (
        "_error",
        "_offsets",
        "_parsed",
        "_regions",
        "_resource",
        "_root",
        "_spans",
        "computed",
        "fragments",
        "pieces",
        "readings",
        "real",
        "speakers",
        "starts",
        "template",
        "text",
    )

    def __init__(self, template: str, pieces: list[Piece]) -> None:
        self.template, self.pieces = template, pieces
        self.real = [piece for piece in pieces if piece.region is None]
        self.starts = list(accumulate((len(piece.text) for piece in self.real), initial=0))[:-1]
        """Offset of each real piece in the text."""
        self.readings: dict[tuple[int, int, str, bool], tuple[Any, ...]] = {}
        """How texts inside it could become others, once that has been asked: place, text, tolerance."""
        self.text = "".join([piece.text for piece in self.real])
        self._error = ""
        self._root: Node | None = None
        self._parsed = False
        self._resource: Resource | bool | None = False
        self._regions: list[Region] | None = None
        self._offsets: list[int] | None = None
        self._spans: dict[int, tuple[int, int]] | None = None
        self.computed: frozenset[str] | None = None
        """Keys to which templates give the checksum of something else, once that has been asked."""
        self.fragments: dict[tuple[int, bool], Document] = {}
        self.speakers: dict[tuple[int, bool, str | int | None], list[tuple[Region, str, str]]] = {}
        """Untaken branches looked at again and again: each alone, and those within a node with their texts."""

    @property
    def root(self) -> Node | None:
        """The tree of the text, None where it is empty or no YAML."""
        if not self._parsed:
            self._parsed = True
            try:
                roots = parse_tree(self.text)
                self._root = roots[0] if roots else None
            except TemplateError as failure:
                self._error = failure.message
        return self._root

    @property
    def metadata(self) -> Node | None:
        """The tree of the object's metadata, read without the rest, which may be a megabyte of schema."""
        if not self._parsed and (head := _METADATA.search(self.text)):
            try:
                roots = parse_tree(self.text[: head.end()])
            except TemplateError:
                roots = []
            if len(roots) == 1 and "metadata" in roots[0].entries:
                return roots[0].entries["metadata"]
        return self.root.entries.get("metadata") if self.root is not None else None

    @property
    def error(self) -> str:
        """Why the text is not YAML; empty where it is."""
        _ = self.root
        return self._error

    @property
    def resource(self) -> Resource | None:
        """The object that the document holds, None where it holds none."""
        if isinstance(self._resource, bool):
            self._resource = None
            try:
                body = next(iter(read_manifests(self.text)), None)
            except YamlError:
                return None
            if isinstance(body, dict) and body.get("kind") and body.get("apiVersion") and _has_metadata(body):
                self._resource = resource_of(body)
        return self._resource

    def read(self, known: dict[str, Resource | None]) -> Resource | None:
        """The object that the document holds, taken from those of the same text that were read before."""
        if self.text not in known:
            known[self.text] = self.resource
        self._resource = known[self.text]
        return self._resource

    @property
    def id(self) -> ResId | None:
        return self.resource.id if self.resource is not None else None

    def under(self, node: Node) -> list[Piece]:
        """The real pieces that a node stands on; of an empty node the ones that would fill it."""
        return pieces_between(self.real, self.starts, node.start, node.end)

    def span(self, node: Node) -> tuple[int, int]:
        """First and last index into `pieces`, untaken branches included, that lie within a node."""
        offsets = self.offsets
        return bisect_left(offsets, node.start), bisect_right(offsets, node.end)

    def around(self, node: Node) -> list[Piece]:
        """The pieces, untaken ones too, that lie within a node or in the white space and comments beside it."""
        return [piece for _, piece in self.placed_around(node)]

    def placed_around(self, node: Node) -> list[tuple[int, Piece]]:
        """The pieces around a node, each with where it stands in the text."""
        offsets = self.offsets
        low, high = blank_before(self.text, node.start), blank_after(self.text, node.end)
        span = slice(bisect_left(offsets, low), bisect_right(offsets, high))
        return list(zip(offsets[span], self.pieces[span], strict=True))

    @property
    def offsets(self) -> list[int]:
        """Where in the text each piece stands, untaken branches included."""
        if self._offsets is None:
            lengths = (len(piece.text) if piece.region is None else 0 for piece in self.pieces)
            self._offsets = list(accumulate(lengths, initial=0))[:-1]
        return self._offsets

    def path_condition_at(self, node: Node) -> PathCondition | None:
        """The innermost path condition over the first character of a node."""
        found = pieces_between(self.real, self.starts, node.start, min(node.start + 1, node.end) or node.end)
        return found[-1].path_condition if found else None

    @property
    def regions(self) -> list[Region]:
        """Untaken branches within the document, in order of appearance, parents before children."""
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

    def place_of(self, region: Region) -> int:
        """Where in the text an untaken branch of the document would begin."""
        return self.offsets[self._span_of(region)[0]]

    def _span_of(self, region: Region) -> tuple[int, int]:
        if self._spans is None:
            self._spans = _spans_of(self.pieces)
        return self._spans[id(region)]

    def fragment(self, region: Region) -> Document:
        """What one untaken branch would print, alone and at its column; those inside it stay untaken."""
        low, high = self._span_of(region)
        place = self.offsets[low]
        line = self.text[self.text.rfind("\n", 0, place) + 1 : place]
        if line.strip("- ") and not self.pieces[low].text.startswith("\n"):
            return make_document(self.template, [])  # it goes on with a line that has begun
        pieces = [Piece(" " * len(line), None, None, None)]
        for piece in self.pieces[low:high]:
            if piece.region is region:
                pieces.append(Piece(piece.text, piece.source, piece.path_condition, None, piece.wholes))
            elif _inside(piece.region, region):
                pieces.append(piece)
        return make_document(self.template, pieces)

    def variant(self, regions: Iterable[Region]) -> Document:
        """The document with these conditions turned: untaken branches in, the branches that they replace out."""
        return make_document(self.template, turned(self.pieces, regions))


def _spans_of(pieces: list[Piece]) -> dict[int, tuple[int, int]]:
    """First and last index of the pieces of each untaken branch, those of untaken branches inside it included."""
    found: dict[int, tuple[int, int]] = {}
    for index, piece in enumerate(pieces):
        region = piece.region
        while region is not None:
            found[id(region)] = (found.get(id(region), (index, 0))[0], index + 1)
            region = region.parent
    return found


def _has_metadata(body: dict[str, Json]) -> bool:
    """Whether the metadata, where there is any, is a map as in every object."""
    return isinstance(body.get("metadata") or {}, dict)


def turned(pieces: Iterable[Piece], regions: Iterable[Region]) -> list[Piece]:
    """Pieces with some untaken branches made real, and what the other branch of their conditions printed taken out."""
    chosen: set[int] = set()
    replaced: set[tuple[int, bool]] = set()
    for region in regions:
        here: Region | None = region
        while here is not None:
            chosen.add(id(here))
            if here.path_condition.keyword != "range":
                replaced.add((id(here.path_condition.condition), not here.path_condition.wanted))
            here = here.parent
    kept = []
    known: dict[int, bool] = {}
    for piece in pieces:
        untaken, path_condition = piece.region, piece.path_condition
        if untaken is not None:
            if id(untaken) in chosen or untaken is EDGE:
                kept.append(Piece(piece.text, piece.source, path_condition, None, piece.wholes))
            else:
                kept.append(piece)
        elif path_condition is None or not replaced or not _under(path_condition, replaced, known):
            kept.append(piece)
    return kept


def realised(value: Value) -> Value:
    """A text of an untaken branch as it is once that branch is taken."""
    regions = [piece.region for piece in value.pieces or () if piece.region is not None]
    if not regions or any(piece.region is None and piece.text for piece in value.pieces or ()):
        return value
    pieces = turned(value.pieces or (), [min(regions, key=lambda region: region.depth)])
    return Value(text_of(pieces), value.direct, value.op, value.args, tuple(pieces))


def _under(path_condition: PathCondition, replaced: set[tuple[int, bool]], known: dict[int, bool]) -> bool:
    """Whether a condition is one of those, or below one; neighbours share their conditions, so the answers are kept."""
    found = known.get(id(path_condition))
    if found is None:
        found = (id(path_condition.condition), path_condition.wanted) in replaced or (
            path_condition.parent is not None and _under(path_condition.parent, replaced, known)
        )
        known[id(path_condition)] = found
    return found


def make_document(template: str, pieces: list[Piece]) -> Document:
    """A document of its pieces, parsed when it is asked for."""
    return Document(template, pieces)


def with_marks(made: Document, *, in_list: bool = False) -> Document:
    """The document with each mark that stands alone on its line as an entry or an item, where that makes it YAML."""
    if MARK not in made.text or not (made.error or in_list or (made.root is not None and made.root.kind == "scalar")):
        return made
    forms = (f"{MARK}: {MARK}", f"- {MARK}")
    # only the items of a list may stand in the column of their key
    for form in reversed(forms) if in_list or _UNDER_KEY.search(made.text) else forms:
        changed = [_alone(made.pieces, index, form) for index in range(len(made.pieces))]
        tried = make_document(made.template, changed)
        if not tried.error:
            return tried
    return made


def _alone(pieces: list[Piece], index: int, form: str) -> Piece:
    piece = pieces[index]
    if piece.region is not None or piece.text != MARK:
        return piece
    before = next((p.text for p in reversed(pieces[:index]) if p.region is None and p.text), "\n")
    line = before.rsplit("\n", 1)[-1]
    return piece.with_text(form) if not line.strip() else piece


def _inside(region: Region | None, outer: Region) -> bool:
    while region is not None:
        if region is outer:
            return True
        region = region.parent
    return False
