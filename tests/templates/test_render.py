"""The interpreter prints what the helm binary prints, or refuses where it refuses; run again, only what has changed."""

import pytest
from chart_support import SETTING, bodies, chart_of, files_of, helm_bodies, run_of

from migrator.charts import load_archive
from migrator.engines import EngineError
from migrator.model import ReleaseContext
from migrator.templates.chart import load_chart
from migrator.templates.golang.yaml_tree import parse_tree
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


CONFIG_MAP = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\ndata: {seen: "{{ %s }}"}\n'
SEEN = """
{{- $all := MERGED }}
{{- $_ := set $all.m "own" "set" }}
apiVersion: v1
kind: ConfigMap
metadata: {name: seen}
data:
  all: {{ toJson $all | quote }}
  base: {{ toJson .Values.base | quote }}
  more: {{ toJson .Values.more | quote }}
"""


@pytest.mark.parametrize(
    "merged",
    [
        "merge (dict) .Values.base .Values.more",
        "mergeOverwrite (dict) .Values.base .Values.more",
        "merge .Values.base .Values.more",
        'mustMerge (dict "m" (dict "first" 1)) .Values.base .Values.more',
        "mustMergeOverwrite (deepCopy .Values.base) .Values.more",
        'merge (dict "m" .Values.base) .Values.base',
        'mergeOverwrite (dict "m" .Values.base) .Values.base',
    ],
)
def test_the_maps_within_are_merged_in_place(merged):
    values = "base: {m: {a: one, deep: {}}, k: {}}\nmore: {m: {a: two, b: two, deep: {x: 1}}, k: {z: {q: 1}}}\n"
    seen = {"seen.yaml": SEEN.replace("MERGED", merged), "two.yaml": CONFIG_MAP % ("b", ".Values.base")}
    files = files_of(seen, values)
    assert bodies(run_of(load_chart(files))) == helm_bodies(files)


@pytest.mark.parametrize(
    "seen",
    [
        "typeOf .Values.sub",
        "typeOf (deepCopy .Values.sub)",
        'dig "a" "none" .Values.sub',
        'dig "x" "none" (mustMergeOverwrite (deepCopy .Values.sub) (omit .Values "sub"))',
    ],
)
def test_to_its_parent_the_values_of_a_subchart_are_a_plain_map(seen):
    files = {
        **files_of({"a.yaml": CONFIG_MAP % ("a", seen)}, "sub: {a: 1}\nx: 2\n"),
        "charts/sub/Chart.yaml": b"apiVersion: v2\nname: sub\nversion: 1.0.0\n",
        "charts/sub/values.yaml": b"b: 3\n",
    }
    assert bodies(run_of(load_chart(files))) == helm_bodies(files)


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
    first = interpreter.run({}, SETTING)
    count = interpreter.runs
    second = interpreter.run({"b": {"c": 5}}, SETTING, first)
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
    first = interpreter.run({}, SETTING)
    second = interpreter.run({"b": 5}, SETTING, first)
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


BEFORE = {"z.yaml": "{{- %s }}", "a.yaml": CONFIG_MAP % ("a", "%s"), "b.yaml": CONFIG_MAP % ("b", ".Values.other")}


@pytest.mark.parametrize(
    ("change", "seen", "values"),
    [
        ("$_ := set .Values.shared `x` .Values.given", ".Values.shared.x", {"given": "new"}),
        ("$_ := set . `own` .Values.given", ".own", {"given": "new"}),
        ("$_ := set . `own` .Values.given", ".own", {"other": "new"}),
        ("if .Values.on }}{{ $_ := unset .Values.shared `x` }}{{ end", ".Values.shared.x", {"on": True}),
        ("$_ := mergeOverwrite .Values.shared (dict `x` .Values.given)", ".Values.shared.x", {"given": "new"}),
        ("$_ := set . `Values` (mergeOverwrite .Values.shared .Values)", ".Values.x", {"shared": {"x": "new"}}),
    ],
)
def test_a_map_that_one_template_changes_for_the_next(change: str, seen: str, values: dict) -> None:
    templates = {**BEFORE, "z.yaml": BEFORE["z.yaml"] % change, "a.yaml": BEFORE["a.yaml"] % seen}
    chart = chart_of(templates, "shared: {x: old}\ngiven: old\nother: old\n'on': false\n")
    interpreter = Interpreter(chart)
    first = interpreter.run({}, SETTING)
    again = interpreter.run(values, SETTING, first)
    fresh = Interpreter(chart).run(values, SETTING)
    assert bodies(again) == bodies(fresh) != bodies(first)


def test_what_changes_a_copy_leaves_other_templates_alone() -> None:
    templates = {
        **BEFORE,
        "z.yaml": "{{- $_ := set (deepCopy .Values.shared) `x` .Values.given }}",
        "a.yaml": BEFORE["a.yaml"] % ".Values.shared.x",
    }
    interpreter = Interpreter(chart_of(templates, "shared: {x: old}\ngiven: old\nother: old\n"))
    first = interpreter.run({}, SETTING)
    again = interpreter.run({"given": "new"}, SETTING, first)
    assert [path for path in again.templates if again.templates[path] is not first.templates[path]] == [
        "tiny/templates/z.yaml"
    ]
