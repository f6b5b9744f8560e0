"""JUnit XML: what any CI system shows as a test report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.report.visible import visible, visible_lines

if TYPE_CHECKING:
    from migrator.diagnostics import Diagnostic


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One thing that was checked; an empty failure means that it holds."""

    suite: str
    name: str
    failure: str = ""
    skipped: str = ""
    told: str = ""
    """What holds and is worth knowing."""


def finding_cases(findings: Sequence[Diagnostic]) -> list[Case]:
    """One failed case for each finding; a passed one when there is none, as an empty report reads like a broken job."""
    cases = [
        Case(
            suite=finding.code,
            name=visible(f"{finding.span or 'repository'}: {finding.summary}"),
            failure=visible(str(finding)),
        )
        for finding in findings
    ]
    return cases or [Case(suite="audit", name="no findings")]


def junit(cases: Sequence[Case]) -> str:
    """The report's text, one suite per `Case.suite`, in the order of their first cases."""
    from xml.etree import ElementTree as ET

    suites: dict[str, list[Case]] = {}
    for case in cases:
        suites.setdefault(case.suite, []).append(case)
    report = ET.Element("testsuites", {"name": "migrate", **_counts(cases)})
    for suite, members in suites.items():
        inside = ET.SubElement(report, "testsuite", {"name": visible_lines(suite), **_counts(members)})
        for case in members:
            told = ET.SubElement(inside, "testcase", classname=visible_lines(case.suite), name=visible_lines(case.name))
            if case.told:
                ET.SubElement(told, "system-out").text = visible_lines(case.told)
            if case.failure:
                failure = ET.SubElement(told, "failure", message=visible_lines(case.failure.splitlines()[0]))
                failure.text = visible_lines(case.failure)
            elif case.skipped:
                ET.SubElement(told, "skipped", message=visible_lines(case.skipped))
    ET.indent(report)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(report, encoding="unicode") + "\n"


def _counts(cases: Sequence[Case]) -> dict[str, str]:
    failures = sum(bool(case.failure) for case in cases)
    skipped = sum(bool(case.skipped) for case in cases)
    return {"tests": str(len(cases)), "failures": str(failures), "skipped": str(skipped), "errors": "0"}
