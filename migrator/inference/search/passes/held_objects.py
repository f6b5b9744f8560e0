"""Objects that no template makes of its own, put into a list of whole objects where the chart has one.

Last of all, when nothing else is found any more: such a list can hold whatever the target has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice

from migrator.inference.candidates.whole_objects import FORMS, held, holders, without_one
from migrator.inference.hypothesis.compared_objects import key_of
from migrator.inference.hypothesis.state import State
from migrator.inference.search.trials import Trials
from migrator.model import Json, KeyPath
from migrator.templates.provenance.value import MARK

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
    bare = [(each.id.name, form(_in_namespace(each.body, space, None))) for each in targets]
    edits = held(trials.state.tree, path, bare)
    if not trials.is_refused(edits):
        state = trials.measured(edits)
        if _are_right(trials, state, indices):
            trials.adopt(_written(trials, path, form, indices) or state)
            return
        trials.refuse(edits)
    if len(indices) > 1 and not trials.late:
        middle = len(indices) // 2
        for half in (indices[:middle], indices[middle:]):
            _hold(trials, path, form, half)


def _are_right(trials: Trials, state: State, indices: list[int]) -> bool:
    printed = all(index in state.pairs and index not in state.costs for index in indices)
    return printed and state.serves_as_well_as(trials.state)


def _written(trials: Trials, path: KeyPath, form: Form, indices: list[int]) -> State | None:
    """The objects with the namespace of the release where they have one, for a place that renders templates."""
    space = trials.state.setting.namespace
    targets = {index: trials.evaluator.targets[index] for index in indices}
    marked = ((each.id.name, form(_in_namespace(each.body, space, MARK))) for each in targets.values())
    state = trials.measured(held(trials.state.tree, path, [(name, _as_template(each)) for name, each in marked]))
    printed = {index: state.pairs[index].resource for index in indices if index in state.pairs}
    are_placed = all(each is not None and each.id.namespace == targets[i].id.namespace for i, each in printed.items())
    return state if are_placed and _are_right(trials, state, indices) else None


def _as_template(value: Json) -> Json:
    """What holds objects, with the namespace of the release where a mark is."""
    if isinstance(value, Mapping):
        return {key: _as_template(item) for key, item in value.items()}
    return value.replace(MARK, "{{ .Release.Namespace }}") if isinstance(value, str) else value


def _in_namespace(body: Mapping[str, Json], own: str, other: str | None) -> Mapping[str, Json]:
    """The object in another namespace, or in none, where it is in that of the release: Helm places it there."""
    metadata = body.get("metadata")
    if not isinstance(metadata, Mapping) or metadata.get("namespace") != own:
        return body
    kept = {key: other if key == "namespace" else value for key, value in metadata.items()}
    return {**body, "metadata": {key: value for key, value in kept.items() if value is not None}}


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
