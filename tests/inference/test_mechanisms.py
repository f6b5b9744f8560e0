"""Ways in which charts print values, each in a chart of its own: the search finds the values again."""

from __future__ import annotations

import time

import pytest

from migrator.inference.edits import Tree
from migrator.inference.search import Search
from migrator.inference.state import Bench, defaults_of
from migrator.model import resource_of
from migrator.templates.chart import load_chart
from migrator.templates.documents import split_documents
from migrator.templates.render import Interpreter, Setting
from migrator.yamlio import Dialect, read_value

SETTING = Setting(release="shop", namespace="data")
NAME = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "{{ .Release.Name }}"}\n'


def found(template: str, values: str, truth: str) -> tuple[dict, float]:
    """The values that the search finds for what a chart renders with the true ones, and the leaves that still differ."""
    files = {"Chart.yaml": "apiVersion: v2\nname: tiny\nversion: 1.0.0\n", "values.yaml": values}
    chart = load_chart({path: text.encode() for path, text in (files | {"templates/all.yaml": template}).items()})
    run = Interpreter(chart, ghosts=False).run(read_value(truth.encode(), dialect=Dialect.SIGS), SETTING)
    assert run.complete
    documents = [document for template in run.templates.values() for document in split_documents(template)]
    bench = Bench(chart, [resource_of(document.resource.body) for document in documents])
    start = bench.measure(Tree(defaults_of(chart), {}), SETTING)
    assert start.costs or start.extra or start.errors, "the defaults render it already"
    state = Search(bench, start, time.process_time() + 20).run()
    return dict(state.tree.overrides), sum(state.costs.values()) + len(state.extra) + len(state.errors)


NAMES = """
{{- define "full" -}}{{ .Values.fullnameOverride | default (printf "%s-app" .Release.Name) }}{{- end -}}
{{- define "secret" -}}
{{- if .Values.existing }}{{ .Values.existing }}{{ else }}{{ template "full" . }}{{ end }}
{{- end -}}
"""
CASES = {
    "another name than the one that this object bears": (
        NAMES
        + NAME
        + """
full: {{ template "full" . }}
{{- if not .Values.existing }}
---
apiVersion: v1
kind: Secret
metadata: {name: {{ template "full" . }}}
{{- end }}
---
apiVersion: v1
kind: Service
metadata: {name: {{ template "full" . }}}
env:
{{- if .Values.secrets }}
- {name: A, from: {{ template "secret" . }}}
- {name: B, from: {{ template "secret" . }}}
{{- end }}
""",
        "fullnameOverride: ''\nexisting: ''\nsecrets: true\n",
        "existing: kept\n",
    ),
    "one of two values that are read together does harm": (
        NAME
        + "labels:\n  app: x\n  {{- with .Values.common }}\n  {{- toYaml . | nindent 2 }}\n  {{- end }}\n"
        + """
{{- if .Values.monitor.enabled }}
---
apiVersion: v1
kind: Monitor
metadata: {name: "{{ .Release.Name }}"}
labels:
  app: x
  {{- with .Values.common }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  {{- with .Values.monitor.labels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
interval: {{ .Values.monitor.interval }}
{{- end }}
""",
        "common: {}\nmonitor: {enabled: false, labels: {}, interval: 1m}\n",
        "monitor: {enabled: true, labels: {release: prom}, interval: 5m}\n",
    ),
    "a value that prints nothing yet, in the middle of a text": (
        NAME + 'data: {arg: "--addr={{ .Values.addr }}/x", other: "{{ .Values.end }}"}\n',
        "addr:\nend:\n",
        "addr: :8080\nend: here\n",
    ),
    "a format that is the value itself": (
        NAME
        + "data: {name: {{ if .Values.name }}{{ printf .Values.name }}{{ else }}default/{{ .Release.Name }}{{ end }}}",
        "",
        "name: example.com/nfs\n",
    ),
    "a list after a comment, beside ghosts inside the other items": (
        NAME
        + "env:\n"
        + "- name: A\n{{- if .Values.a }}\n  name: a-{{ .Values.a }}\n{{- end }}\n" * 9
        + "{{- with .Values.env }}\n# more from values\n{{ toYaml . }}\n{{- end }}\n",
        "a: ''\nenv: {}\n",
        "env: [{name: B, value: '1'}, {name: C, value: '2'}]\n",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_values_are_found(name):
    template, values, truth = CASES[name]
    overrides, left = found(template, values, truth)
    assert left == 0
    assert overrides == read_value(truth.encode(), dialect=Dialect.SIGS)
