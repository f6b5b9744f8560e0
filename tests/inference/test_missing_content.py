"""Entries and items that a document lacks: from which of several values they come."""

from __future__ import annotations

import pytest
from search_support import CONFIG_MAP, SETTING, assert_found, found

from migrator.inference.assignments.values_tree import Tree
from migrator.inference.candidates.missing_content import from_untaken
from migrator.inference.hypothesis.evaluator import Evaluator
from migrator.inference.rendered_chart import defaults_of
from migrator.model import resource_of
from migrator.templates.chart import load_chart

GATHERED = """
{{- define "rendered" }}
{{- if typeIs "string" . }}{{ . }}{{ else }}{{ toYaml . }}{{ end }}
{{- end -}}
{{- $names := list }}
{{- if .Values.global }}
  {{- range .Values.global.secrets }}{{ $names = append $names (include "rendered" .) }}{{ end }}
{{- end }}
{{- range .Values.images }}
  {{- range .secrets }}{{ $names = append $names (include "rendered" .) }}{{ end }}
{{- end }}
{{- with .Values.images.web }}
tag: {{ .tag }}
{{- end }}
{{- if not (empty $names) }}
secrets:
  {{- range $names }}
  - name: {{ . }}
  {{- end }}
{{- end }}
"""
CASES = {
    "a key that a branch within a branch spells out, before a map of any keys": (
        CONFIG_MAP
        + 'data:\n  always: here\n{{- if .Values.lease.enabled }}\n  use-lease: "true"\n{{- if .Values.lease.span }}\n'
        + "  lease-span: {{ .Values.lease.span }}\n{{- end }}\n{{- end }}\n"
        + "{{- with .Values.extra }}\n  {{- toYaml . | nindent 2 }}\n{{- end }}\n",
        "lease: {enabled: false}\nextra: {}\n",
        "lease: {enabled: true, span: 20s}\n",
    ),
    "a checksum under a switch, which a map for annotations would hold as it was": (
        "apiVersion: v1\nkind: ConfigMap\n"
        "metadata:\n  name: x\n  annotations:\n    made: here\n{{- if .Values.restarts }}\n"
        "    checksum/all: {{ .Values.level | sha256sum }}\n{{- end }}\n"
        "{{- with .Values.annotations }}\n    {{- toYaml . | nindent 4 }}\n{{- end }}\n---\n"
        + CONFIG_MAP.replace("}}", "}}-b")
        + "level: {{ .Values.level }}\n",
        "restarts: false\nlevel: info\nannotations: {}\n",
        "restarts: true\nlevel: debug\n",
    ),
    "several items that two lists in one print under a condition on both, before others": (
        CONFIG_MAP
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
        CONFIG_MAP
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
    "a flag without a value, from a map of flags": (
        CONFIG_MAP
        + """args:
- --run
{{- range $key, $value := .Values.extraArgs }}
{{- if eq ($value | quote | len) 2 }}
- --{{ $key }}
{{- else }}
- --{{ $key }}={{ $value }}
{{- end }}
{{- end }}
""",
        "extraArgs: {}\n",
        "extraArgs: {enable-passthrough: ''}\n",
    ),
    "an entry that either of two maps may print, one of which others print as well": (
        CONFIG_MAP
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
    "an argument of a switch that is off, beside a map of any arguments": (
        CONFIG_MAP
        + "args:\n- --run\n{{- if .Values.on }}\n- --on={{ .Values.on }}\n{{- end }}\n{{- if .Values.late }}\n- --late\n{{- end }}\n"
        + "{{- range $key, $value := .Values.extra }}\n{{- if $value }}\n- --{{ $key }}={{ $value }}\n{{- else }}\n- --{{ $key }}\n"
        + "{{- end }}\n{{- end }}\n",
        "'on': false\nlate: false\nextra: {}\n",
        "'on': true\nlate: true\n",
    ),
    "annotations that one of two maps fills": (
        CONFIG_MAP
        + "{{- if or .Values.annotations .Values.account.annotations }}\nannotations:\n"
        + "{{- with .Values.annotations }}\n  {{- toYaml . | nindent 2 }}\n{{- end }}\n"
        + "{{- with .Values.account.annotations }}\n  {{- toYaml . | nindent 2 }}\n{{- end }}\n{{- end }}\n---\n"
        + CONFIG_MAP.replace("}}", "}}-b")
        + "{{- with .Values.annotations }}\nannotations: {{- toYaml . | nindent 2 }}\n{{- end }}\n"
        + "".join(f"p{n}: {{{{- toYaml .Values.a{n}.annotations | nindent 2 }}}}\n" for n in range(9)),
        "annotations: {}\naccount: {annotations: {}}\n" + "".join(f"a{n}: {{annotations: {{}}}}\n" for n in range(9)),
        "account: {annotations: {team: data}}\n",
    ),
    "an item beside many that others print": (
        CONFIG_MAP
        + "volumes:\n- {name: data, host: x}\n"
        + "".join(
            f"{{{{- if .Values.s{n} }}}}\n- name: s{n}\n  secret: {{{{ .Values.s{n} }}}}\n{{{{- end }}}}\n"
            for n in range(9)
        )
        + "{{- if .Values.volumes }}\n{{ toYaml .Values.volumes }}\n{{- end }}\n",
        "volumes: []\n",
        "volumes: [{name: extra, emptyDir: {}}]\n",
    ),
    "a list after a comment, beside untaken branches inside the other items": (
        CONFIG_MAP
        + "env:\n"
        + "- name: A\n{{- if .Values.a }}\n  name: a-{{ .Values.a }}\n{{- end }}\n" * 9
        + "{{- with .Values.env }}\n# more from values\n{{ toYaml . }}\n{{- end }}\n",
        "a: ''\nenv: {}\n",
        "env: [{name: B, value: '1'}, {name: C, value: '2'}]\n",
    ),
    "a list that one loop adds to and the next prints": (
        CONFIG_MAP
        + "{{- $ports := list .Values.port }}\n{{- range .Values.more }}{{ $ports = append $ports . }}{{ end }}\nports:\n"
        + "{{- range $ports }}\n- port: {{ .port }}\n  name: {{ .name | default `http` }}\n"
        + "  {{- if .protocol }}\n  protocol: {{ .protocol }}\n  {{- end }}\n{{- end }}\n",
        "port: {port: 80}\nmore: []\n",
        "more: [{port: 53, name: dns, protocol: UDP}]\n",
    ),
    "an argument of its own before a comment that stands over the first item": (
        CONFIG_MAP
        + """
args:
  {{- if .Values.taints }}
  - "-enable-taints"
  {{- end }}
  # the port is always there
  - "-port={{ .Values.port }}"
  {{- with .Values.extraArgs }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
""",
        "taints: false\nport: 8080\nextraArgs: []\n",
        "taints: true\n",
    ),
    "one of two lists of values under a key that either opens, where the other serves all": (
        "".join(
            f"---\n{CONFIG_MAP.replace('}}', '}}-' + part, 1)}"
            f"""
{{{{- if or .Values.global.env .Values.{part}.env }}}}
env:
  {{{{- with .Values.global.env }}}}
  {{{{- toYaml . | nindent 2 }}}}
  {{{{- end }}}}
  {{{{- with .Values.{part}.env }}}}
  {{{{- toYaml . | nindent 2 }}}}
  {{{{- end }}}}
{{{{- end }}}}
"""
            for part in ("one", "two", "three", "four")
        ),
        "global: {env: []}\none: {env: []}\ntwo: {env: []}\nthree: {env: []}\nfour: {env: []}\n",
        "two:\n  env: [{name: A, value: b}]\n",
    ),
    **{
        f"a flag that is printed for a value of one kind alone: {kind}": (
            CONFIG_MAP
            + f"args:\n- run\n{{{{- if kindIs `{kind}` .Values.flag }}}}\n- --flag={{{{ .Values.flag }}}}\n{{{{- end }}}}\n",
            "flag: null\n",
            f"flag: {value}\n",
        )
        for kind, value in (("bool", "false"), ("float64", "5"), ("string", "'5'"))
    },
    "a text that reads as a truth value, and opens what it is printed in": (
        CONFIG_MAP + "args:\n- run\n{{- if .Values.flag }}\n- --flag={{ .Values.flag }}\n{{- end }}\n",
        "flag: ''\n",
        "flag: 'false'\n",
    ),
    **{
        f"items of the one of two maps that prints them where the target has them: {name}": (
            CONFIG_MAP
            + "".join(
                f"{head}{{{{- range $name, $value := .Values.{each} }}}}\n- name: {{{{ $name }}}}\n  value: {{{{ $value }}}}\n{{{{- end }}}}\n"
                for head, each in (
                    ("env:\n- name: ONE\n  value: x\n", "first"),
                    ("- name: TWO\n  value: x\n", "second"),
                )
            )
            + "- name: THREE\n  value: x\n",
            "first: {}\nsecond: {}\n",
            f"{name}: {{A: b, C: d}}\n",
        )
        for name in ("first", "second")
    },
    "items of several lists in one loop": (
        CONFIG_MAP + "args:\n- run\n{{- range concat .Values.args .Values.more }}\n- --{{ . }}\n{{- end }}\n",
        "args: []\nmore: []\n",
        "args: [a=1, b=2]\n",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_values_are_found(case):
    assert_found(*CASES[case])


@pytest.mark.parametrize("truth", ["global: {secrets: [a]}\n", "images: {web: {tag: v2, secrets: [a, b]}}\n"])
def test_texts_that_nested_loops_gather_in_one_list(truth):
    assert found(CONFIG_MAP + GATHERED, "global: {secrets: []}\nimages: {web: {tag: v1, secrets: []}}\n", truth)[1] == 0
    assert_found(CONFIG_MAP + GATHERED, "images: {web: {tag: v1, secrets: []}}\n", "images: {web: {secrets: [a]}}\n")


def test_what_untaken_branches_print_is_read_once_for_a_gap():
    chart = load_chart(
        {
            "Chart.yaml": b"apiVersion: v2\nname: tiny\nversion: 1.0.0\n",
            "values.yaml": b"nodes: {}\n",
            "templates/all.yaml": b"apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec:\n  a: b\n"
            b"  {{- with .Values.nodes }}\n  nodeSelector: {{- toYaml . | nindent 4 }}\n  {{- end }}\n",
        }
    )
    target = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "x"},
        "spec": {"a": "b", "nodeSelector": {"c": "d"}},
    }
    evaluator = Evaluator(chart, [resource_of(target)])
    state = evaluator.detailed(evaluator.measure(Tree(defaults_of(chart), {}), SETTING))
    (gap,) = evaluator.gaps(state)
    first = list(from_untaken(gap))
    assert first
    assert evaluator.gaps(state)[0] is gap

    gap.readings = [(0, ((("known",), True),))]

    assert next(from_untaken(gap)) == ((("known",), True),)


@pytest.mark.parametrize("values", ["c: {}\n", "c: {z: w}\n", "c: {a: w}\n"])
@pytest.mark.parametrize("truth", ["c: {a: null}\n", "c: {a: null, b: null}\n", "c: {a: null, b: v}\n"])
def test_entries_without_a_value_come_together(values: str, truth: str) -> None:
    template = f"{CONFIG_MAP}data:\n  {{{{- with .Values.c }}}}{{{{ toYaml . | nindent 2 }}}}{{{{ end }}}}\n  x: v\n"
    _, left = found(template, values, truth)
    assert left == 0


def test_a_comment_behind_a_list_is_no_part_of_its_last_item() -> None:
    more = "  {{- with .Values.more }}\n  {{- toYaml . | nindent 2 }}\n  {{- end }}\n"
    rules = f"rules:\n- ports: [{{port: 1}}]\n  from:\n  - group: {{a: b}}\n{more}# scrapes\n- ports: [{{port: 2}}]\n"
    assert_found(f"{CONFIG_MAP}{rules}", "more: []\n", "more: [{labels: [{a: c}]}]\n")
