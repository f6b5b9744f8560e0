"""What a repository admits: our allowances, the team's, and differences that a person approved by name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from migrator.compare import Terms, load_allowances
from migrator.prove import Proof
from migrator.workflow.steps.choices import Choices
from migrator.yamlio import rules_directory

TEAM_RULES = ".migrate/rules"


def terms_of(root: Path, choices: Choices) -> tuple[Terms, frozenset[str]]:
    """The terms of a run, and the ids of the allowances that ship with the package."""
    shipped = load_allowances([rules_directory() / "allowances"])
    team = root / TEAM_RULES / "allowances"
    ours = {allowance.id: allowance for allowance in shipped}
    theirs = {allowance.id: allowance for allowance in (load_allowances([team]) if team.is_dir() else ())}
    merged = ours | theirs
    terms = Terms(
        allowances=tuple(merged[key] for key in sorted(merged)),
        accepted=choices.accepted,
        refused=choices.refused,
        max_impact=choices.max_impact,
        equivalences=choices.equivalences,
    )
    return terms, frozenset(ours.keys() - theirs.keys())


def without_shipped(proof: Proof, shipped: frozenset[str]) -> Proof:
    """The proof without word of our own allowances that matched nothing: only a team's exceptions can go stale."""
    return replace(proof, stale=tuple(name for name in proof.stale if name not in shipped))
