"""What the benchmark of round trips says about right and wrong inferences."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tiny_chart import CONFIG, SECRET

from measuring.cases import Pair, pairs_of, read_cases, sibling
from measuring.measure import confirmed_row, measure_case, measure_pair, render, split_row
from measuring.process import StageError, infer
from measuring.rows import CaseRow, SplitRow

FAILING = (
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: {{ required "a must be set" .Values.never }}}\n'
)
NULLED = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  a: '1'\n  {{- if .Values.debug }}\n  b: {{ .Values.mount }}\n  {{- end }}\n"
ORDERED = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {args: {{ toJson .Values.size }}}\n"
TEST = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  annotations: {helm.sh/hook: test}\nspec: {size: {{ .Values.size }}}\n"


def row(case, found, tool):
    return confirmed_row(CaseRow(name=case.name, deterministic=case.deterministic), case, found, tool)


def test_the_true_values_are_confirmed(case, found, tool):
    made = case("size: 5\n")
    measured = row(made, found({"size": 5}), tool)
    assert (measured.equal, measured.total, measured.extra) == (1, 1, 0)
    assert measured.perfect
    assert not measured.false_claim


def test_a_false_claim_of_identical_is_seen(case, found, tool):
    measured = row(case("size: 5\n"), found({"size": 6}), tool)
    assert measured.false_claim
    assert not measured.perfect
    assert measured.different == ("ConfigMap one: data.size",)


def test_honest_words_are_no_false_claim(case, found, tool):
    told = found({}, identical=False, residual=(("not-found-within-budget", "ConfigMap one"),))
    measured = row(case("size: 5\n"), told, tool)
    assert not measured.false_claim
    assert not measured.perfect
    assert measured.residual == {"not-found-within-budget": 1}


def test_what_is_equal_but_leaves_a_residual_is_not_perfect(case, found, tool):
    told = found({"size": 5}, identical=False, residual=(("generated", "ConfigMap one"),))
    assert not row(case("size: 5\n"), told, tool).perfect


def test_null_is_not_absent(case, found, tool):
    made = case("debug: true\n", templates={"a.yaml": NULLED})
    assert row(made, found({"debug": True}), tool).perfect
    assert row(made, found({}), tool).false_claim


def test_the_order_of_arguments_counts(case, found, tool):
    made = case("size: [a, b]\n", templates={"a.yaml": ORDERED})
    assert row(made, found({"size": ["b", "a"]}), tool).different == ("Pod a: spec.args.0", "Pod a: spec.args.1")


def test_an_object_that_nobody_wants_is_no_equality(case, found, tool):
    optional = "{{ if .Values.debug }}\n" + CONFIG.replace(".Release.Name", '"b"') + "{{ end }}"
    made = case("{}", templates={"config.yaml": CONFIG, "more.yaml": optional})
    measured = row(made, found({"debug": True}), tool)
    assert (measured.equal, measured.total, measured.extra) == (0, 1, 1)


def test_a_namespace_that_only_one_side_writes_is_a_difference(case, found, tool):
    spaced = CONFIG.replace("metadata:", "metadata:\n  {{- with .Values.mount }}\n  namespace: {{ . }}\n  {{- end }}")
    made = case("mount: here\n", templates={"config.yaml": spaced})
    assert row(made, found({"mount": "here"}), tool).perfect
    measured = row(made, found({}), tool)
    assert measured.false_claim
    assert measured.different == ("ConfigMap here/one: metadata.namespace",)
    assert (measured.equal, measured.total, measured.extra) == (0, 1, 0)


def test_helm_tests_are_counted_apart(case, found, tool):
    made = case("size: 5\nlabels: {a: b}\n", templates={"config.yaml": CONFIG, "test.yaml": TEST})
    measured = row(made, found({"size": 5, "labels": {"a": "b"}}), tool)
    assert (measured.total, measured.tests_equal, measured.tests_total) == (1, 1, 1)


def test_the_files_of_an_environment_are_rendered_in_order(case, found, tool):
    made = case("size: 5\n")
    told = found({"size": 1}, environments={"prod": {"size": 5}})
    assert render(made.archive, told, "prod", tool) == made.target.read_bytes()
    assert render(made.archive, told, "dev", tool) != made.target.read_bytes()


def test_random_places_are_masked_and_nothing_else(case, found, tool):
    made = case("size: 5\n", templates={"secret.yaml": SECRET}, deterministic=False)
    generated = {"identical": False, "residual": (("generated", "Secret one"),)}
    assert row(made, found({"size": 5}, **generated), tool).perfect
    wrong = row(made, found({"size": 6}, **generated), tool)
    assert wrong.different == ("Secret one: stringData.size",)
    assert not wrong.perfect


def test_without_the_mask_a_random_secret_differs(case, found, tool):
    made = case("size: 5\n", templates={"secret.yaml": SECRET}, deterministic=True)
    assert row(made, found({"size": 5}), tool).different == ("Secret one: stringData.password",)


def test_objects_with_random_names_are_left_out(case, found, tool):
    named = CONFIG.replace("name: {{ .Release.Name }}", "name: {{ randAlpha 8 | lower }}")
    made = case("size: 5\n", templates={"named.yaml": named, "secret.yaml": SECRET}, deterministic=False)
    measured = row(made, found({"size": 5}), tool)
    assert (measured.equal, measured.total, measured.extra) == (1, 1, 0)


def test_values_that_the_schema_refuses_are_seen(case, found, tool):
    made = case("size: 5\n")
    schema = '{"type": "object", "properties": {"size": {"type": "string"}}}'
    (made.archive / "values.schema.json").write_text(schema)
    assert row(made, found({"size": 5}), tool).refused_by_schema
    assert not row(made, found({"size": "5"}), tool).refused_by_schema


def test_a_case_is_measured_from_end_to_end(case, tool):
    measured = measure_case(case("size: 5\nlabels: {a: b, c: d}\n"), tool, 10.0)
    assert measured.error == ""
    assert measured.perfect
    assert (measured.values_set, measured.observable, measured.minimal) == (3, 3, 3)
    assert measured.near == "perfect"
    for cost in (measured.cold, measured.warm, measured.again):
        assert cost.seconds >= cost.cpu / 4 > 0
        assert cost.mib > 10


def test_a_refusal_is_a_row(case, tool):
    made = case("never: b\n", templates={"a.yaml": FAILING})
    (made.archive / "templates" / "b.yaml").write_text('{{ fail "never" }}')
    measured = measure_case(made, tool, 2.0)
    assert measured.error.startswith("MIG405 ")
    assert measured.cold.seconds > 0
    assert (measured.equal, measured.total, measured.perfect) == (0, 1, False)


def test_a_process_that_dies_says_why(tmp_path: Path):
    with pytest.raises(StageError, match=r"could not convert string to float: 'no'; File .*, line \d+, in infer"):
        infer(tmp_path, {"default": tmp_path / "none"}, tmp_path, "no", patience=60.0)


def test_a_process_that_does_not_end_is_ended(case, tmp_path: Path):
    made = case("size: 5\n")
    with pytest.raises(StageError, match="did not end within 0 s"):
        infer(made.archive, {"default": made.target}, tmp_path, 60.0, patience=0.01)


def test_a_near_target_lacks_one_value(case, tool):
    made = case("size: 5\nunused: b\n")
    assert sibling(made, tool) == made.render(tool, {})
    assert sibling(case("unused: b\n"), tool) is None


def test_pairs_are_of_one_archive_where_there_are_such(tree):
    told = {}
    for name, version, archive, deterministic in (
        ("a", "1.9.0", "x.tgz", "true"),
        ("b", "1.10.0", "y.tgz", "true"),
        ("c", "1.10.0", "y.tgz", "true"),
        ("d", "2.0.0", "z.tgz", "true"),
        ("e", "2.0.0", "z.tgz", "false"),
    ):
        told[f"{name}/case.yaml"] = (
            f"chart: t\nversion: {version}\nchart_file: ../{archive}\nrelease: r\nnamespace: n\ndeterministic: {deterministic}\n"
        )
        told[f"{name}/target.yaml"] = "a: 1\n"
    cases = read_cases(tree(told))
    ((first, *others),) = pairs_of(cases)
    assert (first.name, first.exact) == ("b + c", True)
    assert [(pair.name, pair.exact) for pair in others] == [("c + d", False), ("a + b", False)]
    assert pairs_of(cases[4:]) == ()


def test_a_pair_that_one_chart_cannot_render_gives_way(case, tool):
    made = case("size: 5\n")
    broken = replace(made, name="broken", archive=made.archive / "none")
    refused, good = Pair(first=broken, second=made), Pair(first=made, second=made)
    assert measure_pair([refused], tool, 5.0) is None
    assert measure_pair([refused, good], tool, 5.0).name == good.name


def test_a_pair_is_measured_from_end_to_end(case, tool):
    first = case("size: 5\nlabels: {a: b}\n")
    (pairs,) = pairs_of([first, first])
    measured = measure_pair(pairs, tool, 10.0)
    assert (measured.error, measured.equal, measured.total) == ("", 2, 2)
    assert (measured.twice, measured.torn) == ((), ())


def test_a_false_claim_for_one_environment_is_seen(case, found, tool):
    made = case("size: 5\n")
    told = found({}, environments={"a": {"size": 5}, "b": {"size": 6}})
    row = split_row(SplitRow(name="x"), made.archive, {"a": made.target, "b": made.target}, told, tool)
    assert (row.equal, row.total) == (1, 2)
    assert row.false_claim
