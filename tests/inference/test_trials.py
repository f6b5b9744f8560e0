"""What the search may try at all."""

import time

import pytest
from search_support import CONFIG_MAP, SETTING

from migrator.inference.assignments.values_tree import Tree
from migrator.inference.hypothesis.evaluator import Evaluator
from migrator.inference.rendered_chart import defaults_of
from migrator.inference.search.trials import Trials
from migrator.templates.chart import load_chart


@pytest.mark.parametrize(("path", "allowed"), [((), False), (("a",), True), (("@Release", "Name"), True)])
def test_the_values_as_a_whole_are_no_value(path, allowed):
    files = {"Chart.yaml": "apiVersion: v2\nname: tiny\nversion: 1.0.0\n", "templates/all.yaml": CONFIG_MAP}
    chart = load_chart({name: text.encode() for name, text in files.items()})
    evaluator = Evaluator(chart, [])
    start = evaluator.measure(Tree(defaults_of(chart), {}), SETTING)
    assert Trials(evaluator, start, time.process_time() + 5).allowed(((path, "other"),)) is allowed
