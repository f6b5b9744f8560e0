"""`migrate verify`: the proof of a repository as it is now, made again."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from migrator.diagnostics import Diagnostic, Diagnostics, ExitCode, MigrateError, Severity
from migrator.discover import discover, read_config, refuse_special_files
from migrator.engines import Cache, find_tools
from migrator.gitops.reading import own_repositories
from migrator.load import load
from migrator.lock import LOCK_PATH, Lock, load_lock
from migrator.model import SourceSpan
from migrator.prove import Proof, verify
from migrator.prove.handover import read_commit
from migrator.workflow.gitops.objects import told_of_deploying, told_of_objects
from migrator.workflow.gitops.played import replayed
from migrator.workflow.run import Run
from migrator.workflow.settings import Settings
from migrator.workflow.steps.acceptance import terms_of, without_shipped
from migrator.workflow.steps.choices import choose
from migrator.workflow.steps.recovery import recover_first
from migrator.workflow.steps.render_context import render_context_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A proof made again."""

    proof: Proof
    diagnostics: Diagnostics
    """Whether the lock's own proof still speaks of this tree, and what a change of hands does to live objects."""

    @property
    def exit_code(self) -> int:
        """3 when something differs, cannot be proved or would be harmed, 2 when only the lock is out of date."""
        if not self.proof.verdict.holds or any(each.severity is Severity.ERROR for each in self.diagnostics):
            return ExitCode.UNPROVED
        is_odd = any(each.severity is not Severity.INFO for each in self.diagnostics)
        return ExitCode.FINDINGS if is_odd else ExitCode.DONE


def verify_repository(settings: Settings, base: str | None, run: Run) -> Verified:
    """The proof of the work tree against a git base; errors as `prove.verify`, and MIG107 where there is no folder."""
    if not settings.root.is_dir():
        raise MigrateError.of(
            "MIG107", f"{settings.root} is not a folder", remedy="name the folder of a GitOps repository"
        )
    with run.step("read"):
        refuse_special_files(settings.root)
        recover_first(settings, run)
        root = settings.root.resolve()
        config = read_config(root)
        index = discover(root, config)
        choices = choose(settings, config, own_repositories(index))
        tools = find_tools()
    with run.step("prove") as watch, tempfile.TemporaryDirectory(prefix="migrate-") as rendered:
        terms, shipped = terms_of(root, choices)
        lock = load_lock(root)
        context = render_context_of(choices, tools, watch)
        if not settings.trust_cache:
            context = replace(context, cache=Cache(None))
        # what stages have in common is rendered once
        played = context if settings.trust_cache else replace(context, cache=Cache(Path(rendered)))
        proof, diagnostics = verify(root, base, context, terms=terms)

        def since(ref: str) -> Proof:
            known = base or (lock.commit if lock is not None else None)
            return proof if ref == known else verify(root, ref, context, terms=terms)[0]

        if base is None and not proof.verdict.holds and all(each.severity is Severity.INFO for each in diagnostics):
            diagnostics += _meant(lock)
        if lock is not None and lock.handover is not None:
            now = read_commit("", root, lock, played)
            diagnostics += told_of_objects(now.kustomizations, lock, now.deployers)
        diagnostics += told_of_deploying(load(index)[0], lock)
        diagnostics += replayed(root, base, lock, played, since)
    return Verified(proof=without_shipped(proof, shipped), diagnostics=diagnostics)


def _meant(lock: Lock | None) -> Diagnostics:
    """A warning where others have changed something while objects change hands: its baseline has it not yet."""
    if lock is None or lock.handover is None or lock.handover.is_finished:
        return ()
    return (
        Diagnostic(
            code="MIG689",
            severity=Severity.WARNING,
            summary=f"the lock has been proved with what differs from its baseline {str(lock.commit)[:12]} here",
            span=SourceSpan(path=LOCK_PATH),
            remedy="where it is meant, commit it and let the baseline follow: `migrate apply --relock`",
        ),
    )
