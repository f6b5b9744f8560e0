"""Trials that would help without their side effects: templates that fail now, objects that the target lacks.

A volume, say, comes with a claim of its own unless a value names an existing one; and that claim may fail without a
size.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from migrator.inference.assignments.values_tree import Edits
from migrator.inference.candidates.failures import undoes
from migrator.inference.gaps.distance import leaf_count
from migrator.inference.hypothesis.state import State
from migrator.inference.inversion.inverter import satisfy
from migrator.inference.search.best_so_far import Standing
from migrator.inference.search.unwanted_objects import closing
from migrator.templates.interpreter.failures import Failure

MAX_RELIEVED = 60
MAX_GUARDS = 3
MAX_REPAIRS = 10
MAX_NEW_OBJECTS = 2
WORTH_OF_OBJECT, WORTH_OF_LEAF = 20.0, 0.4
"""By how much a trial may be farther from the target for each new object, and for each leaf of a large one."""


def without_side_effects(standing: Standing, trial: State, edits: Edits) -> State:
    """The trial of some assignments with its side effects taken away, where it is better so; else itself."""
    standing.memory.relieved += 1
    before, errors = len(standing.state.errors), len(trial.errors)
    if standing.memory.relieved > MAX_RELIEVED or before > errors:
        return trial
    if errors > before:
        return _with_what_fails_repaired(standing, trial, edits)
    return _without_new_objects(standing, trial)


def _with_what_fails_repaired(standing: Standing, trial: State, edits: Edits) -> State:
    """A trial that makes templates fail, with what they ask for."""
    for _ in range(MAX_GUARDS):
        there = standing.at(trial)
        failures = [failure for error in trial.errors for failure in error.failures][:1]
        asked = there.filled(more for failure in failures for more in _asked_for(there, failure))
        fresh = (more for more in asked if there.allowed(more) and not undoes(more, edits))
        tried = [there.measured(more) for more in islice(fresh, MAX_REPAIRS)]
        best = min(tried, key=lambda state: state.cost, default=trial)
        if best.cost >= trial.cost:
            break
        trial = best
        if not trial.errors:
            break
    return trial


def _asked_for(there: Standing, failure: Failure) -> Iterator[Edits]:
    """The value that a failure names, or another branch at one of the nearest path conditions over it."""
    yield from islice(there.repairs(failure), 3)
    for condition in (failure.path_condition.chain() if failure.path_condition is not None else [])[:3]:
        yield from islice(satisfy(condition.condition, not condition.wanted), 3)


def _without_new_objects(standing: Standing, trial: State) -> State:
    """A trial with one of its new unwanted objects switched off."""
    before = standing.state
    known = {document.id for document in before.extra}
    new = [document for document in trial.extra if document.id not in known]
    bodies = [document.resource.body if document.resource else {} for document in new]
    worth = sum(max(WORTH_OF_OBJECT, WORTH_OF_LEAF * leaf_count(body)) for body in bodies)
    if not new or len(new) > MAX_NEW_OBJECTS or trial.cost - worth > before.cost:
        return trial
    there, best = standing.at(trial), trial
    for document in there.seen.extra:
        if document.id in known:
            continue
        for edits in islice(closing(there, document), 4):
            state = there.measured(edits)
            if state.cost < best.cost:
                best = state
    return best
