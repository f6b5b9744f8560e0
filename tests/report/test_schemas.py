"""The schemas of docs/schema are what the writers write, and every command that prints JSON has one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from json_schemas import SCHEMAS, problems, schema_for, schemas
from jsonschema import Draft202012Validator

from migrator.cli.app import group
from migrator.plan.types import Plan
from migrator.report.json import dumps, plan_document

REFERENCE = SCHEMAS.parent / "reference.md"


def printing_json(command: click.Command, *names: str) -> Iterator[tuple[str, ...]]:
    """The words of each command that has `--format json`."""
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from printing_json(inner, *names, name)
    for parameter in command.params:
        if isinstance(parameter.type, click.Choice) and "json" in parameter.type.choices:
            yield names


@pytest.fixture
def document(plan: Plan) -> Any:
    return json.loads(dumps(plan_document(plan)))


def test_every_command_that_prints_json_has_a_schema() -> None:
    commands = list(printing_json(group))
    assert ("rules", "list") in commands
    lines = [[*words, "x"] for words in commands] + [["apply", "--relock"], ["explain", "Deployment/web"]]
    missing = {schema_for(line) for line in lines} - {name.removesuffix("-1.0.json") for name in schemas()}
    assert missing == set()


@pytest.mark.parametrize("path", sorted(SCHEMAS.glob("*.json")), ids=lambda path: path.stem)
def test_each_schema_is_one_and_the_reference_names_it(path: Path) -> None:
    schema = json.loads(path.read_text())
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert f"(schema/{path.name})" in REFERENCE.read_text()


def test_a_plan_answers_its_schema(document: Any) -> None:
    assert problems(document, "plan") == []


def test_the_check_sees_what_is_wrong(document: Any) -> None:
    document["components"][0]["impact"] = "dire"
    document["components"][0]["confidence"] = True
    document["components"][0]["mood"] = "good"
    document["diagnostics"][0]["code"] = "E1"
    document["extra"] = 1
    del document["changes"]

    places = [problem.partition(":")[0] for problem in problems(document, "plan")]
    component = "$.components[0]"
    assert places == [f"{component}.confidence", f"{component}.impact", component, "$.diagnostics[0].code", "$", "$"]
