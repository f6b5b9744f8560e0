"""What a document has too much of: assignments that make the path conditions over it false."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice

from migrator.inference.assignments.values_tree import Edits, Tree, combined
from migrator.inference.candidates.repeat_counts import fewer
from migrator.inference.gaps.containers import path_conditions_below
from migrator.inference.inversion.inverter import satisfy
from migrator.templates.golang.yaml_tree import Node
from migrator.templates.output.documents import Document
from migrator.templates.provenance.value import PathCondition


def closed(document: Document, node: Node, parent: Node, tree: Tree) -> Iterator[Edits]:
    """Assignments that turn a path condition over a node, of those that do not stand over its container as well."""
    for path_condition in path_conditions_below(document, node, parent):
        yield from close(path_condition, tree)


def emptied(document: Document, node: Node, tree: Tree) -> Iterator[Edits]:
    """Assignments under which every entry or item of a container goes, and its key is left with nothing."""
    children = [(node.keys[name], child) for name, child in node.entries.items()] + [(i, i) for i in node.items]
    found = [next(chain(closed(document, k, node, tree), emptied(document, c, tree)), ()) for k, c in children]
    together = combined(*found) if all(found) else None
    if together:
        yield together


def close(path_condition: PathCondition, tree: Tree) -> Iterator[Edits]:
    """Assignments under which what stands under a path condition is not printed."""
    if path_condition.keyword == "range" and path_condition.element is not None:
        yield from fewer(path_condition)
        for path in path_condition.condition.direct[:2]:
            if isinstance(path_condition.element, int):
                current = tree.effective(path)
                if isinstance(current, list):
                    yield ((path, [item for index, item in enumerate(current) if index != path_condition.element]),)
            else:
                yield (((*path, path_condition.element), None),)
        return
    yield from islice(satisfy(path_condition.condition, not path_condition.wanted), 4)
