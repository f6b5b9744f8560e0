"""A chart written in a test, the values that it is rendered with, and what the search makes of the result."""

from __future__ import annotations

import time

from migrator.inference.assignments.values_tree import Tree
from migrator.inference.hypothesis.evaluator import Evaluator
from migrator.inference.hypothesis.state import State
from migrator.inference.rendered_chart import defaults_of
from migrator.inference.search.loop import Passes, Search, all_passes
from migrator.inference.search.trials import Trials
from migrator.model import ReleaseContext, resource_of
from migrator.templates.chart import load_chart
from migrator.templates.interpreter.render import Interpreter
from migrator.templates.output.split import split_documents
from migrator.yamlio import Dialect, read_manifests, read_value

CONFIG_MAP = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "{{ .Release.Name }}"}\n'
"""How a template begins whose object does not matter."""
NAMES = """
{{- define "full" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 -}}
{{- else -}}
{{- printf "%s-app" .Release.Name -}}
{{- end -}}
{{- end -}}
{{- define "secret" -}}
{{- if .Values.existing -}}
{{- printf "%s" .Values.existing -}}
{{- else -}}
{{ template "full" . }}
{{- end -}}
{{- end -}}
"""
SETTING = ReleaseContext(release="shop", namespace="data")


def searched(evaluator: Evaluator, start: State, passes: Passes | None = None) -> State:
    """The best hypothesis that a search of 20 seconds ends with."""
    return Search(Trials(evaluator, start, time.process_time() + 20), passes or all_passes()).run()


def found(template: str, values: str, truth: str, passes: Passes | None = None) -> tuple[dict, float]:
    """The values that the search finds for what a chart renders with the true ones, and the leaves that still differ."""
    files = {"Chart.yaml": "apiVersion: v2\nname: tiny\nversion: 1.0.0\n", "values.yaml": values}
    chart = load_chart({path: text.encode() for path, text in (files | {"templates/all.yaml": template}).items()})
    run = Interpreter(chart, untaken=False).run(read_value(truth.encode(), dialect=Dialect.SIGS), SETTING)
    assert run.complete
    documents = [document for template in run.templates.values() for document in split_documents(template)]
    evaluator = Evaluator(chart, [resource_of(document.resource.body) for document in documents])
    start = evaluator.measure(Tree(defaults_of(chart), {}), SETTING)
    assert start.costs or start.extra or start.errors, "the defaults render it already"
    state = searched(evaluator, start, passes)
    return dict(state.tree.overrides), sum(state.costs.values()) + len(state.extra) + len(state.errors)


def approached(template: str, values: str, targets: str, passes: Passes | None = None) -> State:
    """The best hypothesis for objects that somebody wrote: no values make the chart render them exactly."""
    files = {"Chart.yaml": "apiVersion: v2\nname: tiny\nversion: 1.0.0\n", "values.yaml": values}
    chart = load_chart({path: text.encode() for path, text in (files | {"templates/all.yaml": template}).items()})
    evaluator = Evaluator(chart, [resource_of(body) for body in read_manifests(targets)])
    return searched(evaluator, evaluator.measure(Tree(defaults_of(chart), {}), SETTING), passes)


def assert_found(template: str, values: str, truth: str) -> None:
    """The search finds the true values, and nothing differs any more."""
    overrides, left = found(template, values, truth)
    assert left == 0
    assert overrides == read_value(truth.encode(), dialect=Dialect.SIGS)
