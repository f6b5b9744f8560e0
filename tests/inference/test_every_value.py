"""What a template computes from a value without a trace is found by trying the values that it reads."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from migrator.inference.assignments.values_tree import Tree
from migrator.inference.hypothesis.evaluator import Evaluator
from migrator.inference.rendered_chart import defaults_of
from migrator.inference.search.loop import Search, all_passes
from migrator.inference.search.passes.stuck.every_value import try_every_value
from migrator.inference.search.trials import Trials
from migrator.model import Json, ReleaseContext, resource_of
from migrator.templates.chart import load_chart

TEMPLATE = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
data:
  mode: {{ index (dict "true" "fast" "false" "slow") (printf "%v" .Values.quick) }}
  size: {{ .Values.words | toJson | len | quote }}
"""
VALUES = "quick: false\nidle: false\nwords: [a, b]\n"
OF_ALL, OF_NONE = "9", "2"


def found_for(*, last: bool, **data: Json) -> Json:
    chart = load_chart(
        {
            "Chart.yaml": b"apiVersion: v2\nname: tiny\nversion: 1.0.0\n",
            "values.yaml": VALUES.encode(),
            "templates/all.yaml": TEMPLATE.encode(),
        }
    )
    target = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "web"}, "data": data}
    evaluator = Evaluator(chart, [resource_of(target)])
    start = evaluator.measure(Tree(defaults_of(chart), {}), ReleaseContext(release="shop", namespace="data"))
    trials = Trials(evaluator, start, time.process_time() + 20)
    passes = all_passes()
    if not last:
        passes = replace(passes, last=tuple(each for each in passes.last if each is not try_every_value), wider=())
    state = Search(trials, passes).run()
    return dict(state.tree.overrides) if state.is_right else "wrong"


@pytest.mark.parametrize(
    ("mode", "size", "values"),
    [
        ("fast", OF_ALL, {"quick": True}),
        ("slow", OF_NONE, {"words": []}),
        ("fast", OF_NONE, {"quick": True, "words": []}),
    ],
)
def test_a_value_whose_trace_is_lost(mode: str, size: str, values: Json) -> None:
    assert found_for(last=True, mode=mode, size=size) == values
    assert found_for(last=False, mode=mode, size=size) == "wrong"


def test_what_no_value_gives_is_not_claimed() -> None:
    assert found_for(last=True, mode="middling", size=OF_ALL) == "wrong"
