"""Annotations whose value a template computes: they close once what they are computed from is right."""

from __future__ import annotations

import hashlib
from typing import Any

from search_support import approached, assert_found

POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: web
  {{- $annotations := merge (dict) (default dict .Values.annotations) }}
  {{- if .Values.config }}
  {{- $annotations = merge (dict "checksum/config" (toYaml .Values.config | sha256sum)) $annotations }}
  {{- end }}
  {{- with $annotations }}
  annotations: {{- toYaml . | nindent 4 }}
  {{- end }}
{{- with .Values.config }}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
data: {{- toYaml . | nindent 2 }}
{{- end }}
"""
VALUES = "annotations: {}\nconfig: {}\n"


def test_it_comes_with_what_it_is_computed_from() -> None:
    assert_found(POD, VALUES, "annotations: {owner: me}\nconfig: {a: b}\n")


def test_it_is_never_a_value() -> None:
    digest = hashlib.sha256(b"elsewhere").hexdigest()
    target = (
        f"apiVersion: v1\nkind: Pod\nmetadata: {{name: web, annotations: {{checksum/config: {digest}, owner: me}}}}\n"
    )
    found: dict[str, Any] = dict(approached(POD, VALUES, target).tree.overrides)
    assert found == {"annotations": {"owner": "me"}}


SWITCHED = """\
{{- if .Values.relay.enabled }}
apiVersion: v1
kind: Pod
metadata:
  name: relay
  annotations:
    made: here
    {{- if .Values.relay.restarts }}
    checksum/config: {{ toYaml .Values.config | sha256sum }}
    {{- end }}
    {{- with .Values.relay.annotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end }}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
data: {{- toYaml .Values.config | nindent 2 }}
"""


def test_neither_where_its_object_is_missing_as_a_whole() -> None:
    values = "relay: {enabled: false, restarts: false, annotations: {}}\nconfig: {a: b}\n"
    assert_found(SWITCHED, values, "relay: {enabled: true, restarts: true}\nconfig: {a: c}\n")
