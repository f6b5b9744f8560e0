"""Run the rules over a repository and give their findings words."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from migrator.audit.rules import RULES
from migrator.audit.texts import RuleText, load_texts
from migrator.audit.types import Finding, Subject
from migrator.audit.umbrellas import umbrellas_of
from migrator.classify import Component
from migrator.diagnostics import Diagnostic, Diagnostics, Severity
from migrator.discover import Index
from migrator.load import Kustomizations
from migrator.lock import Lock
from migrator.model import RepoPath, SourceSpan
from migrator.prove import Rendering
from migrator.render_roots import Build

_SPECIFIC = frozenset({"MIG804", "MIG805"})
"""Rules that say better than MIG808 why something does not render."""


def audit(  # noqa: PLR0917 - what the house knows about a repository, in the order it learns it
    index: Index,
    kustomizations: Kustomizations,
    builds: Sequence[Build],
    lock: Lock | None,
    components: Sequence[Component],
    renders: Mapping[str, Rendering],
    *,
    lock_problem: Diagnostic | None = None,
    engines: Mapping[str, str] | None = None,
    kept: Collection[str] = (),
    texts: Mapping[str, RuleText] | None = None,
) -> Diagnostics:
    """The findings on a repository, by file and line.

    `renders` is what `prove.render_lock` gave for this tree, `lock_problem` why there is no lock although there is a
    file, `engines` the versions that rendered, `kept` the components that `migrate.yaml` keeps in Kustomize. Severity
    INFO marks a note: something to know that is not a finding.
    """
    named = {release.path for each in lock.environments.values() for release in each.helm} if lock else set()
    subject = Subject(
        index=index,
        kustomizations=kustomizations,
        builds=tuple(builds),
        lock=lock,
        lock_problem=lock_problem,
        components=tuple(components),
        renders=renders,
        umbrellas=umbrellas_of(index, frozenset(named)),
        engines=engines or {},
        kept=frozenset(kept),
    )
    return judge(subject, texts if texts is not None else load_texts(index.root))


def judge(subject: Subject, texts: Mapping[str, RuleText]) -> Diagnostics:
    """What all rules find in the subject, in the words of `texts`, sorted by place and code."""
    findings = [finding for rule in RULES for finding in rule.find(subject)]
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
