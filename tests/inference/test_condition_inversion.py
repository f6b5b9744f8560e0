"""Conditions read backwards."""

from __future__ import annotations

import pytest
from search_support import CONFIG_MAP, assert_found

from migrator.inference.inversion.inverter import satisfy
from migrator.templates.provenance.value import Value

CASES = {
    "what only the last of two conditions is about": (
        CONFIG_MAP
        + "{{- if .Values.disk.on }}\ndisk: {size: 8, kind: fast}\n{{- end }}\n"
        + "{{- if and .Values.disk.on .Values.disk.prepare }}\nprepare: {a: 1, b: 2, c: 3, d: 4, e: 5}\n{{- end }}\n",
        "disk: {'on': true, prepare: true}\n",
        "disk: {prepare: false}\n",
    ),
    "a map named global that is not a chart's": (
        CONFIG_MAP
        + 'data:\n  hide: "{{ if or .Values.clusters.global.enabled .Values.clusters.own.enabled }}0{{ else }}2{{ end }}"\n',
        "clusters: {global: {enabled: false}, own: {enabled: false}}\n",
        "clusters: {global: {enabled: true}}\n",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_values_are_found(case):
    assert_found(*CASES[case])


def leaf(v, *path):
    return Value(v, (path,))


def test_a_conjunction_turns_every_operand_that_must_turn():
    both = Value(False, (), "and", (leaf(False, "x"), Value(False, (), "not", (leaf(True, "y"),))))
    assert dict(next(satisfy(both, True))) == {("x",): True, ("y",): False}


def test_what_is_bound_already_satisfies_a_condition():
    either = Value(None, (), "or", (leaf(None, "x"), leaf(None, "y")))
    assert next(satisfy(either, True, bound=((("y",), "set"),))) == ()
