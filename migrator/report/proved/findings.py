"""A proof for CI systems: as findings, and as test cases; its JSON and in-toto forms belong to the proof itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.diagnostics import Diagnostic, Severity
from migrator.gitops.deploying_since import DEPLOYS_OTHERWISE
from migrator.prove.admitted import admitted_above_metadata
from migrator.report.ci.junit import Case
from migrator.report.groups import in_words
from migrator.report.proved.facts import proof_line, reasons, refused
from migrator.report.visible import visible

if TYPE_CHECKING:
    from migrator.diagnostics import Diagnostics
    from migrator.prove import Proof
    from migrator.report.proved.facts import Refused


def proof_diagnostics(proof: Proof) -> Diagnostics:
    """The proof as findings: each refused difference, each reason why something is unproved."""
    findings = [_refusal(each) for each in refused(proof)]
    findings += reasons(proof)
    findings += [
        Diagnostic(
            code="MIG730",
            severity=Severity.INFO,
            summary=f"{each}: {each.few}",
            remedy="make sure that whoever answers for the cluster knows it",
            evidence=each.lines,
        )
        for each in admitted_above_metadata(proof)
    ]
    findings += [
        Diagnostic(
            code="MIG721",
            severity=Severity.WARNING,
            summary=f"the approval or allowance {name} matches nothing",
            remedy="remove it, so that it cannot hide a later difference",
        )
        for name in proof.stale
    ]
    return tuple(findings)


def beside_the_proof(proof: Proof, diagnostics: Diagnostics) -> Diagnostics:
    """What a person is told beside the report of a proof, which says itself what deploys otherwise."""
    stale = (each for each in proof_diagnostics(proof) if each.code == "MIG721")
    return (*stale, *(each for each in diagnostics if each.code != DEPLOYS_OTHERWISE))


def _refusal(each: Refused) -> Diagnostic:
    found, difference = each.found, each.found.difference
    return Diagnostic(
        code="MIG720",
        severity=Severity.ERROR,
        summary=f"{', '.join(each.environments)}: {difference.id} {difference.kind.value}{in_words(difference)}, "
        f"impact {difference.impact}: {found.reason}",
        remedy="undo the change, or approve it by its id with `accept` in migrate.yaml",
        evidence=found.explanation,
    )


def proof_cases(proof: Proof, diagnostics: Diagnostics = ()) -> list[Case]:
    """One test case for each component in each environment, and one for each environment as a whole.

    One more, that passes and tells, where the diagnostics say that other objects deploy than at the base.
    """
    cases, admitted = [], admitted_above_metadata(proof)
    for name, each in sorted(proof.environments.items()):
        refused = [proof_line(found) for found in each.found if not found.admitted]
        lines = refused + [reason.summary for reason in each.reasons]
        failure = "" if each.verdict.holds else "\n".join([str(each.verdict), *lines])
        told = [line for held in admitted if held.environment == name for line in (str(held), *held.lines)]
        cases.append(Case(suite=name, name="all objects", failure=failure, told="\n".join(told)))
        for component, proved in sorted(proof.components.items()):
            verdict = proved.environments.get(name)
            if verdict is not None:
                cases.append(Case(suite=name, name=component, failure="" if verdict.holds else str(verdict)))
    return cases + [
        Case(suite=each.code, name=visible(each.summary), told="\n".join(each.evidence))
        for each in diagnostics
        if each.code == DEPLOYS_OTHERWISE
    ]
