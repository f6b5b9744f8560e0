"""`migrate audit`: what the rules say of a repository as it is now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from migrator.audit import audit, is_finding
from migrator.diagnostics import Diagnostics
from migrator.prove import Rendering, closure_of, render_lock
from migrator.workflow.clock import Clock
from migrator.workflow.settings import Settings
from migrator.workflow.steps.baseline import Baseline, once, read_baseline
from migrator.workflow.steps.classify import recognise
from migrator.workflow.steps.render_context import render_context_of


def audit_repository(settings: Settings, clock: Clock) -> tuple[Diagnostics, bool]:
    """What the audit rules say, notes included, and whether any of it is a finding."""
    baseline = read_baseline(settings, clock)
    with clock.step("classify"):
        components, _ = recognise(baseline)
    with clock.step("prove"):
        renders = _renders(baseline)
    with clock.step("audit"):
        said = audit(
            baseline.index,
            baseline.kustomizations,
            baseline.builds,
            baseline.lock,
            components,
            renders,
            lock_problem=baseline.lock_problem,
            engines=baseline.tools.engines,
            kept=[name for name, each in baseline.config.components.items() if each.decision == "keep"],
        )
    return once(said), any(is_finding(each) for each in said)


def _renders(baseline: Baseline) -> Mapping[str, Rendering]:
    if baseline.lock is None:
        return {}
    context = render_context_of(baseline.choices, baseline.tools)
    return render_lock(baseline.lock, baseline.root, replace(context, closure=closure_of(baseline.root)))
