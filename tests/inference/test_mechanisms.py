"""Ways in which charts print values, each in a chart of its own: the search finds the values again."""

from __future__ import annotations

import pytest
from search_support import SETTING, found

from migrator.inference.assignments.values_tree import Tree
from migrator.inference.candidates.for_gaps import candidates_for
from migrator.inference.hypothesis.evaluator import Evaluator
from migrator.inference.hypothesis.name_inputs import name_inputs
from migrator.inference.rendered_chart import defaults_of
from migrator.model import resource_of
from migrator.templates.chart import load_chart
from migrator.templates.interpreter.render import Interpreter
from migrator.templates.output.documents import split_documents
from migrator.yamlio import Dialect, read_value

NAME = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "{{ .Release.Name }}"}\n'


CASES = {
    "a list of one item that a value of a row prints": (
        (
            "{{- range .Values.targets }}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: {{ .name }}}\nspec:\n"
            "  params:\n    target:\n    - {{ .url }}\n  host: {{ .url }}\n{{- end }}\n"
        ),
        "targets: []\n",
        "targets: [{name: a, url: a.example}, {name: b, url: b.example}]\n",
    ),
    "a map named global that is not a chart's": (
        NAME
        + 'data:\n  hide: "{{ if or .Values.clusters.global.enabled .Values.clusters.own.enabled }}0{{ else }}2{{ end }}"\n',
        "clusters: {global: {enabled: false}, own: {enabled: false}}\n",
        "clusters: {global: {enabled: true}}\n",
    ),
    "several items that two lists in one print under a condition on both, before others": (
        NAME
        + """env:
{{- with (concat .Values.global.env .Values.extraEnv) }}
{{ toYaml . }}
{{- end }}
- name: LAST
  value: x
""",
        "global: {env: []}\nextraEnv: []\n",
        "global: {env: [{name: A, value: one}, {name: B, value: two}]}\n",
    ),
    "arguments from a map, in one of two forms, after others that values print": (
        NAME
        + "args:\n- --run\n"
        + "".join(f"{{{{- if .Values.a{n} }}}}\n- --a{n}={{{{ .Values.a{n} }}}}\n{{{{- end }}}}\n" for n in range(12))
        + """
{{- range $key, $value := .Values.extraArgs }}
{{- if eq ($value | quote | len) 2 }}
- --{{ $key }}
{{- else }}
- --{{ $key }}={{ $value }}
{{- end }}
{{- end }}
""",
        "extraArgs: {}\n",
        "extraArgs: {certificate: space/name, level: debug}\n",
    ),
    "an item that a first branch prints in the list above, where the last one goes on with other entries": (
        NAME
        + """spec:
  volumes:
  - name: config
    emptyDir: {}
{{- if .Values.extraVolumes }}
{{ toYaml .Values.extraVolumes | indent 2 }}
{{- end }}
{{- if not .Values.persistence.enabled }}
  - name: data
    emptyDir: {}
{{- else if .Values.persistence.existingClaim }}
  - name: data
    persistentVolumeClaim:
      claimName: {{ .Values.persistence.existingClaim }}
{{- else }}
  claims:
  - metadata: {name: data}
    spec: {size: {{ .Values.persistence.size }}}
{{- end }}
""",
        "extraVolumes: []\npersistence: {enabled: true, existingClaim: '', size: 8Gi}\n",
        "persistence: {enabled: false}\n",
    ),
    "objects of which a value decides the kind, by a branch or as it is": (
        """
{{- if .Values.rbac.create }}
apiVersion: rbac.authorization.k8s.io/v1
{{- if .Values.rbac.everywhere }}
kind: ClusterRole
{{- else }}
kind: Role
{{- end }}
metadata: {name: "{{ .Release.Name }}"}
rules: []
{{- end }}
---
apiVersion: apps/v1
kind: {{ .Values.workload.kind }}
metadata: {name: "{{ .Release.Name }}"}
spec: {template: {spec: {hostNetwork: true}}}
""",
        "rbac: {create: true, everywhere: false}\nworkload: {kind: Deployment}\n",
        "rbac: {everywhere: true}\nworkload: {kind: DaemonSet}\n",
    ),
    "a text whose words are elements of a list, and an object that takes both the list and a value idle without it": (
        NAME
        + """data:
  {{- with .Values.extra }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  {{- if .Values.metrics.enabled }}
  server: ":{{ .Values.metrics.port }}"
  metrics: {{- range .Values.metrics.enabled }}
    {{ . }}
  {{- end }}
  {{- end }}
{{- if and .Values.metrics.enabled .Values.metrics.monitor.enabled }}
---
apiVersion: v1
kind: Monitor
metadata: {name: "{{ .Release.Name }}"}
{{- end }}
""",
        "extra: {}\nmetrics: {enabled: ~, port: 90, monitor: {enabled: false}}\n",
        "metrics: {enabled: ['dns:query', drop], monitor: {enabled: true}}\n",
    ),
    "a text whose parts are elements of a list, each with a mark behind it": (
        NAME + "hosts: '{{ range .Values.hosts }}{{ . }}:80,{{ end }}'\n",
        "hosts: [a]\n",
        "hosts: [b, c]\n",
    ),
    "an entry that either of two maps may print, one of which others print as well": (
        NAME
        + """{{- with .Values.common }}
notes:
  {{- toYaml . | nindent 2 }}
{{- end }}
---
apiVersion: v1
kind: Route
metadata: {name: "{{ .Release.Name }}"}
{{- if or .Values.own .Values.common }}
notes:
  {{- with .Values.common }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  {{- with .Values.own }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}
""",
        "common: {}\nown: {}\n",
        "own: {icon: simple}\n",
    ),
    "rows that print two items each, before items that print as they are": (
        NAME
        + """args:
- --run
{{- if .Values.labels.enabled }}
{{- range .Values.labels.names }}
- --label
- {{ . }}
{{- end }}
{{- end }}
{{- with .Values.extraArgs }}
{{- toYaml . | nindent 0 }}
{{- end }}
""",
        "labels: {enabled: false, names: []}\nextraArgs: []\n",
        "labels: {enabled: true, names: [name, instance]}\n",
    ),
    "a list that one loop adds to and the next prints": (
        NAME
        + "{{- $ports := list .Values.port }}\n{{- range .Values.more }}{{ $ports = append $ports . }}{{ end }}\nports:\n"
        + "{{- range $ports }}\n- port: {{ .port }}\n  name: {{ .name | default `http` }}\n"
        + "  {{- if .protocol }}\n  protocol: {{ .protocol }}\n  {{- end }}\n{{- end }}\n",
        "port: {port: 80}\nmore: []\n",
        "more: [{port: 53, name: dns, protocol: UDP}]\n",
    ),
    "a text in the place of a map": (
        NAME
        + "{{- if kindIs `string` .Values.secret }}\nsecret: {{ .Values.secret }}\n{{- else }}\nsecret: {{ .Release.Name }}\n"
        + "token: {{ .Values.secret.token }}\n{{- end }}\n",
        "secret: {token: ''}\n",
        "secret: own\n",
    ),
    "an argument of a switch that is off, beside a map of any arguments": (
        NAME
        + "args:\n- --run\n{{- if .Values.on }}\n- --on={{ .Values.on }}\n{{- end }}\n{{- if .Values.late }}\n- --late\n{{- end }}\n"
        + "{{- range $key, $value := .Values.extra }}\n{{- if $value }}\n- --{{ $key }}={{ $value }}\n{{- else }}\n- --{{ $key }}\n"
        + "{{- end }}\n{{- end }}\n",
        "'on': false\nlate: false\nextra: {}\n",
        "'on': true\nlate: true\n",
    ),
    "annotations that one of two maps fills": (
        NAME
        + "{{- if or .Values.annotations .Values.account.annotations }}\nannotations:\n"
        + "{{- with .Values.annotations }}\n  {{- toYaml . | nindent 2 }}\n{{- end }}\n"
        + "{{- with .Values.account.annotations }}\n  {{- toYaml . | nindent 2 }}\n{{- end }}\n{{- end }}\n---\n"
        + NAME.replace("}}", "}}-b")
        + "{{- with .Values.annotations }}\nannotations: {{- toYaml . | nindent 2 }}\n{{- end }}\n"
        + "".join(f"p{n}: {{{{- toYaml .Values.a{n}.annotations | nindent 2 }}}}\n" for n in range(9)),
        "annotations: {}\naccount: {annotations: {}}\n" + "".join(f"a{n}: {{annotations: {{}}}}\n" for n in range(9)),
        "account: {annotations: {team: data}}\n",
    ),
    "what only the last of two conditions is about": (
        NAME
        + "{{- if .Values.disk.on }}\ndisk: {size: 8, kind: fast}\n{{- end }}\n"
        + "{{- if and .Values.disk.on .Values.disk.prepare }}\nprepare: {a: 1, b: 2, c: 3, d: 4, e: 5}\n{{- end }}\n",
        "disk: {'on': true, prepare: true}\n",
        "disk: {prepare: false}\n",
    ),
    "an item beside many that others print": (
        NAME
        + "volumes:\n- {name: data, host: x}\n"
        + "".join(
            f"{{{{- if .Values.s{n} }}}}\n- name: s{n}\n  secret: {{{{ .Values.s{n} }}}}\n{{{{- end }}}}\n"
            for n in range(9)
        )
        + "{{- if .Values.volumes }}\n{{ toYaml .Values.volumes }}\n{{- end }}\n",
        "volumes: []\n",
        "volumes: [{name: extra, emptyDir: {}}]\n",
    ),
    "a rule without a name that gets another field": (
        NAME
        + "rules:\n- ports: [{port: {{ .Values.port }}}]\n{{- if not .Values.open }}\n  from: [{group: {{ .Release.Name }}}]\n"
        + "{{- end }}\n{{- with .Values.more }}\n{{ toYaml . }}\n{{- end }}\n",
        "port: 80\nopen: true\nmore: []\n",
        "open: false\n",
    ),
    "an object that another branch prints otherwise": (
        "{{- if .Values.modern }}\n{{- range $key := list `a` `b` }}\n{{- if ne $key $.Values.skipped }}\n---\n"
        + NAME.replace("}}", "}}-{{ $key }}").replace(".Release", "$.Release")
        + "data: {level: static}\nlabels: {{ dict `a` 1 | toYaml | nindent 2 }}\n{{- end }}\n{{- end }}\n{{- else }}\n---\n"
        + "".join(
            NAME.replace("}}", "}}-" + key) + "data: {level: fixed, " + key + ": x, c: d, e: f, g: h, i: j}\n---\n"
            for key in "ab"
        )
        + "{{- end }}\n",
        "modern: true\nskipped: none\n",
        "modern: false\n",
    ),
    "the first part of a text that is split": (
        NAME
        + 'rules:\n{{- range .Values.hosts }}\n{{- $url := splitList "/" . }}\n- host: {{ first $url }}\n{{- end }}\n',
        "hosts: []\n",
        "hosts: [a.example.com, b.example.com]\n",
    ),
    "a text at the end of an object, in a style that toYaml chose": (
        NAME + "data:\n{{ toYaml .Values.scripts | indent 2 }}\n",
        "scripts:\n  init: |+\n    run\n    again\n\n",
        "scripts:\n  init: |\n    run\n    other\n",
    ),
    "rules that give way to an empty list": (
        NAME
        + """
{{- if or .Values.psp .Values.more }}
rules:
  {{- if .Values.psp }}
  - resources: [policies]
  {{- end }}
{{- else }}
rules: []
{{- end }}
""",
        "psp: true\n",
        "psp: false\n",
    ),
    "texts in the values that are templates, one inside the other": (
        NAME
        + "metrics: {on: {{ .Values.port }}}\ndata:\n  run.yaml: |\n    {{- tpl .Values.config.file . | nindent 4 }}\n",
        """
port: 80
config:
  jobs: ""
  file: |
    # begins
    level: {{ .Values.config.level }}
    jobs:
      - name: first
      {{- tpl .Values.config.jobs . | nindent 2 }}
""",
        "config:\n  level: info\n  jobs: |-\n    - name: 'second'\n      # noted\n      tasks: [a, b]\n    - name: third\n",
    ),
    "a text that ends with a line break which only a digest shows": (
        "data:\n  run.sh: |\n    {{- .Values.script | nindent 4 }}\nsum: {{ .Values.script | sha256sum }}\n" + NAME,
        "script: go\n",
        "script: |\n  go\n  further\n",
    ),
    "an untaken branch that prints all there is": (
        NAME
        + """
{{- range $name, $port := .Values.ports }}
---
apiVersion: v1
kind: Service
metadata: {name: "{{ $name }}"}
{{- with .labels }}
labels: {{- toYaml $ | nindent 2 }}
{{- end }}
{{- with $port.service }}
type: {{ .type | default "ClusterIP" }}
{{- with .ip }}
ip: {{ . }}
{{- end }}
{{- end }}
{{- end }}
""",
        "ports: {}\n",
        "ports:\n  log:\n    service: {type: LoadBalancer, ip: 1.1.1.1}\n",
    ),
    "a value that helped only once another was found": (
        NAME
        + """
images:
  a: {{ coalesce .Values.global .Values.a "docker.io" }}/a
  b: {{ coalesce .Values.global .Values.b "docker.io" }}/b
  {{- if .Values.more }}
  c: {{ coalesce .Values.global .Values.c "docker.io" }}/c
  d: {{ coalesce .Values.global .Values.d "docker.io" }}/d
  {{- end }}
""",
        "global: ''\na: ''\nb: ''\nc: ''\nd: ''\nmore: false\n",
        "a: ghcr.io\nb: quay.io\nmore: true\n",
    ),
    "several objects from one list, and a value that others read as well": (
        NAME
        + "labels:\n  app: x\n  {{- with .Values.common }}\n  {{- toYaml . | nindent 2 }}\n  {{- end }}\n"
        + """
{{- range .Values.monitors }}
---
apiVersion: v1
kind: Monitor
metadata: {name: "{{ $.Release.Name }}-{{ .name }}"}
labels:
  app: x
  {{- with $.Values.common }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  {{- with .labels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
url: {{ .url }}
---
apiVersion: v1
kind: Probe
metadata: {name: "{{ $.Release.Name }}-{{ .name }}"}
every: {{ .interval | default "1m" }}
{{- end }}
""",
        "common: {}\nmonitors: []\n",
        """
monitors:
- {name: a, url: http://a, labels: {team: x}, interval: 5m}
- {name: b, url: http://b, labels: {team: y}}
""",
    ),
    "a value that prints nothing yet, in the middle of a text": (
        NAME + 'data: {arg: "--addr={{ .Values.addr }}/x", other: "{{ .Values.end }}"}\n',
        "addr:\nend:\n",
        "addr: :8080\nend: here\n",
    ),
    "a format that is the value itself": (
        NAME
        + "data: {name: {{ if .Values.name }}{{ printf .Values.name }}{{ else }}default/{{ .Release.Name }}{{ end }}}",
        "",
        "name: example.com/nfs\n",
    ),
    "a list after a comment, beside untaken branches inside the other items": (
        NAME
        + "env:\n"
        + "- name: A\n{{- if .Values.a }}\n  name: a-{{ .Values.a }}\n{{- end }}\n" * 9
        + "{{- with .Values.env }}\n# more from values\n{{ toYaml . }}\n{{- end }}\n",
        "a: ''\nenv: {}\n",
        "env: [{name: B, value: '1'}, {name: C, value: '2'}]\n",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_values_are_found(name):
    template, values, truth = CASES[name]
    overrides, left = found(template, values, truth)
    assert left == 0
    assert overrides == read_value(truth.encode(), dialect=Dialect.SIGS)


NAMES = """
{{- define "full" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 -}}
{{- else -}}
{{- printf "%s-app" .Release.Name -}}
{{- end -}}
{{- end -}}
{{- define "secret" -}}
{{- if .Values.existing -}}
{{- printf "%s" .Values.existing -}}
{{- else -}}
{{ template "full" . }}
{{- end -}}
{{- end -}}
"""


def test_a_name_hangs_on_its_values_and_not_on_those_of_the_gates_around_the_object():
    text = NAMES + "{{ if .Values.on }}" + NAME.replace("{{ .Release.Name }}", '{{ template "full" . }}') + "{{ end }}"
    chart = load_chart({"Chart.yaml": b"name: tiny\nversion: 1.0.0\n", "templates/all.yaml": text.encode()})
    run = Interpreter(chart).run({"on": True}, SETTING)
    [document] = [document for template in run.templates.values() for document in split_documents(template)]
    paths = name_inputs(document)
    assert ("fullnameOverride",) in paths
    assert ("on",) not in paths


def test_what_changes_a_right_name_is_proposed_last():
    text = NAMES + NAME.replace("{{ .Release.Name }}", '{{ template "full" . }}') + 'ref: {{ template "secret" . }}\n'
    target = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "shop-app"}, "ref": "kept"}
    chart = load_chart({"Chart.yaml": b"name: tiny\nversion: 1.0.0\n", "templates/all.yaml": text.encode()})
    evaluator = Evaluator(chart, [resource_of(target)])
    state = evaluator.detailed(evaluator.measure(Tree(defaults_of(chart), {}), SETTING))
    [gap] = evaluator.gaps(state)
    found = [dict(edits) for edits in candidates_for(gap, state.tree, state.template_reads)]
    last = [("fullnameOverride",) in each for each in found]
    assert {("existing",): "kept"} in found
    assert any(last)
    assert last == sorted(last)
