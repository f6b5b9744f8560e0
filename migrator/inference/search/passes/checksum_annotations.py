"""Checksums of what other templates print: all that they tell is how the texts in it end."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from migrator.inference.assignments.values_tree import Edits, Tree, leaves, value_at
from migrator.inference.gaps.checksums import is_checksum
from migrator.inference.gaps.gaps import Gap
from migrator.inference.search.trials import Trials

MAX_ENDS = 6
"""Texts whose ends are tried for one checksum."""


def settle_checksums(trials: Trials) -> None:
    """Add or drop the last line break of texts that a wrong checksum depends on, where that makes it right.

    Where a block of text in the target ends with such a text, the block does not show whether there was one.
    """
    for gap in trials.gaps:
        if is_checksum(gap):
            for edits in islice(_other_ends(gap, trials.state.tree), MAX_ENDS):
                if trials.try_one(edits):
                    break


def _other_ends(gap: Gap, tree: Tree) -> Iterator[Edits]:
    pieces = gap.document.under(gap.node) if gap.node is not None else []
    read = {path for piece in pieces if piece.source is not None for path in piece.source.taint}
    single: list[Edits] = []
    for path in leaves(tree.overrides):
        text = value_at(tree.overrides, path)
        if isinstance(text, str) and "\n" in text and any(path[: len(other)] == other[: len(path)] for other in read):
            single.append(((path, text[:-1] if text.endswith("\n") else text + "\n"),))
    if len(single) > 1:
        yield tuple(edit for edits in single for edit in edits)
    yield from single
