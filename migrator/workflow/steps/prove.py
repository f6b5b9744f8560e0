"""The edits of a plan, staged and proved; what is not proved stays in Kustomize, and the rest is tried again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from migrator.diagnostics import Diagnostic, Diagnostics, Severity
from migrator.lock import LOCK_PATH, Lock
from migrator.model import ResId, SourceSpan
from migrator.plan import ComponentPlan, Decision, Plan
from migrator.prove import (
    Proof,
    RenderContext,
    Rendering,
    changed_releases,
    closure_of,
    prove_lock,
    render_lock,
    render_roots,
    with_deployers,
)
from migrator.rewrite import stage
from migrator.rewrite.transaction.scratch_folder import beside
from migrator.workflow.gitops.deployable import deployable
from migrator.workflow.gitops.wire import needs_wiring, wired
from migrator.workflow.pipelines.write import needs_pipelines, with_pipelines
from migrator.workflow.planned import Planned, carried_out
from migrator.workflow.run import Run
from migrator.workflow.steps.acceptance import terms_of, without_shipped
from migrator.workflow.steps.baseline import Baseline
from migrator.workflow.steps.choices import NO_TOOL
from migrator.workflow.steps.render_context import render_context_of

_ADOPTED = (Decision.ADOPT, Decision.ADOPT_WITH_PATCHES)
_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One rewriting of the repository, and its proof."""

    planned: Planned
    proof: Proof | None
    """None where there is nothing to do."""

    @property
    def holds(self) -> bool:
        return self.proof is None or (self.proof.verdict.holds and not self.planned.deployed_otherwise)


def proved_attempt(planned: Planned, run: Run) -> tuple[Attempt, tuple[str, ...]]:
    """The attempt with as much of the plan as is proved, and the components that are left out of it.

    What the proof lays to components goes first. What it lays to none (a root that does not build any more) is found
    by trying them one after the other. Where nothing is proved, the attempt is the one with all that is left.
    """
    attempt = _attempt(planned, run)
    refused = {} if attempt.proof is None else dict(_refused(attempt.planned, attempt.proof))
    if refused:
        attempt = _attempt(_without(attempt.planned, refused), run)
    if not attempt.holds and _divides(attempt.planned):
        attempt = _attempt(_whole(attempt.planned), run)
    if not attempt.holds:
        attempt, more = _one_by_one(attempt, run)
        refused |= more
    return attempt, tuple(sorted(refused))


def _one_by_one(failed: Attempt, run: Run) -> tuple[Attempt, Mapping[str, str]]:
    """The attempt with the components that are proved together, and the others; the failed one where none is."""
    adopted = [each.id for each in failed.planned.plan.components if each.decision in _ADOPTED]
    best: Attempt | None = None
    refused = dict.fromkeys(adopted, "")
    for name in adopted if len(adopted) > 1 else ():
        others = {each: why for each, why in refused.items() if each != name}
        attempt = _attempt(_without(failed.planned, others), run)
        component = next(each for each in attempt.planned.plan.components if each.id == name)
        if attempt.holds and component.decision in _ADOPTED:
            best = attempt
            del refused[name]
        elif attempt.proof is not None:
            refused[name] = _why(component, attempt.proof)
    if best is None:
        return failed, {}
    return _attempt(_without(failed.planned, refused), run), refused


def _divides(planned: Planned) -> bool:
    return bool(planned.layout.application) and planned.baseline.choices.divides


def _whole(planned: Planned) -> Planned:
    """The plan without dividing overlays."""
    plan = replace(planned.plan, diagnostics=(*planned.plan.diagnostics, _not_divided()))
    return replace(planned, plan=plan, layout=replace(planned.layout, application=""), edits=(), lock=None)


def _attempt(planned: Planned, run: Run) -> Attempt:
    """The edits of the plan, staged and proved."""
    baseline = planned.baseline
    fitting = deployable(planned)
    if planned.lock is None or fitting is not planned:
        with run.step("rewrite") as watch:
            planned = carried_out(fitting, watch)
    if planned.lock is None or not (planned.edits or needs_wiring(planned) or needs_pipelines(planned)):
        notes = (*planned.plan.diagnostics, *_nothing_migrated(planned))
        return Attempt(planned=replace(planned, plan=replace(planned.plan, diagnostics=notes)), proof=None)
    terms, shipped = terms_of(baseline.root, baseline.choices)
    with run.step("prove") as watch, beside(baseline.root) as beside_it:
        folder = beside_it / baseline.root.name
        stage(baseline.root, planned.edits, folder)
        context = render_context_of(baseline.choices, baseline.tools, watch)
        planned = with_pipelines(wired(planned, folder, context))
        lock = planned.lock
        if lock is None or not planned.edits:
            return Attempt(planned=planned, proof=None)
        before = _before(baseline, lock, context)
        proof = prove_lock(lock, folder, before, context, terms=terms, members=_members(planned.plan))
    if baseline.lock is not None and (parts := changed_releases(baseline.lock, before)):
        notes = tuple(dict.fromkeys((*planned.plan.diagnostics, _recorded(parts))))
        planned = replace(planned, plan=replace(planned.plan, diagnostics=notes))
    return Attempt(planned=planned, proof=without_shipped(proof, shipped))


def _before(baseline: Baseline, lock: Lock, context: RenderContext) -> Mapping[str, Rendering]:
    """What every environment renders now: by the lock where a part was migrated before, else by its roots alone."""
    there = replace(context, closure=closure_of(baseline.root))
    if baseline.lock is not None:
        earlier = render_lock(baseline.lock, baseline.root, there)
        return with_deployers(earlier, baseline.root, lock, baseline.choices.equivalences, there)
    renders = render_roots(lock, baseline.root, there)
    return with_deployers(renders, baseline.root, lock, baseline.choices.equivalences, there)


def _recorded(parts: Sequence[str]) -> Diagnostic:
    return Diagnostic(
        code="MIG725",
        severity=Severity.WARNING,
        summary="these releases were changed since the lock was written, and the lock records them as they are now: "
        + ", ".join(parts),
        span=SourceSpan(path=LOCK_PATH),
        remedy="see with `migrate apply --relock --diff` at the commit before what that does, or take it back",
    )


def _members(plan: Plan) -> Mapping[str, Mapping[str, Sequence[ResId]]]:
    return {component.id: component.members for component in plan.components if component.decision in _ADOPTED}


def _refused(planned: Planned, proof: Proof) -> Mapping[str, str]:
    """Adopted component -> why it is not proved."""
    found = dict(planned.deployed_otherwise)
    for component in planned.plan.components:
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
            if not found.admitted and (found.component == component.id or found.difference.resource in members)
        ]
        lines += [f"{name}: {reason.summary}" for reason in each.reasons]
    more = f"; and {len(lines) - _SHOWN} more" if len(lines) > _SHOWN else ""
    return "; ".join(lines[:_SHOWN]) + more or "its verdict does not hold"


def _without(planned: Planned, refused: Mapping[str, str]) -> Planned:
    """The plan with the refused components as proposals, to be carried out anew."""

    def demoted(component: ComponentPlan) -> ComponentPlan:
        if component.id not in refused:
            return component
        return replace(
            component,
            decision=Decision.PROPOSE,
            reason=f"what is staged is not what was there: {refused[component.id]}",
        )

    notes = tuple(
        _undeployable(name, why) if why == planned.deployed_otherwise.get(name) else _unproved(name, why)
        for name, why in sorted(refused.items())
    )
    plan = replace(
        planned.plan,
        components=tuple(demoted(component) for component in planned.plan.components),
        diagnostics=(*planned.plan.diagnostics, *notes),
    )
    return replace(planned, plan=plan, edits=(), lock=None)


def _unproved(component: str, why: str) -> Diagnostic:
    return Diagnostic(
        code="MIG722",
        severity=Severity.WARNING,
        summary=f"component {component} is not proved and stays in Kustomize: {why}",
        remedy="approve what differs by its id with `accept` in migrate.yaml, or leave it",
    )


def _undeployable(component: str, why: str) -> Diagnostic:
    return Diagnostic(
        code="MIG662",
        severity=Severity.WARNING,
        summary=f"{component} stays in Kustomize: {why}",
        remedy="accept what its patches undo (`migrate review`), so that none are left, or leave it",
    )


def _nothing_migrated(planned: Planned) -> Diagnostics:
    """MIG679 where files were asked for that go by the lock of a migration, and there is none."""
    choices = planned.baseline.choices
    asked = [f"--{name} {said}" for name, said in (("ci", choices.ci), ("gitops", choices.gitops)) if said != NO_TOOL]
    if not asked or planned.baseline.lock is not None:
        return ()
    return (
        Diagnostic(
            code="MIG679",
            severity=Severity.WARNING,
            summary=f"{' and '.join(asked)} writes nothing yet: it is made for what a migration leaves",
            remedy="see with `migrate plan` what stands against each component; with one that is adopted, or with "
            "another --layout, there is something to write",
        ),
    )


def _not_divided() -> Diagnostic:
    return Diagnostic(
        code="MIG641",
        severity=Severity.WARNING,
        summary="overlays stay as they are: what comes of dividing them could not be proved with all else",
        remedy="approve what differs by its id with `accept` in migrate.yaml, or leave it",
    )
