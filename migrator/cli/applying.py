"""`migrate apply`: plan, stage the new tree beside the old one, prove it there, and only then write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath

from migrator.cli.baseline import Baseline
from migrator.cli.branching import check_can_branch, write_branch
from migrator.cli.checks import bench_of
from migrator.cli.clock import Clock
from migrator.cli.dividing import beside, divided
from migrator.cli.options import Settings
from migrator.cli.pipeline import Planned, plan_repository, settled
from migrator.cli.saved import planned_from, with_saved
from migrator.cli.terms import terms_of, without_shipped
from migrator.diagnostics import Diagnostic, Diagnostics, ExitCode, MigrateError, Severity
from migrator.lock import Lock
from migrator.model import RepoPath, ResId, SourceSpan
from migrator.plan import ComponentPlan, Decision, Plan
from migrator.prove import Bench, Proof, Rendering, Terms, closure_of, prove_lock, render_lock, render_roots, with_proof
from migrator.rewrite import JOURNAL, FileEdit, commit, recover, rewrite, sealed, stage

ATTEMPTS = 2
"""What is not proved at the first attempt stays in Kustomize; the rest is tried once more."""
_ADOPTED = (Decision.ADOPT, Decision.ADOPT_WITH_PATCHES)
_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What `apply` did."""

    planned: Planned
    proof: Proof | None
    """None when there was nothing to do."""
    edits: tuple[FileEdit, ...] = field(repr=False)
    """What was written, or would be; none unless it is proved."""
    commits: tuple[str, ...]
    """Of the new branch, where one was asked for."""
    is_written: bool
    demoted: tuple[str, ...]
    """Components that were planned and not proved."""
    diagnostics: Diagnostics

    @property
    def exit_code(self) -> int:
        """3 when what was planned could not be proved."""
        return ExitCode.DONE if self.proof is None or self.proof.verdict.holds else ExitCode.UNPROVED


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attempt:
    planned: Planned
    edits: tuple[FileEdit, ...]
    lock: Lock
    proof: Proof | None
    diagnostics: Diagnostics


def apply_repository(settings: Settings, clock: Clock) -> Applied:
    """Rewrite the repository as far as the proof reaches; either everything that is proved is written, or nothing.

    Raises MIG908 for uncommitted changes, MIG62x when the tree cannot be written, what planning raises, and for the
    file of a plan MIG918 and MIG919.
    """
    settings = settings if settings.plan is None else with_saved(settings, settings.plan)
    notes = _recovered(settings.root) if not settings.diff else _interrupted(settings.root)
    planned = _planned(settings, clock)
    notes += _without_git(planned.baseline) if not settings.diff else ()
    demoted: tuple[str, ...] = ()
    for _ in range(ATTEMPTS):
        attempt = _attempt(planned, clock)
        if attempt.proof is None or attempt.proof.verdict.holds:
            break
        refused = _refused(attempt.planned.plan, attempt.proof)
        if not refused and attempt.planned.layout.application:
            whole = replace(attempt.planned, layout=replace(attempt.planned.layout, application=""))
            notes += (_not_divided(),)
            attempt = _attempt(whole, clock)
        if not refused:
            break
        demoted = tuple(sorted({*demoted, *refused}))
        planned = _without(attempt.planned, refused)
    notes += (*attempt.planned.plan.diagnostics, *attempt.diagnostics)
    proved = attempt.proof is not None and attempt.proof.verdict.holds
    edits: tuple[FileEdit, ...] = ()
    commits: tuple[str, ...] = ()
    if proved and attempt.proof is not None:
        index = attempt.planned.baseline.index
        edits = sealed(attempt.edits, with_proof(attempt.lock, attempt.proof), index)
        with clock.step("write"):
            if settings.branch is not None:
                commits = write_branch(attempt.planned, edits, settings.branch)
            elif not settings.diff:
                commit(index.root, edits, inputs=attempt.planned.plan.inputs)
    return Applied(
        planned=attempt.planned,
        proof=attempt.proof,
        edits=edits,
        commits=commits,
        is_written=proved and not settings.diff,
        demoted=demoted,
        diagnostics=tuple(dict.fromkeys(notes)),
    )


def _planned(settings: Settings, clock: Clock) -> Planned:
    if settings.plan is None:
        return plan_repository(settings, clock, check=lambda baseline: _check(baseline, settings))
    return planned_from(settings.plan, settings, clock, check=lambda baseline: _check(baseline, settings))


def _attempt(planned: Planned, clock: Clock) -> _Attempt:
    """The edits of the plan, staged and proved."""
    baseline = planned.baseline
    with clock.step("rewrite"):
        edits, lock, notes = rewrite(
            planned.plan,
            baseline.index,
            baseline.kustomizations,
            baseline.builds,
            planned.layout,
            engines={**baseline.tools.engines, "kubeVersion": planned.plan.kube_version},
        )
        edits, lock, more = divided(planned.plan, planned.layout, baseline, edits, lock)
        edits = sealed(edits, lock, baseline.index) if edits else ()
    notes = (*notes, *more)
    if not edits:
        return _Attempt(planned=planned, edits=(), lock=lock, proof=None, diagnostics=notes)
    terms, shipped = terms_of(baseline.root, baseline.choices)
    with clock.step("prove"), beside(baseline.root) as beside_it:
        folder = beside_it / baseline.root.name
        stage(baseline.root, edits, folder)
        proof = _proof(baseline, planned.plan, lock, folder, terms)
    return _Attempt(planned=planned, edits=edits, lock=lock, proof=without_shipped(proof, shipped), diagnostics=notes)


def _proof(baseline: Baseline, plan: Plan, lock: Lock, tree: FilePath, terms: Terms) -> Proof:
    bench = bench_of(baseline.choices, baseline.tools)
    return prove_lock(lock, tree, _before(baseline, lock, bench), bench, terms=terms, members=_members(plan))


def _before(baseline: Baseline, lock: Lock, bench: Bench) -> Mapping[str, Rendering]:
    """What every environment renders now: by the lock where a part was migrated before, else by its roots alone."""
    there = replace(bench, closure=closure_of(baseline.root))
    if baseline.lock is not None:
        return render_lock(baseline.lock, baseline.root, there)
    return render_roots({name: each.before for name, each in lock.environments.items()}, baseline.root, there)


def _members(plan: Plan) -> Mapping[str, Mapping[str, Sequence[ResId]]]:
    return {component.id: component.members for component in plan.components if component.decision in _ADOPTED}


def _refused(plan: Plan, proof: Proof) -> Mapping[str, str]:
    """Adopted component -> why it is not proved."""
    found: dict[str, str] = {}
    for component in plan.components:
        proved = proof.components.get(component.id)
        if component.decision in _ADOPTED and (proved is None or not proved.verdict.holds):
            found[component.id] = _why(component, proof)
    return found


def _why(component: ComponentPlan, proof: Proof) -> str:
    """The first things that differ in the component's objects, or the reason why it could not be rendered."""
    lines = []
    for name, each in sorted(proof.environments.items()):
        members = set(component.members.get(name, ()))
        lines += [
            f"{name}: {found.difference.id} ({found.reason})"
            for found in each.found
            if not found.admitted and found.difference.resource in members
        ]
        lines += [f"{name}: {reason.summary}" for reason in each.reasons]
    more = f"; and {len(lines) - _SHOWN} more" if len(lines) > _SHOWN else ""
    return "; ".join(lines[:_SHOWN]) + more or "its verdict does not hold"


def _without(planned: Planned, refused: Mapping[str, str]) -> Planned:
    """The plan with the refused components as proposals, and the file changes of what is left."""

    def demoted(component: ComponentPlan) -> ComponentPlan:
        if component.id not in refused:
            return component
        return replace(
            component,
            decision=Decision.PROPOSE,
            reason=f"the staged files do not render what was there: {refused[component.id]}",
        )

    notes = tuple(
        Diagnostic(
            code="MIG722",
            severity=Severity.WARNING,
            summary=f"component {name} is not proved and stays in Kustomize: {refused[name]}",
            remedy="approve what differs by its id with `accept` in migrate.yaml, or leave it",
        )
        for name in sorted(refused)
    )
    plan = replace(
        planned.plan,
        components=tuple(demoted(component) for component in planned.plan.components),
        diagnostics=(*planned.plan.diagnostics, *notes),
    )
    return settled(replace(planned, plan=plan))


def _not_divided() -> Diagnostic:
    return Diagnostic(
        code="MIG641",
        severity=Severity.WARNING,
        summary="overlays stay as they are: what comes of dividing them could not be proved with all else",
        remedy="approve what differs by its id with `accept` in migrate.yaml, or leave it",
    )


def _check(baseline: Baseline, settings: Settings) -> None:
    if settings.branch is not None:
        check_can_branch(baseline, settings.branch)
    else:
        _check_clean(baseline, settings)


def _check_clean(baseline: Baseline, settings: Settings) -> None:
    dirty = baseline.index.git.dirty
    if settings.allow_dirty or settings.diff or not dirty:
        return
    more = f" and {len(dirty) - 1} more" if len(dirty) > 1 else ""
    raise MigrateError.of(
        "MIG908",
        f"git has changes that are not committed: {dirty[0]}{more}",
        span=SourceSpan(path=dirty[0]),
        remedy="commit or stash them, so that one commit holds the migration alone; or use --allow-dirty",
    )


def _without_git(baseline: Baseline) -> Diagnostics:
    if baseline.index.git.is_repo:
        return ()
    return (
        Diagnostic(
            code="MIG909",
            severity=Severity.WARNING,
            summary="this is no git repository: what apply writes can only be undone from your own backup",
            remedy="run `git init` and commit first, then `migrate verify` can prove the change again later",
        ),
    )


def _interrupted(root: FilePath) -> Diagnostics:
    """Nothing is written to look at a change, nor can it be seen on a tree that is half old and half new."""
    if (root / JOURNAL).is_dir():
        raise MigrateError.of(
            "MIG916",
            "an earlier run was interrupted while writing",
            span=SourceSpan(path=RepoPath(JOURNAL)),
            remedy="run `migrate apply` without --diff: it finishes or takes back what was begun",
        )
    return ()


def _recovered(root: FilePath) -> Diagnostics:
    """What an interrupted run left is finished or taken back before anything is read."""
    done = recover(root.resolve()) if root.is_dir() else None
    if done is None:
        return ()
    words = {
        "finished": "it is finished: the tree is the new one",
        "undone": "it is taken back: the tree is the old one",
    }
    return (
        Diagnostic(
            code="MIG910",
            severity=Severity.WARNING,
            summary=f"an earlier run was interrupted while writing; {words[done]}",
            span=SourceSpan(path=RepoPath(".")),
        ),
    )
