"""The chart of a request as it will be rendered, and every default that it has."""

from __future__ import annotations

from dataclasses import replace

from migrator.inference.types import InferenceRequest
from migrator.model import Json
from migrator.templates.chart import Chart, as_dependency, coalesced, load_chart


def chart_of(request: InferenceRequest) -> Chart:
    """The chart as it will be rendered."""
    chart = load_chart(request.chart.files)
    return as_dependency(chart) if request.as_dependency else chart


def defaults_of(chart: Chart) -> dict[str, Json]:
    """Every default of the chart and its subcharts, those that are switched off included."""
    return coalesced(_aliased(chart), {})


def _aliased(chart: Chart) -> Chart:
    named: dict[str, list[str]] = {}
    for dep in chart.declared:
        named.setdefault(dep.name, []).append(dep.alias or dep.name)
    charts = []
    for sub in chart.charts:
        inner = _aliased(sub)
        charts += [replace(inner, name=name) for name in named.get(sub.name, [sub.name])]
    return replace(chart, charts=tuple(charts))
