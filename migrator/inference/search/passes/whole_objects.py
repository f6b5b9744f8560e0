"""Whole objects and subcharts, switched on and off."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice

from migrator.inference.assignments.values_tree import Edits
from migrator.inference.candidates.missing_objects import listed, openings
from migrator.inference.candidates.object_kinds import other_kinds
from migrator.inference.candidates.repeat_counts import more_objects
from migrator.inference.candidates.subcharts import switched
from migrator.inference.gaps.checksums import without_computed
from migrator.inference.hypothesis.state import EPSILON
from migrator.inference.search.trials import Trials, Weighed, distinct
from migrator.inference.search.unwanted_objects import closing
from migrator.model import Resource
from migrator.templates.output.documents import Document
from migrator.templates.provenance.value import ELEMENT

ROUNDS = 6
MOST_OPENINGS = 6
"""Ways to have one object printed by one branch."""
WEIGHT = 0.1
"""Of an object's size: the least gain expected when it is printed."""


def switch_subcharts(trials: Trials) -> None:
    """Switch whole subcharts before values are read: objects can be read better than untaken branches.

    The second round switches off again those of which no object was wanted.
    """
    for _ in range(2):
        trials.try_batch([(edits, 1.0) for edits in switched(trials.evaluator, trials.state)])


def switch_objects(trials: Trials) -> None:
    """Switch off the objects that the target lacks, and on those that are missing or wrong."""
    for _ in range(ROUNDS):
        if trials.state.is_right:
            return
        missing = trials.evaluator.missing(trials.seen)
        batch: list[Weighed] = []
        lacking = [trials.evaluator.targets[index] for index in missing]
        gone = (islice(chain(_of_other_kind(trials, d, lacking), closing(trials, d)), 1) for d in trials.seen.extra)
        batch += [(edits, 1.0) for found in gone for edits in found]
        batch += _together(trials, [*missing, *_wrong(trials)])
        turned = chain(switched(trials.evaluator, trials.state), more_objects(trials.evaluator, trials.state))
        batch += [(edits, 1.0) for edits in turned if not trials.is_refused(edits)]
        before = trials.state.cost
        trials.try_batch(distinct(batch))
        if trials.state.cost >= before - EPSILON:
            _singly(trials, missing)
            if trials.state.cost >= before - EPSILON:
                return


def _wrong(trials: Trials) -> list[int]:
    """Targets that are printed, but not as they should be."""
    return sorted(index for index in trials.state.costs if index in trials.state.pairs)


def _singly(trials: Trials, missing: list[int]) -> None:
    """Switch one object, if any one switch helps."""
    for document in list(trials.seen.extra):
        for edits in islice(closing(trials, document), 5):
            if trials.try_one(edits):
                return
    for edits, _ in _listed(trials, _openings(trials, missing, per_target=4)):
        if trials.try_one(edits):
            return


def _of_other_kind(trials: Trials, document: Document, lacking: list[Resource]) -> Iterator[Edits]:
    """Assignments under which an unwanted object is a missing one of its name but of another kind."""
    for edits in trials.filled(other_kinds(document, lacking, trials.state.tree, trials.seen.template_reads)):
        if not trials.is_refused(edits):
            yield edits


def _together(trials: Trials, missing: list[int]) -> list[Weighed]:
    """The likeliest opening of each missing object; of those whose rows one list holds, all at once."""
    groups: dict[str, list[tuple[int, Edits]]] = {}
    for index, edits in _openings(trials, missing, per_target=1):
        lists = [path for path, _ in edits if ELEMENT in path]
        groups.setdefault(repr(lists or edits), []).append((index, edits))
    found: list[Weighed] = []
    for group in groups.values():
        made = listed([edits for _, edits in group], trials.state.tree)
        if made is None or trials.is_refused(made):
            found += _listed(trials, group)
        else:
            found.append((made, WEIGHT * sum(trials.evaluator.sizes[index] for index, _ in group)))
    return found


def _listed(trials: Trials, group: Iterable[tuple[int, Edits]]) -> Iterator[Weighed]:
    for index, edits in group:
        made = listed([edits], trials.state.tree)
        if made is not None:
            trials.memory.journal.asks((trials.evaluator.targets[index].id, ()), made)
            yield made, WEIGHT * trials.evaluator.sizes[index]


def _openings(trials: Trials, missing: list[int], per_target: int) -> Iterator[tuple[int, Edits]]:
    """For each missing object the likeliest assignments that have it printed and were not refused."""
    for index in missing:
        if trials.late:
            return
        name = trials.evaluator.targets[index].id.name
        ranked = [
            (
                document.id is None or document.id.name != name,
                reading.misses,
                order,
                region,
                without_computed(reading.edits, document),
            )
            for order, (region, document, reading) in enumerate(trials.evaluator.readings(trials.seen, index))
        ]
        ranked.sort(key=lambda item: item[:3])
        fresh = (
            edits
            for _, misses, _, region, bound in ranked[:3]
            if misses <= _bearable(trials, index)
            for edits in islice(trials.filled(openings(region, bound)), MOST_OPENINGS)
            if not _is_refused(trials, edits)
        )
        for edits in islice(fresh, per_target):
            yield index, edits


def _is_refused(trials: Trials, edits: Edits) -> bool:
    made = listed([edits], trials.state.tree)
    return made is not None and trials.is_refused(made)


def _bearable(trials: Trials, index: int) -> float:
    """How much of a target a way to print it may miss and still be worth a trial."""
    if index in trials.state.pairs:
        return 0.5 * trials.state.costs[index]
    return 0.7 * trials.evaluator.sizes[index]
