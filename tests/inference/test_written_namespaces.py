"""Namespaces that only a value makes a chart write."""

from __future__ import annotations

import pytest
from search_support import CONFIG_MAP, SETTING

from migrator.inference.assignments.values_tree import Tree
from migrator.inference.hypothesis.evaluator import Evaluator
from migrator.inference.rendered_chart import defaults_of
from migrator.inference.search.written_namespaces import with_written_namespaces
from migrator.model import resource_of
from migrator.templates.chart import load_chart

NAMED = 'metadata:\n  name: "{{ .Release.Name }}"\n  {{- with .Values.spaceOfNamespace }}\n  namespace: {{ . }}\n  {{- end }}\n'


@pytest.mark.parametrize(
    ("own", "written", "overrides"),
    [
        (NAMED, SETTING.namespace, {"spaceOfNamespace": SETTING.namespace}),
        (NAMED, "", {}),
        (
            'metadata: {name: "{{ .Release.Name }}"}\nwatch: {{ .Values.otherNamespace | default "" | quote }}\n',
            SETTING.namespace,
            {},
        ),
    ],
)
def test_a_namespace_is_written_where_the_target_has_it(own: str, written: str, overrides: dict) -> None:
    template = f"{CONFIG_MAP.partition('metadata')[0]}{own}"
    files = {"Chart.yaml": "apiVersion: v2\nname: tiny\nversion: 1.0.0\n", "templates/all.yaml": template}
    chart = load_chart({path: text.encode() for path, text in files.items()})
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": SETTING.release}}
    if written:
        body["metadata"]["namespace"] = written
    if "watch" in own:
        body["watch"] = ""
    evaluator = Evaluator(chart, [resource_of(body)])
    state = evaluator.measure(Tree(defaults_of(chart), {}), SETTING)
    assert state.is_right
    assert with_written_namespaces(evaluator, state).tree.overrides == overrides
