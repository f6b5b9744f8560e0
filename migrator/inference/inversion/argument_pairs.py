"""Lists of values of which each item prints several items of the output: `--label` and then its name."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from migrator.inference.assignments.values_tree import Edits, Tree, combined
from migrator.inference.assignments.wildcards import generalised, list_rows
from migrator.inference.gaps.gaps import Gap
from migrator.inference.inversion.inverter import open_region
from migrator.inference.inversion.unify import unify
from migrator.inference.inversion.untaken_branches import marked_fragment, producers_of, words_of
from migrator.model import Json, KeyPath
from migrator.templates.output.documents import Document
from migrator.templates.provenance.value import ELEMENT

MAX_ITEMS = 4
"""Items of the output that one item of values may print."""


def grouped_rows(gap: Gap, tree: Tree) -> Iterator[Edits]:
    """All new items of such a list at once, read from the missing items of the output."""
    if len(gap.siblings) < 2 or gap.key != gap.siblings[0] or not isinstance(gap.whole, list):
        return
    for region in producers_of(gap, words_of(gap)):
        if region.path_condition.keyword != "range":
            continue
        fragment = marked_fragment(gap.document, region, in_list=True)
        found = _read(fragment, [gap.whole[key] for key in gap.siblings])
        if found is None:
            continue
        base, rows = found
        current = tree.effective(base)
        edits: Edits = ((base, [*(current if isinstance(current, list) else []), *rows]),)
        for path_conditions in islice(open_region(region, (*generalised((((*base, ELEMENT), True),)), *edits)), 2):
            joined = combined(edits, path_conditions)
            if joined is not None:
                yield joined


def _read(fragment: Document, lacking: list[Json]) -> tuple[KeyPath, list[Json]] | None:
    """The path of the list whose items print these, and its new items; as many as can be read in order."""
    items = fragment.root.items if fragment.root is not None else []
    base: KeyPath | None = None
    rows: list[Json] = []
    if not 2 <= len(items) <= MAX_ITEMS:
        return None
    for start in range(0, len(lacking) - len(items) + 1, len(items)):
        readings = [unify(fragment, item, lacking[start + place]) for place, item in enumerate(items)]
        edits = combined(*(reading.edits for reading in readings))
        made = list_rows(edits or ())
        if len(made) != 1 or any(reading.misses for reading in readings) or base not in (None, made[0][0]):
            break
        base = made[0][0]
        rows.append(made[0][1])
    return None if base is None else (base, rows)
