"""`migrate audit`: what the rules say of a repository as it is now."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, replace

from migrator.audit import Subject, audit, is_finding, umbrellas_of
from migrator.diagnostics import Diagnostics, ExitCode
from migrator.engines import last_change
from migrator.gitops.deployed import written_folders
from migrator.gitops.renamed import with_files_of
from migrator.lock import LOCK_PATH
from migrator.model import Impact, RepoPath, SourceSpan
from migrator.progress import Watch
from migrator.prove import Rendering, changed_by_hand, closure_of, render_lock, uncovered, with_deployers
from migrator.workflow.run import Run
from migrator.workflow.settings import Settings
from migrator.workflow.steps.acceptance import terms_of
from migrator.workflow.steps.baseline import Baseline, once, read_baseline
from migrator.workflow.steps.classify import recognise
from migrator.workflow.steps.render_context import render_context_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """What the audit rules say of a repository."""

    findings: Diagnostics
    """Notes among them, which are things to know and nothing to mend."""

    @property
    def exit_code(self) -> int:
        """2 when something is found that has to be mended."""
        return ExitCode.FINDINGS if any(is_finding(each) for each in self.findings) else ExitCode.DONE


def audit_repository(settings: Settings, run: Run) -> Audited:
    """What the audit rules say of the repository; raises what reading it raises."""
    baseline = read_baseline(settings, run)
    with run.step("classify") as watch:
        components, _ = recognise(baseline, watch)
    with run.step("prove") as watch:
        renders = _renders(baseline, watch)
    with run.step("audit") as watch:
        overrides = baseline.config.components.items()
        subject = Subject(
            kustomizations=baseline.kustomizations,
            builds=baseline.builds,
            lock=baseline.lock and with_files_of(baseline.lock, baseline.reading.deployers),
            lock_problem=baseline.lock_problem,
            components=components,
            renders=renders,
            umbrellas=umbrellas_of(baseline.index, baseline.lock),
            engines=baseline.tools.engines,
            was_migrated=baseline.lock is not None or last_change(baseline.root, LOCK_PATH) is not None,
            deployed=_deployed(baseline),
            deployers=baseline.reading.deployers,
            gitops=baseline.config.gitops,
            uncovered=_uncovered(baseline),
            widened=_widened(baseline),
            kept=frozenset(name for name, each in overrides if each.decision == "keep"),
        )
        return Audited(
            findings=once((*_unbuilt(baseline, renders), *changed_by_hand(baseline.lock), *audit(subject, watch=watch)))
        )


def _unbuilt(baseline: Baseline, renders: Mapping[str, Rendering]) -> Diagnostics:
    """Why roots cannot be looked at, but for those that the lock renders: silence would pass for a good answer."""
    if baseline.builds_nothing:
        return baseline.diagnostics
    known = {part.path for each in renders.values() for part in each.parts}
    failed = (each for each in baseline.builds if not each.is_built and each.root not in known)
    return tuple(each.reason for each in failed if each.reason is not None)


def _uncovered(baseline: Baseline) -> Diagnostics:
    if baseline.lock is None:
        return ()
    built = {each.root for each in baseline.builds if each.is_built and each.resources}
    return uncovered(baseline.lock, baseline.root, baseline.config, built)


def _widened(baseline: Baseline) -> tuple[tuple[str, str, SourceSpan | None], ...]:
    config, terms = baseline.config, terms_of(baseline.root, baseline.choices)[0]
    limit = config.max_impact if config.max_impact is not None and config.max_impact > Impact.METADATA else None
    found = [("max_impact", str(limit), config.spans.get("max_impact"))] if limit is not None else []
    found += [
        (f"the allowance {each.id}", str(each.impact), SourceSpan(path=RepoPath(each.file)))
        for each in terms.allowances
        if each.file and each.impact > Impact.METADATA
    ]
    found += [(f"an entry of `accept` ({each})", str(each.up_to or "recreate"), each.span) for each in config.accept]
    return tuple(found)


def _deployed(baseline: Baseline) -> frozenset[RepoPath]:
    """The folders that objects of Argo CD and Flux deploy, those among them that no root renders."""
    named = (each.folder.lstrip("/") for _, each in written_folders(baseline.index))
    return baseline.view.deployed | {RepoPath(posixpath.normpath(folder or ".")) for folder in named}


def _renders(baseline: Baseline, watch: Watch) -> Mapping[str, Rendering]:
    if baseline.lock is None:
        return {}
    context = render_context_of(baseline.choices, baseline.tools, watch)
    there = replace(context, closure=closure_of(baseline.root))
    renders = render_lock(baseline.lock, baseline.root, there)
    return with_deployers(renders, baseline.root, baseline.lock, baseline.choices.equivalences, there)
