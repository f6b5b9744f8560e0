"""The last stage of a change of hands: old owners to which nothing is left go (ADR 20)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from migrator.compare import Terms
from migrator.diagnostics import Diagnostic, MigrateError, Severity
from migrator.gitops.stages.clean_up import removal
from migrator.gitops.stages.guide import not_begun
from migrator.lock import CLEAN_UP, Lock
from migrator.prove import (
    Proof,
    RenderContext,
    Rendering,
    prove_lock,
    rendering_digest,
    with_proof,
)
from migrator.prove.handover import emptied, read_commit
from migrator.rewrite import FileEdit, stage
from migrator.rewrite.transaction.scratch_folder import beside
from migrator.workflow.gitops.as_proved import as_proved
from migrator.workflow.planned import Planned


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanUp:
    """The stage, proved to render what the one before it does."""

    lock: Lock
    edits: tuple[FileEdit, ...] = field(repr=False)
    """Of the tree in which the stage before stands; without the lock."""
    proof: Proof = field(repr=False)


def clean_up_after(planned: Planned, lock: Lock, context: RenderContext, terms: Terms) -> CleanUp | None:
    """What is to be cleaned up after the edits of a plan, by the lock that they leave; None where nothing is.

    MIG675 where it cannot be done.
    """
    nothing = rendering_digest(Rendering(environment="", parts=()))
    left = {root for parts in lock.rendered.values() for root, digest in parts.items() if digest != nothing}
    if all(any(root in left for one in each.sources for root in one.roots) for each in planned.owners):
        return None
    root = planned.baseline.root
    with beside(root) as folder:
        stage(root, planned.edits, folder / root.name)
        found = clean_up_of(folder / root.name, lock, context, terms)
    return found if found.edits else None


def clean_up_of(tree: Path, lock: Lock, context: RenderContext, terms: Terms) -> CleanUp:
    """What is to be cleaned up in a tree with the switch, by its lock: no edits where every owner has its use.

    MIG675 where it cannot be done; MIG666 where no change of hands was begun.
    """
    handover = lock.handover
    if handover is None:
        raise not_begun()
    commit = read_commit(handover.stages[handover.stage - 1], tree, lock, context)
    leaving = emptied(commit, context)
    stages = (*(each for each in handover.stages if each != CLEAN_UP), CLEAN_UP)
    owners = tuple(replace(each, is_leaving=each in leaving) for each in handover.owners)
    done = replace(lock, handover=replace(handover, stage=len(stages), stages=stages, owners=owners))
    edits = removal(leaving, commit.kustomizations)
    with beside(tree) as folder:
        stage(tree, edits, folder / tree.name)
        before = as_proved(lock, tree, context, terms, lambda found: MigrateError(replace(found, code="MIG675")))
        proof = prove_lock(done, folder / tree.name, before, context, terms=terms)
    if not proof.verdict.holds:
        raise MigrateError(not_cleaned("the tree would not render what it does"))
    return CleanUp(lock=replace(with_proof(done, proof), verdict=lock.verdict), edits=edits, proof=proof)


def announced(lock: Lock, last: CleanUp | None) -> Lock:
    """The lock of the stage before, which says what is to come."""
    if last is None or last.lock.handover is None:
        return lock
    return replace(lock, handover=replace(last.lock.handover, stage=len(last.lock.handover.stages) - 1))


def not_cleaned(why: str) -> Diagnostic:
    """MIG675: owners to which nothing is left stay, and why."""
    return Diagnostic(
        code="MIG675",
        severity=Severity.WARNING,
        summary=f"owners that deploy nothing any more stay in the repository: {why}",
        remedy="once the handover is finished, delete them by hand",
    )
