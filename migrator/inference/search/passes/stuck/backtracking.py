"""Backtracking: drop a value whose side effects the target lacks, and look for another one in its place.

Where several values print the same part of a target, the search keeps the first that brings the render nearer, and with
it whatever else that value prints. So values that print something unwanted are taken out again, one at a time, and the
search goes on a little without them.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from migrator.inference.assignments.values_tree import Tree, leaves
from migrator.inference.candidates.list_order import misplaced
from migrator.inference.candidates.subcharts import switches_over
from migrator.inference.gaps.containers import path_conditions_below
from migrator.inference.gaps.gaps import Gap
from migrator.inference.hypothesis.state import EPSILON
from migrator.inference.search.passes.gap_values import close_gaps
from migrator.inference.search.passes.whole_objects import switch_objects
from migrator.inference.search.trials import Trials
from migrator.model import KeyPath
from migrator.templates.provenance.value import PathCondition

MAX_DROPPED = 5
"""Values that are dropped on trial, each on its own."""
MOST_UNWANTED = 40
"""Unwanted places beyond which no single value is to blame."""
ROUNDS = 2
SHARE = 0.2
"""Part of the time left that it may take: other passes may need the rest."""


def backtrack(trials: Trials) -> None:
    """Drop values as long as the target comes nearer without one, with what is found in its place."""
    last = time.process_time() + SHARE * (trials.deadline - time.process_time())
    while _drop_one(trials, last):
        pass


def _drop_one(trials: Trials, last: float) -> bool:
    for paths in chain(([path] for path in islice(_blamed(trials), MAX_DROPPED)), _out_of_order(trials)):
        if trials.late or time.process_time() > last:
            return False
        other = trials.without(*paths)
        for _ in range(ROUNDS):
            before = other.state.cost
            switch_objects(other)
            close_gaps(other)
            if other.state.cost >= before - EPSILON:
                break
        if other.state.cost < trials.state.cost - EPSILON:
            trials.adopt(other.state)
            trials.give_another_chance()
            return True
    return False


def _out_of_order(trials: Trials) -> Iterator[list[KeyPath]]:
    """The values that print items in the wrong place, if there are several: another value may print all of them."""
    if not trials.state.costs:
        return
    found: dict[KeyPath, None] = {}
    for gap in trials.evaluator.gaps(trials.state):
        node = gap.node
        for left, _ in misplaced(gap) if gap.kind == "order" and node is not None else ():
            pieces = gap.document.under(node.items[left]) if node is not None else ()
            paths = {path for piece in pieces if piece.source is not None for path in piece.source.direct}
            found.update(dict.fromkeys(_set_at(paths, trials.state.tree)))
    if 1 < len(found) <= MAX_DROPPED:
        yield list(found)


def _blamed(trials: Trials) -> list[KeyPath]:
    """Values set by the search that something unwanted depends on, those first that most of it depends on."""
    if not (trials.state.costs or trials.state.extra):
        return []
    unwanted = list(islice(_unwanted(trials), MOST_UNWANTED + 1))
    if len(unwanted) > MOST_UNWANTED:
        return []
    votes, under = Counter[KeyPath](), Counter[KeyPath]()
    for paths, over in unwanted:
        own = list(_set_at(paths, trials.state.tree))
        votes.update(own)
        # a text that no value changes: another object may have to stand there
        under.update(() if own else _set_at(over, trials.state.tree))
    return [*_most_first(votes), *(path for path in _most_first(under) if path not in votes)]


def _most_first(votes: Counter[KeyPath]) -> list[KeyPath]:
    return sorted(votes, key=lambda path: (-votes[path], repr(path)))


def _unwanted(trials: Trials) -> Iterator[tuple[set[KeyPath], set[KeyPath]]]:
    """For each thing that is printed and that the target lacks, or has otherwise: the values that it depends on.

    And those without which its object would not be printed.
    """
    for document in trials.state.extra:
        first = next((piece for piece in document.pieces if piece.region is None and piece.text.strip()), None)
        if first is not None and first.path_condition is not None:
            yield _asked(first.path_condition.chain()), set()
    for gap in trials.evaluator.gaps(trials.state):
        if gap.kind != "missing":
            yield printing(gap), _over(trials, gap)


def _over(trials: Trials, gap: Gap) -> set[KeyPath]:
    """The values that a condition over the object of a gap asks, or over the subchart that prints it."""
    document = gap.document
    condition = document.path_condition_at(document.root) if document.root is not None else None
    return _asked(condition.chain() if condition else ()) | switches_over(trials.evaluator, document.template)


def printing(gap: Gap) -> set[KeyPath]:
    """The values that print what differs at a gap, or that a condition over it asks."""
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
