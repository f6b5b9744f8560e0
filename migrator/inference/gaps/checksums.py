"""Gaps at a checksum annotation: they close by themselves once the text that is hashed is right."""

from __future__ import annotations

from migrator.inference.gaps.gaps import Gap
from migrator.templates.interpreter.expressions import DIGESTS


def is_checksum(gap: Gap) -> bool:
    """Whether the place holds the checksum of something else that templates print."""
    pieces = gap.document.under(gap.node) if gap.node is not None else []
    sources = [piece.source for piece in pieces if piece.source is not None]
    return gap.kind == "changed" and len(sources) == 1 and sources[0].op in DIGESTS and not sources[0].direct
