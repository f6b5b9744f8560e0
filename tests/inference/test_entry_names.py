"""Names of entries that their objects do not show: another place does, or a checksum."""

from __future__ import annotations

import pytest
from search_support import CONFIG_MAP, assert_found

POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: web
  {{- with .Values.files }}
  annotations:
    checksum/files: {{ toYaml . | sha256sum }}
  {{- end }}
spec:
  containers:
  {{- range $name, $each := .Values.containers }}
    - name: {{ $name }}
      image: {{ $each.image }}
  {{- end }}
  volumes:
  {{- range $name, $each := .Values.persistence }}
    - name: vol-{{ $name }}
      persistentVolumeClaim: {claimName: {{ include "claim" (dict "name" $name "all" $.Values.persistence) }}}
  {{- end }}
{{- range $name, $each := .Values.persistence }}
{{- if hasKey $.Values.persistence $name }}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: {{ include "claim" (dict "name" $name "all" $.Values.persistence) }}}
spec: {size: {{ required "a size is needed" $each.size }}}
{{- end }}
{{- end }}
{{- range $name, $each := .Values.files }}
{{- if hasKey $.Values.files $name }}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: web{{ if gt (len $.Values.files) 1 }}-{{ $name }}{{ end }}}
data: {{- toYaml $each | nindent 2 }}
{{- end }}
{{- end }}
{{- define "claim" }}web{{ if gt (len .all) 1 }}-{{ .name }}{{ end }}{{ end -}}
"""
VALUES = "containers: {}\npersistence: {}\nfiles: {}\n"
CONTAINERS = "containers: {main: {image: web}}\n"


@pytest.mark.parametrize(
    "truth",
    [
        "persistence: {data: {size: 4Gi}}\n",
        "persistence: {data: {size: 4Gi}, cache: {size: 1Gi}}\n",
        "files: {main: {a.ini: x}}\n",
        'files: {main: {a.ini: "x\\n"}}\n',
    ],
)
def test_the_name_that_another_place_shows(truth: str) -> None:
    assert_found(POD, VALUES, CONTAINERS + truth)


@pytest.mark.parametrize(
    "entry",
    ["  {{ .Values.file }}: |\n    a={{ .Values.a }}\n    c=d\n", '  "{{ .Values.file }}": {{ .Values.a | quote }}\n'],
)
def test_a_value_names_the_key_of_an_entry(entry: str) -> None:
    template = f"{CONFIG_MAP}data:\n{entry}"
    assert_found(template, "file: one.conf\na: 1\n", "file: two.conf\na: 2\n")
