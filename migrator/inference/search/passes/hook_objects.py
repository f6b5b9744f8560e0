"""Hooks of the chart that the target lacks or has as plain objects: the value under which they are not printed.

A plain object must not become a hook, because Helm would delete it (fact F7); what the release does not print stays
where it is. Such a value works with every deployer, unlike the option that skips all hooks. So only the hooks may go
with it: whatever else it changes has to be brought back by other values.
"""

from __future__ import annotations

from itertools import islice

from migrator.compare import is_hook
from migrator.inference.assignments.values_tree import Edits
from migrator.inference.hypothesis.state import State
from migrator.inference.search.passes.gap_values import close_gaps
from migrator.inference.search.passes.needless_values import drop_needless_values
from migrator.inference.search.trials import Trials
from migrator.inference.search.unwanted_objects import closing
from migrator.templates.output.documents import Document

TRIED = 8
"""Ways to switch one object off."""
MOST_HARM = 6.0
"""Leaves of other objects that differ with a switch, for which it is worth looking for values that bring them back."""


def switch_off_hooks(trials: Trials) -> None:
    """Switch off the hooks that are no hooks of the target, all of them or none: one that is left needs the option."""
    evaluator, before = trials.evaluator, trials.state
    plain = _plain(trials, before)
    if trials.late or not (plain or before.hooks):
        return
    evaluator.set_aside(plain)
    other = trials.at(evaluator.measure(before.tree, before.setting, before), afresh=True)
    while hooks := other.state.hooks:
        if not any(_switch_off(other, document) for document in hooks):
            evaluator.set_aside(frozenset())
            return
    trials.adopt(other.state)
    drop_needless_values(trials)


def _plain(trials: Trials, state: State) -> frozenset[int]:
    """The targets that are no hooks, and that the chart prints as hooks."""
    targets = trials.evaluator.targets
    return frozenset(index for index, each in state.pairs.items() if _is_hook(each) and not is_hook(targets[index]))


def _is_hook(document: Document) -> bool:
    return document.resource is not None and is_hook(document.resource)


def _switch_off(trials: Trials, document: Document) -> bool:
    for edits in islice(closing(trials, document), TRIED):
        if trials.late or not trials.allowed(edits):
            continue
        found = _mended(trials, trials.measured(edits), edits)
        if len(found.hooks) < len(trials.state.hooks) and found.serves_as_well_as(trials.state):
            trials.adopt(found)
            return True
    return False


def _mended(trials: Trials, state: State, edits: Edits) -> State:
    """The state after a switch, with values that bring back what it has changed beside hooks, where that is little."""
    before = trials.state
    harm = sum(max(0.0, value - before.costs.get(index, 0.0)) for index, value in state.costs.items())
    is_little = 0 < harm <= MOST_HARM and not before.pairs.keys() - state.pairs.keys()
    if len(state.hooks) >= len(before.hooks) or not is_little:
        return state
    settled = trials.forbidden | {path for path, _ in edits}
    other = Trials(trials.evaluator, state, trials.deadline, release_is_fixed=True, forbidden=settled)
    close_gaps(other)
    return other.state
