"""`migrate accept`: what may differ in a component, written into `migrate.yaml`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from migrator.compare import Acceptance
from migrator.diagnostics import Diagnostics, MigrateError
from migrator.discover import CONFIG_PATH, refuse_special_files
from migrator.lock import load_lock
from migrator.model import Difference, Impact, SourceSpan
from migrator.plan import ComponentPlan, Decision
from migrator.plan.review import ACCEPT
from migrator.workflow.deciding.drop import Dropped, drop
from migrator.workflow.deciding.entries import write_entry
from migrator.workflow.deciding.next_command import REASON, command
from migrator.workflow.deciding.pinned import pinned_releases
from migrator.workflow.plan import plan_repository
from migrator.workflow.planned import Planned
from migrator.workflow.run import Run
from migrator.workflow.settings import Settings

if TYPE_CHECKING:
    from migrator.compare.secrets import Secrets


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What `accept` wrote, and what comes of it."""

    entry: Acceptance
    component: ComponentPlan
    """As it is decided with the entry."""
    differences: Mapping[str, tuple[Difference, ...]]
    """environment -> what is admitted by the entry and was not before."""
    is_new: bool
    """False where `migrate.yaml` said so already."""
    next: str
    """The command that goes on; empty where none would help."""
    secrets: Secrets
    diagnostics: Diagnostics


def accept(settings: Settings, entry: Acceptance, run: Run) -> Accepted | Dropped:
    """Accept what an entry is about, and say what its component comes to; nothing is written where that is nothing.

    Of a component that is adopted, the patches are dropped that keep it from being so.

    Raises MIG930 for a component that there is nothing to accept of, MIG931 for an entry without a reason or a scope,
    MIG907 for a component that is not there, and what planning raises.
    """
    check_entry(entry)
    refuse_special_files(settings.root)
    lock = load_lock(settings.root)
    if lock is not None and pinned_releases(lock, entry.component):
        return drop(settings, lock, entry, run)
    planned = plan_repository(replace(settings, only=(entry.component,), accept=(entry,)), run)
    component = component_of(planned, entry.component)
    found = {
        name: tuple(replace(each, why="") for each in differences if _is_new(each, entry, planned))
        for name, differences in component.differences.items()
    }
    found = {name: each for name, each in found.items() if each}
    if not found:
        raise _nothing(component, entry)
    with run.step("write"):
        is_new = write_entry(planned.baseline.root, ACCEPT, entry)
    return Accepted(
        entry=entry,
        component=component,
        differences=found,
        is_new=is_new,
        next=component.next or apply_command(settings, [component]),
        secrets=planned.secrets,
        diagnostics=planned.plan.diagnostics,
    )


def check_entry(entry: Acceptance) -> None:
    """Raise MIG931 for an entry that does not say what it is about, or why."""
    if entry.up_to is None and not entry.only:
        raise _incomplete("neither says how far it goes nor what it is about", "use --up-to IMPACT or --only PATTERN")
    if entry.reason.strip().strip(".") == "":
        raise _incomplete("has no reason", f"write why in the place of {REASON}: --reason 'in the window of Thursday'")


def component_of(planned: Planned, name: str) -> ComponentPlan:
    """The component of a plan, one that there is something to decide about; else MIG930."""
    component = next((each for each in planned.plan.components if each.id == name), None)
    if component is None or component.decision is Decision.KEEP:
        why = component.reason if component is not None else "it is a release already, and no patch stands behind it"
        raise MigrateError.of(
            "MIG930", f"there is nothing to accept of {name}: {why}", remedy="see with `migrate plan` what is proposed"
        )
    return component


def apply_command(settings: Settings, components: Sequence[ComponentPlan]) -> str:
    """The command that adopts what is decided; empty where nothing of it can be adopted."""
    names = [each.id for each in components if each.decision in (Decision.ADOPT, Decision.ADOPT_WITH_PATCHES)]
    return command(settings, "apply", *(word for name in names for word in ("--only", name))) if names else ""


def decided(
    settings: Settings, names: Sequence[str], left: Sequence[str], run: Run
) -> tuple[tuple[ComponentPlan, ...], tuple[str, ...]]:
    """What components come to that something was decided about, and the commands that go on.

    `left` are components with a question that has no answer yet.
    """
    found: tuple[ComponentPlan, ...] = ()
    if names:
        plan = plan_repository(replace(settings, only=tuple(names)), run).plan
        found = tuple(each for each in plan.components if each.id in names)
    again = left[:1] if len(left) == 1 else ()
    commands = [apply_command(settings, found), command(settings, "review", *again) if left else ""]
    commands += [each.next for each in found if each.id not in left]
    return found, tuple(dict.fromkeys(each for each in commands if each))


def _is_new(difference: Difference, entry: Acceptance, planned: Planned) -> bool:
    """Whether the entry admits what no allowance within the greatest impact would."""
    is_allowed = difference.allowance is not None and difference.impact <= planned.baseline.choices.max_impact
    return difference.admitted and not is_allowed and entry.covers(difference, entry.component)


def _nothing(component: ComponentPlan, entry: Acceptance) -> MigrateError:
    decided = f"{component.id} is `{component.decision.value}`, as {component.reason}"
    differing = [
        each for held in (component.differences, component.undone) for found in held.values() for each in found
    ]
    refused = any(each.why.startswith("refused") for each in differing)
    widest = replace(entry, up_to=Impact.DATA_LOSS, privilege=True)
    if differing and not any(widest.covers(each, component.id) for each in differing):
        decided = f"no id of what differs fits, as {min(each.id for each in differing)} is one"
        remedy = (
            "in a pattern `*` is one part between slashes, `**` any number of them: 'Deployment.apps/**', '**#/spec/**'"
        )
    elif refused:
        remedy = "take the entry out of `refuse` in migrate.yaml first"
    else:
        remedy = f"see with `migrate plan --only {component.id}` what differs"
    return MigrateError.of(
        "MIG930",
        f"there is nothing more that {entry} would admit; {decided}",
        span=SourceSpan(path=CONFIG_PATH) if refused else None,
        remedy=remedy,
    )


def _incomplete(what: str, remedy: str) -> MigrateError:
    return MigrateError.of("MIG931", f"the entry {what}", remedy=remedy)
