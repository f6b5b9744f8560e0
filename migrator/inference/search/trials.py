"""Tries candidates, many in one render; those that do harm are found by the objects that got worse."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from migrator.inference.assignments.values_tree import Edits, combined
from migrator.inference.candidates.template_literals import other_forms
from migrator.inference.hypothesis.state import EPSILON, State
from migrator.inference.search.best_so_far import Standing, related
from migrator.inference.search.side_effects import without_side_effects
from migrator.model import Json, KeyPath
from migrator.templates.interpreter.render import touches
from migrator.templates.output.documents import Document
from migrator.yamlio import same

CROWD = 3
"""With more objects of one template than this, each of its objects is considered alone."""
MAX_RESTS = 8
"""How often candidates that contradict others are tried after them; the rest comes again in the next round."""
Weighed = tuple[Edits, float]
"""Assignments, and by how much they should bring the render nearer at least."""


class Trials(Standing):
    """Tries candidates, and keeps what brings the best hypothesis nearer to the target."""

    def try_one(self, edits: Edits) -> bool:
        """Keep assignments if they bring the render nearer: all of them, or those that do no harm."""
        if self.is_refused(edits) or self.late:
            return False
        state = self.measured(edits)
        if state.cost >= self.state.cost - EPSILON:
            forms = [self.measured(form) for form in other_forms(edits, self.state.tree.default)]
            state = min([state, *forms], key=lambda trial: trial.cost)
        if state.cost >= self.state.cost - EPSILON:
            state = without_side_effects(self, state, edits)
        if state.cost < self.state.cost - EPSILON:
            self.adopt(state)
            return True
        self.refuse(edits)
        if state.costs == self.state.costs and len(state.extra) == len(self.state.extra) and not state.errors:
            self.memory.idle.add(repr(edits))
        self.memory.journal.refuses(edits, state.cost - self.state.cost)
        if len(edits) < 2:
            return False
        worse = self._worse(state)
        harmless = tuple(edit for edit in edits if not _reach([edit], worse))
        return 0 < len(harmless) < len(edits) and self.try_one(harmless)

    def try_batch(self, batch: list[Weighed], depth: int = 0) -> bool:
        """Keep what helps of several candidates: all at once if the gain is as expected, else in parts."""
        batch = [item for item in batch if not self.is_refused(item[0])]
        if not batch or self.late or self.state.is_right:
            return False
        if len(batch) == 1:
            return self.try_one(batch[0][0])
        union, rest = _union(batch)
        state = self.measured(union)
        gain = self.state.cost - state.cost
        promised = sum(weight for _, weight in batch) - sum(weight for _, weight in rest)
        if gain > EPSILON and gain >= 0.8 * promised:
            self.adopt(state)
            if rest and depth < MAX_RESTS:
                self.try_batch(rest, depth + 1)
            return True
        one, other = self._blamed(batch, state) or _parts(batch, self._worse(state))
        first = self.try_batch(one)
        second = self.try_batch(other)
        return first or second

    def _blamed(self, batch: list[Weighed], state: State) -> tuple[list[Weighed], list[Weighed]] | None:
        """The batch in two where a template fails now: without, and with, the values that it fails over."""
        known = {failure.message for error in self.state.errors for failure in error.failures}
        failures = (failure for error in state.errors for failure in error.failures)
        failure = next((failure for failure in failures if failure.message not in known), None)
        if failure is None or failure.culprit is None:
            return None
        reach = [path for path in failure.culprit.direct if path]
        blamed = [item for item in batch if any(related(path, other) for path, _ in item[0] for other in reach)]
        if not 0 < len(blamed) < len(batch):
            return None
        return [item for item in batch if not any(item is other for other in blamed)], blamed

    def _worse(self, state: State) -> list[frozenset[KeyPath]]:
        """What the templates read whose output is farther from the target than before."""
        documents = [
            document
            for index in {**state.costs, **self.state.costs}
            if state.costs.get(index, 0.0) > self.state.costs.get(index, 0.0) + EPSILON
            for document in (state.pairs.get(index), self.state.pairs.get(index))
            if document is not None
        ]
        known = {document.id for document in self.state.extra}
        documents += [document for document in state.extra if document.id not in known]
        crowded = {path for path, count in Counter(d.template for d in _printed(state)).items() if count > CROWD}
        paths = {document.template for document in documents} - crowded | {template.path for template in state.errors}
        runs = (run.templates.get(path) for run in (self.state.run, state.run) for path in sorted(paths))
        # if one template prints nearly everything, its objects tell more than what it reads
        shown = [_shown(document) for document in documents if document.template in crowded]
        return [run.dependencies for run in runs if run is not None] + shown


def _printed(state: State) -> Iterator[Document]:
    return (document for documents in state.documents.values() for document in documents)


def _shown(document: Document) -> frozenset[KeyPath]:
    """The places of the values that an object prints."""
    return frozenset(path for piece in document.real if piece.source is not None for path in piece.source.direct)


def _parts(batch: list[Weighed], worse: list[frozenset[KeyPath]]) -> tuple[list[Weighed], list[Weighed]]:
    """The batch in two: those that the worse output does not read, and the others; else its halves."""
    suspects = [item for item in batch if _reach(item[0], worse)]
    if 0 < len(suspects) < len(batch):
        return [item for item in batch if not any(item is other for other in suspects)], suspects
    middle = len(batch) // 2
    return batch[:middle], batch[middle:]


def _reach(edits: Iterable[tuple[KeyPath, object]], worse: list[frozenset[KeyPath]]) -> bool:
    changed = {path for path, _ in edits}
    return any(touches(dependencies, changed) for dependencies in worse)


def _union(batch: list[Weighed]) -> tuple[Edits, list[Weighed]]:
    """As many candidates together as do not contradict each other, and the rest."""
    union: dict[KeyPath, Json] = {}
    rest = []
    for item in batch:
        joined = combined(item[0])
        if joined is None or any(path in union and not same(union[path], value) for path, value in joined):
            rest.append(item)
        else:
            union.update(joined)
    return tuple(union.items()), rest


def distinct(batch: list[Weighed]) -> list[Weighed]:
    """Each candidate once, with its expected gains added up."""
    found: dict[str, Weighed] = {}
    for edits, weight in batch:
        key = repr(edits)
        old = found.get(key)
        found[key] = (edits, weight + (old[1] if old else 0.0))
    return list(found.values())
