"""A branch that is not taken runs under the path condition that would open it, and leaves no trace."""

from chart_support import chart_of, run_of

from migrator.templates.output.split import split_documents

CHART = """
apiVersion: v1
kind: ConfigMap
metadata: {name: x}
data:
  {{- if .Values.extra.enabled }}
  extra: {{ .Values.extra.value }}
  {{- end }}
"""


def test_a_branch_that_is_not_taken_runs_under_its_path_condition():
    run = run_of(chart_of({"x.yaml": CHART}, "extra: {enabled: false, value: 7}\n"))
    document = split_documents(run.templates["tiny/templates/x.yaml"])[0]
    region = next(r for r in document.regions if r.path_condition.condition.direct == (("extra", "enabled"),))
    assert "extra: 7" in "".join(piece.text for piece in document.pieces if piece.region is region)
    assert "extra" not in document.text
    assert document.variant([region]).root.plain()["data"]["extra"] == 7


def test_untaken_branches_leave_no_trace_in_variables_and_maps():
    template = (
        '{{ $d := dict "k" "old" }}{{ $v := "old" }}{{ if .Values.no }}{{ $v = "new" }}{{ $_ := set $d "k" "new" }}{{ end }}'
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {v: {{ $v }}, k: {{ $d.k }}}\n"
    )
    run = run_of(chart_of({"x.yaml": template}, "no: false\n"))
    document = split_documents(run.templates["tiny/templates/x.yaml"])[0]
    assert document.resource.body["data"] == {"v": "old", "k": "old"}


def test_text_made_elsewhere_stands_under_the_conditions_of_its_place():
    chart = """
{{- $name := include "name" . }}
apiVersion: v1
kind: ConfigMap
metadata: {name: x}
data:
  {{- range .Values.items }}
  {{ . }}: {{ $name }}
  {{- end }}
"""
    helpers = '{{- define "name" }}{{ if .Values.long }}long-{{ end }}n{{ end }}'
    run = run_of(chart_of({"x.yaml": chart, "_h.tpl": helpers}, "long: true\nitems: [a, b]\n"))
    document = next(d for t in run.templates.values() for d in split_documents(t))
    path_conditions = {
        piece.text: [path_condition.condition.direct[0] for path_condition in piece.path_condition.chain()]
        for piece in document.under(document.root.entries["data"].entries["b"])
    }
    assert path_conditions == {"long-": [("long",), ("items",)], "n": [("items",)]}


def test_a_template_that_only_checks_prints_nothing_in_an_untaken_branch():
    helpers = (
        '{{- define "check" }}{{ if empty .Chart }}{{ fail "no chart" }}{{ end }}{{ end -}}\n'
        '{{- define "name" }}{{ include "check" . }}{{ template "check" . }}{{ .Release.Name }}{{ end -}}\n'
    )
    chart = CHART.replace("{{ .Values.extra.value }}", '{{ include "name" . }}-web')
    run = run_of(chart_of({"x.yaml": chart, "_h.tpl": helpers}, "extra: {enabled: false}\n"))
    document = split_documents(run.templates["tiny/templates/x.yaml"])[0]
    region = next(r for r in document.regions if r.path_condition.condition.direct == (("extra", "enabled"),))
    assert document.variant([region]).root.plain()["data"]["extra"] == "rel-web"
