"""What a document has too much of: the gates over it, shut."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from migrator.inference.assignments.values_tree import Edits, Tree
from migrator.inference.candidates.repeat_counts import fewer
from migrator.inference.gaps.containers import gates_below
from migrator.inference.inversion.conditions import make
from migrator.templates.output.documents import Document
from migrator.templates.output.tree import Node
from migrator.templates.provenance.value import Gate


def closed(document: Document, node: Node, parent: Node, tree: Tree) -> Iterator[Edits]:
    """Turn the gates that stand over a node but not over its container."""
    for gate in gates_below(document, node, parent):
        yield from close(gate, tree)


def close(gate: Gate, tree: Tree) -> Iterator[Edits]:
    """Assignments under which what a gate prints is not printed."""
    if gate.keyword == "range" and gate.element is not None:
        yield from fewer(gate)
        for path in gate.condition.direct[:2]:
            if isinstance(gate.element, int):
                current = tree.effective(path)
                if isinstance(current, list):
                    yield ((path, [item for index, item in enumerate(current) if index != gate.element]),)
            else:
                yield (((*path, gate.element), None),)
        return
    yield from islice(make(gate.condition, not gate.wanted), 4)
