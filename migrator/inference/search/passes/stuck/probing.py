"""Probing: what the target says around a difference, tried at every place of the values that its template reads.

Provenance says which value prints what, as long as it survives what templates do to values: a merge into another map, a
list that a loop collects, a text that is split and joined. What is left then is to try, the likeliest place first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from migrator.inference.assignments.values_tree import MISSING, Edits
from migrator.inference.assignments.wildcards import KEY
from migrator.inference.candidates.probed_values import probed_values
from migrator.inference.gaps.checksums import is_checksum, without_computed
from migrator.inference.gaps.gaps import Gap
from migrator.inference.hypothesis.random_values import generated_rank
from migrator.inference.hypothesis.state import EPSILON, State
from migrator.inference.search.passes.stuck.look_ahead import goes_on
from migrator.inference.search.trials import Trials
from migrator.model import KeyPath
from migrator.templates.provenance.value import ELEMENT

MOST_GAPS = 40
"""Gaps beyond which the chart is not that of the target, or far more is wrong than a value."""
MOST_PROBED = 8
"""Gaps that are probed, those of nearly right objects first."""
MOST_FOLLOWED = 6
"""Assignments that make an object nearer and others worse, from which the search goes on."""
MOST_HARM = 80.0
_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+")


def probe(trials: Trials) -> None:
    """Try what is wanted at a difference at every place, and go on from what brings its object nearer."""
    gaps = [gap for gap in trials.gaps if not is_checksum(gap) and not generated_rank(gap)]
    if len(gaps) > MOST_GAPS:
        return
    followed: list[tuple[bool, float, Edits, State]] = []
    for gap in gaps[:MOST_PROBED]:
        for edits in _candidates(trials, gap):
            if trials.late:
                return
            state = trials.measured(edits)
            if state.cost < trials.state.cost - EPSILON:
                trials.adopt(state)
                return
            trials.refuse(edits)
            trials.memory.journal.asks(gap.place, edits)
            trials.memory.journal.refuses(edits, state.cost - trials.state.cost)
            left = _left(trials, state, gap)
            if left is not None and state.cost < trials.state.cost + MOST_HARM:
                followed.append((left > 0, state.cost, edits, state))
    followed.sort(key=lambda item: item[:2])
    for _, _, edits, state in followed[:MOST_FOLLOWED]:
        if goes_on(trials, edits, state):
            return


def _left(trials: Trials, state: State, gap: Gap) -> float | None:
    """How far the object of a gap is from its target; None where it is no nearer than it was."""
    for index, target in enumerate(trials.evaluator.targets):
        if target.id == gap.owner and index in state.pairs:
            left = state.costs.get(index, 0.0)
            return left if left < trials.state.costs.get(index, 0.0) - EPSILON else None
    return None


def _candidates(trials: Trials, gap: Gap) -> Iterator[Edits]:
    """Assignments for a gap that were not refused yet, those at places first whose names are like its own."""
    for path in _places(trials, gap):
        for edits in trials.filled(probed_values(gap, path, trials.state.tree)):
            clean = without_computed(edits, gap.document)
            if clean and not trials.is_refused(clean):
                yield clean


def _places(trials: Trials, gap: Gap) -> list[KeyPath]:
    """The places that the template of a gap reads, likeliest first."""
    run = trials.seen.run.templates.get(gap.document.template)
    read = run.dependencies if run is not None else frozenset()
    plain = (path for path in read - gap.name_inputs if not {ELEMENT, KEY} & set(path))
    found = [path for path in plain if path and str(path[0])[:1] != "@"]
    wanted = set(_words(gap.path))
    first = set(_words(gap.path[-3:]))

    def rank(path: KeyPath) -> tuple[int, bool, int, str]:
        own = set(_words(path))
        is_set = trials.state.tree.effective(path) not in (MISSING, None, "", {}, [])
        return -2 * len(own & first) - len(own & wanted), is_set, len(path), repr(path)

    return sorted(found, key=rank)


def _words(path: KeyPath) -> Iterator[str]:
    """The words that the keys of a path are made of, in lower case."""
    for key in path:
        yield from (word.lower() for word in islice(_WORD.findall(str(key)), 8))
