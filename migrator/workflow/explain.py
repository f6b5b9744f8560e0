"""`migrate explain`: which resources each value shapes, which file it came from, and what was tried for the rest."""

from __future__ import annotations

import contextlib
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from migrator.classify import Account
from migrator.diagnostics import Diagnostics, MigrateError
from migrator.discover import discover, read_config, refuse_special_files
from migrator.engines import export
from migrator.explain import Explanation, explain_component
from migrator.lock import Lock, load_lock
from migrator.workflow.plan import plan_repository
from migrator.workflow.planned import Planned
from migrator.workflow.run import Run
from migrator.workflow.settings import Settings
from migrator.workflow.steps.baseline import Baseline, read_baseline
from migrator.workflow.steps.classify import account_of
from migrator.workflow.steps.unbuilt import unbuilt_part

if TYPE_CHECKING:
    from migrator.compare.secrets import Secrets


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """An explanation, and what must not be shown of it."""

    explanation: Explanation
    diagnostics: Diagnostics
    secrets: Secrets = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounted:
    """Why an object belongs where it does, and what was said of its repository."""

    account: Account
    diagnostics: Diagnostics


def account_for(settings: Settings, asked: str, run: Run) -> Accounted:
    """Why the object `KIND/[NAMESPACE/]NAME` belongs where it does; MIG920 where not exactly one is called so."""
    baseline = read_baseline(settings, run)
    with run.step("classify"):
        return Accounted(account=_account(baseline, asked), diagnostics=baseline.diagnostics)


def _account(baseline: Baseline, asked: str) -> Account:
    try:
        return account_of(baseline, asked)
    except MigrateError:
        if not baseline.is_built:
            with contextlib.suppress(MigrateError):
                return account_of(unbuilt_part(baseline), asked)
        raise


def explain_repository(settings: Settings, component: str, asked: str, run: Run) -> Explained:
    """Values and residuals of one component; of a release that `apply` has made, as the repository was before.

    Raises what planning raises, MIG907 for an unknown component, MIG913 for one without a chart, MIG914 where nothing
    is called what is asked for, and MIG710 where nobody knows the repository before the migration.
    """
    settings = replace(settings, only=(component,))
    refuse_special_files(settings.root)
    lock = load_lock(discover(settings.root, read_config(settings.root)).root) if settings.root.is_dir() else None
    if lock is None or component not in lock.components:
        return _explained(plan_repository(settings, run), component, asked, "", run)
    with tempfile.TemporaryDirectory(prefix="migrate-before-") as folder:
        commit, before = _before(settings, component, lock, Path(folder).resolve())
        planned = plan_repository(replace(settings, root=before), run)
        return _explained(planned, component, asked, commit, run)


def _before(settings: Settings, component: str, lock: Lock, folder: Path) -> tuple[str, Path]:
    """The commit in which the component was not a release yet, and its files: each relock names the one before it."""
    at: Lock | None = lock
    while at is not None and component in at.components:
        if at.commit is None:
            raise MigrateError.of(
                "MIG710",
                "the lock names no baseline commit: the repository was migrated outside of git",
                remedy=f"explain {component} in a copy of the repository as it was before",
            )
        commit, before = at.commit, folder / at.commit
        export(settings.root, commit, before)
        at = load_lock(before)
    return commit, before


def _explained(planned: Planned, component: str, asked: str, commit: str, run: Run) -> Explained:
    part = next((each for each in planned.plan.components if each.id == component), None)
    archive = planned.charts.get(component)
    if part is None or archive is None or not part.context.release:
        reason = part.reason if part is not None else "it is a release already"
        raise MigrateError.of(
            "MIG913", f"{component} has no values to explain: {reason}", remedy="`migrate plan` lists what has a chart"
        )
    with run.step("explain"):
        explanation = explain_component(part, archive, planned.baseline.view, asked)
    return Explained(
        explanation=replace(explanation, commit=commit),
        diagnostics=planned.plan.diagnostics,
        secrets=planned.secrets,
    )
