"""A proof for a person at a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.gitops.deploying_since import DEPLOYS_OTHERWISE
from migrator.prove.admitted import admitted_above_metadata
from migrator.report.proved.facts import admitted_of, facts, headline, left_out, proof_line, reasons, refused
from migrator.report.terminal import SHORT, console
from migrator.report.visible import visible

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import IO

    from rich.console import Console

    from migrator.diagnostics import Diagnostics
    from migrator.prove import EnvironmentProof, Proof

_FEW = 3


def show_proof(
    proof: Proof,
    stream: IO[str],
    *,
    verbose: bool = False,
    following: bool = False,
    diagnostics: Diagnostics = (),
) -> None:
    """The summary, what is refused with old and new, what is admitted above metadata; `verbose`: each environment.

    And what deploys otherwise than at the base, if the diagnostics of the proof say so.
    """
    out = console(stream)
    out.print(headline(proof), style="bold green" if proof.verdict.holds else "bold red")
    lines = list(facts(proof, following=following))
    width = max(len(name) for name, _ in lines)
    for name, text in lines:
        out.print(f"  {name:<{width}}  {text}", style="bold" if name == "next" else None)
    _refused(out, proof, verbose=verbose)
    for held in admitted_above_metadata(proof):
        out.print(f"Admitted in {held}", style="yellow")
        _some(out, held.lines, verbose=verbose)
    for each in diagnostics:
        if each.code == DEPLOYS_OTHERWISE:
            out.print(f"{each.severity}: {visible(each.summary)} [{each.code}]", style="yellow", markup=False)
    for line in left_out(proof):
        out.print(f"Left out of both sides: {line}", style="yellow")
    for name, told in sorted(proof.record.binaries.items()):
        if " (" in told:
            out.print(f"Rendered by another {name} than usual: {told}", style="yellow")
    if verbose:
        for name, environment in sorted(proof.environments.items()):
            _environment(out, name, environment)


def _refused(out: Console, proof: Proof, *, verbose: bool) -> None:
    every = refused(proof)
    if every:
        out.print("Not admitted", style="bold")
    for each in every if verbose else every[: 2 * SHORT]:
        out.print(f"  - {each.line}")
        _some(out, each.found.explanation, verbose=verbose)
    if not verbose and len(every) > 2 * SHORT:
        out.print(f"  ... {len(every) - 2 * SHORT} more (--verbose, or --format json)", style="dim")
    for reason in reasons(proof):
        out.print(f"  - {reason}")


def _some(out: Console, lines: Sequence[str], *, verbose: bool) -> None:
    for line in lines if verbose else lines[:_FEW]:
        out.print(f"      {line}", style="dim")
    if not verbose and len(lines) > _FEW:
        out.print(f"      ... {len(lines) - _FEW} more (--verbose, or --format json)", style="dim")


def _environment(out: Console, name: str, proof: EnvironmentProof) -> None:
    """All of one environment: counts, and each admitted difference."""
    out.print(f"{name}  {proof.verdict}  {proof.before} objects before, {proof.after} after", style="bold")
    for each in sorted(proof.found, key=lambda each: (-each.difference.impact, each.difference.id)):
        if each.admitted:
            out.print(f"  - {proof_line(each)}")
            for line in each.explanation:
                out.print(f"      {line}", style="dim")
    for line in admitted_of(proof.found):
        out.print(f"  {line}")
    for rule, count in sorted(proof.equivalences.items()):
        out.print(f"  written differently, the same to a cluster: {rule} {count}", style="dim")
