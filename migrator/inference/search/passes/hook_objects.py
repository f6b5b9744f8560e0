"""Hooks of the chart that the target lacks or has as plain objects: the value under which they are not printed.

A plain object must not become a hook, because Helm would delete it (fact F7); what the release does not print stays
where it is. Such a value works with every deployer, unlike the option that skips all hooks. So only hooks may go
with it: whatever else it changes has to be brought back by other values.
"""

from __future__ import annotations

from itertools import islice

from migrator.compare import is_hook
from migrator.inference.assignments.values_tree import Edits
from migrator.inference.hypothesis.compared_objects import Key, key_of
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
    """Switch off the hooks that are no hooks of the target, all of them or none: one that is left needs the option.

    A hook of the target stays in the release, unless no value takes the others and leaves it.
    """
    evaluator, before = trials.evaluator, trials.state
    keys = [key_of(target.id) for target in evaluator.targets]
    paired = frozenset(index for index, each in before.pairs.items() if _is_hook(each))
    kept = frozenset(index for index in paired if evaluator.knows_hooks and is_hook(evaluator.targets[index]))
    if trials.late or not (paired - kept or before.hooks):
        return
    for going in dict.fromkeys((frozenset[int](), kept)):
        aside = (paired - kept) | going
        evaluator.set_aside(aside)
        other = trials.at(evaluator.measure(before.tree, before.setting, before), afresh=True)
        if _all_off(other, {keys[index] for index in going}):
            found = other.state
            evaluator.set_aside(frozenset(index for index in aside if keys[index] not in found.documents))
            trials.adopt(evaluator.measure(found.tree, found.setting, found))
            drop_needless_values(trials)
            return
    evaluator.set_aside(frozenset())


def _all_off(trials: Trials, may_stay: set[Key]) -> bool:
    """Whether every hook that the target lacks could be switched off; some of it may go with them, but need not."""
    while hooks := [each for each in trials.state.hooks if each.id is None or key_of(each.id) not in may_stay]:
        if not any(_switch_off(trials, document) for document in hooks):
            return False
    return True


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
