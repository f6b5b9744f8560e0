"""The namespace of the release, written into objects where the target has it and only a value makes the chart do so.

To a cluster it is the same: Helm fills it in at install (fact C4). To the letter it is not.
"""

from __future__ import annotations

from migrator.inference.assignments.values_tree import MISSING
from migrator.inference.hypothesis.evaluator import Evaluator
from migrator.inference.hypothesis.state import EPSILON, State
from migrator.model import KeyPath
from migrator.templates.provenance.value import ELEMENT

MOST_TRIED = 6
_NAME = "namespace"


def with_written_namespaces(evaluator: Evaluator, state: State) -> State:
    """The hypothesis with the value that writes most of the namespaces of the target, where one writes any."""
    best, most = state, _unwritten(evaluator, state)
    for path in _unset(state)[:MOST_TRIED] if most else ():
        tree = state.tree.assign([(path, state.setting.namespace)])
        trial = evaluator.measure(tree, state.setting, state)
        left = _unwritten(evaluator, trial)
        if left < most and not trial.costs and trial.cost <= state.cost + EPSILON + 1.0:
            best, most = trial, left
    return best


def _unwritten(evaluator: Evaluator, state: State) -> int:
    """How many objects lack the namespace of the release that their target has."""
    printed = ((evaluator.targets[index], document.resource) for index, document in state.pairs.items())
    return sum(
        each is not None
        and not target.is_placed
        and target.id.namespace == state.setting.namespace
        and not each.id.namespace
        for target, each in printed
    )


def _unset(state: State) -> list[KeyPath]:
    """The places without a value that templates read and that are called after a namespace, the highest first."""
    read = {path for run in state.run.templates.values() for path in run.dependencies if path}
    own = (path for path in read if ELEMENT not in path and str(path[0])[:1] != "@" and _NAME in str(path[-1]).lower())
    return sorted(
        (path for path in own if state.tree.effective(path) in (MISSING, None, "")), key=lambda p: (len(p), repr(p))
    )
