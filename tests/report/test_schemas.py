"""The documented schemas are what the writers write."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from migrator.plan.types import Plan
from migrator.report.json import dumps, plan_document

SCHEMAS = Path(__file__).resolve().parents[2] / "docs" / "schema"
TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "null": type(None),
}


def problems(value: Any, schema: dict[str, Any], root: dict[str, Any], at: str = "$") -> list[str]:
    """The part of JSON Schema that our schemas use."""
    if "$ref" in schema:
        return problems(value, root["$defs"][schema["$ref"].rpartition("/")[2]], root, at)
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(
        isinstance(value, TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool)) for kind in kinds
    ):
        return [f"{at}: {value!r} is no {kinds}"]
    found = []
    if "const" in schema and value != schema["const"]:
        found.append(f"{at}: not {schema['const']!r}")
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{at}: {value!r} is none of {schema['enum']}")
    if "pattern" in schema and not re.search(schema["pattern"], value):
        found.append(f"{at}: {value!r} does not match")
    if isinstance(value, dict):
        found += [f"{at}: no {key}" for key in schema.get("required", []) if key not in value]
        for key, item in value.items():
            inner = schema.get("properties", {}).get(key, schema.get("additionalProperties", {}))
            found += problems(item, inner, root, f"{at}.{key}")
    if isinstance(value, list):
        for index, item in enumerate(value):
            found += problems(item, schema.get("items", {}), root, f"{at}[{index}]")
    return found


@pytest.fixture
def schema() -> dict[str, Any]:
    return json.loads((SCHEMAS / "plan-1.0.json").read_text())


def test_a_plan_answers_its_schema(plan: Plan, schema: dict[str, Any]) -> None:
    document = json.loads(dumps(plan_document(plan)))
    assert problems(document, schema, schema) == []


def test_every_key_that_is_written_is_documented(plan: Plan, schema: dict[str, Any]) -> None:
    component = plan_document(plan)["components"][0]
    assert set(component) == set(schema["$defs"]["component"]["properties"])


def test_the_check_sees_what_is_wrong(plan: Plan, schema: dict[str, Any]) -> None:
    document = json.loads(dumps(plan_document(plan)))
    document["components"][0]["impact"] = "dire"
    document["components"][0]["confidence"] = True
    del document["changes"]
    assert len(problems(document, schema, schema)) == 3
