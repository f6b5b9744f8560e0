"""Charts that do not render with their defaults: the search begins with what their words ask for."""

from __future__ import annotations

import pytest
from search_support import CONFIG_MAP, assert_found

CHOICE = """
{{- define "shop.refuse" }}{{ printf "the values are wrong: %s" . | fail }}{{ end }}
{{- if and .Values.free.enabled .Values.plan }}
  {{- include "shop.refuse" "a plan and the free one at once" }}
{{- else if not .Values.free.enabled }}
  {{- if empty .Values.plan }}
    {{- include "shop.refuse" "choose a 'plan', or set free.enabled" }}
  {{- else if not (has .Values.plan (list "team" "company")) }}
    {{- include "shop.refuse" "there is no such plan" }}
  {{- end }}
{{- end }}
"""
LEVELS = """
{{- if and (ne .Values.level "low") (ne .Values.level "high") }}{{ fail "level has to be low or high" }}{{ end }}
{{- if not (or .Values.key (and .Values.keySecret .Values.keyEntry)) }}{{ fail "no key" }}{{ end }}
"""
CASES = {
    "the other of two ways": (
        CHOICE + CONFIG_MAP + 'data: {image: "shop:{{ .Values.plan | default "free" }}", port: "{{ .Values.port }}"}\n',
        "plan: ''\nfree: {enabled: false}\nport: 80\n",
        "free: {enabled: true}\nport: 81\n",
    ),
    "one of several words": (
        CHOICE + CONFIG_MAP + 'data: {image: "shop:{{ .Values.plan | default "free" }}", port: "{{ .Values.port }}"}\n',
        "plan: ''\nfree: {enabled: false}\nport: 80\n",
        "plan: company\nport: 81\n",
    ),
    "one of the words that it may not differ from": (
        LEVELS
        + CONFIG_MAP
        + 'data: {replicas: "{{ if eq .Values.level "high" }}3{{ else }}1{{ end }}", key: "{{ .Values.key }}"}\n',
        "level: ''\nkey: ''\nkeySecret: ''\nkeyEntry: ''\n",
        "level: high\nkey: abc\n",
    ),
    "two values that count together": (
        LEVELS
        + CONFIG_MAP
        + 'data: {level: {{ .Values.level }}, from: {{ printf "%s/%s" .Values.keySecret .Values.keyEntry }}}\n',
        "level: ''\nkey: ''\nkeySecret: ''\nkeyEntry: ''\n",
        "level: low\nkeySecret: store\nkeyEntry: main\n",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_values_that_a_chart_insists_on_are_found(name):
    assert_found(*CASES[name])
