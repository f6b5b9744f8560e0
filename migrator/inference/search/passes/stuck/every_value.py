"""The last resort: every value that a template reads which prints something otherwise, switched, emptied or set.

Provenance says where a difference comes from as long as templates print what they are given. Where they compute it,
the values that the template reads at all are what is left to try, one at a time.
"""

from __future__ import annotations

from collections.abc import Iterator

from migrator.inference.assignments.values_tree import MISSING
from migrator.inference.gaps.checksums import is_checksum
from migrator.inference.hypothesis.state import EPSILON
from migrator.inference.search.passes.gap_values import close_gaps
from migrator.inference.search.trials import Trials
from migrator.model import Json, KeyPath
from migrator.templates.provenance.value import ELEMENT

FEW = 4
"""Gaps up to which what the target has there is tried at every place."""
MOST_TRIED = 150
KEY = "~key"


def try_every_value(trials: Trials) -> None:
    """Try the values of the templates that print something otherwise, as long as one of them helps."""
    left = MOST_TRIED
    while not trials.state.is_right and (trials.state.extra or not all(map(is_checksum, trials.gaps))):
        before = trials.state.cost
        for path, value in _candidates(trials):
            edits = ((path, value),)
            if left <= 0 or trials.late:
                return
            if not trials.is_refused(edits):
                left -= 1
                trials.try_one(edits)
        if trials.state.cost >= before - EPSILON:
            return
        close_gaps(trials)


def _candidates(trials: Trials) -> Iterator[tuple[KeyPath, Json]]:
    """Places and what may stand there, switches first."""
    tree = trials.state.tree
    read = sorted(_read(trials), key=lambda path: (len(path), repr(path)))
    for path in read:
        now = tree.effective(path)
        if isinstance(now, bool):
            yield path, not now
    for path in read:
        now = tree.effective(path)
        if isinstance(now, str | list | dict) and now:
            yield path, type(now)()
    gaps = trials.gaps
    wanted = [gap.target for gap in gaps if gap.kind != "extra"] if len(gaps) <= FEW else []
    for path in read:
        now = tree.effective(path)
        yield from ((path, each) for each in wanted if _may_be(now, each))


def _may_be(now: Json, wanted: Json) -> bool:
    """Whether a value may become another: of its own kind, or anything where there is none."""
    return now is MISSING or now is None or type(now) is type(wanted)


def _read(trials: Trials) -> set[KeyPath]:
    """The places that templates read which print something that is not wanted, or not as it is wanted."""
    state = trials.seen
    wrong = [document for index, document in state.pairs.items() if state.costs.get(index, 0.0) > EPSILON]
    runs = (state.run.templates.get(document.template) for document in (*wrong, *state.extra))
    found = {path for run in runs if run is not None for path in run.dependencies}
    return {path for path in found if path and str(path[0])[:1] != "@" and not {ELEMENT, KEY} & set(path)}
