"""`migrate handover --finish`: the way back is given up, once everything has come to rest in its new hands (ADR 20)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from migrator.diagnostics import Diagnostic, Diagnostics, ExitCode, MigrateError, Severity, UnprovedError
from migrator.gitops.deployer import Deployer, Tool
from migrator.gitops.emit.flux import RELEASES, grouped
from migrator.gitops.emit.order import by_environment, namespaces_in
from migrator.gitops.emit.units import Unit, named
from migrator.gitops.renamed import with_files_of
from migrator.gitops.stages.finish import NewPolicy, settled, waiting
from migrator.gitops.stages.guide import Guide, locked_guide, not_begun
from migrator.gitops.stages.marks import CAUSE
from migrator.gitops.stages.owners import is_self_deployed, restored
from migrator.lock import LOCK_PATH, Handover, Lock, LockedDeployer, LockedOwner
from migrator.model import RepoPath, SourceSpan
from migrator.prove import Proof, RenderContext, prove_lock, verify, with_proof
from migrator.prove.closure import closure_of
from migrator.rewrite import FileEdit, commit, sealed, stage
from migrator.rewrite.transaction.scratch_folder import beside
from migrator.workflow.gitops.as_proved import as_proved
from migrator.workflow.gitops.moved_baseline import rebased
from migrator.workflow.gitops.objects import told_of_objects
from migrator.workflow.gitops.played import is_refused, replayed
from migrator.workflow.gitops.stages import check_clean, guided
from migrator.workflow.gitops.wire import units_of
from migrator.workflow.planned import layout_of, sealed_whole
from migrator.workflow.run import Run
from migrator.workflow.settings import Settings
from migrator.workflow.steps.acceptance import terms_of, without_shipped
from migrator.workflow.steps.baseline import Baseline, read_baseline
from migrator.workflow.steps.render_context import render_context_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """What giving up the way back changes."""

    guide: Guide
    """As it is from then on."""
    proof: Proof | None
    """That it renders what the tree did; None where it was given up before."""
    edits: tuple[FileEdit, ...] = field(repr=False)
    """None where it does not, or live objects would be harmed."""
    diagnostics: Diagnostics

    @property
    def exit_code(self) -> int:
        """3 where something would change or be harmed: then nothing is written."""
        holds = self.proof is None or self.proof.verdict.holds
        return ExitCode.DONE if holds and not is_refused(self.diagnostics) else ExitCode.UNPROVED


def finish_repository(settings: Settings, run: Run) -> Finished:
    """The repository with its owners as they stay, written once it is proved; nothing where that was done before.

    It has to render what the tree does as it is now, by its lock; and the stages are played, this one as the last.
    Raises MIG666 where no change of hands was begun, MIG669 where a stage is left, the tree is not what the lock was
    proved of, or an object in it is not as a stage left it, MIG908 for changes that are not committed, and what reading
    and proving raises.
    """
    baseline = read_baseline(settings, run)
    lock, handover = _begun(baseline)
    finished = replace(handover, is_finished=True)
    guide = locked_guide(lock, finished)
    if handover.is_finished:
        return Finished(guide=guide, proof=None, edits=(), diagnostics=())
    check_clean(baseline.index, settings, may_be_dirty=False)
    with run.step("prove") as watch:
        context = render_context_of(baseline.choices, baseline.tools, watch)
        proof, refused, done, edits = _proved(baseline, lock, finished, context)
    found = Finished(guide=guide, proof=proof, edits=(), diagnostics=(*_told(proof), *refused))
    if found.exit_code:
        return found
    with run.step("write"):
        edits = sealed_whole(edits, done, baseline.index)
        commit(baseline.root, edits)
    return replace(found, edits=edits, diagnostics=(*baseline.diagnostics, *_moved(lock, done)))


def _proved(
    baseline: Baseline, lock: Lock, finished: Handover, context: RenderContext
) -> tuple[Proof, Diagnostics, Lock, tuple[FileEdit, ...]]:
    """Against the tree as it is: the proof, what playing it finds, the lock that is left, and the edits without it."""
    root = baseline.root
    terms, shipped = terms_of(root, baseline.choices)
    before = as_proved(lock, root, context, terms, UnprovedError)
    _check_objects(baseline, lock)
    layout, there = layout_of(baseline), replace(context, closure=closure_of(root))
    units = named(units_of(lock, root, there, layout, ()), layout.grouping.common_folders)
    done = replace(lock, handover=finished)
    edits = guided(_edits(baseline, done, finished, units), done, baseline.index)
    with beside(root) as folder:
        tree = folder / root.name
        stage(root, sealed(edits, done, baseline.index), tree)
        proof = prove_lock(done, tree, before, context, terms=terms, earlier=lock)
        if not proof.verdict.holds:
            return without_shipped(proof, shipped), (), done, ()
        done = replace(with_proof(done, proof), verdict=lock.verdict)
        refused = replayed(
            root,
            None,
            done,
            context,
            lambda ref: verify(root, ref, context, terms=terms, lock=done, tree=tree)[0],
            tree=tree,
        )
        done = rebased(done, root, tree, context, terms) if not refused else done
    return without_shipped(proof, shipped), refused, done, edits


def _told(proof: Proof) -> Diagnostics:
    """MIG669 where finishing would change what is rendered, with each difference."""
    if proof.verdict.holds:
        return ()
    found = [each for one in proof.environments.values() for each in one.found if not each.admitted]
    reasons = [each for one in proof.environments.values() for each in one.reasons]
    lines = (*(line for each in found for line in each.explanation), *(each.summary for each in reasons))
    return (
        Diagnostic(
            code="MIG669",
            severity=Severity.ERROR,
            summary=f"finishing would change what is rendered: {next(iter(lines), 'it differs')}",
            span=SourceSpan(path=LOCK_PATH),
            remedy="nothing was written; take back what people have changed of the old owners since the last stage",
            evidence=lines,
        ),
    )


def _moved(before: Lock, after: Lock) -> Diagnostics:
    """A note where the baseline of the lock is another one now."""
    if before.commit == after.commit:
        return ()
    return (
        Diagnostic(
            code="MIG688",
            severity=Severity.WARNING,
            summary=f"others changed things meanwhile, so {str(after.commit)[:12]} is the lock's baseline from now on",
            span=SourceSpan(path=LOCK_PATH),
            remedy=f"see what they changed with `migrate verify --base {str(before.commit)[:12]}`",
        ),
    )


def _begun(baseline: Baseline) -> tuple[Lock, Handover]:
    if baseline.lock_problem is not None:
        raise MigrateError(baseline.lock_problem)
    if baseline.lock is None or baseline.lock.handover is None:
        raise not_begun()
    lock = with_files_of(baseline.lock, baseline.reading.deployers)
    handover = baseline.lock.handover
    if handover.stage < len(handover.stages):
        raise _refused(
            f"stage {handover.stage} of {len(handover.stages)} is written, and the way back is given up "
            "after the last one",
            LOCK_PATH,
            f"run `migrate apply --gitops {handover.tool}` for the next stage first",
        )
    return lock, handover


def _check_objects(baseline: Baseline, lock: Lock) -> None:
    """MIG669 where an object that deploys a release is gone, or says other things of it than were proved."""
    for each in told_of_objects(baseline.kustomizations, lock, baseline.reading.deployers):
        raise MigrateError(replace(each, code="MIG669"))


def _refused(why: str, path: RepoPath, remedy: str) -> MigrateError:
    return MigrateError.of("MIG669", why, span=SourceSpan(path=path), remedy=remedy)


def _edits(baseline: Baseline, lock: Lock, handover: Handover, units: tuple[Unit, ...]) -> tuple[FileEdit, ...]:
    """Old owners as they were before the first stage, new ones as configured, in the files that are still there."""
    index = baseline.index
    texts: dict[RepoPath, str] = {}

    def text(path: RepoPath) -> str:
        return texts.get(path) or index.read(path).decode()

    for owner in handover.owners:
        if owner.file in index.files:
            texts[owner.file] = restored(text(owner.file), owner.kind, owner.name, owner.before)
    owners = {name: list(_owners(name, baseline, handover)) for name in lock.environments}
    for name, held in sorted(lock.environments.items()):
        gone = [each for each in handover.owners if each.is_leaving and name in each.environments]
        policies = _policies(baseline, name, [*(old for old, _ in owners[name]), *gone], units)
        for each in held.deployed_by:
            if each.file in index.files:
                texts[each.file] = settled(text(each.file), each.kind, each.name, policies(each))
    if handover.tool == Tool.FLUX:
        for path, owner_name, needed in _waits(baseline, owners, units):
            texts[path] = waiting(text(path), "Kustomization", owner_name, needed)
    edits = [
        FileEdit(path=path, before=index.read(path), after=after.encode(), cause=CAUSE)
        for path, after in sorted(texts.items())
    ]
    return tuple(each for each in edits if each.before != each.after)


def _owners(environment: str, baseline: Baseline, handover: Handover) -> Iterator[tuple[LockedOwner, Deployer]]:
    """The old owners of an environment that are still there."""
    known = {(each.kind, each.name, each.file): each for each in handover.owners}
    for each in baseline.reading.deployers:
        one = each.made_by or each.id
        owner = known.get((one.kind, one.name, each.span.path)) if each.span is not None else None
        if owner is not None and each.environment == environment:
            yield owner, each


def _policies(
    baseline: Baseline, environment: str, owners: Sequence[LockedOwner], units: Sequence[Unit]
) -> Callable[[LockedDeployer], NewPolicy]:
    """What migrate.yaml says of the environment; where it says nothing, new deployers act as all old ones did."""
    said = baseline.config.gitops.environments.get(environment)
    automated = None if said is None else said.automated
    prune, heal = (
        all(_said(each, field) for each in owners) and bool(owners) if automated is None else automated
        for field in ("prune", "selfHeal")
    )
    by_part = {
        each.release.component if each.release is not None else each.path: each
        for each in units
        if each.environment == environment
    }

    def policy(deployer: LockedDeployer) -> NewPolicy:
        unit = by_part.get(deployer.component or deployer.root or "")
        # with a namespace all that is in it would go (fact C4)
        makes = unit is not None and bool(namespaces_in(unit))
        hooks = unit is None or unit.release is None or unit.release.hooks == "run"
        return NewPolicy(prune=prune and not makes, self_heal=heal, has_hooks=hooks)

    return policy


def _said(owner: LockedOwner, field: str) -> bool:
    return any(path.split(".")[-1] == field and value is True for path, value in owner.before.items())


def _waits(
    baseline: Baseline,
    owners: Mapping[str, Sequence[tuple[LockedOwner, Deployer]]],
    units: Sequence[Unit],
) -> Iterator[tuple[RepoPath, str, str]]:
    """File and name of each old Kustomization that needs releases, and the Kustomization that deploys these."""
    for environment, held in by_environment(units).items():
        needs = grouped(held)
        ours = next(
            (
                each
                for each in baseline.reading.deployers
                if each.environment == environment and f"{each.id.name}-".startswith(f"{RELEASES}-")
            ),
            None,
        )
        for owner, deployer in owners.get(environment, ()):
            paths = {source.path for source in deployer.sources}
            parts = [each.name for each in held if each.release is None and _is_of(each, paths)]
            bound = ours is None or is_self_deployed(deployer) or ours.delivered_by == deployer.id
            if ours is not None and not bound and any(RELEASES in needs[each] for each in parts):
                yield owner.file, owner.name, ours.id.name


def _is_of(unit: Unit, paths: Collection[str]) -> bool:
    return any(unit.path == path or unit.path.startswith(f"{path}/") for path in paths)
