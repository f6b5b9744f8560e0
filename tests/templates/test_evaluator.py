"""Statements run as in Go: what fails, what is nil, and what the others still print."""

import pytest
from chart_support import bodies, chart_of, files_of, helm_bodies, run_of

from migrator.templates.chart import load_chart
from migrator.yamlio import same


def test_after_a_statement_that_fails_the_others_still_run():
    text = 'a: 1\n{{ if .Values.bad }}{{ fail "first" }}{{ end }}\nb: {{ required "second" .Values.gone }}\nc: 3\n'
    template = run_of(chart_of({"x.yaml": text}, "bad: true\n")).templates["tiny/templates/x.yaml"]
    assert template.error == "first"
    assert [failure.message for failure in template.failures] == ["first", "second"]
    assert template.failures[0].path_condition.condition.direct == (("bad",),)
    assert template.failures[1].culprit.direct == (("gone",),)
    assert template.text.split() == ["a:", "1", "b:", "c:", "3"]


@pytest.mark.parametrize(
    "expression",
    [
        "{{ if (.Values.a.b).c }}yes{{ else }}no{{ end }}",
        "{{ $x := .Values.a.b }}{{ if $x.c }}yes{{ else }}no{{ end }}",
        '{{ include "h" .Values.a.b }}',
        "{{ with (.Values.a.b).c }}{{ . }}{{ end }}",
    ],
)
def test_a_nil_that_is_no_field_has_nil_fields(expression):
    template = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {x: '" + expression + "'}\n"
    helpers = '{{ define "h" }}{{ if .c }}yes{{ else }}no{{ end }}{{ end }}'
    files = files_of({"a.yaml": template, "_h.tpl": helpers}, "a: {}\n")
    run = run_of(load_chart(files))
    assert run.complete
    assert bodies(run) == helm_bodies(files)


NIL = """
{{- define "tiny.nil" }}{{ .Values.nothing }}{{ end -}}
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
data:
  sum: {{ include "tiny.nil" . | sha256sum }}
  truth: {{ if include "tiny.nil" . }}"yes"{{ else }}"no"{{ end }}
  shown: "{{ include "tiny.nil" . }}"
  upper: {{ include "tiny.nil" . | upper | quote }}
  tpl: {{ tpl "[{{ .Values.nothing }}]" . | sha256sum }}
  {{- $none := index .Values "nothing" }}
  deep: "{{ $none.a.b }}"
"""


def test_nil_is_printed_as_go_prints_it_until_the_file_is_done():
    files = files_of({"nil.yaml": NIL})
    assert same(bodies(run_of(load_chart(files))), helm_bodies(files))


@pytest.mark.parametrize(
    "expression",
    [
        'merge (dict "a" "1") (.Values.none.inner) | toJson',
        'mustMergeOverwrite (dict "a" "1") (.Values.gone) (dict "b" "2") | toJson',
        '$nil := .Values.gone }}{{ hasKey $nil "a" }} {{ keys $nil | toJson }} {{ merge $nil (dict "a" "1") | toJson',
        '$nil := .Values.gone }}{{ get $nil "a" }}{{ pick $nil "a" | toJson',
    ],
)
def test_a_nil_that_no_field_names_is_an_empty_map(expression):
    text = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata: {{x: '{{{{ {expression} }}}}'}}\n"
    chart = chart_of({"a.yaml": text}, "none: {}\n")
    assert bodies(run_of(chart)) == helm_bodies(files_of({"a.yaml": text}, "none: {}\n"))
    assert run_of(chart).complete
