"""Values that make a place right and were refused all the same, because something else comes with them."""

from __future__ import annotations

from itertools import islice

from migrator.inference.assignments.values_tree import Edits
from migrator.inference.attempts import Place, Tried, shortened
from migrator.inference.hypothesis.state import EPSILON, State
from migrator.inference.internal_errors import FAULTS
from migrator.inference.search.passes.gap_values import ways_to_close
from migrator.inference.search.trials import Trials
from migrator.inference.types import Attempt

MOST_PLACES = 12
PER_PLACE = 2
MOST_NAMED = 3


def refused(trials: Trials) -> Tried:
    """Places that differ -> the values under which they would not, with what would be wrong instead."""
    found: dict[Place, tuple[Attempt, ...]] = {}
    if trials.late or trials.state.errors:
        return found
    for gap in trials.gaps[:MOST_PLACES]:
        try:
            for edits in islice(ways_to_close(trials, gap), PER_PLACE):
                state = trials.measured(edits)
                if trials.allowed(edits) and _is_right(trials, state, gap.place) and (brings := _brings(trials, state)):
                    found.setdefault(gap.place, (_attempt(edits, state.cost - trials.state.cost, brings),))
        except FAULTS as error:
            trials.memory.meets(error)
    return found


def _attempt(edits: Edits, farther: float, brings: str) -> Attempt:
    values = tuple((path, shortened(value)) for path, value in edits)
    return Attempt(values=values, farther=round(farther, 2), brings=brings)


def _is_right(trials: Trials, state: State, place: Place) -> bool:
    """Whether the object is nearer to its target, and nothing differs at the place."""
    owners = [index for index in state.pairs if trials.evaluator.targets[index].id == place[0]]
    if state.errors or not any(state.costs.get(i, 0.0) < trials.state.costs.get(i, 0.0) for i in owners):
        return False
    return all(gap.place != place for gap in trials.evaluator.gaps(trials.evaluator.detailed(state, trials.deadline)))


def _brings(trials: Trials, state: State) -> str:
    """The objects that would be too many or farther from their targets."""
    known = {document.id for document in trials.state.extra}
    more = [f"{each.id.kind} {each.id.name}" for each in state.extra if each.id is not None and each.id not in known]
    worse = [
        f"{target.id.kind} {target.id.name}"
        for index, target in enumerate(trials.evaluator.targets)
        if state.costs.get(index, 0.0) > trials.state.costs.get(index, 0.0) + EPSILON
    ]
    said = [f"{what} {', '.join(names[:MOST_NAMED])}" for what, names in (("adds", more), ("changes", worse)) if names]
    return " and ".join(said)
