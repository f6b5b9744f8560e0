"""Maps of named objects, values merged from a library chart, and texts that become YAML on the way."""

from __future__ import annotations

import pytest
from search_support import found

POD = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: "{{ .Release.Name }}"}
spec:
  containers:
  - name: main
    {{- with (include "mounts" . | trim) }}
    volumeMounts:
      {{- nindent 6 . }}
    {{- end }}
  {{- with (include "volumes" . | trim) }}
  volumes:
    {{- nindent 4 . }}
  {{- end }}
"""
STORAGE = """
{{- define "mounts" -}}
{{- range $name, $item := .Values.persistence }}
{{- if $item.enabled }}
- name: {{ $name }}
  mountPath: {{ $item.mountPath | default (printf "/%s" $name) }}
  {{- with $item.readOnly }}
  readOnly: {{ . }}
  {{- end }}
{{- end }}
{{- end }}
{{- end -}}
{{- define "volumes" -}}
{{- range $name, $item := .Values.persistence }}
{{- if $item.enabled }}
- name: {{ $name }}
  {{- if eq (default "claim" $item.type) "claim" }}
  {{- $claim := printf "%s-%s" $.Release.Name $name }}
  {{- if $item.existingClaim }}
  {{- $claim = $item.existingClaim }}
  {{- end }}
  persistentVolumeClaim:
    claimName: {{ $claim }}
  {{- else if eq $item.type "empty" }}
  emptyDir: {{- dict "medium" $item.medium | toYaml | nindent 4 }}
  {{- else if eq $item.type "custom" }}
  {{- toYaml $item.spec | nindent 2 }}
  {{- else }}
  {{- fail (printf "no such type: %s" $item.type) }}
  {{- end }}
{{- end }}
{{- end }}
{{- end -}}
"""
CLAIMS = """
{{- range $name, $item := .Values.persistence }}
{{- if and $item.enabled (eq (default "claim" $item.type) "claim") (not $item.existingClaim) }}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: "{{ $.Release.Name }}-{{ $name }}"}
spec:
  size: {{ required "a claim needs a size" $item.size }}
  class: {{ $item.class | default "standard" }}
  mode: {{ $item.mode | default "once" }}
{{- end }}
{{- end }}
"""
SERVICES = """
{{- define "ports" -}}
{{- $open := dict -}}
{{- range $name, $port := .ports }}
{{- if $port.enabled }}{{- $_ := set $open $name $port -}}{{- end }}
{{- end }}
{{- if eq 0 (len $open) }}{{ fail "a service needs a port" }}{{ end -}}
{{- end -}}
{{- range $name, $service := .Values.service }}
{{- if $service.enabled }}
{{- $_ := set $service "suffix" $name }}
{{- include "ports" $service }}
---
apiVersion: v1
kind: Service
metadata: {name: "{{ $.Release.Name }}-{{ $service.suffix }}"}
spec:
  type: {{ $service.type | default "ClusterIP" }}
  ports:
  {{- range $key, $port := $service.ports }}
  {{- if $port.enabled }}
  - port: {{ $port.port }}
    targetPort: {{ $port.targetPort | default $key }}
    name: {{ $key }}
  {{- end }}
  {{- end }}
{{- end }}
{{- end }}
"""
VARIABLES = """
{{- define "variables" -}}
{{- with .Values.env }}
{{- $result := list -}}
{{- range $name, $value := . }}
{{- $result = append $result (dict "name" $name "value" ($value | toString)) -}}
{{- end }}
{{- toYaml (dict "env" $result) | nindent 0 }}
{{- end }}
{{- end -}}
apiVersion: v1
kind: Pod
metadata: {name: "{{ .Release.Name }}"}
spec:
  {{- with .Values.env }}
  env:
    {{- get (fromYaml (include "variables" $)) "env" | toYaml | nindent 4 }}
  {{- end }}
  {{- with .Values.sidecars }}
  {{- $all := list }}
  {{- range $name, $container := . }}
  {{- $_ := set $container "name" $name }}
  {{- $all = append $all $container }}
  {{- end }}
  containers:
    {{- toYaml $all | nindent 4 }}
  {{- end }}
"""
POD_HEAD = 'apiVersion: v1\nkind: Pod\nmetadata: {name: "{{ .Release.Name }}"}\n'
NAME = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "{{ .Release.Name }}"}'
CASES = {
    "entries of three kinds, one of them not in values.yaml": (
        STORAGE + POD + CLAIMS,
        "persistence: {config: {enabled: false}, media: {enabled: false, mountPath: /media}}\n",
        """
persistence:
  config: {enabled: true, existingClaim: kept}
  media: {enabled: true, type: custom, spec: {nfs: {server: nas, path: /m}}, readOnly: true}
  scratch: {enabled: true, type: empty, medium: Memory}
""",
    ),
    "a claim of its usual name that must not be made": (
        STORAGE + POD + CLAIMS,
        "persistence: {config: {enabled: false, size: 1Gi}}\n",
        "persistence: {config: {enabled: true, existingClaim: shop-config}}\n",
    ),
    "objects of a map behind a guard that refuses": (
        SERVICES,
        "service: {main: {enabled: true, ports: {http: {enabled: true, port: 80}}}}\n",
        "service: {listen: {enabled: true, ports: {tcp: {enabled: true, port: 22}, udp: {enabled: true, port: 23}}}}\n",
    ),
    "a list that grows in a loop and passes through YAML twice": (
        VARIABLES,
        "env: {}\nsidecars: {}\n",
        "env: {TZ: Europe/Berlin, LEVEL: debug}\n",
    ),
    "whole objects under the names of their keys": (
        VARIABLES,
        "env: {}\nsidecars: {}\n",
        "sidecars: {proxy: {image: 'proxy:1', args: [--fast]}}\n",
    ),
    "two parts of a text that print nothing yet": (
        POD_HEAD + 'spec: {image: {{ printf "%s:%s" .Values.image.name (default "" .Values.image.tag) | quote }}}\n',
        "image: {name: null, tag: null}\n",
        "image: {name: registry/app, tag: v1}\n",
    ),
    "a flag that is quoted where YAML becomes YAML again": (
        '{{- define "pod" -}}\nflag: "{{ .Values.flag }}"\n{{- end -}}\n'
        + POD_HEAD
        + 'spec:\n  {{- toYaml (include "pod" . | fromYaml) | nindent 2 }}\n',
        "flag: false\n",
        "flag: true\n",
    ),
    "a list that the other branch prints empty, inside a text": (
        NAME
        + """
data:
  rules.yaml: |
    {{- if .Values.rules }}
    rules:
    {{- range $name, $rule := .Values.rules }}
    - alert: {{ $name }}
      for: {{ $rule.for | default "5m" }}
    {{- end }}
    {{- else }}
    rules: []
    {{- end }}
""",
        "rules: {}\n",
        "rules: {down: {for: 6m}, slow: {for: 7m}}\n",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_values_are_found(name):
    overrides, left = found(*CASES[name])
    assert left == 0, overrides


CHECKED = """
{{- range $name, $each := .Values.files }}
{{- $entry := include "entry" (dict "name" $name "each" $each) | fromYaml }}
{{- if eq (len (without (keys $entry) "name")) 0 }}{{ fail (printf "cannot load %s" $name) }}{{ end }}
{{- if and (empty $entry.data) (empty $entry.binaryData) }}{{ fail (printf "nothing in %s" $name) }}{{ end }}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ $.Release.Name }}-{{ $name }}}
{{- with $entry.data }}
data: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- define "entry" }}{{ toYaml (merge (dict "name" .name) .each) }}{{ end -}}
"""


def test_an_entry_that_is_refused_twice_until_it_has_content():
    values, left = found(CHECKED, "files: {}\n", "files: {one: {data: {a.ini: 'x=1'}}}\n")
    assert (values, left) == ({"files": {"one": {"data": {"a.ini": "x=1"}}}}, 0)
