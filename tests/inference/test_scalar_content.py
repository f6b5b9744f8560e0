"""Documents inside texts: configuration files under keys that values name, scripts, checksums of both."""

from __future__ import annotations

import pytest
from search_support import found

BOARDS = """
{{- define "config" -}}
{{- with .Values.plugins }}
plugins: {{ join "," . }}
{{- end }}
app.ini: |
{{- range $section, $entries := index .Values "app.ini" }}
  [{{ $section }}]
  {{- range $key, $value := $entries }}
  {{ $key }} = {{ $value }}
  {{- end }}
{{- end }}
{{- range $name, $source := .Values.sources }}
{{ $name }}: |
  {{- toYaml $source | nindent 2 }}
{{- end }}
{{- range $name, $provider := .Values.providers }}
{{ $name }}: |
  {{- toYaml $provider | nindent 2 }}
{{- end }}
{{- if .Values.boards }}
fetch.sh: |
  #!/bin/sh
{{ $providers := .Values.providers }}
{{- range $provider, $boards := .Values.boards }}
  {{- range $name, $board := $boards }}
  {{- if or (hasKey $board "id") (hasKey $board "url") }}
  curl {{ if $board.url }}"{{ $board.url }}"{{ else }}"https://boards/{{ $board.id }}"{{ end }} \\
  > /boards/{{ $provider }}/{{ $name }}.json
    {{ end }}
  {{- end }}
{{- end }}
{{- end }}
{{- end }}
apiVersion: v1
kind: ConfigMap
metadata: {name: "{{ .Release.Name }}"}
data:
  {{- include "config" . | nindent 2 }}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: "{{ .Release.Name }}"
  annotations: {checksum/config: {{ include "config" . | sha256sum }}}
spec:
  mounts:
  {{- range (keys .Values.providers | sortAlpha) }}
  - /providers/{{ . }}
  {{- end }}
"""
DEFAULTS = "plugins: []\napp.ini: {log: {level: info}, paths: {data: /data}}\nsources: {}\nproviders: {}\nboards: {}\n"


@pytest.mark.parametrize(
    "truth",
    [
        "app.ini: {log: {level: debug, mode: file}, security: {cookie: true}}\nplugins: [one, two]",
        "sources: {sources.yaml: {apiVersion: 1, list: [{name: x, url: 'http://x'}]}}",
        "providers: {providers.yaml: {apiVersion: 1, list: [{name: a, path: /a}, {name: b, path: /b}]}}",
        "boards: {a: {x: {id: 1}, w: {url: 'http://y'}}, b: {z: {id: 3}}}",
        "boards: {a: {x: {id: 1}}}\nproviders: {providers.yaml: {list: [{name: a}]}}\napp.ini: {log: {level: warn}}",
    ],
)
def test_texts_and_the_keys_that_values_name_are_found(truth):
    values, left = found(BOARDS, DEFAULTS, truth)
    assert left == 0
    assert values.keys() == {line.partition(": ")[0] for line in truth.split("\n")}
