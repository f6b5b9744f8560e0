"""Violations -> why a sequence of commits is refused."""

from __future__ import annotations

from collections.abc import Sequence

from migrator.diagnostics import Diagnostic, Diagnostics, Severity
from migrator.gitops.play.violations import Violation

_STEPS = 12


def refusals(found: Sequence[Violation]) -> Diagnostics:
    """MIG668 for each violation, with the last steps of the play that led to it as evidence."""
    return tuple(
        Diagnostic(
            code="MIG668",
            severity=Severity.ERROR,
            summary=f"these commits would harm what is live: {each}",
            remedy=f"nothing was written; {_told(each.rule)}, and docs/handover.md what to change before",
            evidence=each.steps[-_STEPS:],
        )
        for each in found
    )


def _told(rule: str) -> str:
    if rule == "proof":
        return "the proof says what differs inside the pod template"
    return f"docs/facts.md says why under {rule}"
