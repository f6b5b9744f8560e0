"""A value that was found and refused is told as that, with what comes with it."""

from __future__ import annotations

import time

from migrator.inference.assignments.values_tree import Tree
from migrator.inference.hypothesis.evaluator import Evaluator
from migrator.inference.rendered_chart import defaults_of
from migrator.inference.search.loop import Search, all_passes
from migrator.inference.search.refused import refused
from migrator.inference.search.trials import Trials
from migrator.model import ReleaseContext, resource_of
from migrator.templates.chart import load_chart

TEMPLATE = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: main, image: web, args: [run]}]}}
{{- if gt (int .Values.replicas) 1 }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web, labels: {app: web, part: web, tier: front}}
spec: {minAvailable: 1, selector: {matchLabels: {app: web}}}
{{- end }}
"""


def trials_for(target):
    chart = load_chart(
        {
            "Chart.yaml": b"apiVersion: v2\nname: tiny\nversion: 1.0.0\n",
            "values.yaml": b"replicas: 1\n",
            "templates/all.yaml": TEMPLATE.encode(),
        }
    )
    evaluator = Evaluator(chart, [resource_of(target)])
    start = evaluator.measure(Tree(defaults_of(chart), {}), ReleaseContext(release="shop", namespace="data"))
    trials = Trials(evaluator, start, time.process_time() + 20)
    Search(trials, all_passes()).run()
    return trials


def deployment(**spec):
    pod = {"containers": [{"name": "main", "image": "web", "args": ["run"]}]}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web"},
        "spec": {
            "selector": {"matchLabels": {"app": "web"}},
            "template": {"metadata": {"labels": {"app": "web"}}, "spec": pod},
            **spec,
        },
    }


def test_what_comes_with_the_value_is_told():
    trials = trials_for(deployment(replicas=3))
    assert trials.state.tree.overrides == {}
    [(place, [attempt])] = refused(trials).items()
    assert place[1] == ("spec", "replicas")
    assert attempt.values == ((("replicas",), 3),)
    assert attempt.brings == "adds PodDisruptionBudget web"


def test_a_place_that_no_value_reaches_is_not_said_to_be_refused():
    trials = trials_for(deployment(replicas=1, paused=True))
    assert trials.state.costs
    assert refused(trials) == {}
