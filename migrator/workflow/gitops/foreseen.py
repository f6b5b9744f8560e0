"""The stages that `apply` would write for the chosen tool, with their files: before anything is proved or played."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from migrator.diagnostics import Diagnostics, MigrateError
from migrator.gitops.stages.clean_up import removal
from migrator.gitops.stages.guide import GUIDE_PATH, locked_guide
from migrator.gitops.stages.marks import is_marks_file
from migrator.lock import CLEAN_UP, LOCK_PATH, Lock
from migrator.model import RepoPath
from migrator.plan import Change, StagePlan
from migrator.prove import RenderContext
from migrator.prove.handover import emptied, read_commit
from migrator.rewrite import FileEdit, changes, sealed, stage
from migrator.rewrite.transaction.scratch_folder import beside
from migrator.workflow.gitops.clean_up import not_cleaned
from migrator.workflow.gitops.stages import following, guided
from migrator.workflow.gitops.wire import needs_wiring, wired
from migrator.workflow.planned import Planned
from migrator.workflow.run import Run
from migrator.workflow.steps.choices import NO_TOOL
from migrator.workflow.steps.render_context import render_context_of


def foreseen(planned: Planned, run: Run) -> Planned:
    """The plan with its stages and all files of each; itself where no tool was chosen, or a stage is written already.

    What would keep `apply` from writing them is among its diagnostics.
    """
    baseline = planned.baseline
    is_nothing = not (planned.edits or needs_wiring(planned))
    if baseline.choices.gitops == NO_TOOL or planned.lock is None or is_nothing or following(baseline.root):
        return planned
    with run.step("rewrite") as watch, beside(baseline.root) as folder:
        tree = folder / baseline.root.name
        stage(baseline.root, planned.edits, tree)
        context = render_context_of(baseline.choices, baseline.tools, watch)
        try:
            whole = wired(planned, tree, context)
            if whole.lock is None or whole.lock.handover is None:
                return replace(planned, plan=whole.plan)
            lock, last, notes = _last(whole.lock, tree, context)
        except MigrateError as error:
            told = (*planned.plan.diagnostics, error.diagnostic)
            return replace(planned, plan=replace(planned.plan, diagnostics=tuple(dict.fromkeys(told))))
    plan = replace(
        whole.plan,
        stages=tuple(_stages(whole, lock, last)),
        diagnostics=tuple(dict.fromkeys((*whole.plan.diagnostics, *notes))),
    )
    return replace(planned, plan=plan)


def _last(lock: Lock, tree: Path, context: RenderContext) -> tuple[Lock, Sequence[FileEdit], Diagnostics]:
    """The lock with the last stage where owners are emptied, and what that one takes out."""
    handover = lock.handover
    if handover is None or not handover.owners:
        return lock, (), ()
    commit = read_commit(handover.stages[-1], tree, lock, context)
    leaving = emptied(commit, context)
    try:
        edits = removal(leaving, commit.kustomizations)
    except MigrateError as error:
        return lock, (), (not_cleaned(error.diagnostic.summary),)
    if not edits:
        return lock, (), ()
    owners = tuple(replace(each, is_leaving=each in leaving) for each in handover.owners)
    stages = (*(each for each in handover.stages if each != CLEAN_UP), CLEAN_UP)
    return replace(lock, handover=replace(handover, stages=stages, owners=owners)), edits, ()


def _stages(planned: Planned, lock: Lock, last: Sequence[FileEdit]) -> Iterator[StagePlan]:
    if lock.handover is None:
        return
    index, guide = planned.baseline.index, locked_guide(lock, lock.handover)
    every = [each for each in (planned.protection, planned.edits, last) if each]
    before: Mapping[RepoPath, FileEdit] = {}
    for each, edits in zip(guide.stages, every, strict=True):
        own = {one.path: one for one in guided(sealed(edits, lock, index), lock, index)}
        yield StagePlan(
            number=each.number,
            total=len(guide.stages),
            name=each.name,
            does=each.does,
            changes=tuple(_after(before, own)),
            by_hand=each.apply,
            check=each.check,
        )
        before = {**{path: one for path, one in before.items() if not is_marks_file(path)}, **own}


def _after(before: Mapping[RepoPath, FileEdit], own: Mapping[RepoPath, FileEdit]) -> Iterator[Change]:
    """The changes of a stage as they are after the ones before: marks go with the objects that bear them."""
    done = {path for path, each in own.items() if path in before and before[path].after == each.after}
    always = {LOCK_PATH, GUIDE_PATH}
    for each in changes([one for path, one in own.items() if path not in done - always]):
        is_made = each.action == "create" and each.path in before
        yield replace(each, action="edit") if is_made else each
    marks = [one for path, one in before.items() if is_marks_file(path) and one.after is not None and path not in own]
    yield from (replace(each, action="delete") for each in changes(marks))
