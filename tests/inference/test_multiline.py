"""Texts of many lines are read through what their template can print: INI, TOML, properties, scripts."""

import pytest
from chart_support import SETTING, chart_of
from search_support import CONFIG_MAP, assert_found

from migrator.inference.assignments.values_tree import Tree
from migrator.inference.inversion.scalars import block_pieces, read_lines
from migrator.inference.inversion.text.grammar import Slot, grammar_of
from migrator.inference.rendered_chart import defaults_of
from migrator.templates.interpreter.render import Interpreter
from migrator.templates.output.split import split_documents
from migrator.yamlio import Dialect, read_value

HEAD = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n  text: |\n"

INI = """
    {{- range $key, $value := .Values.ini }}
    {{- if not (kindIs "map" $value) }}
    {{ $key }} = {{ $value }}
    {{- end }}
    {{- end }}
    {{- range $section, $entries := .Values.ini }}
    {{- if kindIs "map" $entries }}
    [{{ $section }}]
    {{- range $key, $value := $entries }}
    {{- if kindIs "slice" $value }}
    {{ $key }} = {{ toJson $value }}
    {{- else if kindIs "string" $value }}
    {{ $key }} = {{ tpl $value $ }}
    {{- else }}
    {{ $key }} = {{ $value }}
    {{- end }}
    {{- end }}
    {{- end }}
    {{- end }}
"""
TOML = """
    {{- range .Values.inputs }}
    {{- range $name, $config := . }}
    [[inputs.{{ $name }}]]
    {{- range $key, $value := $config }}
    {{- $type := typeOf $value }}
    {{- if eq $type "string" }}
      {{ $key }} = {{ $value | quote }}
    {{- end }}
    {{- if eq $type "float64" }}
      {{ $key }} = {{ $value | int64 }}
    {{- end }}
    {{- if eq $type "bool" }}
      {{ $key }} = {{ $value }}
    {{- end }}
    {{- if eq $type "[]interface {}" }}
      {{ $key }} = [
      {{- range $index, $item := $value }}
        {{- if $index }}, {{ end }}{{ $item | quote }}
      {{- end }}]
    {{- end }}
    {{- end }}
    {{- end }}
    {{- end }}
"""
SCRIPT = """
    #!/bin/sh
    {{- if .Values.strict }}
    set -e
    {{- else }}
    set +e
    {{- end }}
    {{- range $folder, $files := .Values.folders }}
    {{- range $file, $options := $files }}
    fetch "{{ $options.url }}"
    {{- if $options.token }} --token {{ $options.token }}{{ end }} > /data/{{ $folder }}/{{ $file }}
    {{- end }}
    {{- end }}
    {{- range .Values.buckets }}
    bucket {{ .name }} {{ .policy | default "none" | quote }} {{ .purge | default false }}
    {{- end }}
"""
PORTS = """
    # routes
    {{- range .Values.routes }}
    {{ .host | required "host" }} {{ .address | required "address" }}
      {{- range $index, $port := .ports -}}
        {{- if eq $index 0 -}}{{- print " " -}}{{- else -}}{{- print "," -}}{{- end -}}
        {{- $port.type | required "type" }}:{{ $port.port | required "port" -}}
      {{- end }}
    {{- end }}
"""
INI_NOW = "ini: {root: a, paths: {data: /var, logs: /log}, server: {port: 80}}"

CASES = {
    "entries": (INI, INI_NOW, "ini: {paths: {data: /mnt}, server: {port: 81, secure: true, hosts: [a, b]}}"),
    "sections": (INI, INI_NOW, "ini: {alpha: {x: 1, z: 'no = yes'}, top: 3}"),
    "deletions": (INI, INI_NOW, "ini: {root: null, paths: {logs: null}, server: null}"),
    "types": (TOML, "inputs: []", "inputs: [{disk: {all: false, paths: [a, b], every: 10}}, {cpu: {name: 'x'}}]"),
    "empty": (TOML, "inputs: [{cpu: {all: true}}, {disk: {}}]", "inputs: []"),
    "names": (
        SCRIPT,
        "strict: true\nfolders: {}\nbuckets: []",
        "folders: {a: {x.json: {url: 'http://x'}, y.json: {url: 'http://y', token: t}}, b: {z.json: {url: 'http://z'}}}",
    ),
    "branches": (SCRIPT, "strict: true\nfolders: {}\nbuckets: [{name: old}]", "strict: false"),
    "rows": (
        SCRIPT,
        "strict: true\nfolders: {}\nbuckets: [{name: old}]",
        "buckets: [{name: old}, {name: one, policy: public, purge: true}, {name: two}]",
    ),
    "changed rows": (
        SCRIPT,
        "strict: true\nfolders: {a: {x.json: {url: 'http://x'}}}\nbuckets: [{name: one}, {name: two}, {name: three}]",
        "folders: {a: {x.json: {url: 'http://w'}}}\nbuckets: [{name: one, policy: public}, {name: three}]",
    ),
    "separators": (
        PORTS,
        "routes: []",
        "routes: [{host: h, address: 2, ports: [{type: tcp, port: 25}, {type: udp, port: 26}]}, {host: i, address: 3}]",
    ),
}


def _text(interpreter, tree):
    document = next(
        d for t in interpreter.run(tree.overrides, SETTING).templates.values() for d in split_documents(t) if d.id
    )
    node = document.root.entries["data"].entries["text"]
    return document, node


def _read(template, defaults, target, *, tolerant=False):
    chart = chart_of({"x.yaml": HEAD + template.lstrip("\n")}, defaults)
    tree = Tree(defaults_of(chart), {})
    document, node = _text(Interpreter(chart), tree)
    return chart, tree, list(read_lines(document, node, target, tolerant=tolerant))


@pytest.mark.parametrize("name", CASES)
def test_text_is_read_back_to_values_that_print_it(name):
    template, defaults, truth = CASES[name]
    chart = chart_of({"x.yaml": HEAD + template.lstrip("\n")}, defaults)
    values = read_value(truth, dialect=Dialect.SIGS)
    interpreter = Interpreter(chart)
    target = _text(interpreter, Tree(defaults_of(chart), values))[1].value
    chart, tree, found = _read(template, defaults, target)
    assert found, "no reading"
    assert _text(interpreter, tree.assign(found[0]))[1].value == target


def test_values_have_the_type_that_a_person_would_write():
    _, tree, found = _read(
        INI, INI_NOW, "root = a\n[paths]\ndata = /var\nlogs = /log\n[server]\nport = 80\non = true\n"
    )
    assert tree.assign(found[0]).overrides == {"ini": {"server": {"on": True}}}


def test_a_value_may_hold_line_breaks():
    _, tree, found = _read(INI, INI_NOW, "root = a\n[paths]\ndata = /mnt\n\nlogs = /log\n[server]\nport = 80\n")
    assert tree.assign(found[0]).overrides == {"ini": {"paths": {"data": "/mnt\n"}}}


def test_text_that_the_template_cannot_print_has_no_reading():
    assert _read(INI, INI_NOW, "not an entry\nroot = a\n[paths]\ndata = /mnt\n")[2] == []


def test_a_tolerant_reading_leaves_out_what_nothing_explains():
    target = "not an entry\nroot = a\n[paths]\ndata = /mnt\nlogs = /log\n[server]\nport = 80\n"
    _, tree, found = _read(INI, INI_NOW, target, tolerant=True)
    assert tree.assign(found[0]).overrides == {"ini": {"paths": {"data": "/mnt"}}}


def test_a_reading_of_a_long_text_ends():
    target = "\n".join(f"line {number} = {number} = {number}" for number in range(3000)) + "\n"
    assert _read(SCRIPT, "strict: true\nfolders: {}\nbuckets: []", target, tolerant=True)[2] == []


def test_a_place_on_which_the_next_one_depends_is_read_with_it():
    template = """
    {{- range $name, $board := .Values.boards }}
    {{- if or (hasKey $board "id") (hasKey $board "url") }}
    get {{ if $board.url }}{{ $board.url }}{{ else }}/by-id/{{ $board.id }}{{ end }}
      > {{ $name }}
    {{ end }}
    {{- end }}
"""
    truth = {"boards": {"a": {"id": 7, "source": "x"}, "b": {"url": "http://b"}}}
    chart = chart_of({"x.yaml": HEAD + template.lstrip("\n")}, "boards: {a: {note: unseen}, c: {}}")
    target = _text(Interpreter(chart), Tree(defaults_of(chart), truth))[1].value
    found = _read(template, "boards: {a: {note: unseen}, c: {}}", target)[2]
    assert dict(found[0]) == {("boards", "a", "id"): 7, ("boards", "b"): {"url": "http://b"}}


NESTED = """
data:
  proxy.cfg: |
    timeout {{ .Values.timeout }}
    {{- $count := int .Values.replicas }}
    {{- range $i := until $count }}
    backend {{ $i }}
      {{- range $j := until $count }}
      server {{ $.Release.Name }}-{{ $j }}:{{ $.Values.port }} check inter {{ $.Values.every }}
      {{- end }}
    {{- end }}
"""


@pytest.mark.parametrize("truth", ["every: 5s\n", "port: 81\nevery: 2s\ntimeout: 9s\n"])
def test_values_in_the_lines_of_nested_loops_over_a_count(truth):
    assert_found(CONFIG_MAP + NESTED, "replicas: 3\nport: 80\nevery: 1s\ntimeout: 4s\n", truth)


HOSTS = """
{{- define "name" -}}
{{- if .Values.name }}{{ .Values.name }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name }}{{ end -}}
{{- end -}}
{{- $hosts := list -}}
{{- range $number, $_ := until (int .Values.replicas) }}
{{- $hosts = append $hosts (printf "%s-%d.%s.svc" (include "name" $) $number (include "name" $)) }}
{{- end -}}
apiVersion: v1
kind: ConfigMap
metadata: {name: x}
data:
  text: |
    hosts="{{ join "," $hosts }}"
    {{- if .Values.user }}
    login {{ .Values.user }}
    {{- end }}
    wait_for "{{ join "," $hosts }}"
    run "first" "second" "third" "fourth" "fifth" "sixth" "seventh" "eighth"
"""


def test_a_joined_list_whose_elements_branch_is_read_as_a_whole():
    assert_found(HOSTS, "replicas: 2\nuser: ''\nname: ''\n", "replicas: 3\nuser: me\n")


def test_a_joined_list_is_one_place_of_a_text():
    chart = chart_of({"x.yaml": HOSTS}, "replicas: 2\nuser: ''\nname: ''\n")
    document, node = _text(Interpreter(chart), Tree(defaults_of(chart), {}))
    parts = grammar_of(block_pieces(document, node))
    joined = [part.text for part in parts if isinstance(part, Slot) and part.source.op == "join"]
    assert joined == ["rel-tiny-0.rel-tiny.svc,rel-tiny-1.rel-tiny.svc"] * 2
