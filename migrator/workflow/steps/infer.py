"""The step infer: the answers to requests for values, from the cache or from two worker processes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from migrator.diagnostics import Diagnostic, Diagnostics, MigrateError, Severity
from migrator.progress import Watch, uncounted
from migrator.workflow.steps.inference_cache import answer_key, decode, encode, source_digest

if TYPE_CHECKING:
    from migrator.engines import Cache, Lost, Toolchain
    from migrator.inference.types import Inference, InferenceRequest

WORKERS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of one request; without an inference the diagnostics say why."""

    inference: Inference | None
    diagnostics: Diagnostics = ()


def infer_each(
    requests: Sequence[InferenceRequest],
    *,
    tools: Toolchain,
    cache: Cache,
    workers: int = WORKERS,
    watch: Watch = uncounted,
) -> tuple[Answer, ...]:
    """The answers in the order of the requests; a request that fails does not stop the others.

    What was asked before, by the same code, comes from the cache; the rest is searched by worker processes.
    """
    source = source_digest()
    keys = [answer_key(request, tools, source) for request in requests]
    known = {key: answer for key in keys if (answer := _stored(key, cache)) is not None}
    missing = [key for key in dict.fromkeys(keys) if key not in known]
    total = len(known) + len(missing)

    def counted(done: int, _: int, running: tuple[str, ...]) -> None:
        watch(len(known) + done, total, running)

    found = _infer_now([requests[keys.index(key)] for key in missing], tools, cache, workers, counted)
    watch(total, total, ())
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
    requests: Sequence[InferenceRequest], tools: Toolchain, cache: Cache, workers: int, watch: Watch
) -> tuple[Answer, ...]:
    ask = partial(_answer, tools=tools, cache=cache)
    if len(requests) <= 1 or workers <= 1:
        return _one_by_one(ask, requests, watch)
    from migrator.engines import Lost, run_in_processes

    # the largest first, so that it does not begin when the other worker is done
    order = sorted(range(len(requests)), key=lambda index: -_size(requests[index]))
    found = run_in_processes(ask, [requests[index] for index in order], workers=workers, watch=watch, name=_chart)
    answers = dict(zip(order, found, strict=True))
    return tuple(
        _lost(request, answer) if isinstance(answer := answers[index], Lost) else answer
        for index, request in enumerate(requests)
    )


def _one_by_one(
    ask: Callable[[InferenceRequest], Answer], requests: Sequence[InferenceRequest], watch: Watch
) -> tuple[Answer, ...]:
    answers: list[Answer] = []
    for request in requests:
        watch(len(answers), len(requests), (_chart(request),))
        answers.append(ask(request))
    return tuple(answers)


def _chart(request: InferenceRequest) -> str:
    return request.chart.ref.name


def _answer(request: InferenceRequest, tools: Toolchain, cache: Cache) -> Answer:
    from migrator.inference import infer
    from migrator.inference.faults import FAULTS, fault

    try:
        inference, diagnostics = infer(request, tools=tools, cache=cache)
    except MigrateError as error:
        return Answer(inference=None, diagnostics=(error.diagnostic,))
    except FAULTS as error:
        return Answer(inference=None, diagnostics=(fault(request, error),))
    if inference.refusals:
        # nothing that helm refuses can be planned with
        return Answer(inference=None, diagnostics=tuple(each for each in diagnostics if each.code == "MIG510"))
    return Answer(inference=inference, diagnostics=diagnostics)


def _lost(request: InferenceRequest, lost: Lost) -> Answer:
    """The process that searched was ended from outside: its component stays, the others go on."""
    how = f"killed by signal {-lost.exit_code}" if lost.exit_code < 0 else f"ended with {lost.exit_code}"
    return Answer(
        inference=None,
        diagnostics=(
            Diagnostic(
                code="MIG502",
                severity=Severity.WARNING,
                summary=f"the search for the values of {_chart(request)} was {how}",
                remedy="if memory ran out, close other programs or plan this component alone with --only",
            ),
        ),
    )


def _size(request: InferenceRequest) -> int:
    return sum(len(target) for target in request.targets.values()) * max(1, len(request.chart.files))
