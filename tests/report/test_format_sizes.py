"""Documents for machines keep what is published of them, for nothing, for little and for thousands."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from json_schemas import problems
from jsonschema import Draft202012Validator

from migrator.compare import Terms
from migrator.diagnostics import Diagnostic, Severity
from migrator.model import RepoPath, SourceSpan, resource_of
from migrator.plan.types import Plan
from migrator.prove import Proof, intoto, proof_document, prove, rendering_of
from migrator.report.ci.junit import junit
from migrator.report.json import diagnostic_document, dumps, plan_document
from migrator.report.proved.findings import proof_cases

SIZES = (0, 1, 5_000)
URI = {"type": "string", "pattern": "^https://"}
NAMES = {"type": "array", "items": {"type": "string", "minLength": 1}, "uniqueItems": True}
DIGEST = {
    "type": "object",
    "minProperties": 1,
    "propertyNames": {"enum": ["sha256", "gitCommit", "gitTree"]},
    "additionalProperties": {"type": "string", "pattern": "^[0-9a-f]{40,64}$"},
}
RESOURCE = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "digest": DIGEST, "annotations": {"type": "object"}},
    "anyOf": [{"required": ["uri"]}, {"required": ["digest"]}, {"required": ["content"]}],
    "additionalProperties": False,
}
"""A ResourceDescriptor: one of three fields must be there whatever else is."""
TEST_RESULT = {
    "type": "object",
    "required": ["result", "configuration"],
    "properties": {
        "result": {"enum": ["PASSED", "WARNED", "FAILED"]},
        "configuration": {"type": "array", "items": RESOURCE},
        "passedTests": NAMES,
        "warnedTests": NAMES,
        "failedTests": NAMES,
    },
    "additionalProperties": False,
}
STATEMENT = {
    "type": "object",
    "required": ["_type", "subject", "predicateType", "predicate"],
    "properties": {
        "_type": {"const": "https://in-toto.io/Statement/v1"},
        "subject": {"type": "array", "minItems": 1, "items": {**RESOURCE, "required": ["digest"]}},
        "predicateType": URI,
        "predicate": TEST_RESULT,
    },
    "additionalProperties": False,
}
"""What in-toto says of a Statement with a test result, as far as it is used; nothing else may stand there."""


def proof(count: int) -> Proof:
    """Of so many environments, or of none, of which every second differs."""

    def rendered(value: str) -> Mapping[str, Any]:
        found = {}
        for number in range(min(count, 50)):
            data = {"k": value if number % 2 else "same"}
            body = {"apiVersion": "v1", "kind": "ConfigMap", "data": data}
            some = [resource_of({**body, "metadata": {"name": f"a{at}"}}) for at in range(max(1, count // 50))]
            found[f"e{number}"] = rendering_of(f"e{number}", some)
        return found

    return prove(rendered("1"), rendered("2"), terms=Terms())


def wrong(schema: Any, document: Any) -> list[str]:
    return [f"{each.json_path}: {each.message}"[:200] for each in Draft202012Validator(schema).iter_errors(document)]


@pytest.mark.parametrize("count", SIZES)
def test_statements(count: int) -> None:
    statement = json.loads(dumps(intoto(proof(count))))
    assert wrong(STATEMENT, statement) == []
    names = [each["name"] for each in statement["subject"]]
    assert len(names) == len(set(names))


def test_the_check_of_statements_sees_what_is_wrong() -> None:
    statement = json.loads(dumps(intoto(proof(2))))
    del statement["predicate"]["configuration"][0]["digest"]
    statement["subject"][0]["digest"] = {"sha256": "AB"}
    assert len(wrong(STATEMENT, statement)) == 2


@pytest.mark.parametrize("count", SIZES)
def test_proofs(count: int) -> None:
    found = proof(count)
    assert problems(json.loads(dumps(proof_document(found))), "proof") == []
    root = ET.fromstring(junit(proof_cases(found)).encode())  # noqa: S314 - our own text
    cases = root.findall("./testsuite/testcase")
    assert int(root.attrib["tests"]) == len(cases) == min(count, 50)
    assert int(root.attrib["failures"]) == len(root.findall(".//failure"))


@pytest.mark.parametrize("count", SIZES)
def test_plans_and_audits(count: int, plan: Plan) -> None:
    found = tuple(
        Diagnostic(
            code=f"MIG{801 + number % 9}",
            severity=list(Severity)[number % 3],
            summary=f"ü\x00 {number}",
            span=SourceSpan(path=RepoPath(f"{number}.yaml"), line=number % 3, column=0) if number % 2 else None,
            evidence=("x",) * (number % 4),
        )
        for number in range(count)
    )
    findings: list[Any] = [diagnostic_document(each) for each in found]
    audited = json.loads(dumps({"format_version": "1.0", "findings": findings}))
    assert problems(audited, "audit") == []
    components = tuple(
        replace(plan.components[number % len(plan.components)], id=f"c{number}") for number in range(count)
    )
    whole = replace(plan, components=components, diagnostics=found)
    assert problems(json.loads(dumps(plan_document(whole))), "plan") == []
