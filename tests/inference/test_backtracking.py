"""A value that prints a part of the target and something that it lacks gives way to one that prints the part alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from search_support import found

from migrator.inference.search.loop import all_passes
from migrator.inference.search.passes.stuck.backtracking import backtrack
from migrator.yamlio import Dialect, read_value

SERVICE_OF_EITHER = """
{{- if or .Values.ingress.enabled .Values.service.enabled }}
apiVersion: v1
kind: Service
metadata: {name: "{{ .Release.Name }}"}
spec: {ports: [{port: 80}]}
{{- end }}
{{- if .Values.ingress.enabled }}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: "{{ .Release.Name }}"}
spec: {rules: []}
{{- end }}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: "{{ .Release.Name }}"}
"""
FOR_ALL_OR_ONE = """
{{- range $name := list "one" "two" "three" }}
---
apiVersion: v1
kind: Pod
metadata: {name: "{{ $.Release.Name }}-{{ $name }}"}
spec:
  image: {{ $.Values.image }}
  {{- if or $.Values.tolerations $.Values.windows.enabled }}
  tolerations:
  {{- if and $.Values.windows.enabled $.Values.windows.tolerations }}
  {{- toYaml $.Values.windows.tolerations | nindent 2 }}
  {{- end }}
  {{- if $.Values.tolerations }}
  {{- toYaml $.Values.tolerations | nindent 2 }}
  {{- end }}
  {{- end }}
  {{- if or $.Values.nodes $.Values.windows.enabled }}
  nodeSelector:
    made: here
  {{- if and $.Values.windows.enabled $.Values.windows.nodes }}
  {{- toYaml $.Values.windows.nodes | nindent 4 }}
  {{- end }}
  {{- if $.Values.nodes }}
  {{- toYaml $.Values.nodes | nindent 4 }}
  {{- end }}
  {{- end }}
{{- end }}
"""
WINDOWS = """
image: nginx
tolerations: []
nodes: {}
windows: {enabled: false, tolerations: [{key: os, value: linux, effect: NoSchedule}], nodes: {os: linux}}
"""
CASES = {
    "an object that comes with either of two switches": (
        SERVICE_OF_EITHER,
        "ingress: {enabled: false}\nservice: {enabled: false}\n",
        "service: {enabled: true}\n",
    ),
    "a part that a map of its own prints as well, with a default beside it": (
        FOR_ALL_OR_ONE,
        WINDOWS,
        "tolerations: [{key: dedicated, value: kilo, effect: NoSchedule}]\n",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_finds_the_value_without_side_effects(case):
    template, values, truth = CASES[case]

    overrides, left = found(template, values, truth)

    assert left == 0
    assert overrides == read_value(truth.encode(), dialect=Dialect.SIGS)


def test_without_backtracking_the_first_value_stays():
    template, values, truth = CASES["an object that comes with either of two switches"]
    passes = all_passes()
    others = tuple(step for step in passes.last if step is not backtrack)

    assert found(template, values, truth, replace(passes, last=others, wider=()))[1] > 0


def test_items_in_the_wrong_place_come_together_from_another_list():
    """Lists for anything print volume and mount at the end; one entry of another list prints both in their place."""
    template = """
{{- range $name := list "one" "two" }}
{{- $own := get $.Values $name }}
---
apiVersion: v1
kind: Pod
metadata: {name: "{{ $.Release.Name }}-{{ $name }}"}
spec:
  containers:
  - name: main
    volumeMounts:
    {{- range $.Values.secretMounts | default $own.secretMounts }}
    - name: {{ .name }}
      mountPath: {{ .path }}
    {{- end }}
    - {name: data, mountPath: /data}
    {{- if $.Values.extraVolumeMounts | default $own.extraVolumeMounts }}
{{ toYaml ($.Values.extraVolumeMounts | default $own.extraVolumeMounts) | indent 4 }}
    {{- end }}
  volumes:
  {{- range $.Values.secretMounts | default $own.secretMounts }}
  - name: {{ .name }}
    secret:
      secretName: {{ .secretName }}
  {{- end }}
  - name: data
    emptyDir: {}
  {{- if $.Values.extraVolumes | default $own.extraVolumes }}
{{ toYaml ($.Values.extraVolumes | default $own.extraVolumes) | indent 2 }}
  {{- end }}
{{- end }}
"""
    lists = "extraVolumeMounts: [], extraVolumes: [], secretMounts: []"
    values = f"{{{lists}, one: {{{lists}}}, two: {{{lists}}}}}\n"
    truth = "one: {secretMounts: [{name: certs, secretName: my-certs, path: /certs}]}\n"
    overrides, distance = found(template, values, truth)
    assert distance == 0
    assert overrides == read_value(truth.encode(), dialect=Dialect.SIGS)
