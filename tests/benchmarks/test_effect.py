"""Which values have an effect, and which splits are bad."""

from __future__ import annotations

import pytest

from measuring.effect import Glance, effect_of, leaves, without
from measuring.environments import faults_of
from migrator.charts import load_archive
from migrator.engines import rendered_resources
from migrator.model import ReleaseContext

SETTING = ReleaseContext(release="one", namespace="here")


def effect(case, tool, values, glance=None):
    return effect_of(values, lambda tree: case.render(tool, tree), glance)


def glance_of(case, tool, values, rendered=None):
    found = rendered_resources(rendered or case.render(tool, values), tests=True)
    return Glance.of(load_archive(case.archive), values, SETTING, found)


def test_leaves_are_scalars_whole_lists_and_empty_maps():
    values = {"a": {"b": 1, "c": [{"d": 1}]}, "e": {}, "f": None, "g": []}
    assert list(leaves(values)) == [("a", "b"), ("a", "c"), ("e",), ("f",), ("g",)]
    assert list(leaves({})) == []


def test_a_value_goes_with_the_maps_that_it_leaves_empty():
    values = {"a": {"b": {"c": 1}}, "d": {"e": 1, "f": 2}}
    assert without(values, ("a", "b", "c")) == {"d": {"e": 1, "f": 2}}
    assert without(values, ("d", "e")) == {"a": {"b": {"c": 1}}, "d": {"f": 2}}
    assert values["d"] == {"e": 1, "f": 2}


@pytest.mark.parametrize("looks", [False, True])
def test_useless_values_are_counted(case, tool, looks):
    made = case("{}")
    values = {"size": 5, "unused": "b", "debug": False, "labels": {"a": "b"}, "nowhere": {"x": [1]}}
    measured = effect(made, tool, values, glance_of(made, tool, values) if looks else None)
    assert measured.useless == (("unused",), ("debug",), ("nowhere", "x"))
    assert (measured.total, measured.observable) == (5, 2)
    assert measured.renders == (4 if looks else 6)


def test_a_value_without_which_nothing_renders_has_an_effect(case, tool):
    text = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ required "no name" .Values.named }}}\n'
    made = case("named: a", templates={"a.yaml": text})
    values = {"named": "a"}
    assert effect(made, tool, values).useless == ()
    assert effect(made, tool, values, glance_of(made, tool, values)).useless == ()


def test_nobody_glances_where_helm_prints_something_else(case, tool):
    made = case("{}")
    assert glance_of(made, tool, {"size": 5}) is not None
    assert glance_of(made, tool, {"size": 5}, rendered=made.render(tool, {"size": 6})) is None


def test_a_glance_that_sees_too_little_is_not_believed(case, tool):
    class Blind:
        def changes(self, _values):
            return False

    assert effect(case("{}"), tool, {"size": 5, "unused": "b"}, Blind()).useless == (("unused",),)


def test_a_good_split_has_no_fault():
    faults = faults_of({"a": 1, "l": [1]}, {"dev": {"b": {"c": 1}}, "prod": {"b": {"c": 2}, "d": []}}, ["dev", "prod"])
    assert (faults.twice, faults.torn) == ((), ())


def test_a_value_of_the_common_file_said_again_is_seen():
    faults = faults_of({"a": {"b": 1, "l": [1]}}, {"prod": {"a": {"b": 1.0, "l": [1]}}}, ["dev", "prod"])
    assert faults.twice == ("prod: a.b is the common value", "prod: a.l is the common value")


def test_a_value_of_every_environment_belongs_into_the_common_file():
    both = {"dev": {"a": {"b": 1}, "c": 1}, "prod": {"a": {"b": 1}, "c": 2}}
    assert faults_of({}, both, ["dev", "prod"]).twice == ("a.b is the same in every environment",)
    assert faults_of({}, both, ["dev", "prod", "test"]).twice == ()
    assert faults_of({}, {"dev": {"a": 1}}, ["dev"]).twice == ()


def test_null_is_a_value_like_any_other():
    assert faults_of({"a": None}, {"prod": {"a": None}}, ["dev", "prod"]).twice == ("prod: a is the common value",)
    assert faults_of({"a": 1}, {"prod": {"a": None}}, ["dev", "prod"]).twice == ()


def test_a_torn_list_is_seen():
    faults = faults_of({"a": {"l": [1, 2]}}, {"prod": {"a": {"l": [3]}}}, ["dev", "prod"])
    assert faults.torn == ("prod: a.l is a list of the common file",)
    assert faults.twice == ()


def test_a_list_against_a_map_is_torn():
    assert faults_of({"l": [1]}, {"prod": {"l": {"0": 2}}}, ["dev", "prod"]).torn
    assert faults_of({"l": {"0": 2}}, {"prod": {"l": [1]}}, ["dev", "prod"]).torn
