"""The search for a request, with the templates that the interpreter renders otherwise than helm left to helm."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from migrator.diagnostics import MigrateError
from migrator.engines import EngineError, Failure
from migrator.inference.budget import LimitError, limited
from migrator.inference.hypothesis.compared_objects import Key
from migrator.inference.hypothesis.interpreter_check import newly_untrusted, untrusted
from migrator.inference.rendered_chart import chart_of
from migrator.inference.search.answer import Answer
from migrator.inference.search.environments import solve
from migrator.inference.types import SplitValues
from migrator.inference.verdict.judge import Judge
from migrator.model import ReleaseContext
from migrator.templates.interpreter.render import Interpreter
from migrator.yamlio import digest

MOST_SECONDS = 10.0
"""Processor time to compare our render with helm's: what takes longer is trusted for this run."""
_PASSING = frozenset({Failure.TIMEOUT, Failure.NOT_RUNNABLE, Failure.TOO_LARGE})
"""Failures that say nothing of the chart."""
LEAST_LEFT = 1.0
"""Seconds of the budget with which it is worth searching once more."""


def answer_to(judge: Judge) -> Answer:
    """The best values found; templates that helm renders otherwise at the chart's defaults are probed with helm."""
    return solve(judge.request, _at_defaults(judge), judge.ask, judge.request.start)


def reconsidered(
    judge: Judge, answer: Answer, values: SplitValues, open_keys: Mapping[str, frozenset[Key]]
) -> Answer | None:
    """Another answer, where the first one rests on templates that helm renders otherwise than we do; else None.

    `open_keys` names the objects of each environment that differ from their targets.
    """
    left = judge.request.budget - answer.spent
    if left < LEAST_LEFT:
        return None
    found: set[str] = set()
    interpreter = Interpreter(chart_of(judge.request), untaken=False)
    try:
        with limited(time.process_time() + min(MOST_SECONDS, left)):
            for name, keys in open_keys.items():
                there = answer.context.within(name)
                run = interpreter.run(answer.values[name], there)
                first, second = (judge.stream(values, name, there, attempt) for attempt in (0, 1))
                found |= newly_untrusted(run, (first, second), keys)
    except LimitError:
        return None
    if found <= set(answer.untrusted):
        return None
    asked = replace(judge, request=replace(judge.request, budget=left))
    again = solve(asked.request, frozenset({*found, *answer.untrusted}), asked.ask, answer.start)
    return replace(
        again,
        spent=answer.spent + again.spent,
        seconds=answer.seconds + again.seconds,
        renders=answer.renders + again.renders,
    )


def _at_defaults(judge: Judge) -> frozenset[str]:
    """Templates that helm renders otherwise than we do at the chart's defaults; none where it refuses those."""
    request = judge.request
    asked = {
        "what": "trust",
        "engine": _engine_digest(),
        "helm": judge.tool.identity,
        "chart": request.chart.digest,
        "as_dependency": request.as_dependency,
        "capabilities": [request.kube_version, list(request.api_versions)],
    }
    key = digest(asked)
    known = judge.cache.get(key)
    if known is not None:
        return frozenset(json.loads(known))
    setting = ReleaseContext(
        release="release-name",
        namespace="default",
        kube_version=request.kube_version,
        api_versions=request.api_versions,
    )
    found: frozenset[str] = frozenset()
    try:
        with limited(time.process_time() + min(MOST_SECONDS, request.budget)):
            run = Interpreter(chart_of(request), untaken=False).run({}, setting)
            if not any(template.too_large for template in run.templates.values()):
                found = untrusted(run, judge.ask({}, setting))
    except LimitError:
        return found  # not known: the next run may have more time
    except MigrateError as error:
        if isinstance(error, EngineError) and error.cause.failure in _PASSING:
            return found
    judge.cache.put(key, json.dumps(sorted(found)).encode())
    return found


def _engine_digest() -> str:
    """Changes with the engine's own source, so that no answer of an older engine is taken from the cache."""
    home = Path(__file__).parent.parent
    sums = hashlib.sha256()
    for room in ("inference", "templates"):
        for file in sorted((home / room).rglob("*.py")):
            sums.update(file.read_bytes())
    return sums.hexdigest()
