"""GitHub workflow commands: annotations on the lines of a pull request."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from migrator.diagnostics import Severity
from migrator.report.visible import visible

if TYPE_CHECKING:
    from migrator.diagnostics import Diagnostic

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def workflow_commands(findings: Iterable[Diagnostic]) -> str:
    """One `::error file=...::message` line per finding."""
    return "".join(_annotation(finding) + "\n" for finding in findings)


def _annotation(finding: Diagnostic) -> str:
    properties = [("title", finding.code)]
    if finding.span:
        properties.insert(0, ("file", str(finding.span.path)))
        if finding.span.line:
            properties[1:1] = [("line", str(finding.span.line)), ("col", str(finding.span.column or 1))]
    shown = ",".join(f"{key}={_property(value)}" for key, value in properties)
    message = ". ".join(part for part in (finding.summary, finding.remedy) if part)
    return f"::{_COMMANDS[finding.severity]} {shown}::{_data(message)}"


def _data(text: str) -> str:
    """Escaped as actions/toolkit does it: the runner reads a command up to the end of the line."""
    return "%0A".join(visible(line).replace("%", "%25") for line in text.split("\n"))


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
