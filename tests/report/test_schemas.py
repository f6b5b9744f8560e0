"""The documented schemas are what the writers write."""

from __future__ import annotations

import json
from typing import Any

import pytest
from schema_problems import problems, schema_of

from migrator.plan.types import Plan
from migrator.report.json import dumps, plan_document


@pytest.fixture
def schema() -> dict[str, Any]:
    return schema_of("plan-1.0")


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
