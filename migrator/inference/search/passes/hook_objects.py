"""Hooks of the chart that the target lacks or has as plain objects: the value under which they are not printed.

A plain object must not become a hook, because Helm would delete it (fact F7); what the release does not print stays
where it is. Such a value works with every deployer, unlike the option that skips all hooks. So only the hooks may go
with it: whatever else it changes has to be brought back by other values.
"""

from __future__ import annotations

from itertools import islice

from migrator.compare import is_hook
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
    """Switch hooks off that are no hooks of the target, where every other object stays as near as it is."""
    evaluator, before = trials.evaluator, trials.state
    plain = _plain(trials, before)
    if trials.late or not (plain or _hooks(before)):
        return
    evaluator.set_aside(plain)
    other = trials.at(evaluator.measure(before.tree, before.setting, before), afresh=True)
    for document in _hooks(other.state):
        if any(document.id == each.id for each in other.state.extra):
            _switch_off(other, document)
    printed = {document.id for document in _hooks(other.state)}
    evaluator.set_aside(frozenset(index for index in plain if before.pairs[index].id not in printed))
    if other.state.tree != before.tree:
        trials.adopt(evaluator.measure(other.state.tree, other.state.setting, other.state))
        drop_needless_values(trials)


def _plain(trials: Trials, state: State) -> frozenset[int]:
    """The targets that are no hooks, and that the chart prints as hooks."""
    targets = trials.evaluator.targets
    return frozenset(index for index, each in state.pairs.items() if _is_hook(each) and not is_hook(targets[index]))


def _hooks(state: State) -> list[Document]:
    """The hooks that no target is met by."""
    return [document for document in state.extra if _is_hook(document)]


def _is_hook(document: Document) -> bool:
    return document.resource is not None and is_hook(document.resource)


def _switch_off(trials: Trials, document: Document) -> None:
    for edits in islice(closing(trials, document), TRIED):
        if trials.late or not trials.allowed(edits):
            continue
        state = trials.measured(edits)
        if len(state.extra) < len(trials.state.extra) and (found := _mended(trials, state)) is not None:
            trials.adopt(found)
            return


def _mended(trials: Trials, state: State) -> State | None:
    """The state, with values that bring back what the switch has changed beside hooks; None where that is too much."""
    before = trials.state
    if state.serves_as_well_as(before):
        return state
    harm = sum(max(0.0, value - before.costs.get(index, 0.0)) for index, value in state.costs.items())
    if harm > MOST_HARM or before.pairs.keys() - state.pairs.keys() or len(state.errors) > len(before.errors):
        return None
    other = trials.at(state, afresh=True)
    close_gaps(other)
    return other.state if other.state.serves_as_well_as(before) else None
