"""`migrate apply`: plan, stage the new tree beside the old one, prove it there, and only then write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from migrator.diagnostics import Diagnostic, Diagnostics, ExitCode, MigrateError, Severity
from migrator.discover import CONFIG_PATH
from migrator.engines import ignored_paths
from migrator.gitops.stages.guide import not_begun
from migrator.lock import CLEAN_UP, SWITCH
from migrator.model import SourceSpan
from migrator.plan import Plan
from migrator.prove import Proof
from migrator.rewrite import FileEdit, changes, commit
from migrator.workflow.gitops.objects import check_owners
from migrator.workflow.gitops.played import is_refused
from migrator.workflow.gitops.staged import last_stage, staged
from migrator.workflow.gitops.stages import Stage, following, without_marks, written
from migrator.workflow.plan import plan_repository
from migrator.workflow.plan_file import planned_from, with_saved
from migrator.workflow.planned import Planned, layout_of, secrets_of_baseline
from migrator.workflow.run import Run
from migrator.workflow.settings import Settings
from migrator.workflow.steps.baseline import Baseline, read_baseline
from migrator.workflow.steps.branch import check_can_branch, write_branch
from migrator.workflow.steps.prove import proved_attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What `apply` did."""

    planned: Planned
    proof: Proof | None
    """None when there was nothing to do."""
    edits: tuple[FileEdit, ...] = field(default=(), repr=False)
    """What was written, or would be; none unless it is proved."""
    commits: tuple[str, ...] = ()
    """Of the new branch, where one was asked for."""
    is_written: bool = False
    demoted: tuple[str, ...]
    """Components that were planned and not proved."""
    diagnostics: Diagnostics

    @property
    def exit_code(self) -> int:
        """3 when what was planned could not be proved or would harm what is live, 1 when no root builds."""
        if is_refused(self.diagnostics):
            return ExitCode.UNPROVED
        if self.planned.baseline.builds_nothing:
            return ExitCode.ERROR
        return ExitCode.DONE if self.proof is None or self.proof.verdict.holds else ExitCode.UNPROVED


def apply_repository(settings: Settings, run: Run) -> Applied:
    """Rewrite the repository as far as the proof reaches; either everything that is proved is written, or nothing.

    Raises MIG908 for uncommitted changes, MIG62x when the tree cannot be written, what planning raises, and for the
    file of a plan MIG918 and MIG919.
    """
    settings = settings if settings.plan is None else with_saved(settings, settings.plan)
    stage = following(settings.root)
    if stage == CLEAN_UP:
        return _cleaned_up(settings, run)
    if stage == SWITCH:
        with without_marks(settings) as (copy, unmarking):
            return _applied(copy, run, settings.root, unmarking)
    return _applied(settings, run, settings.root, ())


def _applied(settings: Settings, run: Run, root: Path, unmarking: Sequence[FileEdit]) -> Applied:
    """What is done for the repository at `root`; `unmarking` lies between it and what the settings name."""
    planned = _planned(settings, run)
    attempt, demoted = proved_attempt(planned, run)
    notes = attempt.planned.plan.diagnostics
    done = Applied(planned=attempt.planned, proof=attempt.proof, demoted=demoted, diagnostics=_once(notes))
    lock = attempt.planned.lock
    if attempt.proof is None or not attempt.holds or lock is None:
        return done
    found = staged(attempt.planned, lock, attempt.proof, run, root=root, unmarking=unmarking)
    edits, stages, notes = found.edits, found.stages, (*notes, *found.diagnostics)
    if found.refused:
        return replace(done, diagnostics=_once((*found.refused, *notes)))
    if stages and settings.branch is None:
        edits = stages[0].edits
        plan = replace(attempt.planned.plan, changes=changes(edits))
        notes += written(stages)
        done = replace(done, planned=replace(attempt.planned, plan=plan))
    with run.step("write"):
        commits, more = _written(done.planned, edits, stages, settings, (root, unmarking))
    return replace(done, edits=edits, commits=commits, is_written=not settings.diff, diagnostics=_once((*notes, *more)))


def _written(
    planned: Planned,
    edits: Sequence[FileEdit],
    stages: Sequence[Stage],
    settings: Settings,
    place: tuple[Path, Sequence[FileEdit]],
) -> tuple[tuple[str, ...], Diagnostics]:
    """The commits of a new branch, or nothing and what is to be said of files that are written."""
    root, unmarking = place
    if settings.branch is not None:
        return write_branch(planned, edits, settings.branch, stages), ()
    if settings.diff:
        return (), ()
    changed = {each.path for each in unmarking}
    inputs = {path: held for path, held in planned.plan.inputs.items() if path not in changed}
    commit(planned.baseline.index.root if not unmarking else root.resolve(), edits, inputs=inputs)
    return (), _ignored(root, edits)


def _once(diagnostics: Diagnostics) -> Diagnostics:
    return tuple(dict.fromkeys(diagnostics))


def _cleaned_up(settings: Settings, run: Run) -> Applied:
    """The last stage of a change of hands, alone; refused where it would harm what is live."""
    baseline = read_baseline(settings, run)
    if baseline.lock is None or baseline.lock_problem is not None:
        raise MigrateError(baseline.lock_problem) if baseline.lock_problem is not None else not_begun()
    _check(baseline, settings, run)
    plan = Plan(complete=True, environments={}, components=())
    secrets = secrets_of_baseline(baseline)
    planned = Planned(plan=plan, baseline=baseline, layout=layout_of(baseline), secrets=secrets, lock=baseline.lock)
    found, proof = last_stage(baseline, baseline.lock, run)
    done = Applied(planned=planned, proof=proof, demoted=(), diagnostics=found.refused)
    if found.refused:
        return done
    planned = replace(planned, plan=replace(plan, changes=changes(found.edits)))
    with run.step("write"):
        commits, more = _written(planned, found.edits, found.stages, settings, (settings.root, ()))
    return replace(
        done,
        planned=planned,
        edits=found.edits,
        commits=commits,
        is_written=not settings.diff,
        diagnostics=_once((*written(found.stages), *more)),
    )


def _planned(settings: Settings, run: Run) -> Planned:
    if settings.plan is None:
        return plan_repository(settings, run, check=lambda baseline: _check(baseline, settings, run))
    return planned_from(settings.plan, settings, run, check=lambda baseline: _check(baseline, settings, run))


def _check(baseline: Baseline, settings: Settings, run: Run) -> None:
    if not settings.diff:
        _tell_without_git(baseline, run)
    check_owners(baseline.kustomizations, baseline.lock)
    if settings.branch is not None:
        check_can_branch(baseline, settings.branch)
    else:
        _check_clean(baseline, settings)


def _check_clean(baseline: Baseline, settings: Settings) -> None:
    # what an interrupted run wrote is migrate's own work, and no change of a person
    # and what a person decided about the migration belongs to it
    dirty = [path for path in baseline.index.git.dirty if path not in {*baseline.finished, CONFIG_PATH}]
    if settings.allow_dirty or settings.diff or not dirty:
        return
    more = f" and {len(dirty) - 1} more" if len(dirty) > 1 else ""
    raise MigrateError.of(
        "MIG908",
        f"git has changes that are not committed: {dirty[0]}{more}",
        span=SourceSpan(path=dirty[0]),
        remedy="commit or stash them, so that one commit holds the migration alone; or use --allow-dirty",
    )


def _ignored(root: Path, edits: Sequence[FileEdit]) -> Diagnostics:
    """One warning where files that were written will be in no commit."""
    found = ignored_paths(root, [edit.path for edit in edits if edit.before is None and edit.after is not None])
    if not found:
        return ()
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    return (
        Diagnostic(
            code="MIG922",
            severity=Severity.WARNING,
            summary=f"git ignores {found[0]}{more}, which the migrated repository needs",
            span=SourceSpan(path=found[0]),
            remedy="except it in .gitignore, or add it with `git add --force`",
            evidence=tuple(map(str, found[1:])),
        ),
    )


def _tell_without_git(baseline: Baseline, run: Run) -> None:
    """Say at once, before anything is written, that nothing could bring back what was there."""
    if not baseline.index.git.is_repo:
        run.notice(
            Diagnostic(
                code="MIG909",
                severity=Severity.WARNING,
                summary="this is not a git repository: what apply writes can only be undone from your own backup",
                remedy="run `git init` and commit first, then `migrate verify` can prove the change again later",
            )
        )
