"""Values that close the gaps inside documents, alternative by alternative."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.inference.assignments.values_tree import Edits
from migrator.inference.candidates.for_gaps import candidates_for
from migrator.inference.gaps.gaps import Gap, least_gain
from migrator.inference.hypothesis.state import EPSILON
from migrator.inference.internal_errors import FAULTS
from migrator.inference.search.trials import Trials, Weighed, distinct

ALTERNATIVES = 7
"""Batches tried in a row of which none has helped."""


def close_gaps(trials: Trials) -> None:
    """Try the likeliest candidate of every gap together, then the next ones."""
    stuck = 0
    while stuck < ALTERNATIVES and not trials.late:
        gaps = trials.gaps
        if not gaps:
            return
        batch: list[Weighed] = []
        for gap in gaps:
            if trials.late:
                break
            edits = next(fresh_candidates(trials, gap), None)
            if edits:
                trials.memory.journal.asks(gap.place, edits)
                batch.append((edits, least_gain(gap)))
        before = trials.state.cost
        batch = distinct(batch)
        if batch:
            trials.try_batch(batch)
        stuck = 0 if trials.state.cost < before - EPSILON else stuck + 1


def fresh_candidates(trials: Trials, gap: Gap) -> Iterator[Edits]:
    """Candidates for a gap that were not refused yet, likeliest first."""
    try:
        yield from (edits for edits in ways_to_close(trials, gap) if not trials.is_refused(edits))
    except FAULTS as error:  # it costs the other candidates of this one gap
        trials.memory.meets(error)


def ways_to_close(trials: Trials, gap: Gap) -> Iterator[Edits]:
    """Candidates for a gap, those that were refused among them."""
    return trials.filled(candidates_for(gap, trials.state.tree, trials.seen.template_reads))
