"""Overrides that cannot be removed need no trial without them."""

from chart_support import SETTING, chart_of

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
