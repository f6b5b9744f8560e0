"""Every character knows the value that it came from, and every switched-off branch its path condition."""

from chart_support import chart_of, run_of

from migrator.templates.output.split import split_documents, untaken_documents
from migrator.templates.provenance.value import Value, outline

CHART = """
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-x
  {{- with .Values.annotations }}
  annotations: {{- toYaml . | nindent 4 }}
  {{- end }}
data:
  plain: {{ .Values.a.b }}
  quoted: {{ .Values.text | quote }}
  fallback: {{ default .Values.second .Values.first }}
  both: {{ printf "%s:%s" .Values.repo .Values.tag }}
  {{- toYaml .Values.tree | nindent 2 }}
  {{- if .Values.extra.enabled }}
  extra: {{ .Values.extra.value }}
  {{- end }}
{{- if .Values.second }}
---
apiVersion: v1
kind: Service
metadata: {name: made}
{{- end }}
{{- if .Values.third }}
---
apiVersion: v1
kind: Secret
metadata: {name: "{{ .Values.third }}"}
{{- end }}
"""
VALUES = "a: {b: 1}\ntext: t\nsecond: s\nrepo: r\ntag: v1\ntree: {k: {z: 5}}\nextra: {enabled: false, value: 7}\n"


def _document():
    run = run_of(chart_of({"x.yaml": CHART}, VALUES))
    return next(d for t in run.templates.values() for d in split_documents(t) if d.id.kind == "ConfigMap"), run


def _paths(document, *path):
    node = document.root
    for key in path:
        node = node.entries[key]
    return [source.direct for piece in document.under(node) if (source := piece.source) is not None]


def test_each_leaf_names_the_path_that_sets_it():
    document, _ = _document()
    assert _paths(document, "data", "plain") == [(("a", "b"),)]
    assert _paths(document, "data", "quoted") == [(("text",),)]
    assert _paths(document, "data", "both") == [(("repo",),), (("tag",),)]
    assert _paths(document, "data", "k", "z") == [(("tree", "k", "z"),)]
    assert _paths(document, "metadata", "name") == [(("@Release", "Name"),)]


def test_a_default_can_be_set_by_either_operand_the_given_one_first():
    document, _ = _document()
    assert _paths(document, "data", "fallback") == [(("first",), ("second",))]


def test_a_branch_that_is_not_taken_runs_under_its_path_condition():
    document, _ = _document()
    texts = {region.path_condition.condition.direct: document.untaken_text(region) for region in document.regions}
    assert "extra: 7" in texts[("extra", "enabled"),]
    assert "extra" not in document.text
    region = next(r for r in document.regions if r.path_condition.condition.direct == (("extra", "enabled"),))
    assert document.variant([region]).root.plain()["data"]["extra"] == 7


def test_untaken_branches_leave_no_trace_in_variables_and_maps():
    template = (
        '{{ $d := dict "k" "old" }}{{ $v := "old" }}{{ if .Values.no }}{{ $v = "new" }}{{ $_ := set $d "k" "new" }}{{ end }}'
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {v: {{ $v }}, k: {{ $d.k }}}\n"
    )
    run = run_of(chart_of({"x.yaml": template}, "no: false\n"))
    document = split_documents(run.templates["tiny/templates/x.yaml"])[0]
    assert document.resource.body["data"] == {"v": "old", "k": "old"}


def test_whole_objects_that_are_switched_off_are_found_with_their_gate():
    _, run = _document()
    found = untaken_documents(run.templates["tiny/templates/x.yaml"])
    assert [(document.id.kind, region.path_condition.condition.direct) for region, document in found] == [
        ("Secret", (("third",),))
    ]


def test_taint_names_every_path_a_value_depends_on():
    template = (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
        'data: {v: {{ ternary .Values.x .Values.z (eq .Values.mode "x") }}}\n'
    )
    run = run_of(chart_of({"x.yaml": template}, "x: 1\nz: 2\nmode: x\n"))
    document = split_documents(run.templates["tiny/templates/x.yaml"])[0]
    source = document.under(document.root.entries["data"].entries["v"])[0].source
    assert source.taint == {("x",), ("z",), ("mode",)}


def test_text_made_elsewhere_stands_under_the_gates_of_its_place():
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


def test_after_a_statement_that_fails_the_others_still_run():
    text = 'a: 1\n{{ if .Values.bad }}{{ fail "first" }}{{ end }}\nb: {{ required "second" .Values.gone }}\nc: 3\n'
    template = run_of(chart_of({"x.yaml": text}, "bad: true\n")).templates["tiny/templates/x.yaml"]
    assert template.error == "first"
    assert [failure.message for failure in template.failures] == ["first", "second"]
    assert template.failures[0].path_condition.condition.direct == (("bad",),)
    assert template.failures[1].culprit.direct == (("gone",),)
    assert template.text.split() == ["a:", "1", "b:", "c:", "3"]


def test_containers_that_went_through_text_know_where_a_new_entry_belongs():
    text = """
{{- $object := dict "item" .Values.item | toYaml | fromYaml }}
{{- with $object.item.absent }}
absent: {{ . }}
{{- end }}
{{- with (first (.Values.items | toYaml | fromYamlArray)).other }}
other: {{ . }}
{{- end }}
"""
    template = run_of(chart_of({"x.yaml": text}, "item: {a: 1}\nitems: [{b: 2}]\n")).templates["tiny/templates/x.yaml"]
    conditions = [
        piece.region.path_condition.condition.direct for piece in template.pieces if piece.region and piece.text.strip()
    ]
    assert (("item", "absent"),) in conditions
    assert (("items", 0, "other"),) in conditions


def test_what_a_merge_takes_over_is_set_by_either_side():
    text = '{{ $all := mustMergeOverwrite (deepCopy .Values.lib) (omit .Values "lib") }}x: {{ $all.deep.x }}\n'
    run = run_of(chart_of({"x.yaml": text}, "lib: {deep: {x: 1}}\n"))
    piece = next(p for p in run.templates["tiny/templates/x.yaml"].pieces if p.text == "1")
    assert piece.source.direct == (("deep", "x"), ("lib", "deep", "x"))


def test_a_value_that_prints_nothing_stays_in_the_object_that_it_belongs_to():
    text = "---\nkind: A\n---\nkind: B\nimage: {{ .Values.repo }}:{{ .Values.tag }}\n---\nkind: C\n"
    run = run_of(chart_of({"x.yaml": text}, 'repo: r\ntag: ""\n'))
    documents = [d for t in run.templates.values() for d in split_documents(t)]
    empty = [[p.source.direct for p in d.pieces if not p.text and p.source is not None] for d in documents]
    assert empty == [[], [(("tag",),)], []]


def test_to_ask_whether_a_map_is_empty_its_entries_are_not_looked_at():
    inner = Value({"deep": Value([Value(1)])})

    assert outline(Value({"a": inner, "b": Value(None)})) == {"a": None, "b": None}
    assert outline(Value([inner])) == [None]
    assert outline(Value({})) == {}
    assert outline(Value("text")) == "text"
