"""Texts that print the elements of a list."""

from __future__ import annotations

import pytest
from search_support import CONFIG_MAP, assert_found

CASES = {
    "a text whose words are elements of a list, and an object that takes both the list and a value idle without it": (
        CONFIG_MAP
        + """data:
  {{- with .Values.extra }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  {{- if .Values.metrics.enabled }}
  server: ":{{ .Values.metrics.port }}"
  metrics: {{- range .Values.metrics.enabled }}
    {{ . }}
  {{- end }}
  {{- end }}
{{- if and .Values.metrics.enabled .Values.metrics.monitor.enabled }}
---
apiVersion: v1
kind: Monitor
metadata: {name: "{{ .Release.Name }}"}
{{- end }}
""",
        "extra: {}\nmetrics: {enabled: ~, port: 90, monitor: {enabled: false}}\n",
        "metrics: {enabled: ['dns:query', drop], monitor: {enabled: true}}\n",
    ),
    "a text whose parts are elements of a list, each with a mark behind it": (
        CONFIG_MAP + "hosts: '{{ range .Values.hosts }}{{ . }}:80,{{ end }}'\n",
        "hosts: [a]\n",
        "hosts: [b, c]\n",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_values_are_found(case):
    assert_found(*CASES[case])
