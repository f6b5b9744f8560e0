"""GitLab code quality report: a JSON list of issues."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from migrator.diagnostics import Severity
from migrator.report.ci.sarif import fingerprint

if TYPE_CHECKING:
    from migrator.diagnostics import Diagnostic

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def code_quality(findings: Iterable[Diagnostic]) -> str:
    """The report's text; a finding without a place stands on line 1 of the repository's root, as a line is required."""
    issues = [
        {
            "description": ". ".join(part for part in (finding.summary, finding.remedy) if part),
            "check_name": finding.code,
            "fingerprint": fingerprint(finding),
            "severity": _SEVERITIES[finding.severity],
            "location": {
                "path": str(finding.span.path) if finding.span else ".",
                "lines": {"begin": max(finding.span.line, 1) if finding.span else 1},
            },
        }
        for finding in findings
    ]
    return json.dumps(issues, indent=2, ensure_ascii=False) + "\n"
