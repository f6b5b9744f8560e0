"""Several charts may have made the targets, mostly versions of one: the one that fits best, within one budget."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from migrator.diagnostics import Diagnostics, MigrateError
from migrator.inference.edits import leaves
from migrator.inference.solve import outlook
from migrator.inference.split import effective
from migrator.inference.types import Inference, InferenceRequest, Start

Found = tuple[Inference, Diagnostics]
TRIED = 3
"""Charts that are searched, of those that look best before the search."""
FIRST_SHARE = 0.6
"""Part of the budget that the first of them may take; the others begin from its answer."""
LEAST_LEFT = 0.5


def best_of(request: InferenceRequest, infer: Callable[[InferenceRequest], Found]) -> Found:
    """The best answer of all the request's charts; raises what the first of them raised where none has any."""
    if not request.others:
        return infer(request)
    started = time.process_time()
    asked = [replace(request, chart=chart, others=()) for chart in (request.chart, *request.others)]
    found: list[tuple[int, Found]] = []
    failures: list[MigrateError] = []
    start: Start | None = request.start
    chosen = _nearest(asked)[:TRIED]
    for place, index in enumerate(chosen):
        left = request.budget - (time.process_time() - started)
        if left < LEAST_LEFT and found:
            break
        share = left * FIRST_SHARE if not place else left / (len(chosen) - place)
        try:
            answer = infer(replace(asked[index], budget=max(share, LEAST_LEFT), start=start))
        except MigrateError as error:
            failures.append(error)
            continue
        found.append((index, answer))
        start = start or _start(answer[0])
    if not found:
        raise failures[0]
    return min(found, key=lambda item: (*_rank(item[1][0]), item[0]))[1]


def _nearest(asked: Sequence[InferenceRequest]) -> list[int]:
    """The charts by how near they come before anything but names is known; those that cannot be looked at last."""
    ranked = []
    seen = None
    for index, each in enumerate(asked):
        try:
            cost, seen = outlook(each, seen)
        except MigrateError:
            cost = float("inf")
        ranked.append((cost, index))
    return [index for _, index in sorted(ranked)]


def _start(inference: Inference) -> Start:
    return Start(
        release=inference.release,
        namespace=inference.namespace,
        kube_version=inference.kube_version,
        api_versions=inference.api_versions,
        values={name: effective(inference.values, name) for name in inference.differences},
    )


def _rank(inference: Inference) -> tuple[bool, int, int]:
    """Identical first, then what differs least and least gravely, then what needs the fewest values."""
    differences = [each for found in inference.differences.values() for each in found]
    companions = sum(map(len, inference.companions.values()))
    parts = (inference.values.common, *inference.values.environments.values())
    cost = sum(1 + each.impact for each in differences) + 2 * companions
    return not inference.identical, cost, sum(len(leaves(part)) for part in parts)
