"""Whole subcharts, switched on and off by their conditions."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.inference.assignments.values_tree import Edits
from migrator.inference.hypothesis.evaluator import Evaluator
from migrator.inference.hypothesis.state import State
from migrator.model import KeyPath
from migrator.templates.chart import Chart


def switched(evaluator: Evaluator, state: State) -> Iterator[Edits]:
    """Conditions of subcharts: false for those of which every object is unwanted, true for those that are off."""
    chart = evaluator.interpreter.chart
    extra = {id(document) for document in state.extra}
    for prefix, path in _conditions(chart, chart.name, ()):
        here = [d for docs in state.documents.values() for d in docs if d.template.startswith(prefix + "/")]
        active = prefix in state.run.charts
        crds = evaluator.definitions.keys(state.run, prefix + "/")
        unwanted = all(id(document) in extra for document in here) and not crds.keys() & evaluator.by_key.keys()
        if active and (here or crds) and unwanted:
            yield ((path, False),)
        elif not active and evaluator.missing(state):
            yield ((path, True),)


def switches_over(evaluator: Evaluator, template: str) -> set[KeyPath]:
    """The conditions of the subcharts that a template lies in."""
    chart = evaluator.interpreter.chart
    return {path for prefix, path in _conditions(chart, chart.name, ()) if template.startswith(prefix + "/")}


def _conditions(chart: Chart, prefix: str, path: KeyPath) -> Iterator[tuple[str, KeyPath]]:
    for dep in chart.declared:
        name = dep.alias or dep.name
        first = dep.condition.split(",")[0].strip()
        if first:
            yield f"{prefix}/charts/{name}", (*path, *first.split("."))
        sub = next((item for item in chart.charts if item.name == dep.name), None)
        if sub is not None:
            yield from _conditions(sub, f"{prefix}/charts/{name}", (*path, name))
