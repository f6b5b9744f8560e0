"""Gaps: the places where a rendered document differs from its target."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Self

from migrator.inference.assignments.values_tree import MISSING, Edits, value_at
from migrator.inference.gaps.distance import leaf_count
from migrator.inference.gaps.pairing import align
from migrator.inference.gaps.scalar_content import embedded
from migrator.model import Json, KeyPath, ResId
from migrator.templates.golang.yaml_tree import Node
from migrator.templates.output.documents import Document
from migrator.yamlio import same

NOBODY = ResId(group="", kind="", namespace="", name="")


@dataclass(slots=True, kw_only=True)
class Gap:
    """One place where a document differs from its target."""

    kind: str
    """`changed`, `missing` (only in the target), `extra` (only in the document) or `order` (a list)."""
    document: Document
    path: KeyPath
    node: Node | None
    """The node that differs; for `missing` and `extra` the container that lacks or has it."""
    now: Json
    target: Json
    key: str | int | None = None
    whole: Json = None
    """For gaps inside a container: what the container should be as a whole."""
    siblings: tuple[int, ...] = ()
    """For a missing item: positions in the target of all items that the list lacks."""
    worth: float = 1.0
    """What a leaf of its object counts: less where the object is far from its target."""
    here: KeyPath = ()
    """Where `node` stands in the document, whose lists may have another order than those of the target."""
    owner: ResId = NOBODY
    """The target that it is a gap to."""
    name_inputs: frozenset[KeyPath] = frozenset()
    """Values that determine object names which are right: candidates that change them come last."""
    within: KeyPath = ()
    """For a gap in a document inside a text: where the text stands."""
    text: Gap | None = None
    """For a gap in a document inside a text: the gap of the text as a whole."""
    only_opening: list[Edits] = field(default_factory=list)
    """Assignments that open a branch which might print it, though nothing of it could be read there."""
    item: Gap | None = None
    """For a gap inside an item of a list: the gap of the whole item, as if the list lacked it."""
    entries: list[Gap] = field(default_factory=list)
    """The entries that the gap lies in, innermost first, each as if its map lacked it altogether."""
    readings: list[tuple[int, Edits]] | None = None
    """What was read through untaken branches: leaves that stay unexplained, and assignments. None before that."""

    @property
    def place(self) -> tuple[ResId, KeyPath]:
        """The target and the path in it; for a gap inside a text, that of the text."""
        return self.owner, self.within or self.path


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """A document and its target at one place, as a cluster would hold them, and the target as it is written."""

    now: Json
    target: Json
    written: Json
    """MISSING where the API server fills it in."""

    @classmethod
    def plain(cls, now: Json, target: Json) -> Self:
        """Of what no API server fills in."""
        return cls(now=now, target=target, written=target)

    def at(self, key: str | int, other: str | int) -> Sides:
        """What both hold under a key, or at two places of a list."""
        return Sides(now=self.now[key], target=self.target[other], written=value_at(self.written, (other,)))

    @property
    def whole(self) -> Json:
        """What the place should be, in the words of the target; of what is filled in only what differs now."""
        is_scalar = isinstance(self.target, str | int | float) and isinstance(self.written, str | int | float)
        if self.written is MISSING or not (is_scalar or type(self.written) is type(self.target)):
            return self.target
        if not isinstance(self.target, dict):
            return self.written
        now = self.now if isinstance(self.now, dict) else self.target
        wanted = (key for key in self.target if key in self.written or not same(now.get(key), self.target[key]))
        return {key: self.written.get(key, self.target[key]) for key in wanted}


def gaps(document: Document, target: Json) -> list[Gap]:
    """All gaps of a document, those inside embedded YAML, JSON and base64 included."""
    return [] if document.root is None else gaps_between(document, Sides.plain(document.root.plain(), target))


def gaps_between(document: Document, sides: Sides) -> list[Gap]:
    """The same where the API server fills in what is not written, and leaves out what says nothing."""
    return [] if document.root is None else list(_walk(document, document.root, sides, (), here=()))


def missing(
    document: Document,
    node: Node,
    path: KeyPath,
    key: str | int,
    whole: Json,
    *,
    here: KeyPath = (),
    siblings: tuple[int, ...] = (),
) -> Gap:
    """The gap of an entry or item that a container at a path lacks; `whole` is what the container should be."""
    return Gap(
        kind="missing",
        document=document,
        path=(*path, key),
        node=node,
        now=None,
        target=whole[key],
        key=key,
        whole=whole,
        siblings=siblings,
        here=here,
    )


def _extra(
    document: Document, node: Node, path: KeyPath, key: str | int, whole: Json, *, now: Json, here: KeyPath
) -> Gap:
    return Gap(
        kind="extra",
        document=document,
        path=(*path, key),
        node=node,
        now=now,
        target=None,
        key=key,
        whole=whole,
        here=here,
    )


def _walk(document: Document, node: Node, sides: Sides, path: KeyPath, *, here: KeyPath) -> Iterator[Gap]:
    now, target = sides.now, sides.target
    if node.kind == "map" and isinstance(target, dict) and isinstance(now, dict):
        whole = sides.whole
        for key in target:
            if key not in node.entries:
                if key in whole and (key not in now or not same(now[key], target[key])):
                    yield missing(document, node, path, key, whole, here=here)
            elif key not in now or not same(now[key], target[key]):
                inner = Sides(now=now.get(key), target=target[key], written=value_at(sides.written, (key,)))
                entry = [missing(document, node, path, key, whole, here=here)] if key in whole else []
                for gap in _walk(document, node.entries[key], inner, (*path, key), here=(*here, key)):
                    gap.entries += entry
                    yield gap
        for key in node.entries:
            if key not in target and key in now:
                written = value_at(sides.written, (key,))
                if isinstance(written, (dict, list)):  # the API server would say the same of nothing
                    inner = Sides.plain(now[key], written)
                    yield from _walk(document, node.entries[key], inner, (*path, key), here=(*here, key))
                yield _extra(document, node, path, key, whole, now=now[key], here=here)
    elif node.kind == "list" and isinstance(target, list) and isinstance(now, list) and len(now) == len(node.items):
        yield from _walk_list(document, node, sides, path, here=here)
    else:
        whole = sides.whole
        text = Gap(
            kind="changed", document=document, path=path, node=node, now=now, target=whole, whole=whole, here=here
        )
        yield from _walk_scalar(text, node)


def _walk_scalar(text: Gap, node: Node) -> Iterator[Gap]:
    """The gaps of the document inside a text, if it holds one; then the text itself."""
    document, path, now, target = text.document, text.path, text.now, text.target
    inner = embedded(document, node, now, target)
    if inner is not None:
        document_inside, target_inside = inner
        found = gaps(document_inside, target_inside)
        if found:
            for gap in found:
                gap.within = (*path, *gap.within)
                gap.text = gap.text or text
            yield from found
            several = sum(1 for piece in document_inside.real if piece.source is not None) != 1
            if several and "\n" in document_inside.text.strip():
                return  # else one value is printed as a whole, or values on one line, and may be read as a whole
    yield text


def _walk_list(document: Document, node: Node, sides: Sides, path: KeyPath, *, here: KeyPath) -> Iterator[Gap]:
    now, target, whole = sides.now, sides.target, sides.whole
    pairs = align(now, target)
    order = [right for left, right in pairs if left is not None and right is not None]
    if order != sorted(order):
        yield Gap(kind="order", document=document, path=path, node=node, now=now, target=whole, whole=whole, here=here)
    lacking = tuple(right for left, right in pairs if left is None and right is not None)
    for left, right in pairs:
        if left is None and right is not None:
            yield missing(document, node, path, right, whole, here=here, siblings=lacking)
        elif right is None and left is not None:
            yield _extra(document, node, path, left, whole, now=now[left], here=here)
        elif left is not None and right is not None and not same(now[left], target[right]):
            item = missing(document, node, path, right, whole, here=here)
            inner = sides.at(left, right)
            for gap in _walk(document, node.items[left], inner, (*path, right), here=(*here, left)):
                gap.item = gap.item or item
                yield gap


def least_gain(gap: Gap) -> float:
    """By how much a document comes nearer at least once the gap is closed."""
    if gap.kind == "order":
        return 0.05 * gap.worth
    return gap.worth * 0.5 * {"extra": leaf_count(gap.now), "missing": leaf_count(gap.target)}.get(gap.kind, 1)
