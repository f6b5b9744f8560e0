"""Content that the chart generates at random: what the target may hold in its places (fact D1)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.inference.assignments.values_tree import MISSING, value_at
from migrator.inference.gaps.gaps import Gap
from migrator.inference.gaps.scalar_content import content_pieces
from migrator.inference.inversion.inverse_functions import SIMPLE_INVERSES
from migrator.inference.inversion.scalars import scalar_text
from migrator.model import Json, KeyPath
from migrator.templates.golang.yaml_tree import Node
from migrator.templates.output.documents import Document
from migrator.templates.provenance.randomness import is_generated
from migrator.templates.provenance.value import Piece
from migrator.yamlio import same

Leaf = tuple[KeyPath, Node]


def generated_leaves(document: Document) -> tuple[Leaf, ...]:
    """The scalars of a document that are generated at random, in whole or in part."""
    if not any(map(_is_drawn, document.real)) or document.root is None:
        return ()
    return tuple(
        (path, node)
        for path, node in _scalars(document.root, ())
        if any(_is_drawn(piece) for piece in document.under(node))
    )


def _is_drawn(piece: Piece) -> bool:
    return piece.source is not None and is_generated(piece.source)


def _scalars(node: Node, path: KeyPath) -> Iterator[Leaf]:
    if node.kind == "map":
        for key, child in node.entries.items():
            yield from _scalars(child, (*path, key))
    elif node.kind == "list":
        for index, child in enumerate(node.items):
            yield from _scalars(child, (*path, index))
    else:
        yield path, node


def may_come_out(document: Document, node: Node, target: Json) -> bool:
    """Whether a random scalar could be the target on another render."""
    return not isinstance(target, (dict, list)) and _fits(content_pieces(document, node), scalar_text(target))


def _fits(pieces: list[Piece], target: str) -> bool:
    real = [piece for piece in pieces if piece.region is None and piece.text]
    while real and real[-1].source is None and real[-1].text.isspace() and not target.endswith(real[-1].text):
        real.pop()  # what ends a block of text is no part of it
    if not any(map(_is_drawn, real)):
        return "".join(piece.text for piece in real) == target
    if len(real) == 1 and real[0].source is not None and real[0].source.op == "b64enc":
        inner, decoded = real[0].source.args[0], SIMPLE_INVERSES["b64enc"](target)
        if inner.pieces is not None and isinstance(decoded, str):
            return _fits(list(inner.pieces), decoded)
    pattern = "".join(".+" if _is_drawn(piece) else re.escape(piece.text) for piece in real)
    return re.fullmatch(pattern, target, re.DOTALL) is not None


def is_checksum(document: Document, node: Node) -> bool:
    """Whether a scalar is a checksum of random content: no value brings it back."""
    return any(p.source is not None and p.source.op.endswith("sum") for p in document.under(node) if _is_drawn(p))


def generated_rank(gap: Gap) -> int:
    """0 for an ordinary gap, 1 where the target may be random itself, 2 for a checksum of random content."""
    node = gap.node
    if (
        gap.kind != "changed"
        or node is None
        or node.kind != "scalar"
        or not may_come_out(gap.document, node, gap.target)
    ):
        return 0
    return 2 if is_checksum(gap.document, node) else 1


def masked(document: Document, leaves: tuple[Leaf, ...], target: Json, *, checksums: bool = False) -> tuple[Json, int]:
    """The target with this document's random content in place of its own, and in how many places.

    Checksums stay unless `checksums` is set: a value that pins the secret does not bring back the old one's checksum.
    """
    count = 0
    for path, node in leaves:
        wanted = value_at(target, path)
        if (
            wanted is MISSING
            or same(wanted, node.value)
            or (is_checksum(document, node) and not checksums)
            or not may_come_out(document, node, wanted)
        ):
            continue
        target = _with(target, path, node.value)
        count += 1
    return target, count


def _with(tree: Json, path: KeyPath, new: Json) -> Json:
    if not path:
        return new
    key, rest = path[0], path[1:]
    if isinstance(tree, list):
        return [_with(item, rest, new) if index == key else item for index, item in enumerate(tree)]
    return {**tree, key: _with(tree[key], rest, new)}
