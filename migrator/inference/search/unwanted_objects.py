"""Objects that the chart prints and the target lacks: assignments under which they are not printed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, zip_longest

from migrator.inference.assignments.values_tree import MISSING, Edits, value_at
from migrator.inference.candidates.extra_content import close
from migrator.inference.hypothesis.unset_reads import switches
from migrator.inference.search.best_so_far import Standing
from migrator.templates.output.documents import Document
from migrator.templates.provenance.value import PathCondition

MAX_SWITCHES = 5


def closing(standing: Standing, document: Document) -> Iterator[Edits]:
    """Assignments under which an object is not printed, likeliest first, without those that were refused."""
    tree = standing.state.tree
    each = [list(standing.filled(close(condition, tree))) for condition in _path_conditions(document)]
    found = [edits for row in zip_longest(*each) for edits in row if edits is not None]
    found += [((path, False),) for path in islice(switches(document.real, standing.seen.template_reads), MAX_SWITCHES)]
    # undoing what was found is the last resort; what switches something else on comes before it
    undone = (any(value_at(tree.overrides, path) is not MISSING for path, _ in edits) for edits in found)
    on = (any(value in (True, "true") for _, value in edits) for edits in found)
    ranked = zip(undone, on, range(len(found)), found, strict=True)
    found = [edits for *_, edits in sorted(ranked, key=lambda item: item[:3])]
    for edits in found:
        if not standing.is_refused(edits):
            if document.id is not None:
                standing.memory.journal.asks((document.id, ()), edits)
            yield edits


def _path_conditions(document: Document) -> list[PathCondition]:
    """The path conditions over the first text of an object."""
    first = next((piece for piece in document.pieces if piece.region is None and piece.text.strip()), None)
    if first is None or first.path_condition is None:
        return []
    return list({id(condition): condition for condition in first.path_condition.chain()}.values())
