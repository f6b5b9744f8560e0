"""Once a hypothesis prints the target and nothing besides, nothing more is asked of it."""

from __future__ import annotations

import time

from search_support import SETTING

from migrator.inference.edits import Tree
from migrator.inference.search import Search
from migrator.inference.state import Bench, defaults_of
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


def test_the_right_hypothesis_is_not_rendered_with_its_ghosts(monkeypatch):
    bench = Bench(CHART, [resource_of(TARGET)])
    start = bench.measure(Tree(defaults_of(CHART), {}), SETTING)
    assert start.errors
    asked = []
    detailed = Bench.detailed
    monkeypatch.setattr(Bench, "detailed", lambda self, state: asked.append(state) or detailed(self, state))

    state = Search(bench, start, time.process_time() + 20).run()

    assert state.is_right
    assert asked
    assert all(not each.is_right for each in asked)
    assert state.tree.overrides == {"level": "debug", "mode": "two", "name": "me"}
