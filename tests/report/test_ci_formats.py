"""What CI systems read keeps their rules, for no finding, for one and for thousands."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft202012Validator

from migrator.diagnostics import Diagnostic, Diagnostics, Severity
from migrator.model import RepoPath, SourceSpan
from migrator.report.ci.github import workflow_commands
from migrator.report.ci.gitlab import code_quality
from migrator.report.ci.junit import finding_cases, junit
from migrator.report.ci.sarif import sarif_document
from migrator.report.markdown.blocks import LIMIT
from migrator.report.markdown.planned import findings_markdown

SIZES = (0, 1, 5_000)


def obj(required: list[str], **properties: Any) -> Any:
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


TEXT = {"type": "string", "minLength": 1}
COUNT = {"type": "integer", "minimum": 1}
MESSAGE = obj(["text"], text=TEXT)
REGION = obj([], startLine=COUNT, startColumn=COUNT)
PLACE = obj(
    ["artifactLocation"], artifactLocation=obj(["uri"], uri={"type": "string", "pattern": r"^[!-~]+$"}), region=REGION
)
RESULT = obj(
    ["ruleId", "ruleIndex", "level", "message", "locations"],
    ruleId=TEXT,
    ruleIndex={"type": "integer", "minimum": 0},
    level={"enum": ["error", "warning", "note"]},
    message=MESSAGE,
    locations={"type": "array", "minItems": 1, "items": obj(["physicalLocation"], physicalLocation=PLACE)},
    partialFingerprints={"type": "object", "additionalProperties": TEXT},
)
RULE = obj(["id"], id=TEXT, shortDescription=MESSAGE, defaultConfiguration=obj([], level=TEXT), help=MESSAGE)
DRIVER = obj(["name", "rules"], name=TEXT, version=TEXT, rules={"type": "array", "uniqueItems": True, "items": RULE})
RUN = obj(
    ["tool", "results"],
    tool=obj(["driver"], driver=DRIVER),
    columnKind={"enum": ["unicodeCodePoints", "utf16CodeUnits"]},
    results={"type": "array", "items": RESULT},
)
SARIF = obj(["version", "runs"], **{"$schema": TEXT}, version={"const": "2.1.0"}, runs={"type": "array", "items": RUN})
ISSUE = obj(
    ["description", "check_name", "fingerprint", "severity", "location"],
    description=TEXT,
    check_name=TEXT,
    fingerprint={"type": "string", "pattern": "^[0-9a-f]{32}$"},
    severity={"enum": ["info", "minor", "major", "critical", "blocker"]},
    location=obj(["path", "lines"], path=TEXT, lines=obj(["begin"], begin=COUNT)),
)
"""The parts of SARIF 2.1.0 and of GitLab's report that are used; nothing else may stand there."""


def findings(count: int) -> Diagnostics:
    """So many, with and without a place, of every severity, with names that nobody should trust."""
    severities = list(Severity)
    return tuple(
        Diagnostic(
            code=f"MIG{801 + number % 9}",
            severity=severities[number % 3],
            summary=f'{number} ü </a> "x" %0A',
            remedy="mend it" if number % 2 else "",
            span=SourceSpan(path=RepoPath(f"a b/ü{number}.yaml"), line=number % 4, column=number % 3)
            if number % 5
            else None,
        )
        for number in range(count)
    )


def problems(schema: Any, document: Any) -> list[str]:
    return [f"{error.json_path}: {error.message}"[:200] for error in Draft202012Validator(schema).iter_errors(document)]


@pytest.mark.parametrize("count", SIZES)
def test_sarif(count: int) -> None:
    document = json.loads(json.dumps(sarif_document(findings(count), version="0")))
    assert problems(SARIF, document) == []
    (run,) = document["runs"]
    assert len(run["results"]) == count
    rules = [each["id"] for each in run["tool"]["driver"]["rules"]]
    assert all(rules[each["ruleIndex"]] == each["ruleId"] for each in run["results"])


@pytest.mark.parametrize("count", SIZES)
def test_gitlab(count: int) -> None:
    issues = json.loads(code_quality(findings(count)))
    assert problems({"type": "array", "items": ISSUE}, issues) == []
    assert len({each["fingerprint"] for each in issues}) == count


@pytest.mark.parametrize("count", SIZES)
def test_junit(count: int) -> None:
    root = ET.fromstring(junit(finding_cases(findings(count))).encode())  # noqa: S314 - our own text
    cases = root.findall("./testsuite/testcase")
    assert (root.tag, len(cases)) == ("testsuites", max(1, count))
    assert int(root.attrib["tests"]) == len(cases)
    assert int(root.attrib["failures"]) == len(root.findall("./testsuite/testcase/failure")) == count
    assert sum(int(each.attrib["tests"]) for each in root) == len(cases)
    assert all(each.attrib.keys() >= {"name", "classname"} for each in cases)


@pytest.mark.parametrize("count", SIZES)
def test_github_and_markdown(count: int) -> None:
    lines = workflow_commands(findings(count)).splitlines()
    assert len(lines) == count
    assert all(line.startswith(("::error ", "::warning ", "::notice ")) for line in lines)
    assert len(findings_markdown(findings(count))) <= LIMIT


def test_the_checks_see_what_is_wrong() -> None:
    document = json.loads(json.dumps(sarif_document(findings(3), version="0")))
    document["runs"][0]["results"][0]["level"] = "fatal"
    document["runs"][0]["results"][1]["mood"] = 1
    assert len(problems(SARIF, document)) == 2
    issues = json.loads(code_quality(findings(2)))
    issues[0]["location"]["lines"]["begin"] = 0
    assert len(problems({"type": "array", "items": ISSUE}, issues)) == 1
