"""Subcharts with conditions: switched before anything else is read."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from search_support import SETTING, searched

from migrator.inference.assignments.values_tree import Tree
from migrator.inference.hypothesis.evaluator import Evaluator
from migrator.inference.rendered_chart import defaults_of
from migrator.inference.search.loop import all_passes
from migrator.inference.search.passes.object_names import name_objects
from migrator.inference.search.trials import Trials
from migrator.model import resource_of
from migrator.templates.chart import load_chart
from migrator.templates.interpreter.render import Interpreter
from migrator.templates.output.split import split_documents
from migrator.yamlio import Dialect, read_value

PART = """
apiVersion: v1
kind: ServiceAccount
metadata: {name: "{{ .Release.Name }}-{{ default .Chart.Name .Values.nameOverride }}"}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: "{{ .Release.Name }}-{{ default .Chart.Name .Values.nameOverride }}"}
data: {role: "{{ .Values.role }}", common: text, level: "{{ .Values.level }}"}
"""
CHART = load_chart(
    {
        "Chart.yaml": b"apiVersion: v2\nname: stack\nversion: 1.0.0\ndependencies:\n"
        + b"".join(b"- {name: %s, condition: %s.enabled}\n" % (name, name) for name in (b"agent", b"store", b"view")),
        "values.yaml": b"agent: {enabled: true}\nstore: {enabled: false}\nview: {enabled: false}\n",
        **{
            f"charts/{name}/{path}": text
            for name in ("agent", "store", "view")
            for path, text in {
                "Chart.yaml": f"apiVersion: v2\nname: {name}\nversion: 1.0.0\n".encode(),
                "values.yaml": f"nameOverride: ''\nrole: {name}\nlevel: info\n".encode(),
                "templates/all.yaml": PART.encode(),
            }.items()
        },
    }
)


@pytest.mark.parametrize(
    "truth",
    [
        "agent: {enabled: false}\nstore: {enabled: true}\n",
        "store: {enabled: true, level: debug}\n",
        "agent: {enabled: false}\nstore: {enabled: true}\nview: {enabled: true, role: both}\n",
    ],
)
def test_subcharts_are_there_before_names_are_looked_for(truth):
    values = read_value(truth.encode(), dialect=Dialect.SIGS)
    run = Interpreter(CHART, untaken=False).run(values, SETTING)
    documents = [document for template in run.templates.values() for document in split_documents(template)]
    evaluator = Evaluator(CHART, [resource_of(document.resource.body) for document in documents])
    at_names = []

    def watch(trials):
        at_names.append(trials.state.tree.overrides)

    passes = all_passes()
    first = tuple(watch if step is name_objects else step for step in passes.first)
    state = searched(evaluator, evaluator.measure(Tree(defaults_of(CHART), {}), SETTING), replace(passes, first=first))

    assert at_names == [{name: {"enabled": part["enabled"]} for name, part in values.items() if "enabled" in part}]
    assert state.tree.overrides == values


DEFINITION = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "a.b"}}
WITH_DEFINITIONS = load_chart(
    {
        "Chart.yaml": b"apiVersion: v2\nname: tiny\nversion: 1.0.0\ndependencies: [{name: defs, condition: defs.create}]\n",
        "values.yaml": b"defs: {create: true}\n",
        "templates/all.yaml": b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n",
        "charts/defs/Chart.yaml": b"apiVersion: v2\nname: defs\nversion: 1.0.0\n",
        "charts/defs/crds/a.yaml": b"apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: a.b}\n",
    }
)
OBJECT = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}}


def overrides(*targets: dict) -> dict:
    evaluator = Evaluator(WITH_DEFINITIONS, [resource_of(target) for target in targets])
    start = evaluator.measure(Tree(defaults_of(WITH_DEFINITIONS), {}), SETTING)
    return dict(searched(evaluator, start).tree.overrides)


def test_a_chart_of_definitions_that_the_target_lacks_is_switched_off():
    assert overrides(OBJECT) == {"defs": {"create": False}}


def test_one_whose_definitions_are_there_stays():
    assert overrides(OBJECT, DEFINITION) == {}


BOARDS = """
apiVersion: v1
kind: ConfigMap
metadata: {name: "{{ .Values.boards.name }}"}
data: {one: panels, two: panels, three: more panels, four: and more}
"""
SETTINGS = """
apiVersion: v1
kind: {{ if .Values.settings.secret }}Secret{{ else }}ConfigMap{{ end }}
metadata: {name: "{{ .Values.settings.name }}"}
data: {{ toJson .Values.settings.data }}
"""


@pytest.mark.parametrize("more", ["", "settings: {secret: true}\n"])
def test_the_object_of_a_subchart_that_is_off_is_found_under_another_name(more):
    files = {
        "Chart.yaml": "apiVersion: v2\nname: stack\nversion: 1.0.0\n"
        "dependencies: [{name: extra, condition: extra.boards.create}]\n",
        "values.yaml": "extra: {boards: {create: false, name: boards}}\nsettings: {name: config, secret: false, data: {}}\n",
        "templates/all.yaml": SETTINGS,
        "charts/extra/Chart.yaml": "apiVersion: v2\nname: extra\nversion: 1.0.0\n",
        "charts/extra/values.yaml": "boards: {name: own}\n",
        "charts/extra/templates/all.yaml": BOARDS,
    }
    chart = load_chart({path: text.encode() for path, text in files.items()})
    values = read_value(f"extra: {{boards: {{create: true, name: ours}}}}\n{more}".encode(), dialect=Dialect.SIGS)
    run = Interpreter(chart, untaken=False).run(values, SETTING)
    documents = [document for template in run.templates.values() for document in split_documents(template)]
    evaluator = Evaluator(chart, [resource_of(document.resource.body) for document in documents])
    state = searched(evaluator, evaluator.measure(Tree(defaults_of(chart), {}), SETTING))
    assert state.is_right
    assert state.tree.overrides == values


OWN_OR_PART = load_chart(
    {
        "Chart.yaml": b"apiVersion: v2\nname: stack\nversion: 1.0.0\ndependencies: [{name: view, condition: view.on}]\n",
        "values.yaml": b"view: {'on': false}\nmetrics: {enabled: false, port: 1}\n",
        "templates/all.yaml": b"{{- if .Values.metrics.enabled }}\n"
        b'apiVersion: v1\nkind: Service\nmetadata: {name: "{{ .Release.Name }}-metrics"}\n'
        b"spec: {type: ClusterIP, affinity: none, ports: [{name: metrics, port: {{ .Values.metrics.port }}}]}\n{{- end }}\n",
        "charts/view/Chart.yaml": b"apiVersion: v2\nname: view\nversion: 1.0.0\n",
        "charts/view/values.yaml": b"name: view\nport: 80\n",
        "charts/view/templates/all.yaml": b'apiVersion: v1\nkind: Service\nmetadata: {name: "{{ .Release.Name }}-{{ .Values.name }}"}\n'
        b"spec: {type: ClusterIP, affinity: none, ports: [{name: http, port: {{ .Values.port }}}]}\n",
    }
)


def test_an_object_of_the_chart_itself_is_no_renamed_one_of_a_subchart():
    values = {"metrics": {"enabled": True, "port": 9100}}
    run = Interpreter(OWN_OR_PART, untaken=False).run(values, SETTING)
    targets = [resource_of(d.resource.body) for template in run.templates.values() for d in split_documents(template)]
    evaluator = Evaluator(OWN_OR_PART, targets)

    trials = Trials(evaluator, evaluator.measure(Tree(defaults_of(OWN_OR_PART), {}), SETTING), time.process_time() + 20)
    name_objects(trials)

    assert "view" not in trials.state.tree.overrides
    assert searched(evaluator, trials.state).tree.overrides == values
