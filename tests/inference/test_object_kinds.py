"""Objects whose kind depends on a value."""

from __future__ import annotations

import pytest
from search_support import assert_found

CASES = {
    "objects of which a value decides the kind, by a branch or as it is": (
        """
{{- if .Values.rbac.create }}
apiVersion: rbac.authorization.k8s.io/v1
{{- if .Values.rbac.everywhere }}
kind: ClusterRole
{{- else }}
kind: Role
{{- end }}
metadata: {name: "{{ .Release.Name }}"}
rules: []
{{- end }}
---
apiVersion: apps/v1
kind: {{ .Values.workload.kind }}
metadata: {name: "{{ .Release.Name }}"}
spec: {template: {spec: {hostNetwork: true}}}
""",
        "rbac: {create: true, everywhere: false}\nworkload: {kind: Deployment}\n",
        "rbac: {everywhere: true}\nworkload: {kind: DaemonSet}\n",
    ),
    "a word that is the printed kind, though nothing would print the right one for now, too": (
        """
{{- define "kind" -}}
{{- if not .Values.pod.kind -}}
{{- if .Values.keep -}} StatefulSet {{- else -}} DaemonSet {{- end -}}
{{- else if eq "daemonset" (.Values.pod.kind | lower) -}} DaemonSet
{{- else if eq "statefulset" (.Values.pod.kind | lower) -}} StatefulSet
{{- end -}}
{{- end -}}
apiVersion: apps/v1
kind: {{ include "kind" . }}
metadata: {name: "{{ .Release.Name }}"}
spec: {template: {spec: {hostNetwork: true}}}
""",
        "keep: true\npod: {kind: DaemonSet}\n",
        "pod: {kind: StatefulSet}\n",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_values_are_found(case):
    assert_found(*CASES[case])
