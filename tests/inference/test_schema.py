"""The chart's schema is strict for the verdict, and nothing is ever fetched for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from infer_support import archive_of, inferred, rendered

from migrator.charts.schema import outside_references
from migrator.engines import Complaint, EngineError
from migrator.inference.assignments.values_tree import Tree
from migrator.inference.verdict.schema import _without_complaint

TEMPLATE = """
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
data:
  size: "{{ .Values.size }}"
  name: {{ .Values.name | quote }}
  {{- with .Values.tag }}
  tag: "{{ . }}"
  {{- end }}
"""
VALUES = "size: 1\nname: x\n"


def schema(**properties: object) -> str:
    return json.dumps({"type": "object", "properties": properties})


def chart(folder: Path, text: str):
    return archive_of(folder, {"templates/a.yaml": TEMPLATE, "values.yaml": VALUES, "values.schema.json": text})


def test_a_value_that_the_schema_refuses_is_left_out_and_said(tmp_path: Path) -> None:
    archive = chart(tmp_path, schema(size={"type": "integer", "maximum": 5}))
    inference, said = inferred(archive, rendered(archive, {"size": 9, "name": "y"}))
    assert not inference.identical
    assert inference.values.common == {"name": "y"}
    refused = next(each for each in said if each.code == "MIG508")
    assert "size: Must be less than or equal to 5" in refused.summary
    assert refused.remedy


def test_a_value_is_written_as_the_type_that_the_schema_wants(tmp_path: Path) -> None:
    archive = chart(tmp_path, schema(tag={"type": "string"}))
    inference, _ = inferred(archive, rendered(archive, {"tag": "25"}))
    assert inference.identical
    assert inference.values.common == {"tag": "25"}


def test_a_schema_that_refuses_the_charts_own_defaults_ends_it_in_clear_words(tmp_path: Path) -> None:
    archive = chart(tmp_path, schema(size={"type": "integer", "minimum": 2}))
    inference, said = inferred(archive, rendered(archive, {"name": "y"}))
    assert inference.values.common == {"name": "y"}
    assert "size: Must be greater than or equal to 2" in next(each.summary for each in said if each.code == "MIG510")
    with pytest.raises(EngineError) as caught:
        inferred(archive, rendered(archive))
    assert caught.value.diagnostic.code == "MIG406"
    assert "size: Must be greater than or equal to 2" in caught.value.diagnostic.summary
    assert caught.value.diagnostic.remedy


@pytest.mark.parametrize("reference", ["http://127.0.0.1:9/x.json", "file:///etc/hostname", "other.json"])
def test_a_reference_that_leads_out_is_never_followed(tmp_path: Path, reference: str) -> None:
    archive = chart(tmp_path, schema(size={"$ref": reference}))
    inference, said = inferred(archive, rendered(archive, {"size": 9}))
    assert inference.identical
    unchecked = next(each for each in said if each.code == "MIG509")
    assert reference in unchecked.summary


def test_a_reference_inside_the_schema_is_followed(tmp_path: Path) -> None:
    text = json.dumps(
        {"properties": {"size": {"$ref": "#/definitions/s"}}, "definitions": {"s": {"type": "integer", "maximum": 5}}}
    )
    archive = chart(tmp_path, text)
    inference, said = inferred(archive, rendered(archive, {"size": 9}))
    assert not inference.identical
    assert [each.code for each in said] == ["MIG508"]


def test_references_are_found_in_subcharts_and_broken_schemas_are_left_to_helm() -> None:
    files = {
        "values.schema.json": b'{"properties": {"$ref": {"$ref": "#/x"}}}',
        "charts/sub/values.schema.json": b'{"items": [{"$ref": "https://example.com/s.json"}]}',
        "charts/other/values.schema.json": b"not json",
    }
    assert outside_references(files) == ("https://example.com/s.json",)


@pytest.mark.parametrize(
    ("overrides", "complaint", "left"),
    [
        ({"a": {"b.c": {"d": 1}}}, ("a.b.c.d", "", ()), {}),
        ({"a": {"l": [{"x": 1}]}, "z": 1}, ("a.l.0.x", "", ()), {"z": 1}),
        ({"a": 8080}, ("a", "string", ()), {"a": "8080"}),
        ({"a": "8080"}, ("a", "integer", ()), {"a": 8080}),
        ({"a": "x"}, ("a", "integer", ()), {}),
        ({"a": "true"}, ("a", "boolean", ()), {"a": True}),
        ({"a": 1, "b": 2}, ("(root)", "", ("a",)), {"b": 2}),
        ({"a": {"q": 1, "b": 2}}, ("a", "", ("q",)), {"a": {"b": 2}}),
        ({"a": 1}, ("b", "", ()), {"a": 1}),
        ({"a": {"b": 2}}, ("(root)", "", ()), {"a": {"b": 2}}),
    ],
)
def test_the_override_that_is_to_blame_goes_or_changes(overrides, complaint, left) -> None:
    place, wanted, properties = complaint
    given = Complaint(chart="tiny", place=place, text="", wanted=wanted, properties=properties)
    assert _without_complaint(Tree({}, overrides), (), given).overrides == left
