"""The interpreter prints what the helm binary prints, or refuses where it refuses."""

import pytest
from chart_support import bodies, chart_of, files_of, helm_bodies, run_of

from migrator.charts import load_archive
from migrator.engines import EngineError
from migrator.model import ReleaseContext
from migrator.templates.chart import load_chart
from migrator.templates.interpreter.render import Interpreter
from migrator.templates.output.split import split_documents
from migrator.yamlio import Dialect, read_documents, read_value, same

HELPERS = """
{{- define "tiny.fullname" -}}
{{- if .Values.fullnameOverride }}{{ .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else }}{{ printf "%s-%s" .Release.Name (default .Chart.Name .Values.nameOverride) | trunc 63 | trimSuffix "-" }}{{ end -}}
{{- end -}}
{{- define "tiny.labels" -}}
app: {{ .Chart.Name }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- with .Values.labels }}
{{ toYaml . }}
{{- end }}
{{- end -}}
"""
OBJECT = """
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "tiny.fullname" . }}
  labels: {{- include "tiny.labels" . | nindent 4 }}
data:
  number: {{ .Values.number | quote }}
  big: {{ .Values.big }}
  {{- range $key, $value := .Values.entries }}
  {{ $key }}: {{ $value | quote }}
  {{- else }}
  none: "true"
  {{- end }}
  {{- if and .Values.on (not .Values.off) (or (eq .Values.mode "a") (gt (int .Values.number) 5)) }}
  gate: open
  {{- else if eq .Values.mode "b" }}
  gate: half
  {{- end }}
  list: {{ join "," .Values.list | quote }}
  text: |
    {{- tpl .Values.text . | nindent 4 }}
  {{- $x := "first" }}{{ range .Values.list }}{{ $x = . }}{{ end }}
  last: {{ $x | quote }}
  merged: {{ merge (dict "a" 1) .Values.tree | toJson | quote }}
---
apiVersion: v1
kind: Secret
metadata: {name: {{ .Release.Name }}-secret, namespace: {{ .Release.Namespace }}}
data:
  {{- with .Values.tree }}
  sum: {{ toYaml . | sha256sum | b64enc }}
  {{- end }}
"""
VALUES = """
number: 3
big: 1000000
on: true
off: false
mode: a
entries: {}
list: [x, y]
text: "hello {{ .Release.Name }}"
tree: {b: {c: 1.0}, a: null}
labels: {}
"""
CASES = [
    {},
    {"number": 7, "mode": "c"},
    {"mode": "b", "on": False},
    {"entries": {"b": 1, "a": True, "c": "yes"}},
    {"fullnameOverride": "x" * 70, "labels": {"team": "a: b", "on": "yes"}},
    {"list": [], "text": "plain", "tree": {}},
    {"tree": {"b": None, "z": [1, {"q": "1.0"}]}, "nameOverride": "other"},
    {"big": 123456789, "text": '{{ .Values.mode }}-{{ include "tiny.fullname" . }}'},
]


@pytest.mark.parametrize("values", CASES, ids=range(len(CASES)))
def test_one_template_under_many_values(values):
    files = files_of({"_helpers.tpl": HELPERS, "all.yaml": OBJECT}, VALUES)
    run = run_of(load_chart(files), values)
    assert run.complete
    assert bodies(run) == helm_bodies(files, values)


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


SUBCHART = {
    "charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 0.1.0\n",
    "charts/sub/values.yaml": "size: 1\nempty: null\nglobal: {zone: here}\n",
    "charts/sub/templates/cm.yaml": """
apiVersion: v1
kind: ConfigMap
metadata: {name: "{{ .Release.Name }}-{{ .Chart.Name }}"}
data:
  size: "{{ .Values.size }}"
  zone: "{{ .Values.global.zone }}"
  empty: "{{ .Values.empty }}"
  root: "{{ .Chart.IsRoot }}"
""",
}
CHART_YAML = """
apiVersion: v2
name: tiny
version: 1.2.3
dependencies:
- {name: sub, version: 0.1.0, condition: sub.enabled}
- {name: sub, version: 0.1.0, alias: other, condition: other.enabled}
"""


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"sub": {"enabled": False}},
        {"other": {"enabled": True, "size": 9}},
        {"global": {"zone": "there"}, "sub": {"size": None}},
        {"other": {"enabled": True}, "sub": {"enabled": False}, "global": {"zone": "x"}},
    ],
)
def test_subcharts_with_aliases_conditions_and_globals(values):
    files = files_of({}, "other: {enabled: false}\nglobal: {region: r}\n", SUBCHART | {"Chart.yaml": CHART_YAML})
    assert bodies(run_of(load_chart(files), values)) == helm_bodies(files, values)


@pytest.mark.parametrize(
    ("template", "values"),
    [
        ("{{ .Values.a.b.c }}", {}),
        ('{{ required "say a name" .Values.name }}', {}),
        ('{{ fail "no" }}', {}),
        ("{{ index .Values.list 3 }}", {"list": [1]}),
        ('{{ include "absent" . }}', {}),
        ("{{ .Values.text.field }}", {"text": "x"}),
        ('{{ merge (dict "a" 1) .Values.nothing }}', {}),
        ('{{ template "absent" }}', {}),
    ],
)
def test_what_helm_refuses_is_refused(template, values):
    files = files_of({"bad.yaml": template})
    run = run_of(load_chart(files), values)
    assert not run.complete
    with pytest.raises(EngineError):
        helm_bodies(files, values)


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


def test_a_failing_note_fails_the_chart_as_in_helm():
    files = files_of(
        {"NOTES.txt": '{{ fail "no" }}', "cm.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"}
    )
    assert not run_of(load_chart(files)).complete
    with pytest.raises(EngineError):
        helm_bodies(files)


@pytest.mark.parametrize(
    "first_value",
    [
        ".Values.a",
        "(mergeOverwrite (deepCopy .Values.one) .Values.two).x",
        'index .Values "a"',
        'hasKey .Values.one "x" | ternary 1 2',
    ],
)
def test_a_second_run_renders_only_what_the_change_touches(first_value):
    chart = chart_of(
        {
            "a.yaml": f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata: {{x: '{{{{ {first_value} }}}}'}}\n",
            "b.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\ndata: {x: '{{ .Values.b.c }}'}\n",
        },
        "a: 1\nb: {c: 2}\none: {x: 1}\ntwo: {x: 1}\n",
    )
    interpreter = Interpreter(chart)
    setting = ReleaseContext(release="r", namespace="n")
    first = interpreter.run({}, setting)
    count = interpreter.runs
    second = interpreter.run({"b": {"c": 5}}, setting, first)
    assert interpreter.runs == count + 1
    assert [body["data"]["x"] for body in bodies(second)] == ["1", "5"]


def test_what_a_template_changes_in_the_values_is_seen_by_all_on_every_run():
    chart = chart_of(
        {
            "a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {x: '{{ .Values.a.x }}'}\n",
            "b.yaml": '{{- $_ := set .Values.a "x" .Values.b }}',
        },
        "a: {x: 1}\nb: 2\n",
    )
    interpreter = Interpreter(chart)
    first = interpreter.run({}, ReleaseContext(release="r", namespace="n"))
    second = interpreter.run({"b": 5}, ReleaseContext(release="r", namespace="n"), first)
    assert [body["data"]["x"] for body in [*bodies(first), *bodies(second)]] == ["2", "5"]


@pytest.mark.corpus
@pytest.mark.parametrize("prefix", ["cert-manager-1", "grafana-8", "external-dns-1.14", "loki-2", "app-template-2.4"])
def test_real_charts_under_the_values_of_real_teams(corpus, prefix):
    case = next(path for path in sorted((corpus / "roundtrip").iterdir()) if path.name.startswith(prefix))
    about = read_value((case / "case.yaml").read_bytes(), dialect=Dialect.SIGS)
    chart = load_chart(load_archive((case / about["chart_file"]).resolve()).files)
    values = read_value((case / "values.yaml").read_bytes(), dialect=Dialect.SIGS) or {}
    run = Interpreter(chart).run(values, ReleaseContext(release=about["release"], namespace=about["namespace"]))
    mine = [d.resource.body for t in run.templates.values() for d in split_documents(t) if d.resource]
    mine += [node.plain() for data in run.crds.values() for node in parse_tree(data.decode())]
    wanted = [d.value for d in read_documents((case / "target.yaml").read_bytes(), dialect=Dialect.SIGS)]
    assert wanted
    missing = [body["metadata"]["name"] for body in wanted if not any(same(body, other) for other in mine)]
    assert missing == []
