"""A step back: assignments that do harm by themselves, if others make good of it.

Where several lists print one part of a target, the search may have put an item into the wrong one: no single assignment
comes nearer then. So likely ones that cost little are taken on trial, and the search goes on from there. What takes an
unwanted object away may cost any number of others, which another value may print.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from migrator.inference.assignments.values_tree import Edits
from migrator.inference.hypothesis.state import EPSILON, State
from migrator.inference.search.passes.gap_values import close_gaps, ways_to_close
from migrator.inference.search.passes.whole_objects import switch_objects
from migrator.inference.search.trials import Trials
from migrator.inference.search.unwanted_objects import closing

MOST_HARM = 6.0
"""Leaves by which a step may be farther from the target."""
PER_GAP, MOST_STEPS = 4, 12
MOST_GAPS, MOST_UNWANTED = 12, 2


def look_ahead(trials: Trials) -> None:
    """Take the first step after which the search comes nearer to the target than it was."""
    for edits, state in _steps(trials):
        if trials.late:
            return
        if goes_on(trials, edits, state):
            return


def goes_on(trials: Trials, edits: Edits, state: State) -> bool:
    """Whether the search comes nearer than it was once the gaps that assignments open are closed; kept if so."""
    other = trials.at(state, forbidden=(path for path, _ in edits))
    switch_objects(other)
    close_gaps(other)
    if other.state.cost >= trials.state.cost - EPSILON:
        return False
    trials.adopt(other.state)
    return True


def _steps(trials: Trials) -> Iterator[tuple[Edits, State]]:
    """Likely assignments for what differs, least harm first; then what takes unwanted objects away."""
    yield from _for_gaps(trials)
    yield from _for_unwanted_objects(trials)


def _for_unwanted_objects(trials: Trials) -> list[tuple[Edits, State]]:
    """What takes an object away that nobody wants, however many others go with it: another value may print those."""
    found = {
        repr(edits): edits
        for document in trials.seen.extra[:MOST_UNWANTED]
        for edits in islice(closing(trials, document), PER_GAP)
    }
    measured = [(edits, trials.measured(edits)) for edits in found.values() if not trials.late]
    unwanted = len(trials.state.extra)
    return sorted(((e, s) for e, s in measured if len(s.extra) < unwanted), key=lambda step: step[1].cost)


def _for_gaps(trials: Trials) -> list[tuple[Edits, State]]:
    found: dict[str, Edits] = {}
    for gap in trials.gaps[:MOST_GAPS]:
        found |= {repr(edits): edits for edits in islice(ways_to_close(trials, gap), PER_GAP) if trials.allowed(edits)}
    measured = ((edits, trials.measured(edits)) for edits in found.values() if not trials.late)
    near = [(edits, state) for edits, state in measured if state.cost <= trials.state.cost + MOST_HARM]
    return sorted(near, key=lambda step: step[1].cost)[:MOST_STEPS]
