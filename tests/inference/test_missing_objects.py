"""Whole objects that the chart prints only with other values."""

from __future__ import annotations

import pytest
from search_support import CONFIG_MAP, SETTING, assert_found

from migrator.inference.assignments.values_tree import Tree
from migrator.inference.candidates.missing_objects import openings
from migrator.inference.hypothesis.evaluator import Evaluator
from migrator.inference.rendered_chart import defaults_of
from migrator.model import resource_of
from migrator.templates.chart import load_chart

CASES = {
    "a list of one item that a value of a row prints": (
        (
            "{{- range .Values.targets }}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: {{ .name }}}\nspec:\n"
            "  params:\n    target:\n    - {{ .url }}\n  host: {{ .url }}\n{{- end }}\n"
        ),
        "targets: []\n",
        "targets: [{name: a, url: a.example}, {name: b, url: b.example}]\n",
    ),
    "an untaken branch that prints all there is": (
        CONFIG_MAP
        + """
{{- range $name, $port := .Values.ports }}
---
apiVersion: v1
kind: Service
metadata: {name: "{{ $name }}"}
{{- with .labels }}
labels: {{- toYaml $ | nindent 2 }}
{{- end }}
{{- with $port.service }}
type: {{ .type | default "ClusterIP" }}
{{- with .ip }}
ip: {{ . }}
{{- end }}
{{- end }}
{{- end }}
""",
        "ports: {}\n",
        "ports:\n  log:\n    service: {type: LoadBalancer, ip: 1.1.1.1}\n",
    ),
    "an object that another branch prints otherwise": (
        "{{- if .Values.modern }}\n{{- range $key := list `a` `b` }}\n{{- if ne $key $.Values.skipped }}\n---\n"
        + CONFIG_MAP.replace("}}", "}}-{{ $key }}").replace(".Release", "$.Release")
        + "data: {level: static}\nlabels: {{ dict `a` 1 | toYaml | nindent 2 }}\n{{- end }}\n{{- end }}\n{{- else }}\n---\n"
        + "".join(
            CONFIG_MAP.replace("}}", "}}-" + key)
            + "data: {level: fixed, "
            + key
            + ": x, c: d, e: f, g: h, i: j}\n---\n"
            for key in "ab"
        )
        + "{{- end }}\n",
        "modern: true\nskipped: none\n",
        "modern: false\n",
    ),
    "several objects from one list, and a value that others read as well": (
        CONFIG_MAP
        + "labels:\n  app: x\n  {{- with .Values.common }}\n  {{- toYaml . | nindent 2 }}\n  {{- end }}\n"
        + """
{{- range .Values.monitors }}
---
apiVersion: v1
kind: Monitor
metadata: {name: "{{ $.Release.Name }}-{{ .name }}"}
labels:
  app: x
  {{- with $.Values.common }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  {{- with .labels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
url: {{ .url }}
---
apiVersion: v1
kind: Probe
metadata: {name: "{{ $.Release.Name }}-{{ .name }}"}
every: {{ .interval | default "1m" }}
{{- end }}
""",
        "common: {}\nmonitors: []\n",
        """
monitors:
- {name: a, url: http://a, labels: {team: x}, interval: 5m}
- {name: b, url: http://b, labels: {team: y}}
""",
    ),
    "an object for each element of a list and for one more": (
        """
{{- range $namespace := append .Values.namespaces .Release.Namespace }}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: {{ $namespace }}}
data: {level: {{ $.Values.level }}}
{{- end }}
""",
        "namespaces: []\nlevel: info\n",
        "namespaces: [mail]\nlevel: debug\n",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_values_are_found(case):
    assert_found(*CASES[case])


def test_an_object_that_was_read_in_vain_is_opened_without_that_and_in_each_way():
    template = """
{{- if or .Values.http.enabled .Values.transport.enabled }}
apiVersion: v1
kind: Service
metadata: {name: {{ .Values.name }}}
spec:
  {{- if .Values.http.enabled }}
  port: {{ .Values.http.port }}
  {{- end }}
{{- end }}
"""
    values = "name: a\nhttp: {enabled: false, port: 1}\ntransport: {enabled: false}\n"
    files = {"Chart.yaml": "name: tiny\nversion: 1.0.0\n", "values.yaml": values, "templates/all.yaml": template}
    chart = load_chart({path: text.encode() for path, text in files.items()})
    body = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}, "spec": {"port": 2}}
    evaluator = Evaluator(chart, [resource_of(body)])
    state = evaluator.detailed(evaluator.measure(Tree(defaults_of(chart), {}), SETTING))
    [(region, _, reading)] = evaluator.readings(state, 0)
    found = [dict(edits) for edits in openings(region, reading.edits)]
    assert found[0][("http", "port")] == 2
    assert found[-2:] == [{("http", "enabled"): True}, {("transport", "enabled"): True}]
