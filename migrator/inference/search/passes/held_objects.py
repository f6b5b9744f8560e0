"""Objects that no template makes of its own, put into a list of whole objects where the chart has one.

Last of all, when nothing else is found any more: such a list can hold whatever the target has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice

from migrator.inference.candidates.whole_objects import FORMS, held, holders, without_one
from migrator.inference.hypothesis.compared_objects import key_of
from migrator.inference.search.trials import Trials
from migrator.model import Json, KeyPath

MOST_HOLDERS = 4
Form = Callable[[Mapping[str, Json]], Json]


def hold_objects(trials: Trials) -> None:
    """Have every object that is still missing printed as a whole, if the chart prints any other or nothing at all."""
    if not trials.state.pairs and (trials.state.extra or trials.state.errors):
        return
    if not (trials.state.extra or trials.evaluator.missing(trials.state)):
        return
    for path in islice(holders(trials.seen.run), MOST_HOLDERS):
        _let_go(trials, path)
        for form in FORMS:
            _hold(trials, path, form, _homeless(trials))


def _homeless(trials: Trials) -> list[int]:
    """Targets for which nothing is printed, and that no template makes under their name."""
    state = trials.state
    return [
        index for index in trials.evaluator.missing(state) if index not in state.stand_ins and _is_free(trials, index)
    ]


def _is_free(trials: Trials, index: int) -> bool:
    own = key_of(trials.evaluator.targets[index].id)
    made = (document.id for _, document, _ in trials.evaluator.readings(trials.seen, index))
    return all(each is None or key_of(each) != own for each in made)


def _hold(trials: Trials, path: KeyPath, form: Form, indices: list[int]) -> None:
    """Add objects to a place: all of them, else those that come out right."""
    if not indices:
        return
    targets = [trials.evaluator.targets[index] for index in indices]
    space = trials.state.setting.namespace
    edits = held(
        trials.state.tree,
        path,
        [(each.id.name, form(_without_namespace(each.body, space))) for each in targets],
    )
    if not trials.is_refused(edits):
        state = trials.measured(edits)
        are_right = all(index in state.pairs and index not in state.costs for index in indices)
        if are_right and state.serves_as_well_as(trials.state):
            trials.adopt(state)
            return
        trials.refuse(edits)
    if len(indices) > 1 and not trials.late:
        middle = len(indices) // 2
        for half in (indices[:middle], indices[middle:]):
            _hold(trials, path, form, half)


def _without_namespace(body: Mapping[str, Json], namespace: str) -> Mapping[str, Json]:
    """The object without a namespace that is the release's: Helm places it there."""
    metadata = body.get("metadata")
    if not isinstance(metadata, Mapping) or metadata.get("namespace") != namespace:
        return body
    return {**body, "metadata": {key: value for key, value in metadata.items() if key != "namespace"}}


def _let_go(trials: Trials, path: KeyPath) -> None:
    """Take out what another environment has in a place and this one lacks."""
    found = True
    while found and trials.state.extra and not trials.late:
        found = False
        for tree in without_one(trials.state.tree, path):
            state = trials.evaluator.measure(tree, trials.state.setting, trials.state)
            if len(state.extra) < len(trials.state.extra) and state.serves_as_well_as(trials.state):
                trials.adopt(state)
                found = True
                break
