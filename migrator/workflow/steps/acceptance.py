"""What a repository admits: our allowances, the team's, and differences that a person approved by name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from migrator.compare import Terms, load_allowances, load_team_allowances
from migrator.model import RepoPath
from migrator.prove import Proof
from migrator.workflow.steps.choices import Choices
from migrator.yamlio import rules_directory

TEAM_RULES = ".migrate/rules"
_ALLOWANCES = RepoPath(f"{TEAM_RULES}/allowances")


def terms_of(root: Path, choices: Choices) -> tuple[Terms, frozenset[str]]:
    """The terms of a run, and the ids of the allowances that ship with the package."""
    shipped = load_allowances([rules_directory() / "allowances"])
    team = load_team_allowances(root, _ALLOWANCES, shipped)
    terms = Terms(
        allowances=tuple(sorted((*shipped, *team), key=lambda each: each.id)),
        accepted=choices.accepted,
        refused=choices.refused,
        max_impact=choices.max_impact,
        equivalences=choices.equivalences,
    )
    return terms, frozenset(each.id for each in shipped)


def without_shipped(proof: Proof, shipped: frozenset[str]) -> Proof:
    """The proof without word of our own allowances that matched nothing: only a team's exceptions can go stale."""
    return replace(proof, stale=tuple(name for name in proof.stale if name not in shipped))
