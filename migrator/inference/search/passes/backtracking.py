"""A choice taken back: what it prints in vain tells that the target has to be read another way.

Where several values print the same part of a target, the search keeps the first that brings it nearer, and with it
what that value prints elsewhere. So values that something hangs on which nobody wants are taken out again, one at a
time, and the search goes on a little without them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from migrator.inference.assignments.values_tree import Tree, leaves
from migrator.inference.gaps.containers import path_conditions_below
from migrator.inference.gaps.gaps import Gap
from migrator.inference.hypothesis.state import EPSILON
from migrator.model import KeyPath
from migrator.templates.provenance.value import PathCondition

if TYPE_CHECKING:
    from migrator.inference.search.loop import Search

MAX_CHOICES = 5
"""Values that are taken back, each on its own."""
MOST_BLEMISHES = 40
"""Places that are printed in vain beyond which no single choice is to blame."""
ROUNDS = 2


def reconsider(search: Search) -> bool:
    """Whether the target is nearer without some value, and with what is found in its place."""
    for path in islice(_blamed(search), MAX_CHOICES):
        if search.late:
            return False
        other = search.without(path)
        for _ in range(ROUNDS):
            before = other.state.cost
            other.documents()
            other.values()
            if other.state.cost >= before - EPSILON:
                break
        if other.state.cost < search.state.cost - EPSILON:
            search.state = other.state
            search.refused.clear()
            return True
    return False


def _blamed(search: Search) -> list[KeyPath]:
    """Values that were set and that something hangs on which nobody wants, those first that most of it hangs on."""
    if not (search.state.costs or search.state.extra):
        return []
    vain = list(islice(_in_vain(search), MOST_BLEMISHES + 1))
    if len(vain) > MOST_BLEMISHES:
        return []
    votes = Counter[KeyPath]()
    for paths in vain:
        votes.update(_set_at(paths, search.state.tree))
    return sorted(votes, key=lambda path: (-votes[path], repr(path)))


def _in_vain(search: Search) -> Iterator[set[KeyPath]]:
    """For each thing that is printed and that the target has not, or has otherwise: the values it hangs on."""
    for document in search.state.extra:
        first = next((piece for piece in document.pieces if piece.region is None and piece.text.strip()), None)
        if first is not None and first.path_condition is not None:
            yield _asked(first.path_condition.chain())
    for gap in search.evaluator.gaps(search.state):
        if gap.kind != "missing":
            yield _printing(gap)


def _printing(gap: Gap) -> set[KeyPath]:
    node, document = gap.node, gap.document
    if node is None:
        return set()
    path_conditions: Iterable[PathCondition] = ()
    if gap.kind == "extra" and gap.key is not None:
        parent, node = node, node.items[gap.key] if isinstance(gap.key, int) else node.entries[str(gap.key)]
        path_conditions = path_conditions_below(document, node, parent)
    sources = (piece.source for piece in document.under(node) if piece.source is not None)
    return {path for source in sources for path in source.direct} | _asked(path_conditions)


def _asked(path_conditions: Iterable[PathCondition]) -> set[KeyPath]:
    return {path for path_condition in path_conditions for path in path_condition.condition.taint}


def _set_at(paths: set[KeyPath], tree: Tree) -> Iterator[KeyPath]:
    """The values set by the search that lie at one of the places, above or below it."""
    for own in leaves(tree.overrides):
        if any(own == path[: len(own)] or path == own[: len(path)] for path in paths if path):
            yield own
