"""Values that no object needs, found by leaving them out; a wrong one never takes a right one with it."""

from __future__ import annotations

import time

from search_support import CONFIG_MAP, assert_found

from migrator.inference.assignments.values_tree import Tree
from migrator.inference.hypothesis.evaluator import Evaluator
from migrator.inference.rendered_chart import defaults_of
from migrator.inference.search.passes.needless_values import _without_nulls, drop_needless_values
from migrator.inference.search.trials import Trials
from migrator.model import Json, ReleaseContext, resource_of
from migrator.templates.chart import load_chart

SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: web
  annotations:
    fixed: "x"
    {{- with .Values.annotations }}{{ toYaml . | nindent 4 }}{{ end }}
    {{- if .Values.extra }}
    unwanted: "x"
    {{- end }}
"""


def left_of(overrides: Json, annotations: Json) -> Json:
    chart = load_chart(
        {
            "Chart.yaml": b"apiVersion: v2\nname: tiny\nversion: 1.0.0\n",
            "values.yaml": b"annotations: {}\nextra: {}\nunread: 1\n",
            "templates/all.yaml": SERVICE.encode(),
        }
    )
    target = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "annotations": annotations}}
    evaluator = Evaluator(chart, [resource_of(target)])
    setting = ReleaseContext(release="shop", namespace="data")
    state = evaluator.measure(Tree(defaults_of(chart), overrides), setting)
    trials = Trials(evaluator, state, time.process_time() + 20)
    drop_needless_values(trials)
    return dict(trials.state.tree.overrides)


def test_what_changes_nothing_goes() -> None:
    assert left_of({"annotations": {"a": "b"}, "unread": 5}, {"fixed": "x", "a": "b"}) == {"annotations": {"a": "b"}}


def test_a_wrong_value_does_not_take_a_right_one_with_it() -> None:
    found = left_of({"extra": {"c": "d"}, "annotations": {"a": "b"}}, {"fixed": "x", "a": "b"})
    assert found == {"annotations": {"a": "b"}}


def test_nor_where_something_else_differs() -> None:
    found = left_of({"extra": {"c": "d"}, "annotations": {"a": "b"}}, {"fixed": "other", "a": "b"})
    assert found == {"annotations": {"a": "b"}}


def test_nulls_in_lists_that_change_nothing_go() -> None:
    template = CONFIG_MAP + (
        "hosts:\n{{- range .Values.hosts }}\n- name: {{ .name }}\n  port: {{ (.service).port | default 80 }}\n{{- end }}\n"
        "sum: {{ toJson .Values.hosts | sha256sum }}\n"
    )
    assert_found(template, "hosts: []\n", "hosts: [{name: a}, {name: b, service: {port: 81}}]\n")
    chart = {"hosts": [{"name": "a", "service": {"port": None}}, {"name": None, "more": [{"x": None}]}]}
    tree = _without_nulls(Tree({}, chart), ("hosts",))
    assert tree.overrides == {"hosts": [{"name": "a"}, {"more": [{}]}]}
