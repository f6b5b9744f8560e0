"""JUnit XML: what any CI system shows as a test report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

if TYPE_CHECKING:
    from migrator.diagnostics import Diagnostic


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One thing that was checked; an empty failure means that it holds."""

    suite: str
    name: str
    failure: str = ""
    skipped: str = ""


def finding_cases(findings: Sequence[Diagnostic]) -> list[Case]:
    """One failed case for each finding; a passed one when there is none, as an empty report reads like a broken job."""
    cases = [
        Case(suite=finding.code, name=f"{finding.span or 'repository'}: {finding.summary}", failure=str(finding))
        for finding in findings
    ]
    return cases or [Case(suite="audit", name="no findings")]


def junit(cases: Sequence[Case]) -> str:
    """The report's text, one suite per `Case.suite`, in the order of their first cases."""
    suites: dict[str, list[Case]] = {}
    for case in cases:
        suites.setdefault(case.suite, []).append(case)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<testsuites name="migrate" {_counts(cases)}>']
    for suite, members in suites.items():
        lines.append(f"  <testsuite name={_attribute(suite)} {_counts(members)}>")
        lines.extend(_case(case) for case in members)
        lines.append("  </testsuite>")
    return "\n".join([*lines, "</testsuites>"]) + "\n"


def _counts(cases: Sequence[Case]) -> str:
    failures = sum(bool(case.failure) for case in cases)
    skipped = sum(bool(case.skipped) for case in cases)
    return f'tests="{len(cases)}" failures="{failures}" skipped="{skipped}" errors="0"'


def _case(case: Case) -> str:
    head = f"    <testcase classname={_attribute(case.suite)} name={_attribute(case.name)}"
    if case.failure:
        message = _attribute(case.failure.splitlines()[0])
        return (
            f"{head}>\n      <failure message={message}>{escape(_printable(case.failure))}</failure>\n    </testcase>"
        )
    if case.skipped:
        return f"{head}>\n      <skipped message={_attribute(case.skipped)}/>\n    </testcase>"
    return f"{head}/>"


def _attribute(text: str) -> str:
    return quoteattr(_printable(text))


def _printable(text: str) -> str:
    """Without the control characters that XML 1.0 forbids even when escaped."""
    return "".join(char for char in text if char in "\t\n\r" or ord(char) >= 0x20)
