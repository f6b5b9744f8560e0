"""Functions that keep provenance: every leaf names the path that would set it."""

from chart_support import chart_of, run_of

from migrator.templates.output.split import split_documents

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
"""


VALUES = "a: {b: 1}\ntext: t\nsecond: s\nrepo: r\ntag: v1\ntree: {k: {z: 5}}\n"


def _document():
    run = run_of(chart_of({"x.yaml": CHART}, VALUES))
    return split_documents(run.templates["tiny/templates/x.yaml"])[0]


def _paths(document, *path):
    node = document.root
    for key in path:
        node = node.entries[key]
    return [source.direct for piece in document.under(node) if (source := piece.source) is not None]


def test_each_leaf_names_the_path_that_sets_it():
    document = _document()
    assert _paths(document, "data", "plain") == [(("a", "b"),)]
    assert _paths(document, "data", "quoted") == [(("text",),)]
    assert _paths(document, "data", "both") == [(("repo",),), (("tag",),)]
    assert _paths(document, "data", "k", "z") == [(("tree", "k", "z"),)]
    assert _paths(document, "metadata", "name") == [(("@Release", "Name"),)]


def test_a_default_can_be_set_by_either_operand_the_given_one_first():
    document = _document()
    assert _paths(document, "data", "fallback") == [(("first",), ("second",))]


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


def test_what_is_read_back_from_json_keeps_its_sources():
    helper = '{{ define "same" }}{{ $all := fromJson (toJson .) }}{{ toJson (pick $all "doc") }}{{ end }}'
    chart = (
        '{{ $v := get (include "same" (dict "doc" .Values "more" 1) | fromJson) "doc" }}'
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n  a: "{{ $v.web.port }}"\n  {{- toYaml $v.more | nindent 2 }}\n'
    )
    run = run_of(chart_of({"x.yaml": chart, "_h.tpl": helper}, "web: {port: 80}\nmore: {b: c}\n"))
    document = split_documents(run.templates["tiny/templates/x.yaml"])[0]
    assert document.resource.body["data"] == {"a": "80", "b": "c"}
    sources = {piece.text: piece.source.direct for piece in document.pieces if piece.source is not None}
    assert sources["80"] == (("web", "port"),)
    assert sources["c"] == (("more", "b"),)


def test_what_another_value_has_taken_the_place_of_since_json_was_written_has_no_source():
    chart = (
        '{{ $d := dict "port" .Values.port }}{{ $text := toJson $d }}{{ $_ := set $d "port" 1 }}'
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n  a: p{{ (fromJson $text).port }}\n"
    )
    run = run_of(chart_of({"x.yaml": chart}, "port: 80\n"))
    document = split_documents(run.templates["tiny/templates/x.yaml"])[0]
    assert document.resource.body["data"] == {"a": "p80"}
    assert all(piece.source is None or not piece.source.direct for piece in document.pieces)
