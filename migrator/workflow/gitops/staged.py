"""What a proved plan comes to: its stages, played before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from migrator.compare import Terms
from migrator.diagnostics import Diagnostics, MigrateError, Severity
from migrator.lock import Lock, load_lock
from migrator.prove import Proof, RenderContext, verify, with_proof
from migrator.rewrite import FileEdit
from migrator.workflow.gitops.clean_up import CleanUp, announced, clean_up_after, clean_up_of, not_cleaned
from migrator.workflow.gitops.played import played, replayed
from migrator.workflow.gitops.protect import begun
from migrator.workflow.gitops.stages import Stage, joined, stage_of, stages_of
from migrator.workflow.planned import Planned, sealed_whole
from migrator.workflow.run import Run
from migrator.workflow.steps.acceptance import terms_of
from migrator.workflow.steps.baseline import Baseline
from migrator.workflow.steps.render_context import render_context_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """What is to be written."""

    edits: tuple[FileEdit, ...] = field(repr=False)
    """All of the plan, with its lock."""
    stages: tuple[Stage, ...]
    """The commits in which it is safe; none where no tool was chosen."""
    refused: Diagnostics
    """Why they must not be written."""
    diagnostics: Diagnostics = ()


def staged(
    planned: Planned, lock: Lock, proof: Proof, run: Run, *, root: Path, unmarking: Sequence[FileEdit]
) -> Staged:
    """The stages of a plan, for the repository at `root`; `unmarking` lies between it and what was planned.

    Where the last stage would harm what is live it is left out and said (MIG675), so that the others go on.
    """
    baseline, lock = planned.baseline, with_proof(lock, proof)
    with run.step("play") as watch:
        context = render_context_of(baseline.choices, baseline.tools, watch)
        terms, _ = terms_of(baseline.root, baseline.choices)
        if earlier := _replayed(root.resolve(), context, terms):
            return Staged(edits=(), stages=(), refused=earlier)
        last, notes = _last(planned, lock, context, terms)
        found = _played(planned, lock, last, context, proof, root=root, unmarking=unmarking)
        if last is not None and found.refused:
            without = _played(planned, lock, None, context, proof, root=root, unmarking=unmarking)
            notes = () if without.refused else (not_cleaned(found.refused[0].summary),)
            found = without
    return Staged(edits=found.edits, stages=found.stages, refused=found.refused, diagnostics=notes)


def _replayed(root: Path, context: RenderContext, terms: Terms) -> Diagnostics:
    """What the first stage does as it is by now: the next one is not written upon what `verify` refuses."""
    lock = load_lock(root)
    if lock is None or not begun(lock):
        return ()
    return replayed(root, None, lock, context, lambda ref: verify(root, ref, context, terms=terms)[0])


def _last(planned: Planned, lock: Lock, context: RenderContext, terms: Terms) -> tuple[CleanUp | None, Diagnostics]:
    try:
        return clean_up_after(planned, lock, context, terms), ()
    except MigrateError as error:
        return None, (replace(error.diagnostic, severity=Severity.WARNING),)


def _played(
    planned: Planned,
    lock: Lock,
    last: CleanUp | None,
    context: RenderContext,
    proof: Proof,
    *,
    root: Path,
    unmarking: Sequence[FileEdit],
) -> Staged:
    lock = announced(lock, last)
    edits = sealed_whole(planned.edits, lock, planned.baseline.index)
    stages = joined(root, unmarking, stages_of(planned, lock, edits, context, last))
    return Staged(edits=edits, stages=stages, refused=played(root, stages, lock, context, proof))


def last_stage(baseline: Baseline, lock: Lock, run: Run) -> tuple[Staged, Proof]:
    """The last stage alone, where all others are in the repository, and its proof; MIG675 where it cannot be done."""
    with run.step("play") as watch:
        context = render_context_of(baseline.choices, baseline.tools, watch)
        terms, _ = terms_of(baseline.root, baseline.choices)
        last = clean_up_of(baseline.root, lock, context, terms)
        stage = stage_of(last.lock, sealed_whole(last.edits, last.lock, baseline.index), baseline.index)
        refused = played(baseline.root, [stage], last.lock, context, last.proof)
    return Staged(edits=stage.edits, stages=(stage,), refused=refused), last.proof
