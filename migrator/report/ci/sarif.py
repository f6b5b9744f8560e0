"""SARIF 2.1.0 for code scanning: one result per finding."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from migrator.diagnostics import Severity
from migrator.report.codes import MEANINGS

if TYPE_CHECKING:
    from migrator.diagnostics import Diagnostic
    from migrator.model import Json

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def fingerprint(diagnostic: Diagnostic) -> str:
    """Hex digest by which a scanner follows a finding when only its line moves."""
    path = str(diagnostic.span.path) if diagnostic.span else ""
    text = f"{diagnostic.code}\0{path}\0{diagnostic.summary}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def sarif_document(findings: Sequence[Diagnostic], *, version: str) -> dict[str, Json]:
    """The log of one run; a finding without a place points at the root, as code scanning wants a location."""
    codes = sorted({finding.code for finding in findings})
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "migrate",
                        "version": version,
                        "rules": [_rule(code, findings) for code in codes],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [_result(finding, codes.index(finding.code)) for finding in findings],
            }
        ],
    }


def _rule(code: str, findings: Sequence[Diagnostic]) -> dict[str, Json]:
    first = next(finding for finding in findings if finding.code == code)
    rule: dict[str, Json] = {
        "id": code,
        "shortDescription": {"text": MEANINGS.get(code, code)},
        "defaultConfiguration": {"level": _LEVELS[first.severity]},
    }
    if first.remedy:
        rule["help"] = {"text": first.remedy}
    return rule


def _result(finding: Diagnostic, index: int) -> dict[str, Json]:
    text = ". ".join(part for part in (finding.summary, finding.remedy) if part)
    location: dict[str, Json] = {"artifactLocation": {"uri": _uri(finding)}}
    if finding.span and finding.span.line:
        location["region"] = {"startLine": finding.span.line, "startColumn": max(finding.span.column, 1)}
    return {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": text},
        "locations": [{"physicalLocation": location}],
        "partialFingerprints": {"migrate/v1": fingerprint(finding)},
    }


def _uri(finding: Diagnostic) -> str:
    from urllib.parse import quote

    return quote(str(finding.span.path)) if finding.span and str(finding.span.path) else "."
