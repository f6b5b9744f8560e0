"""Keys that stand there although the target has them otherwise: printed twice, left empty, or equal to an API default."""

from __future__ import annotations

import pytest
from search_support import CONFIG_MAP, assert_found

EMPTIED = """\
metadata:
  name: web
  annotations:
    {{- if .Values.scrape }}
    scrape: '{{ .Values.scrape }}'
    {{- end }}
    {{- if .Values.owner.enabled }}
    owner: core
    {{- end }}
    {{- with .Values.more }}{{ toYaml . | nindent 4 }}{{ end }}
"""
TWICE = """\
spec:
  tolerations:
    - operator: Exists
  between: [a, b]
  {{- with .Values.names }}
  names: {{ toYaml . | nindent 4 }}
  {{- end }}
  {{- if .Values.tolerations }}
  tolerations: {{- toYaml .Values.tolerations | nindent 4 }}
  {{- end }}
  mode: fixed
  after: "1"
  {{- with .Values.mode }}
  mode: {{ . }}
  {{- end }}
"""
OPEN = """\
metadata:
  name: web
  labels:
    part: shop
    tier: back
"""
LABELS = "    {{- with .Values.labels }}{{ toYaml . | nindent 4 }}{{ end }}\n"
EACH_LABEL = "    {{- range $name, $value := .Values.labels }}\n    {{ $name }}: {{ $value }}\n    {{- end }}\n"
WORKLOAD = """\
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: web}
spec:
  updateStrategy: {{- toYaml .Values.updateStrategy | nindent 4 }}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - {name: web, image: web}
"""
STRATEGY = 'updateStrategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: "10%"}}\n'


def _kind(kind: str, template: str) -> str:
    return f"apiVersion: v1\nkind: {kind}\n{template}"


@pytest.mark.parametrize("kind", ["Service", "ConfigMap"])
@pytest.mark.parametrize("more", ["", "more: {a: b}\n"])
def test_a_key_of_which_all_entries_are_switched_off(kind: str, more: str) -> None:
    values = "scrape: true\nowner: {enabled: true}\n" + (more or "more: {}\n")
    truth = "scrape: false\nowner: {enabled: false}\n" + ("more: null\n" if more else "")
    assert_found(_kind(kind, EMPTIED), values, truth)


def test_a_custom_object_keeps_the_empty_key() -> None:
    template = 'apiVersion: example.org/v1\nkind: Shop\nmetadata: {name: web}\nspec:\n  hours:\n    {{- if .Values.sunday }}\n    sunday: "9"\n    {{- end }}\n'
    assert_found(template, "sunday: true\n", "sunday: false\n")


@pytest.mark.parametrize(
    "truth",
    [
        "tolerations: [{key: spot, operator: Exists}]\n",
        "tolerations: [{key: spot}, {operator: Exists}]\n",
        "mode: other\n",
        "tolerations: [{key: a}]\nmode: b\n",
    ],
)
def test_a_key_that_a_branch_prints_once_more(truth: str) -> None:
    assert_found(CONFIG_MAP + TWICE, 'names: []\ntolerations: []\nmode: ""\n', truth)


@pytest.mark.parametrize("labels", [LABELS, EACH_LABEL])
@pytest.mark.parametrize("default", ["labels: {}\n", "labels: {own: x}\n"])
@pytest.mark.parametrize("truth", ["labels: {part: till}\n", "labels: {part: till, tier: front, new: y}\n"])
def test_a_key_that_values_name_once_more(labels: str, default: str, truth: str) -> None:
    assert_found(_kind("Service", OPEN + labels), default, truth)


BOTH = """\
apiVersion: v1
kind: Service
metadata:
  name: web
  labels: {{- toYaml .Values.common | nindent 4 }}
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: web
  labels:
    {{- toYaml .Values.common | nindent 4 }}
    {{- if .Values.more }}
    {{- toYaml .Values.more | nindent 4 }}
    {{- end }}
"""


def test_a_key_that_two_maps_name() -> None:
    truth = "common: {env: dev, tier: front}\nmore: {team: till, tier: back}\n"
    assert_found(BOTH, "common: {}\nmore: {}\n", truth)


def test_what_equals_an_api_default_is_said_all_the_same() -> None:
    assert_found(WORKLOAD, STRATEGY, "updateStrategy: {rollingUpdate: {maxUnavailable: 1}}\n")
