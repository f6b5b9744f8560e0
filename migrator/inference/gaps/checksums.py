"""Gaps at a checksum annotation: they close by themselves once the text that is hashed is right."""

from __future__ import annotations

import re

from migrator.inference.assignments.values_tree import Edits
from migrator.inference.gaps.gaps import Gap
from migrator.model import Json
from migrator.templates.interpreter.expressions import DIGESTS
from migrator.templates.output.documents import Document

MOST_BEFORE = 200
"""Characters before a checksum that are looked at for its key."""
_KEY = re.compile(r"(?:^|\n) *[\"']?([^\s\"':]+)[\"']?: *[\"']?$")


def is_checksum(gap: Gap) -> bool:
    """Whether the place holds the checksum of something else that templates print."""
    pieces = gap.document.under(gap.node) if gap.node is not None else []
    sources = [piece.source for piece in pieces if piece.source is not None]
    return gap.kind == "changed" and len(sources) == 1 and sources[0].op in DIGESTS and not sources[0].direct


def without_computed(edits: Edits, document: Document) -> Edits:
    """The assignments without keys to which the templates themselves give a checksum, under some condition."""
    if document.computed is None:
        document.computed = _computed(document)
    keys = document.computed
    if not keys:
        return edits
    kept = ((path, value, _pruned(value, keys)) for path, value in edits if path[-1] not in keys)
    return tuple((path, left) for path, value, left in kept if left or left == value)


def _pruned(value: Json, keys: frozenset[str]) -> Json:
    if not isinstance(value, dict):
        return value
    pruned = {key: _pruned(item, keys) for key, item in value.items() if key not in keys}
    return pruned if pruned != value else value


def _computed(document: Document) -> frozenset[str]:
    found, before = set(), ""
    for piece in document.pieces:
        source = piece.source
        if source is not None and source.op in DIGESTS and not source.direct and (key := _KEY.search(before)):
            found.add(key[1])
        before = (before + piece.text)[-MOST_BEFORE:]
    return frozenset(found)
