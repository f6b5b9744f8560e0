"""Once a hypothesis prints the target and nothing besides, nothing more is asked of it."""

from __future__ import annotations

import math

from search_support import SETTING, searched

from migrator.inference.assignments.values_tree import Tree
from migrator.inference.hypothesis.evaluator import Evaluator
from migrator.inference.rendered_chart import defaults_of
from migrator.model import resource_of
from migrator.templates.chart import load_chart

FILES = {
    "Chart.yaml": b"apiVersion: v2\nname: tiny\nversion: 1.0.0\n",
    "values.yaml": b"level: info\nmode: one\nname: ''\n",
    "templates/all.yaml": b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"
    b'data: {level: {{ .Values.level }}, mode: {{ .Values.mode }}, name: {{ required "a name" .Values.name }}}\n',
}
CHART = load_chart(FILES)
TARGET = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "x"},
    "data": {"level": "debug", "mode": "two", "name": "me"},
}


class Watched(Evaluator):
    """Notes the hypotheses that are rendered with their untaken branches."""

    def __init__(self, *given):
        super().__init__(*given)
        self.asked = []

    def detailed(self, state, deadline=math.inf):
        self.asked.append(state)
        return super().detailed(state, deadline)


def test_the_right_hypothesis_is_not_rendered_with_its_untaken_branches():
    evaluator = Watched(CHART, [resource_of(TARGET)])
    start = evaluator.measure(Tree(defaults_of(CHART), {}), SETTING)
    assert start.errors

    state = searched(evaluator, start)

    assert state.is_right
    assert evaluator.asked
    assert all(not each.is_right for each in evaluator.asked)
    assert state.tree.overrides == {"level": "debug", "mode": "two", "name": "me"}


def test_a_hook_that_the_target_lacks_costs_nothing():
    plain = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x%s}\ndata: {a: {{ .Values.level }}}\n"
    for text, hooks in (("", 0), (", annotations: {helm.sh/hook: pre-install}", 1)):
        chart = load_chart({**FILES, "templates/all.yaml": (plain % text).encode()})
        state = Evaluator(chart, []).measure(Tree(defaults_of(chart), {}), SETTING)
        assert (len(state.hooks), len(state.extra)) == (hooks, 1 - hooks)
        assert (state.cost == 0, state.is_right) == (bool(hooks), bool(hooks))


def test_a_target_that_is_set_aside_is_neither_met_nor_missed():
    evaluator = Evaluator(CHART, [resource_of(TARGET)])
    tree = Tree(defaults_of(CHART), {"level": "debug", "mode": "two", "name": "me"})
    assert evaluator.measure(tree, SETTING).is_right
    evaluator.set_aside(frozenset({0}))
    state = evaluator.measure(tree, SETTING)
    assert (state.pairs, state.costs, len(state.extra)) == ({}, {}, 1)
    evaluator.set_aside(frozenset())
    assert evaluator.measure(tree, SETTING).is_right


def test_a_definition_of_crds_stands_for_one_object_and_a_second_one_is_missed():
    definition = (
        b"apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: things.x.org}\n"
    )
    template = b'{{ if .Values.twice }}{{ .Files.Get "crds/all.yaml" }}{{ end }}'
    files = {**FILES, "values.yaml": b"twice: false\n", "templates/all.yaml": template, "crds/all.yaml": definition}
    chart = load_chart(files)
    target = resource_of(
        {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": "things.x.org"},
        }
    )
    tree = Tree(defaults_of(chart), {})
    assert Evaluator(chart, [target]).measure(tree, SETTING).is_right
    twice = Evaluator(chart, [target, target])
    state = twice.measure(tree, SETTING)
    assert list(state.costs) == [1]
    assert searched(twice, state).tree.overrides == {"twice": True}


def test_the_release_that_only_the_names_of_hooks_tell_is_found():
    hook = b"""apiVersion: v1
kind: ServiceAccount
metadata:
  name: "{{ .Release.Name }}-check"
  annotations: {helm.sh/hook: pre-install}
"""
    chart = load_chart({**FILES, "values.yaml": b"{}\n", "templates/all.yaml": hook})
    body = {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": "blue-check", "annotations": {"helm.sh/hook": "pre-install"}},
    }
    evaluator = Evaluator(chart, [resource_of(body)])
    state = searched(evaluator, evaluator.measure(Tree(defaults_of(chart), {}), SETTING))
    assert (state.setting.release, state.is_right, state.hooks) == ("blue", True, [])
