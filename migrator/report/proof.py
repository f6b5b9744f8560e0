"""A proof for people and for CI systems; its JSON and in-toto forms belong to the proof itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.diagnostics import Diagnostic, Severity
from migrator.prove.admitted import admitted_above_metadata
from migrator.report.ci.junit import Case
from migrator.report.groups import in_words
from migrator.report.markdown import cell, findings_lines, row
from migrator.report.terminal import SHORT, admitted_lines, console
from migrator.report.visible import visible

if TYPE_CHECKING:
    from typing import IO

    from rich.console import Console

    from migrator.diagnostics import Diagnostics
    from migrator.prove import EnvironmentProof, Found, Proof


def show_proof(proof: Proof, stream: IO[str], *, verbose: bool = False) -> None:
    """A line for each environment and component, then what differs and why."""
    out = console(stream)
    width = max((len(name) for name in proof.environments), default=0)
    out.print("Environments", style="bold")
    for name, each in sorted(proof.environments.items()):
        out.print(f"  {name:<{width}}  ", end="")
        out.print(str(each.verdict), style="green" if each.verdict.holds else "bold red", end="")
        out.print(f"  {each.before} objects before, {each.after} after")
        _differences(out, each, " " * (width + 4), verbose=verbose)
    if proof.components:
        out.print("Components", style="bold")
        width = max(len(name) for name in proof.components)
        for name, component in sorted(proof.components.items()):
            under = f"  ({', '.join(component.allowances)})" if component.allowances else ""
            out.print(f"  {name:<{width}}  {component.verdict}{under}")
    for held in admitted_above_metadata(proof):
        out.print(f"Admitted in {held}", style="yellow")
        for line in held.lines[: None if verbose else 3]:
            out.print(f"    {line}", style="dim")
        if not verbose and len(held.lines) > 3:
            out.print(f"    ... {len(held.lines) - 3} more (--verbose, or --format json)", style="dim")
    for line in _left_out(proof):
        out.print(f"Left out of both sides: {line}", style="yellow")
    for name, told in sorted(proof.record.binaries.items()):
        if " (" in told:
            out.print(f"Rendered by another {name} than usual: {told}", style="yellow")
    out.print(f"Verdict: {proof.verdict}.", style="bold green" if proof.verdict.holds else "bold red")


def _left_out(proof: Proof) -> list[str]:
    """What nothing is proved of, a line for each root."""
    return [f"{root} without {', '.join(held.texts)}" for root, held in sorted(proof.record.left_out.items())]


def _differences(out: Console, proof: EnvironmentProof, margin: str, *, verbose: bool) -> None:
    """What is not admitted, line by line; what is, counted by its allowance."""
    found = sorted(proof.found, key=lambda each: (each.admitted, -each.difference.impact, each.difference.id))
    refused = [each for each in found if verbose or not each.admitted]
    for each in refused if verbose else refused[: 2 * SHORT]:
        out.print(f"{margin}- {_line(each)}")
        for line in each.explanation[: None if verbose else 3]:
            out.print(f"{margin}    {line}", style="dim")
    if not verbose and len(refused) > 2 * SHORT:
        out.print(f"{margin}... {len(refused) - 2 * SHORT} more (--verbose, or --format json)", style="dim")
    if not verbose:
        for line in admitted_lines(each.difference.allowance or each.reason for each in found if each.admitted):
            out.print(f"{margin}- {line}")
    for reason in proof.reasons:
        out.print(f"{margin}- {reason}")
    if proof.equivalences:
        counted = ", ".join(f"{rule} {count}" for rule, count in sorted(proof.equivalences.items()))
        out.print(f"{margin}written differently, the same to a cluster: {counted}", style="dim")


def proof_diagnostics(proof: Proof) -> Diagnostics:
    """The proof as findings: each refused difference, each reason why something is unproved."""
    findings: list[Diagnostic] = []
    for name, each in sorted(proof.environments.items()):
        findings += [
            Diagnostic(
                code="MIG720",
                severity=Severity.ERROR,
                summary=f"{name}: {found.difference.id} {found.difference.kind.value}{in_words(found.difference)}, "
                f"impact {found.difference.impact}: {found.reason}",
                remedy="undo the change, or approve it by its id with `accept` in migrate.yaml",
                evidence=found.explanation,
            )
            for found in each.found
            if not found.admitted
        ]
        findings += each.reasons
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


def proof_cases(proof: Proof) -> list[Case]:
    """One test case for each component in each environment, and one for each environment as a whole."""
    cases, admitted = [], admitted_above_metadata(proof)
    for name, each in sorted(proof.environments.items()):
        refused = [_line(found) for found in each.found if not found.admitted]
        lines = refused + [reason.summary for reason in each.reasons]
        failure = "" if each.verdict.holds else "\n".join([str(each.verdict), *lines])
        told = [line for held in admitted if held.environment == name for line in (str(held), *held.lines)]
        cases.append(Case(suite=name, name="all objects", failure=failure, told="\n".join(told)))
        for component, proved in sorted(proof.components.items()):
            verdict = proved.environments.get(name)
            if verdict is not None:
                cases.append(Case(suite=name, name=component, failure="" if verdict.holds else str(verdict)))
    return cases


def proof_markdown(proof: Proof) -> str:
    """The proof as a comment."""
    lines = [f"## Proof: {proof.verdict}", "", "| environment | verdict | before | after |", "|---|---|---|---|"]
    lines += [
        row(name, str(each.verdict), str(each.before), str(each.after))
        for name, each in sorted(proof.environments.items())
    ]
    if proof.components:
        lines += ["", "| component | verdict | objects | allowances |", "|---|---|---|---|"]
        lines += [
            row(name, str(each.verdict), str(each.resources), ", ".join(each.allowances))
            for name, each in sorted(proof.components.items())
        ]
    lines += _admitted_markdown(proof)
    lines += ["", *(f"Left out of both sides: {line}" for line in _left_out(proof))] if proof.record.left_out else []
    lines += ["", *findings_lines(proof_diagnostics(proof))]
    return "\n".join(lines).rstrip("\n") + "\n"


def _admitted_markdown(proof: Proof) -> list[str]:
    """What is admitted above `metadata`, folded but for its count."""
    lines: list[str] = []
    for each in admitted_above_metadata(proof):
        fence = "`" * 3
        body = [visible(line) for line in each.lines]
        lines += ["", f"<details><summary>{cell(str(each))}</summary>", "", fence, *body, fence, "", "</details>"]
    return lines


def _line(found: Found) -> str:
    difference = found.difference
    widens = ", widens privileges" if difference.privilege else ""
    what = f"{difference.kind.value}{in_words(difference)}"
    return f"{difference.impact!s:<9} {difference.id} {what}{widens}: {found.reason}"
