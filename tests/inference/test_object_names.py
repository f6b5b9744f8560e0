"""Names of objects: what makes them right, and what must not be changed for their sake."""

from __future__ import annotations

import time

from search_support import SETTING

from migrator.inference.assignments.values_tree import Tree
from migrator.inference.hypothesis.evaluator import Evaluator
from migrator.inference.rendered_chart import defaults_of
from migrator.inference.search.passes.object_names import name_objects
from migrator.inference.search.trials import Trials
from migrator.model import resource_of
from migrator.templates.chart import load_chart
from migrator.templates.interpreter.render import Interpreter
from migrator.templates.output.split import split_documents

OWN = """
{{- range list "a" "b" "c" "d" "e" "f" "g" }}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: own-{{ . }}, labels: {app.kubernetes.io/instance: {{ $.Release.Name }}}}
{{- end }}
"""
SIDE = """
{{- $name := printf "%s-%s" .Release.Name (default .Chart.Name .Values.nameOverride) -}}
{{- if .Values.fullnameOverride }}{{ $name = .Values.fullnameOverride }}{{ end -}}
{{- range list "Secret" "Service" "ServiceAccount" }}
---
apiVersion: v1
kind: {{ . }}
metadata: {name: {{ $name }}}
data: {one: text, two: text, three: text, four: text, five: text}
{{- end }}
"""
PASSWORD = """
{{- if .Values.password.create }}
---
apiVersion: v1
kind: Secret
metadata: {name: {{ .Values.password.name }}}
data: {password: c2VjcmV0, user: cm9vdA==, host: ZGI=}
{{- end }}
"""


def named(truth: dict) -> Trials:
    """What is known once names were looked for, of a chart with a part of a long name."""
    files = {
        "Chart.yaml": "apiVersion: v2\nname: tiny\nversion: 1.0.0\ndependencies:\n"
        "- {name: far-out-on-the-left-side, condition: far-out-on-the-left-side.create}\n",
        "values.yaml": "password: {name: own-password, create: false}\nfar-out-on-the-left-side: {create: true}\n",
        "templates/a.yaml": OWN + PASSWORD,
        "charts/side/Chart.yaml": "apiVersion: v2\nname: far-out-on-the-left-side\nversion: 1.0.0\n",
        "charts/side/values.yaml": "nameOverride: ''\nfullnameOverride: ''\n",
        "charts/side/templates/a.yaml": SIDE,
    }
    chart = load_chart({path: text.encode() for path, text in files.items()})
    run = Interpreter(chart, untaken=False).run(truth, SETTING)
    documents = [document for template in run.templates.values() for document in split_documents(template)]
    evaluator = Evaluator(chart, [resource_of(document.resource.body) for document in documents])
    start = evaluator.measure(Tree(defaults_of(chart), {}), SETTING)
    trials = Trials(evaluator, start, time.process_time() + 20)
    name_objects(trials)
    return trials


def test_a_part_with_a_name_of_its_own_does_not_change_the_release_that_most_objects_have() -> None:
    truth = {"far-out-on-the-left-side": {"fullnameOverride": "far-out-on-the-left-side"}}
    found = named(truth).state
    assert found.setting.release == SETTING.release
    assert found.tree.overrides == truth


def test_an_object_of_another_part_does_not_get_the_name_of_one_that_has_nothing_in_common_with_it() -> None:
    found = named({"password": {"create": True}, "far-out-on-the-left-side": {"create": False}}).state
    assert found.tree.overrides == {}
    assert {document.id.name for document in found.extra} == {"shop-far-out-on-the-left-side"}
