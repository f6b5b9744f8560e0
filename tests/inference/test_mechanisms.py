"""Ways in which charts print values, each in a chart of its own: the search finds the values again."""

from __future__ import annotations

import pytest
from search_support import found

from migrator.yamlio import Dialect, read_value

NAME = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "{{ .Release.Name }}"}\n'


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
