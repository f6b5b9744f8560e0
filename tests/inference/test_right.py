"""Once a hypothesis prints the target and nothing besides, nothing more is asked of it."""

from __future__ import annotations

from search_support import SETTING, searched

from migrator.inference.assignments.values_tree import Tree
from migrator.inference.candidates import missing_content
from migrator.inference.candidates.missing_content import from_untaken
from migrator.inference.hypothesis.evaluator import Evaluator
from migrator.inference.inversion.unify import Reader
from migrator.inference.rendered_chart import defaults_of
from migrator.model import resource_of
from migrator.templates.chart import load_chart

CHART = load_chart(
    {
        "Chart.yaml": b"apiVersion: v2\nname: tiny\nversion: 1.0.0\n",
        "values.yaml": b"level: info\nmode: one\nname: ''\n",
        "templates/all.yaml": b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"
        b'data: {level: {{ .Values.level }}, mode: {{ .Values.mode }}, name: {{ required "a name" .Values.name }}}\n',
    }
)
TARGET = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "x"},
    "data": {"level": "debug", "mode": "two", "name": "me"},
}


def test_the_right_hypothesis_is_not_rendered_with_its_untaken_branches(monkeypatch):
    evaluator = Evaluator(CHART, [resource_of(TARGET)])
    start = evaluator.measure(Tree(defaults_of(CHART), {}), SETTING)
    assert start.errors
    asked = []
    detailed = Evaluator.detailed
    monkeypatch.setattr(Evaluator, "detailed", lambda self, state: asked.append(state) or detailed(self, state))

    state = searched(evaluator, start)

    assert state.is_right
    assert asked
    assert all(not each.is_right for each in asked)
    assert state.tree.overrides == {"level": "debug", "mode": "two", "name": "me"}


def test_what_untaken_branches_say_of_a_gap_is_read_once(monkeypatch):
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
    monkeypatch.setattr(missing_content, "_in_place", None)
    again = []
    through = Reader.through_untaken
    monkeypatch.setattr(
        Reader, "through_untaken", lambda self, *given: again.append(self.name_inputs) or through(self, *given)
    )

    assert first
    assert evaluator.gaps(state)[0] is gap
    assert list(from_untaken(gap)) == first
    assert all(again), "nothing but what other values would print is read again"
