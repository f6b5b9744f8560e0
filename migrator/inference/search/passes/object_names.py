"""The names of objects first: nearly everything else depends on the values that make them right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice

from migrator.inference.assignments.values_tree import Edits
from migrator.inference.gaps.distance import cost
from migrator.inference.gaps.scalar_content import content_pieces
from migrator.inference.hypothesis.state import EPSILON, State
from migrator.inference.inversion.inverter import invert_text
from migrator.inference.search.trials import Trials
from migrator.templates.output.documents import Document

ROUNDS = 4
MAX_NAMED = 400
"""Documents with a wrong name that vote: they mostly agree."""
MAX_ALIKE = 40
VOTES = 5
MAX_CANDIDATES = 8
CLEAR = 0.3
"""A candidate that leaves so small a part of the distance is right: no need to try the others."""


def name_objects(trials: Trials) -> None:
    """Find what makes the names right, by the vote of all objects that have a wrong one."""
    for _ in range(ROUNDS):
        votes = Counter[Edits]()
        for document, index in islice(_likely_pairs(trials), MAX_NAMED):
            metadata = document.root.entries.get("metadata") if document.root else None
            node = metadata.entries.get("name") if metadata is not None else None
            if node is None:
                continue
            target = trials.evaluator.targets[index].id.name
            for rank, edits in enumerate(islice(invert_text(content_pieces(document, node), target), VOTES)):
                votes[edits] += VOTES - rank
        candidates = trials.filled(edits for edits, _ in votes.most_common(MAX_CANDIDATES))
        if not _keep_best(trials, candidates):
            return


def _keep_best(trials: Trials, candidates: Iterable[Edits]) -> bool:
    """Go on from the best of several candidates, if any is better; what was tried before is forgotten."""
    best: State | None = None
    for edits in candidates:
        if trials.late:
            break
        if not trials.allowed(edits) or trials.is_refused(edits):
            continue
        state = trials.measured(edits)
        if best is None or state.cost < best.cost:
            best = state
        if best.cost < CLEAR * trials.state.cost:
            break
    if best is None or best.cost >= trials.state.cost - EPSILON:
        return False
    trials.begin_anew(best)
    return True


def _likely_pairs(trials: Trials) -> Iterator[tuple[Document, int]]:
    """Documents without a target and targets without a document, of one kind and alike in content."""
    evaluator = trials.evaluator
    by_kind: dict[tuple[str, str], list[int]] = {}
    for index in evaluator.missing(trials.seen):
        res = evaluator.targets[index].id
        by_kind.setdefault((res.group, res.kind), []).append(index)
    for document in trials.seen.extra:
        own = document.id
        choices = by_kind.get((own.group, own.kind), []) if own is not None else []
        body = document.resource.body if document.resource else {}
        ranked = sorted((cost(body, evaluator.targets[i].body) / evaluator.sizes[i], i) for i in choices[:MAX_ALIKE])
        for _, index in ranked[:2]:
            yield document, index
