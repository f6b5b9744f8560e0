"""Several charts may have made the targets, mostly versions of one: the one that fits best, within one budget."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from migrator.diagnostics import Diagnostics, MigrateError
from migrator.inference.assignments.values_tree import leaves
from migrator.inference.internal_errors import FAULTS, fault
from migrator.inference.search.environments import estimate
from migrator.inference.types import Inference, InferenceRequest, Start
from migrator.inference.values.split import effective
from migrator.model import Impact

Found = tuple[Inference, Diagnostics]
TRIED = 3
"""Charts that are searched, of those that look best before the search."""
FIRST_SHARE = 0.6
"""Part of the budget that the first of them may take; the others begin from its answer."""
LEAST_LEFT = 0.5
"""Seconds of the budget with which it is worth searching another chart."""
EPSILON = 1e-6
CLEARLY = 1.5
"""How much more may differ with a chart that stands in than with a farther one, and it is still taken."""


def best_of(request: InferenceRequest, infer: Callable[[InferenceRequest], Found]) -> Found:
    """The best answer of all the request's charts; raises what the first of them raised where none has any."""
    if not request.others:
        return infer(request)
    started = time.process_time()
    asked = [replace(request, chart=chart, others=()) for chart in (request.chart, *request.others)]
    found: dict[int, Found] = {}
    failures: list[MigrateError] = []
    start = request.start
    waiting = _ranked(_estimates(asked, range(len(asked)), None))[:TRIED]
    if request.are_stand_ins:
        waiting.sort()
    while waiting:
        left = request.budget - (time.process_time() - started)
        if found and left < LEAST_LEFT:
            break
        share = left / len(waiting) if found else left * FIRST_SHARE
        index = waiting.pop(0)
        try:
            found[index] = infer(replace(asked[index], budget=max(share, LEAST_LEFT), start=start))
        except MigrateError as error:
            failures.append(error)
            continue
        except FAULTS as error:
            failures.append(MigrateError(fault(asked[index], error)))
            continue
        start = _start(found[index][0])
        if _is_good(found[index][0]):
            waiting = _nearer(asked, index, waiting, start)
    if not found:
        raise failures[0]
    return _taken(found, are_stand_ins=request.are_stand_ins)


def _taken(found: Mapping[int, Found], *, are_stand_ins: bool) -> Found:
    """The answer that fits best; of charts that stand in the nearest that fits nearly as well."""
    best = min(found, key=lambda index: (*_rank(found[index][0]), index))
    if not are_stand_ins or found[best][0].refusals:
        return found[best]
    most = CLEARLY * _cost(found[best][0])
    close = (index for index in sorted(found) if not found[index][0].refusals and _cost(found[index][0]) <= most)
    return found[next(close)]


def _estimates(asked: Sequence[InferenceRequest], indices: Iterable[int], start: Start | None) -> Mapping[int, float]:
    """The distance of charts from the largest target, with the values of an answer or before a search."""
    found = {}
    for index in indices:
        try:
            found[index], start = estimate(asked[index], start)
        except (MigrateError, *FAULTS):
            found[index] = math.inf
    return found


def _ranked(estimates: Mapping[int, float]) -> list[int]:
    return sorted(estimates, key=lambda index: (estimates[index], index))


def _nearer(asked: Sequence[InferenceRequest], index: int, waiting: Sequence[int], start: Start) -> list[int]:
    """Charts that are nearer than the one that was searched, given its answer, or as near with fewer values."""
    estimates = _estimates(asked, (index, *waiting), start)
    return [other for other in _ranked(estimates) if estimates[other] < estimates[index] - EPSILON]


def _is_good(inference: Inference) -> bool:
    """Whether nothing but labels and annotations differs, and the chart's own CRDs and hooks are in the release."""
    differences = [each for found in inference.differences.values() for each in found]
    is_whole = not inference.refusals and not inference.left_out
    return is_whole and all(each.impact <= Impact.METADATA for each in differences)


def _start(inference: Inference) -> Start:
    return Start(
        context=inference.context,
        values={name: effective(inference.values, name) for name in inference.differences},
    )


def _rank(inference: Inference) -> tuple[bool, bool, int, int, int]:
    """The same to a cluster first, then what helm renders, what differs least and least gravely, also in its words.

    What needs the fewest values comes before others then.
    """
    parts = (inference.values.common, *inference.values.environments.values())
    values = sum(len(leaves(part)) for part in parts)
    words = sum(map(len, inference.written_differently.values()))
    return not inference.equivalent, bool(inference.refusals), _cost(inference), words, values


def _cost(inference: Inference) -> int:
    """What differs, the graver the more."""
    differences = (each for found in inference.differences.values() for each in found)
    return sum(1 + each.impact for each in differences) + 2 * sum(map(len, inference.companions.values()))
