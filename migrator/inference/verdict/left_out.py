"""Objects of the targets that the chart has too, but that options or values keep out of the release."""

from __future__ import annotations

import time
from collections.abc import Mapping

from migrator.compare.hooks import HOOK, is_hook
from migrator.inference.budget import LimitError, limited
from migrator.inference.hypothesis.compared_objects import Key, key_of
from migrator.inference.rendered_chart import chart_of
from migrator.inference.search.answer import Answer
from migrator.inference.types import InferenceRequest
from migrator.inference.verdict.judge import Verdict
from migrator.model import ResId
from migrator.templates.interpreter.render import Interpreter
from migrator.templates.output.split import untaken_documents

LeftOut = Mapping[str, tuple[ResId, ...]]
MOST_SECONDS = 5.0
"""Processor time to look for the hooks that the values switch off."""


def left_out_of(request: InferenceRequest, answer: Answer, verdict: Verdict) -> LeftOut:
    """Environment -> the companions that the chart would render under other options, or as hooks under other values."""
    found = {}
    for name, companions in verdict.companions.items():
        by_options = verdict.left_out.get(name, frozenset())
        hooks = _hooks(request, answer, name) if set(companions) - by_options else frozenset()
        found[name] = tuple(each for each in companions if each in by_options or key_of(each) in hooks)
    return {name: each for name, each in found.items() if each}


def _hooks(request: InferenceRequest, answer: Answer, environment: str) -> frozenset[Key]:
    """The hooks that would be printed if one condition over them turned; none where that takes too long to tell."""
    if not any(HOOK.encode() in text for text in request.chart.files.values()):
        return frozenset()
    try:
        with limited(time.process_time() + MOST_SECONDS):
            run = Interpreter(chart_of(request)).run(answer.values[environment], answer.context.within(environment))
            made = [document for each in run.templates.values() for _, document in untaken_documents(each)]
            hooks = [each.resource for each in made if each.resource is not None and is_hook(each.resource)]
    except LimitError:
        return frozenset()
    return frozenset(key_of(each.id) for each in hooks)
