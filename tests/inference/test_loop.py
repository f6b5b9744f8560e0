"""The search as a whole: ways in which charts print values, each in a chart of its own."""

from __future__ import annotations

import pytest
from search_support import CONFIG_MAP, NAMES, assert_found

CASES = {
    "a value that names an entry of a map": (
        CONFIG_MAP
        + "args:\n{{- range $name, $port := .Values.ports }}\n- {{ $name }}={{ $port.number }}\n{{- if $port.goesTo }}\n"
        + "- {{ $name }} to {{ (index $.Values.ports $port.goesTo).number }}\n{{- end }}\n{{- end }}\n",
        "ports:\n  a: {number: 80}\n  b: {number: 443}\n  c: {number: 8080}\n",
        "ports: {a: {goesTo: b}}\n",
    ),
    "a value that names an entry of a map which is got": (
        CONFIG_MAP + "{{- with .Values.size }}\nsize: {{ (get $.Values.sizes .).cpu }}\n{{- end }}\n",
        "size: null\nsizes:\n  small: {cpu: 1}\n  large: {cpu: 4}\n",
        "size: large\n",
    ),
    "a rule without a name that gets another field": (
        CONFIG_MAP
        + "rules:\n- ports: [{port: {{ .Values.port }}}]\n{{- if not .Values.open }}\n  from: [{group: {{ .Release.Name }}}]\n"
        + "{{- end }}\n{{- with .Values.more }}\n{{ toYaml . }}\n{{- end }}\n",
        "port: 80\nopen: true\nmore: []\n",
        "open: false\n",
    ),
    "the first part of a text that is split": (
        CONFIG_MAP
        + 'rules:\n{{- range .Values.hosts }}\n{{- $url := splitList "/" . }}\n- host: {{ first $url }}\n{{- end }}\n',
        "hosts: []\n",
        "hosts: [a.example.com, b.example.com]\n",
    ),
    "a text at the end of an object, in a style that toYaml chose": (
        CONFIG_MAP + "data:\n{{ toYaml .Values.scripts | indent 2 }}\n",
        "scripts:\n  init: |+\n    run\n    again\n\n",
        "scripts:\n  init: |\n    run\n    other\n",
    ),
    "texts in the values that are templates, one inside the other": (
        CONFIG_MAP
        + "metrics: {on: {{ .Values.port }}}\ndata:\n  run.yaml: |\n    {{- tpl .Values.config.file . | nindent 4 }}\n",
        """
port: 80
config:
  jobs: ""
  file: |
    # begins
    level: {{ .Values.config.level }}
    jobs:
      - name: first
      {{- tpl .Values.config.jobs . | nindent 2 }}
""",
        "config:\n  level: info\n  jobs: |-\n    - name: 'second'\n      # noted\n      tasks: [a, b]\n    - name: third\n",
    ),
    "a value that helped only once another was found": (
        CONFIG_MAP
        + """
images:
  a: {{ coalesce .Values.global .Values.a "docker.io" }}/a
  b: {{ coalesce .Values.global .Values.b "docker.io" }}/b
  {{- if .Values.more }}
  c: {{ coalesce .Values.global .Values.c "docker.io" }}/c
  d: {{ coalesce .Values.global .Values.d "docker.io" }}/d
  {{- end }}
""",
        "global: ''\na: ''\nb: ''\nc: ''\nd: ''\nmore: false\n",
        "a: ghcr.io\nb: quay.io\nmore: true\n",
    ),
    "a value that prints nothing yet, in the middle of a text": (
        CONFIG_MAP + 'data: {arg: "--addr={{ .Values.addr }}/x", other: "{{ .Values.end }}"}\n',
        "addr:\nend:\n",
        "addr: :8080\nend: here\n",
    ),
    "a name in a branch of its own, within a branch that is not taken": (
        CONFIG_MAP
        + """
volumes:
- name: data
{{- if .Values.disk.enabled }}
  claim: {name: {{ if .Values.disk.claim }}{{ .Values.disk.claim }}{{ else }}{{ template "full" . }}{{ end }}}
{{- else }}
  empty: {}
{{- end }}
{{- with .Values.volumes }}
{{ toYaml . }}
{{- end }}
{{- if and .Values.disk.enabled (not .Values.disk.claim) }}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: {{ template "full" . }}}
spec: {size: 1Gi}
{{- end }}
"""
        + NAMES,
        "disk: {enabled: false, claim: ''}\nvolumes: []\nfullnameOverride: ''\n",
        "disk: {enabled: true, claim: old-disk}\n",
    ),
    "items that an empty map prints together, one of them without a value": (
        CONFIG_MAP
        + """
args:
- run
{{- if .Values.tracing }}
- --tracing
{{- end }}
- --last
{{- with .Values.args }}
{{ toYaml . }}
{{- end }}
env:
- {name: HOME, value: /}
{{- with .Values.env }}
{{ toYaml . }}
{{- end }}
{{- with .Values.tracing }}
- name: TRACED_AS
  value: {{ .as }}
- name: TRACED_AT
  value: {{ .at }}
{{- end }}
""",
        "tracing: {}\nargs: []\nenv: []\n",
        "tracing: {at: https://traces.example.com}\n",
    ),
    "an entry where the items of an empty list would stand in the same column": (
        CONFIG_MAP
        + """
pod:
  env:
  - name: HOME
    value: /
  {{- with .Values.env }}{{ toYaml . | nindent 2 }}{{- end }}
  {{- with .Values.more }}{{ toYaml . | nindent 2 }}{{- end }}
""",
        "env: []\nmore: {}\n",
        "more: {args: [--level=info]}\n",
    ),
    "the field of an entry that another value names": (
        CONFIG_MAP
        + """
args:
- --last
{{- range $name, $port := .Values.ports }}
{{- if $port.redirectTo }}
{{- $other := index $.Values.ports $port.redirectTo }}
- "--{{ $name }}.to=:{{ $other.number }}"
- "--{{ $name }}.scheme=https"
{{- end }}
{{- end }}
{{- with .Values.args }}
{{ toYaml . }}
{{- end }}
""",
        "args: []\nports: {web: {number: 80}, secure: {number: 443}, other: {number: 90}}\n",
        "ports: {web: {redirectTo: secure}}\n",
    ),
    "two items that one entry of a map prints, beside a variable that goes from one to the next": (
        CONFIG_MAP
        + """
mounts:
{{- range $name, $disk := .Values.disks }}
{{- $at := printf "/%s" $name }}
{{- if $disk.mounts }}
{{- range $disk.mounts }}
{{- with .at }}{{ $at = . }}{{ end }}
- name: {{ $name }}
  at: {{ $at }}
  {{- with .part }}
  part: {{ . }}
  {{- end }}
{{- end }}
{{- else }}
- {name: {{ $name }}, at: {{ $at }}}
{{- end }}
{{- end }}
""",
        "disks: {cache: {mounts: []}, settings: {mounts: [{at: /etc/a, part: a}]}}\n",
        "disks: {settings: {mounts: [{at: /etc/a, part: a}, {at: /etc/b, part: b}]}}\n",
    ),
    "a format that is the value itself": (
        CONFIG_MAP
        + "data: {name: {{ if .Values.name }}{{ printf .Values.name }}{{ else }}default/{{ .Release.Name }}{{ end }}}",
        "",
        "name: example.com/nfs\n",
    ),
    "lines of a text with lists in them, after a name that could hold them all": (
        CONFIG_MAP
        + """
data:
  nat.conf: |
    # Generated by {{ default .Chart.Name .Values.nameOverride }}
    {{- range .Values.ports }}
    {{ .host }}
      {{- range $index, $port := .list -}}
        {{- if eq $index 0 }} {{ else }},{{ end -}}
        {{ $port.type }}:{{ $port.port }}
      {{- end }}
    {{- end }}
""",
        "nameOverride: ''\nports: []\n",
        "ports: [{host: front, list: [{type: tcp, port: 25}, {type: udp, port: 53}, {type: tcp, port: 993}]}]\n",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_values_are_found(case):
    assert_found(*CASES[case])
