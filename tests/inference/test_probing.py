"""What templates merge, collect or join, and what only a text can be, is found by trying what the target says."""

from __future__ import annotations

from dataclasses import replace

import pytest
from search_support import CONFIG_MAP, assert_found, found

from migrator.inference.search.loop import all_passes
from migrator.inference.search.passes.stuck.probing import probe

PAIRS = (
    CONFIG_MAP
    + """
args:
- --name=web
{{- if .Values.tags }}
- --tags={{ include "pairs" .Values.tags | trimSuffix "," }}
{{- end }}
{{- define "pairs" }}{{ range $key, $value := . }}{{ $key }}={{ $value }},{{ end }}{{ end }}
"""
)
TEXT = (
    CONFIG_MAP
    + """
{{- if .Values.notes }}
notes: {{ tpl .Values.notes . | nindent 2 | trim | nindent 2 }}
{{- end }}
"""
)
EMPTY_ITEM = (
    CONFIG_MAP
    + """
rules:
- to: all
{{- range $rule := .Values.rules }}
- to: {{ tpl (toYaml $rule.selectors) $ }}
  ports: {{ toYaml $rule.ports }}
{{- end }}
"""
)


@pytest.mark.parametrize(
    ("template", "values", "truth"),
    [
        (PAIRS, "tags: {}\n", "tags: {team: web, tier: back}\n"),
        (TEXT, "notes:\n", 'notes: "team: web\\n"\n'),
        (EMPTY_ITEM, "rules: []\n", "rules: [{}]\n"),
    ],
)
def test_what_leaves_no_trace(template: str, values: str, truth: str) -> None:
    assert_found(template, values, truth)
    passes = replace(all_passes(), wider=tuple(each for each in all_passes().wider if each is not probe))
    _, left = found(template, values, truth, passes)
    assert left > 0
