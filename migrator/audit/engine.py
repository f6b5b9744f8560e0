"""Run the rules over a repository and give their findings words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from migrator.audit.rules import RULES, Rule
from migrator.audit.texts import RuleText, load_texts
from migrator.audit.types import Finding, Subject
from migrator.diagnostics import Diagnostic, Diagnostics, Severity
from migrator.model import RepoPath, SourceSpan
from migrator.progress import Watch, uncounted

_SPECIFIC = frozenset({"MIG804", "MIG805"})
"""Rules that say better than MIG808 why something does not render."""


def audit(
    subject: Subject,
    texts: Mapping[str, RuleText] | None = None,
    rules: Sequence[Rule] = RULES,
    watch: Watch = uncounted,
) -> Diagnostics:
    """What the rules find in the subject, sorted by place and code; INFO marks a note, which is not a finding.

    The words are those of `texts`, or else of the rules that ship and of the team's own (`load_texts`).
    """
    texts = texts if texts is not None else load_texts(subject.index.root)
    findings: list[Finding] = []
    for number, rule in enumerate(rules):
        watch(number, len(rules), (rule.code,))
        findings += rule.find(subject)
    explained = {finding.span.path for finding in findings if finding.span and finding.code in _SPECIFIC}
    told = (
        _told(finding, texts[finding.code])
        for finding in findings
        if not (finding.code == "MIG808" and finding.span and finding.span.path in explained)
    )
    return tuple(sorted((each for each in told if each is not None), key=_order))


def is_finding(diagnostic: Diagnostic) -> bool:
    """Whether it makes the audit fail; notes do not."""
    return diagnostic.severity is not Severity.INFO


def _told(finding: Finding, text: RuleText) -> Diagnostic | None:
    """The finding as a diagnostic; None where the rule is switched off."""
    if text.severity is None:
        return None
    return Diagnostic(
        code=finding.code,
        severity=Severity.INFO if finding.is_note else text.severity,
        summary=text.summary.format_map(finding.words),
        span=finding.span,
        remedy=text.remedy.format_map(finding.words),
        evidence=finding.evidence,
    )


def _order(diagnostic: Diagnostic) -> tuple[SourceSpan, str, str]:
    return diagnostic.span or SourceSpan(path=RepoPath("")), diagnostic.code, diagnostic.summary
