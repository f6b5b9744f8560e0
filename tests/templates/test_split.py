"""What a template prints is cut where Helm cuts it; untaken branches may hold whole objects."""

from chart_support import bodies, chart_of, files_of, helm_bodies, run_of

from migrator.templates.chart import load_chart
from migrator.templates.output.split import split_documents, untaken_documents
from migrator.yamlio import same

CHART = """
apiVersion: v1
kind: ConfigMap
metadata: {name: x}
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


def test_whole_objects_that_are_switched_off_are_found_with_their_condition():
    run = run_of(chart_of({"x.yaml": CHART}, "second: s\n"))
    found = untaken_documents(run.templates["tiny/templates/x.yaml"])
    assert [(document.id.kind, region.path_condition.condition.direct) for region, document in found] == [
        ("Secret", (("third",),))
    ]


def test_a_value_that_prints_nothing_stays_in_the_object_that_it_belongs_to():
    text = "---\nkind: A\n---\nkind: B\nimage: {{ .Values.repo }}:{{ .Values.tag }}\n---\nkind: C\n"
    run = run_of(chart_of({"x.yaml": text}, 'repo: r\ntag: ""\n'))
    documents = [d for t in run.templates.values() for d in split_documents(t)]
    empty = [[p.source.direct for p in d.pieces if not p.text and p.source is not None] for d in documents]
    assert empty == [[], [(("tag",),)], []]


def test_a_list_stands_for_its_items_and_they_keep_their_sources():
    items = """apiVersion: v1
kind: ConfigMapList
items:
- apiVersion: v1
  kind: ConfigMap
  metadata:
    name: first
  data: {x: "{{ .Values.x }}"}
{{- range .Values.more }}
- {apiVersion: v1, kind: ConfigMap, metadata: {name: "{{ . }}"}}
{{- end }}
"""
    files = files_of({"list.yaml": items}, "x: 1\nmore: [second]\n")
    run = run_of(load_chart(files))
    assert same(bodies(run), helm_bodies(files))
    first = next(d for t in run.templates.values() for d in split_documents(t) if d.id.name == "first")
    sources = [piece.source.direct for piece in first.under(first.root.entries["data"].entries["x"]) if piece.source]
    assert sources == [(("x",),)]
