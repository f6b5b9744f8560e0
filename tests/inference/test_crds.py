"""Definitions in `crds/`, which no template prints."""

from search_support import SETTING, searched

from migrator.inference.assignments.values_tree import Tree
from migrator.inference.hypothesis.evaluator import Evaluator
from migrator.inference.rendered_chart import defaults_of
from migrator.model import resource_of
from migrator.templates.chart import load_chart

CRD = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "a.b"}}
CHART = load_chart(
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
    evaluator = Evaluator(CHART, [resource_of(target) for target in targets])
    start = evaluator.measure(Tree(defaults_of(CHART), {}), SETTING)
    return dict(searched(evaluator, start).tree.overrides)


def test_a_chart_of_definitions_that_the_target_has_not_is_switched_off():
    assert overrides(OBJECT) == {"defs": {"create": False}}


def test_one_whose_definitions_are_there_stays():
    assert overrides(OBJECT, CRD) == {}
