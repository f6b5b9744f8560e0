"""Maps of named objects whose templates collect, order and check entries before they print one."""

from __future__ import annotations

import pytest
from search_support import found

from migrator.yamlio import Dialect, read_value

CHART = """
{{- define "container" -}}
name: {{ .name }}
{{- if not (kindIs "map" .item.image) }}
  {{- fail (printf "image required to be a dictionary for %s" .name) }}
{{- end }}
{{- if empty (dig "repository" nil .item.image) }}
  {{- fail (printf "no repository for %s" .name) }}
{{- end }}
image: {{ printf "%s:%s" .item.image.repository (.item.image.tag | default "latest") | quote }}
{{- with .item.args }}
args: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
{{- define "containers" -}}
{{- $found := dict -}}
{{- range $name, $item := .item.containers -}}
  {{- $_ := set $found $name $item -}}
{{- end -}}
{{- range $name := keys $found | sortAlpha }}
- {{ include "container" (dict "name" $name "item" (get $found $name)) | nindent 2 | trim }}
{{- end -}}
{{- end -}}
{{- define "pod" -}}
containers:
  {{- include "containers" . | nindent 2 }}
{{- end -}}
{{- $enabled := dict -}}
{{- range $name, $item := .Values.controllers -}}
  {{- if ne (toString $item.enabled) "false" -}}
    {{- $_ := set $enabled $name $item -}}
  {{- end -}}
{{- end -}}
{{- range $name, $item := $enabled }}
{{- if not $item.containers }}
  {{- fail (printf "no containers in %s" $name) }}
{{- end }}
{{- $type := default "deployment" $item.type }}
---
{{- if eq $type "deployment" }}
apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ printf "%s-%s" $.Release.Name $name }}}
spec:
  template:
    spec: {{- include "pod" (dict "item" $item) | nindent 6 }}
{{- else if eq $type "cronjob" }}
apiVersion: batch/v1
kind: CronJob
metadata: {name: {{ printf "%s-%s" $.Release.Name $name }}}
spec:
  schedule: {{ required "schedule is required" $item.schedule | quote }}
  jobTemplate:
    spec:
      template:
        spec: {{- include "pod" (dict "item" $item) | nindent 10 }}
{{- else }}
  {{- fail (printf "not a type: %s" $type) }}
{{- end }}
{{- end }}
"""
CASES = {
    "an entry with all that it needs": "controllers: {web: {containers: {app: {image: {repository: r/a, tag: '1'}}}}}",
    "several entries, and several inside them": """
controllers:
  web: {containers: {app: {image: {repository: r/a, tag: '1'}}, log: {image: {repository: r/b}, args: [x, y]}}}
  api: {containers: {main: {image: {repository: r/c, tag: '3'}}}}
""",
    "many entries, each missing as long as one of them fails": """
controllers:
  api: {containers: {main: {image: {repository: r/c, tag: '3'}}}}
  feed: {containers: {main: {image: {repository: r/d, tag: '4'}}}}
  mail: {containers: {main: {image: {repository: r/e, tag: '5'}}}}
  web: {containers: {main: {image: {repository: r/f, tag: '6'}}}}
""",
    "an entry of another type": """
controllers:
  web: {containers: {app: {image: {repository: r/a, tag: '1'}}}}
  nightly: {type: cronjob, schedule: "@daily", containers: {job: {image: {repository: r/j, tag: '2'}}}}
""",
}


@pytest.mark.parametrize("name", CASES)
def test_entries_are_found(name):
    overrides, left = found(CHART, "controllers: {}\n", CASES[name])
    assert left == 0
    assert overrides == read_value(CASES[name].encode(), dialect=Dialect.SIGS)
