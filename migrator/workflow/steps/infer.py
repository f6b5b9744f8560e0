"""The step infer: the answers to requests for values, from the cache or from two worker processes."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.diagnostics import Diagnostic, Diagnostics, MigrateError, Severity
from migrator.workflow.steps.inference_cache import answer_key, decode, encode, source_digest

if TYPE_CHECKING:
    from migrator.engines import Cache, Toolchain
    from migrator.inference.types import Inference, InferenceRequest

WORKERS = 2
_FAULTS = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What a hole in the search raises; whatever else is wrong ends the run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of one request; without an inference the diagnostics say why."""

    inference: Inference | None
    diagnostics: Diagnostics = ()


def infer_each(
    requests: Sequence[InferenceRequest], *, tools: Toolchain, cache: Cache, workers: int = WORKERS
) -> tuple[Answer, ...]:
    """The answers in the order of the requests; a request that fails does not stop the others.

    What was asked before, by the same code, comes from the cache. Workers start by `spawn`, as a Go runtime does not
    survive `fork` (FACTS D12). The largest request goes first, so that it does not begin when the other worker is done.
    """
    source = source_digest()
    keys = [answer_key(request, tools, source) for request in requests]
    known = {key: answer for key in keys if (answer := _stored(key, cache)) is not None}
    missing = [key for key in dict.fromkeys(keys) if key not in known]
    found = _infer_now([requests[keys.index(key)] for key in missing], tools, cache, workers)
    for key, answer in zip(missing, found, strict=True):
        known[key] = answer
        if answer.inference is not None:
            cache.put(key, encode(answer.inference, answer.diagnostics))
    return tuple(known[key] for key in keys)


def infer_once(request: InferenceRequest, tools: Toolchain, cache: Cache) -> tuple[Inference, Diagnostics]:
    """The answer to one request, from the cache where the same code was asked the same before; raises as `infer`."""
    key = answer_key(request, tools, source_digest())
    known = _stored(key, cache)
    if known is not None and known.inference is not None:
        return known.inference, known.diagnostics
    from migrator.inference import infer

    inference, diagnostics = infer(request, tools=tools, cache=cache)
    cache.put(key, encode(inference, diagnostics))
    return inference, diagnostics


def _stored(key: str, cache: Cache) -> Answer | None:
    data = cache.get(key)
    if data is None:
        return None
    try:
        inference, diagnostics = decode(data)
    except (ValueError, KeyError, TypeError):
        return None
    return Answer(inference=inference, diagnostics=diagnostics)


def _infer_now(
    requests: Sequence[InferenceRequest], tools: Toolchain, cache: Cache, workers: int
) -> tuple[Answer, ...]:
    if len(requests) <= 1 or workers <= 1:
        return tuple(_answer(request, tools, cache) for request in requests)
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    order = sorted(range(len(requests)), key=lambda index: -_size(requests[index]))
    pool = ProcessPoolExecutor(
        max_workers=min(workers, len(requests)), mp_context=get_context("spawn"), initializer=_leave_interrupts
    )
    try:
        running = {index: pool.submit(_answer, requests[index], tools, cache) for index in order}
        answers = tuple(running[index].result() for index in range(len(requests)))
    except BaseException:
        # on Ctrl-C nobody waits for a search that may last a minute
        _stop(pool)
        raise
    pool.shutdown()
    return answers


def _answer(request: InferenceRequest, tools: Toolchain, cache: Cache) -> Answer:
    from migrator.inference import infer

    try:
        inference, diagnostics = infer(request, tools=tools, cache=cache)
    except MigrateError as error:
        return Answer(inference=None, diagnostics=(error.diagnostic,))
    except _FAULTS as error:
        if os.environ.get("MIGRATE_DEBUG"):
            raise
        return Answer(inference=None, diagnostics=(_fault(request, error),))
    if inference.refusals:
        # nothing that helm refuses can be planned with
        return Answer(inference=None, diagnostics=tuple(each for each in diagnostics if each.code == "MIG510"))
    return Answer(inference=inference, diagnostics=diagnostics)


def _fault(request: InferenceRequest, error: Exception) -> Diagnostic:
    """One chart's templates met a hole in the search: its component stays, the others go on."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{place.tb_frame.f_globals.get('__name__', '?')}:{place.tb_lineno}" if place else "?"
    return Diagnostic(
        code="MIG502",
        severity=Severity.WARNING,
        summary=f"the search for the values of {request.chart.ref.name} failed: {type(error).__name__} in {where}",
        remedy="a fault of migrate: run again with MIGRATE_DEBUG=1 and report what it prints",
    )


def _size(request: InferenceRequest) -> int:
    return sum(len(target) for target in request.targets.values()) * max(1, len(request.chart.files))


def _leave_interrupts() -> None:
    """Ctrl-C reaches the whole process group; the parent decides what becomes of the workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _stop(pool: object) -> None:
    processes: Mapping[int, object] = getattr(pool, "_processes", None) or {}
    for process in list(processes.values()):
        process.terminate()  # type: ignore[attr-defined]
    pool.shutdown(wait=False, cancel_futures=True)  # type: ignore[attr-defined]
