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


BOARD = """
apiVersion: v1
kind: ConfigMap
metadata: {name: NAME}
panels: [rows, lines, bars, pies, areas, NAME]
---
"""
VIEW = f"""
{{{{- if .Values.view.enabled }}}}
apiVersion: v1
kind: Service
metadata: {{name: view}}
---
{{{{- end }}}}
{{{{- if or .Values.view.enabled .Values.view.boards }}}}
{"".join(BOARD.replace("NAME", name) for name in ("disks", "nodes", "pods"))}
{{{{- end }}}}
"""
VIEW_VALUES, VIEW_TRUTH = (
    "view: {enabled: true, boards: false, port: 80}\n",
    "view: {enabled: false, boards: true}\n",
)


def test_an_unwanted_object_goes_where_another_value_prints_what_goes_with_it() -> None:
    assert_found(VIEW, VIEW_VALUES, VIEW_TRUTH)


def test_nothing_else_would_have_taken_it_away() -> None:
    _, left = found(VIEW, VIEW_VALUES, VIEW_TRUTH, replace(all_passes(), wider=()))
    assert left > 0
