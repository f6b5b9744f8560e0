"""The step infer: the answers to requests for values, from the cache or from two worker processes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from migrator.diagnostics import Diagnostic, Diagnostics, MigrateError, Severity
from migrator.engines import EngineError, Failure
from migrator.progress import Watch, uncounted
from migrator.workflow.steps.inference_cache import Answer, answer_key, keep, source_digest, stored

if TYPE_CHECKING:
    from migrator.engines import Cache, Lost, Toolchain
    from migrator.inference.types import Inference, InferenceRequest

    _Keyed: TypeAlias = tuple[str, InferenceRequest]
    """A request, and the key of its answer."""

WORKERS = 2
_LASTING = frozenset({Failure.TEMPLATE, Failure.SCHEMA, Failure.VALUES, Failure.DEPENDENCIES, Failure.KUBE_VERSION})
"""Failures of helm that are about the chart and nothing else: asking again would only take as long again."""


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
    known = {key: answer for key in keys if (answer := stored(key, cache)) is not None}
    missing = {key: request for key, request in zip(keys, requests, strict=True) if key not in known}
    total = len(known) + len(missing)

    def counted(done: int, _: int, running: tuple[str, ...]) -> None:
        watch(len(known) + done, total, running)

    found = _infer_now(tuple(missing.items()), tools, cache, workers, counted)
    watch(total, total, ())
    known |= zip(missing, found, strict=True)
    return tuple(_usable(known[key]) for key in keys)


def infer_for_one_cluster(
    requests: Sequence[InferenceRequest], *, tools: Toolchain, cache: Cache, watch: Watch = uncounted
) -> tuple[Answer, ...]:
    """As `infer_each`, for one version of Kubernetes where the requests are for one: a cluster has no other.

    Where answers are for several, those for another version than was asked for are searched again for that one.
    """
    answers = list(infer_each(requests, tools=tools, cache=cache, watch=watch))
    versions = [each.inference.context.kube_version if each.inference is not None else None for each in answers]
    if len({each for each in versions if each is not None}) > 1:
        odd = [at for at, found in enumerate(versions) if found not in (None, requests[at].kube_version)]
        asked = [replace(requests[at], kube_is_given=True) for at in odd]
        for at, answer in zip(odd, infer_each(asked, tools=tools, cache=cache, watch=watch), strict=True):
            answers[at] = answer if answer.inference is not None else answers[at]
    return tuple(answers)


def infer_once(request: InferenceRequest, tools: Toolchain, cache: Cache) -> tuple[Inference, Diagnostics]:
    """The answer to one request, from the cache where the same code was asked the same before; raises as `infer`."""
    key = answer_key(request, tools, source_digest())
    answer = stored(key, cache) or _asked(key, request, tools, cache)
    if answer.inference is None:
        raise MigrateError(answer.diagnostics[0])
    return answer.inference, answer.diagnostics


def _asked(key: str, request: InferenceRequest, tools: Toolchain, cache: Cache) -> Answer:
    """The answer, which is kept at once; what helm has against the chart whatever the values are is one too."""
    from migrator.inference import infer

    try:
        inference, diagnostics = infer(request, tools=tools, cache=cache)
    except EngineError as error:
        if error.cause.failure not in _LASTING:
            raise
        answer = Answer(inference=None, diagnostics=(error.diagnostic,))
    else:
        answer = Answer(inference=inference, diagnostics=diagnostics)
    keep(key, answer, cache)
    return answer


def _usable(answer: Answer) -> Answer:
    """Nothing that helm refuses can be planned with."""
    if answer.inference is None or not answer.inference.refusals:
        return answer
    return Answer(inference=None, diagnostics=tuple(each for each in answer.diagnostics if each.code == "MIG510"))


def _infer_now(
    requests: Sequence[_Keyed], tools: Toolchain, cache: Cache, workers: int, watch: Watch
) -> tuple[Answer, ...]:
    ask = partial(_answer, tools=tools, cache=cache)
    if len(requests) <= 1 or workers <= 1:
        return _one_by_one(ask, requests, watch)
    from migrator.engines import Lost, run_in_processes

    # the largest first, so that it does not begin when the other worker is done
    order = sorted(range(len(requests)), key=lambda index: -_size(requests[index][1]))
    found = run_in_processes(ask, [requests[index] for index in order], workers=workers, watch=watch, name=_chart)
    answers = dict(zip(order, found, strict=True))
    return tuple(
        _lost(request, answer) if isinstance(answer := answers[index], Lost) else answer
        for index, (_, request) in enumerate(requests)
    )


def _one_by_one(ask: Callable[[_Keyed], Answer], requests: Sequence[_Keyed], watch: Watch) -> tuple[Answer, ...]:
    answers: list[Answer] = []
    for request in requests:
        watch(len(answers), len(requests), (_chart(request),))
        answers.append(ask(request))
    return tuple(answers)


def _chart(keyed: _Keyed) -> str:
    return keyed[1].chart.ref.name


def _answer(keyed: _Keyed, *, tools: Toolchain, cache: Cache) -> Answer:
    from migrator.inference.internal_errors import FAULTS, fault

    key, request = keyed
    try:
        return _asked(key, request, tools, cache)
    except MigrateError as error:
        return Answer(inference=None, diagnostics=(error.diagnostic,))
    except FAULTS as error:
        return Answer(inference=None, diagnostics=(fault(request, error),))


def _lost(request: InferenceRequest, lost: Lost) -> Answer:
    """The process that searched was ended from outside: its component stays, the others go on."""
    how = f"killed by signal {-lost.exit_code}" if lost.exit_code < 0 else f"ended with {lost.exit_code}"
    return Answer(
        inference=None,
        diagnostics=(
            Diagnostic(
                code="MIG502",
                severity=Severity.WARNING,
                summary=f"the search for the values of {request.chart.ref.name} was {how}",
                remedy="if memory ran out, close other programs or plan this component alone with --only",
            ),
        ),
    )


def _size(request: InferenceRequest) -> int:
    return sum(len(target) for target in request.targets.values()) * max(1, len(request.chart.files))
