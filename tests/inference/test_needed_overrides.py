"""Overrides that cannot be removed need no trial without them."""

from chart_support import SETTING, chart_of
from search_support import approached

from migrator.inference.assignments.values_tree import Tree
from migrator.inference.hypothesis.needed_overrides import needed_overrides
from migrator.inference.rendered_chart import defaults_of
from migrator.templates.interpreter.render import Interpreter
from migrator.templates.output.split import split_documents

TEMPLATE = """
apiVersion: v1
kind: ConfigMap
metadata: {name: x}
data:
  level: {{ .Values.level }}
  port: {{ .Values.port }}
  name: {{ .Values.nameOverride | default .Values.name }}
  list: {{- toYaml .Values.list | nindent 2 }}
"""


def test_only_what_shows_another_text_than_its_default_is_needed():
    chart = chart_of(
        {"x.yaml": TEMPLATE}, "level: info\nport: 80\nname: a\nnameOverride: ''\nlist: [{k: a, unseen: 1}]\n"
    )
    values = {"level": "debug", "port": "80", "nameOverride": "a", "list": [{"k": "b"}], "other": 1}
    tree = Tree(defaults_of(chart), values)
    run = Interpreter(chart, untaken=False).run(values, SETTING)
    documents = [document for template in run.templates.values() for document in split_documents(template)]
    found = needed_overrides(documents, tree)
    assert {path for path in found if len(path) == 1} == {("level",), ("list",)}


CONDITIONAL = """
{{- if .Values.monitor.enabled }}
apiVersion: v1
kind: Service
metadata: {name: x}
spec:
  {{- if and .Values.a .Values.b }}
  both: true
  {{- end }}
  {{- if eq .Values.type "pvc" }}
  claim: x
  {{- end }}
  {{- if not .Values.plain }}
  fancy: true
  {{- end }}
  {{- if or .Values.c .Values.d }}
  one: true
  {{- end }}
  tag: {{ .Values.tag | default .Chart.AppVersion }}
{{- end }}
"""


def test_what_alone_opens_a_branch_is_needed():
    defaults = "monitor: {enabled: false}\na: false\nb: true\ntype: none\nplain: true\nc: false\nd: false\ntag: ''\n"
    chart = chart_of({"x.yaml": CONDITIONAL}, defaults)
    values = {
        "monitor": {"enabled": True, "interval": "1m"},
        "a": True,
        "b": "also true",
        "type": "pvc",
        "plain": False,
        "c": True,
        "d": True,
        "tag": "v9",
    }
    run = Interpreter(chart, untaken=False).run(values, SETTING)
    documents = [document for template in run.templates.values() for document in split_documents(template)]
    found = needed_overrides(documents, Tree(defaults_of(chart), values))
    assert found == {("monitor",), ("monitor", "enabled"), ("a",), ("type",), ("plain",), ("tag",)}


def test_what_keeps_a_broken_object_out_is_needed():
    """The chart glues annotations to the line before: under them its definition is no YAML, and helm refuses it."""
    template = (
        "{{- if .Values.install }}\napiVersion: v1\nkind: Secret\nmetadata:\n  annotations:\n    a: b\n"
        "    {{- if .Values.marks }}\n    {{- toYaml .Values.marks | indent 4 }}\n    {{- end }}\n  name: y\n---\n"
        "{{- end }}\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n"
        "  {{- with .Values.marks }}\n  annotations: {{- toYaml . | nindent 4 }}\n  {{- end }}\n"
    )
    target = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, annotations: {team: shop, mail: shop}}\n"
    found = approached(template, "install: true\nmarks: {}\n", target)
    assert dict(found.tree.overrides) == {"install": False, "marks": {"team": "shop", "mail": "shop"}}
    assert found.is_right
