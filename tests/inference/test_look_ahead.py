"""Steps that do harm by themselves, and what the search does once it is stuck."""

from __future__ import annotations

from dataclasses import replace

from search_support import CONFIG_MAP, assert_found, found

from migrator.inference.search.loop import all_passes

VOLUMES = (
    CONFIG_MAP
    + """
mounts:
{{- range .Values.scratch }}
- {name: {{ .name }}, path: {{ .path }}, mode: rw, sub: a}
{{- end }}
{{- range .Values.more }}
- {name: {{ .name }}, path: {{ .path }}, mode: rw, sub: a}
{{- end }}
volumes:
{{- range .Values.scratch }}
- name: {{ .name }}
  memory: true
{{- end }}
"""
)
VALUES, TRUTH = "scratch: []\nmore: []\n", "scratch: [{name: a, path: /a}]\nmore: [{name: b, path: /b}]\n"


def test_an_item_in_the_wrong_list_is_moved() -> None:
    assert_found(VOLUMES, VALUES, TRUTH)


def test_no_single_step_would_have_moved_it() -> None:
    _, left = found(VOLUMES, VALUES, TRUTH, replace(all_passes(), wider=()))
    assert left > 0
