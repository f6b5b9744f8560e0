"""What a pull request would say of a plan, in lines of a word and what it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from migrator.model import Impact
from migrator.plan.groups import plural
from migrator.plan.types import Decision
from migrator.report.terminal import DECISION_STYLES, SHORT, admitted_lines

if TYPE_CHECKING:
    from migrator.plan.types import Change, ComponentPlan, Plan

SIGNS = {"create": "+", "edit": "~", "delete": "-", "move": ">"}
DONE = {"create": "created", "edit": "edited", "delete": "deleted", "move": "moved"}
MOVES = (Decision.ADOPT, Decision.ADOPT_WITH_PATCHES)


def headline(plan: Plan) -> str:
    """Decisions, file changes and the highest impact in one sentence."""
    counts = Counter(component.decision.value for component in plan.components)
    told = ", ".join(f"{counts[decision]} {decision}" for decision in DECISION_STYLES if counts[decision])
    if not plan.changes:
        return f"Nothing to do: {told or 'no component was recognised'}."
    worst = max((each.impact for each in plan.components if each.decision in MOVES), default=Impact.NONE)
    return f"Plan: {told}; {plural(len(plan.changes), 'file change')}; highest impact {worst}."


def facts(plan: Plan, *, verbose: bool = False) -> Iterator[tuple[str, str]]:
    """What moves, what is admitted, files and lines, environments, what is to decide, and the command that goes on."""
    yield from _moves([each for each in plan.components if each.decision in MOVES])
    if plan.changes:
        added, removed = sum(each.added for each in plan.changes), sum(each.removed for each in plan.changes)
        actions = Counter(each.action for each in plan.changes)
        parts = ", ".join(f"{actions[action]} {done}" for action, done in DONE.items() if actions[action])
        yield "files", f"{parts}; +{added} -{removed} lines"
    if plan.stages:
        yield "stages", ", ".join(f"{each.number} {each.name}" for each in plan.stages)
    yield from _environments(plan, verbose=verbose)
    yield from _owners(plan, verbose=verbose)
    proposed = [each.id for each in plan.components if each.decision is Decision.PROPOSE]
    if proposed:
        yield "to decide", ", ".join(proposed)
    if plan.next:
        yield "next", plan.next


def ordered(components: Sequence[ComponentPlan]) -> list[ComponentPlan]:
    """What moves before what is proposed before what stays."""
    return sorted(components, key=lambda each: list(DECISION_STYLES).index(each.decision.value))


def _moves(moving: Sequence[ComponentPlan]) -> Iterator[tuple[str, str]]:
    if not moving:
        return
    members = {(name, each) for component in moving for name, found in component.members.items() for each in found}
    by = Counter(name for name, _ in members)
    objects = ", ".join(f"{name} {by[name]}" for name in sorted(by))
    yield "moves", f"{plural(len(moving), 'component')}, objects: {objects}"
    found = [each for component in moving for differences in component.differences.values() for each in differences]
    admitted = admitted_lines(each.allowance or each.why for each in found if each.admitted)
    yield "admitted", "; ".join(admitted) or "no difference"


def _environments(plan: Plan, *, verbose: bool) -> Iterator[tuple[str, str]]:
    """Those that built in one line; what did not, and why, one by one."""
    built = [name for name, each in sorted(plan.environments.items()) if each.status == "built"]
    if verbose:
        built = [f"{name} ({', '.join(plan.environments[name].roots)})" for name in built]
    if built:
        yield "built", several(built, ", ", verbose=verbose)
    for name, each in sorted(plan.environments.items()):
        if each.status != "built":
            roots = several(each.roots, ", ", verbose=verbose)
            reasons = several(list(dict.fromkeys(each.reason.split("; "))), "; ", verbose=verbose)
            yield each.status, f"{name}  {roots}: {reasons}"


def _owners(plan: Plan, *, verbose: bool) -> Iterator[tuple[str, str]]:
    """Who deploys what today."""
    owned = [
        f"{name} by {several(each.deployed_by, ', ', verbose=verbose)}"
        for name, each in sorted(plan.environments.items())
        if each.deployed_by
    ]
    if owned:
        yield "deployed", several(owned, "; ", verbose=verbose)


def by_folder(changes: Iterable[Change]) -> list[str]:
    """`~ base/  4 edited, 2 deleted`, a line for each first folder."""
    folders: dict[str, Counter[str]] = {}
    for each in changes:
        folder, slash, _ = each.path.partition("/")
        folders.setdefault(f"{folder}{slash}", Counter())[each.action] += 1
    return [
        f"  {folder}  {', '.join(f'{counts[action]} {done}' for action, done in DONE.items() if counts[action])}"
        for folder, counts in folders.items()
    ]


def several(words: Sequence[str], separator: str, *, verbose: bool) -> str:
    """All words, or the first of many."""
    if verbose or len(words) <= SHORT:
        return separator.join(words)
    return f"{separator.join(words[: SHORT - 2])}{separator}... {len(words) - SHORT + 2} more (--verbose)"
