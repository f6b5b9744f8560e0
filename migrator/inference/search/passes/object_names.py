"""The names of objects first: nearly everything else depends on the values that make them right."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice

from migrator.inference.assignments.values_tree import Edits, combined
from migrator.inference.candidates.subcharts import switched
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
MAX_RANKED = 20
ALIKE = 0.5
"""Share of a target that may differ from what a subchart would print for it."""
FAR = 0.8
"""The same for any name, once most objects are right: what has little else in common is not the one."""
PER_OBJECT = 2
MAX_CANDIDATES = 8
CLEAR = 0.3
"""A candidate that leaves so small a part of the distance is right: no need to try the others."""


def _name_subcharts(trials: Trials) -> None:
    """Switch on subcharts of which the target has an object under another name, each together with that name."""
    known = {document.id for document in trials.state.extra}
    for edits in switched(trials.evaluator, trials.state):
        if trials.late or not all(value is True for _, value in edits):
            continue
        there = trials.at(trials.measured(edits))
        new = [document for document in there.state.extra if document.id not in known]
        for document, index in _likely_pairs(there, new, most=ALIKE):
            if trials.evaluator.prints_by_name(trials.seen, index):
                continue  # a branch of the chart's own is nearer than a part of it that is called otherwise
            named = (combined(edits, more) for more in islice(_renamings(there, document, index), PER_OBJECT))
            if any(joined is not None and trials.try_one(joined) for joined in named):
                break


def name_objects(trials: Trials) -> None:
    """Find what makes the names right, by the vote of all objects that have a wrong one."""
    _name_subcharts(trials)
    for _ in range(ROUNDS):
        votes = Counter[Edits]()
        most = FAR if _most_are_right(trials) else math.inf
        for document, index in islice(_likely_pairs(trials, _strangers(trials), most), MAX_NAMED):
            for rank, edits in enumerate(islice(_renamings(trials, document, index), VOTES)):
                votes[edits] += VOTES - rank
        candidates = trials.filled(edits for edits, _ in votes.most_common(MAX_CANDIDATES))
        if not _keep_best(trials, candidates):
            return


def _strangers(trials: Trials) -> list[Document]:
    """What is printed and has no target of its name: hooks, too, though they may be left out."""
    return [*trials.seen.extra, *trials.seen.hooks]


def _renamings(trials: Trials, document: Document, index: int) -> Iterator[Edits]:
    """Assignments under which a document has the name of a target; another release comes last where most are right."""
    metadata = document.root.entries.get("metadata") if document.root else None
    node = metadata.entries.get("name") if metadata is not None else None
    if node is None:
        return
    found = invert_text(content_pieces(document, node), trials.evaluator.targets[index].id.name)
    if _most_are_right(trials):
        found = iter(sorted(islice(found, MAX_RANKED), key=_names_the_release))
    yield from found


def _most_are_right(trials: Trials) -> bool:
    return 2 * trials.state.exact > len(trials.evaluator.targets)


def _names_the_release(edits: Edits) -> bool:
    return any(path[0] == "@Release" for path, _ in edits)


def _keep_best(trials: Trials, candidates: Iterable[Edits]) -> bool:
    """Go on from the best of several candidates, if any is better; what was tried before is forgotten."""
    best: State | None = None
    for edits in candidates:
        if trials.late:
            break
        if trials.is_refused(edits):
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


def _likely_pairs(
    trials: Trials, documents: Iterable[Document], most: float = math.inf
) -> Iterator[tuple[Document, int]]:
    """Documents without a target and targets without a document, of one kind and alike in content.

    `most` is the share of the target that may differ.
    """
    evaluator = trials.evaluator
    by_kind: dict[tuple[str, str], list[int]] = {}
    for index in evaluator.missing(trials.seen):
        res = evaluator.targets[index].id
        by_kind.setdefault((res.group, res.kind), []).append(index)
    for document in documents:
        own = document.id
        choices = by_kind.get((own.group, own.kind), []) if own is not None else []
        body = document.resource.body if document.resource else {}
        ranked = sorted((cost(body, evaluator.targets[i].body) / evaluator.sizes[i], i) for i in choices[:MAX_ALIKE])
        yield from ((document, index) for share, index in ranked[:2] if share < most)
