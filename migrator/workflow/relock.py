"""`migrate apply --relock`: what was changed on purpose since the lock was written is shown, and the lock follows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from migrator.charts import ChartLibrary
from migrator.diagnostics import Diagnostic, Diagnostics, ExitCode, MigrateError, Severity
from migrator.engines import last_change, tree_digest
from migrator.gitops.deploying import deploying_changed
from migrator.gitops.renamed import with_files_of
from migrator.lock import LOCK_PATH, Lock
from migrator.model import SourceSpan
from migrator.prove import Proof, Verdict, relocked, rendered_digest, verify, with_proof
from migrator.rewrite import FileEdit, commit, sealed
from migrator.workflow.gitops.moved_baseline import rebased
from migrator.workflow.planned import layout_of, with_deploying
from migrator.workflow.run import Run
from migrator.workflow.settings import Settings
from migrator.workflow.steps.acceptance import terms_of, without_shipped
from migrator.workflow.steps.baseline import Baseline, read_baseline
from migrator.workflow.steps.render_context import render_context_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Relocked:
    """What became of the lock."""

    base: str
    """The commit that wrote the lock as it was: what the proof compares with."""
    proof: Proof
    edits: tuple[FileEdit, ...] = field(repr=False)
    """The lock and what goes with it; none where the lock says already what is there."""
    changes: tuple[str, ...]
    is_written: bool
    diagnostics: Diagnostics

    @property
    def exit_code(self) -> int:
        """3 where something does not render: then there is nothing that a lock could record."""
        return ExitCode.DONE if _renders(self.proof) else ExitCode.UNPROVED


def relock_repository(settings: Settings, run: Run) -> Relocked:
    """The lock of the tree as it is, with the comparison with the commit that wrote the lock before.

    Raises MIG711 (no lock), MIG724 (the lock is in no commit), MIG703 and MIG723 for a Chart.yaml that no lock can
    follow, and what reading the repository and its charts raises.
    """
    baseline = read_baseline(settings, run)
    written = _lock(baseline)
    lock = with_files_of(written, baseline.reading.deployers)
    base = last_change(baseline.root, LOCK_PATH)
    if base is None:
        raise MigrateError.of(
            "MIG724",
            "the lock is in no commit, so nothing says what was rendered before",
            span=SourceSpan(path=LOCK_PATH),
            remedy="commit the migration first",
        )
    with run.step("resolve"):
        library = ChartLibrary(baseline.choices.sources, baseline.choices.cache)
        found = relocked(lock, baseline.index, baseline.builds, layout_of(baseline), library.fetch)
    with run.step("prove") as watch:
        terms, shipped = terms_of(baseline.root, baseline.choices)
        engines = {**lock.engines, **baseline.tools.engines}
        wanted = replace(found.lock, engines=engines)
        context = render_context_of(baseline.choices, baseline.tools, watch)
        context = replace(context, replaced=frozenset(each.path for each in found.edits))
        proof, _ = verify(baseline.root, base, context, terms=terms, lock=wanted)
    proof = without_shipped(proof, shipped)
    new = with_proof(replace(wanted, commit=base, tree=f"git:{tree_digest(baseline.root, base)}"), proof)
    if not found.changes and not found.edits and (new.rendered, engines) == (lock.rendered, lock.engines):
        new = lock
    is_open = lock.handover is not None and not lock.handover.is_finished
    if _renders(proof) and is_open:
        new = rebased(_begun_at(new, lock.begun_at), baseline.root, baseline.root, context, terms)
    elif new is not lock:
        new = _begun_at(new, None)
    new = with_deploying(new, found.edits, baseline.index)
    is_due = _renders(proof) and (new != written or not lock.is_as_written)
    edits = sealed(found.edits, new, baseline.index) if is_due else ()
    has_moved = is_open and new.commit != lock.commit
    moved = (f"{str(new.commit)[:12]} is the baseline from now on",) if has_moved else ()
    if edits and not settings.diff:
        with run.step("write"):
            commit(baseline.root, edits)
    return Relocked(
        base=base,
        proof=proof,
        edits=edits,
        changes=(*found.changes, *_deploying(lock, new), *moved),
        is_written=bool(edits) and not settings.diff,
        diagnostics=(*baseline.diagnostics, *_hidden(lock, proof, base)),
    )


def _deploying(before: Lock, after: Lock) -> Iterator[str]:
    for folder, name, became in deploying_changed(before.deploying, after.deploying):
        yield f"{name} in {folder} {became}"


def _begun_at(lock: Lock, commit: str | None) -> Lock:
    """The lock, which knows before which commit a change of hands began: until that is over its stages count."""
    if lock.handover is None or commit == lock.begun_at:
        return lock
    return replace(lock, handover=replace(lock.handover, base=commit or ""))


def _renders(proof: Proof) -> bool:
    return all(each.verdict is not Verdict.UNPROVED for each in proof.environments.values())


def _hidden(lock: Lock, proof: Proof, base: str) -> Diagnostics:
    """A warning where the base is not what the lock was proved of: the comparison does not show all that changed."""
    then = rendered_digest({name: each.before_digest for name, each in proof.environments.items()})
    if then == lock.proof_digest or not _renders(proof):
        return ()
    return (
        Diagnostic(
            code="MIG725",
            severity=Severity.WARNING,
            summary=f"the commit {base[:12]}, which wrote the lock last, does not render what the lock was proved of: "
            "what was changed in that same commit is not shown here",
            span=SourceSpan(path=LOCK_PATH),
            remedy="compare with a commit before it: `migrate verify --base REF`",
        ),
    )


def _lock(baseline: Baseline) -> Lock:
    if baseline.lock_problem is not None:
        raise MigrateError(baseline.lock_problem)
    if baseline.lock is None:
        raise MigrateError.of(
            "MIG711",
            "there is no .migrate/lock.yaml to update",
            span=SourceSpan(path=LOCK_PATH),
            remedy="run `migrate apply` first",
        )
    return baseline.lock
