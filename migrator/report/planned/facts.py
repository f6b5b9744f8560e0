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
FEW_FILES = SHORT + 2
"""As many are listed one by one."""
MOVES = (Decision.ADOPT, Decision.ADOPT_WITH_PATCHES)


def headline(plan: Plan) -> str:
    """Decisions, file changes and the highest impact in one sentence."""
    counts = Counter(component.decision.value for component in plan.components)
    told = ", ".join(f"{counts[decision]} {decision}" for decision in DECISION_STYLES if counts[decision])
    if not plan.changes:
        done = "Nothing to do" if plan.complete else "Nothing can be done yet"
        return f"{done}: {told or 'no component was recognised'}."
    worst = max((each.impact for each in plan.components if each.decision in MOVES), default=Impact.NONE)
    return f"Plan: {told}; {plural(len(plan.changes), 'file change')}; highest impact {worst}."


def facts(plan: Plan, *, verbose: bool = False) -> Iterator[tuple[str, str]]:
    """What moves, what is admitted, files and lines, environments, what is to decide, and the command that goes on."""
    yield from _moves([each for each in plan.components if each.decision in MOVES])
    if plan.changes:
        added, removed = sum(each.added for each in plan.changes), sum(each.removed for each in plan.changes)
        actions = Counter(each.action for each in plan.changes)
        parts = ", ".join(f"{actions[action]} {done}" for action, done in DONE.items() if actions[action])
        folders = "" if verbose or len(plan.changes) <= FEW_FILES else f"; {_where(plan.changes)}"
        yield "files", f"{parts}; +{added} -{removed} lines{folders}"
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
    """Those that built in one line, those that did not in one more; where everything is asked for, each and why."""
    built = [name for name, each in sorted(plan.environments.items()) if each.status == "built"]
    if verbose:
        built = [f"{name} ({', '.join(plan.environments[name].roots)})" for name in built]
    if built:
        yield "built", several(built, ", ", verbose=verbose)
    failed = {name: each for name, each in sorted(plan.environments.items()) if each.status != "built"}
    reasons = dict.fromkeys(reason for each in failed.values() for reason in each.reason.split("; "))
    if verbose or len(reasons) < len(failed) + 2 <= 4:
        for name, each in failed.items():
            yield each.status, f"{name}  {several(each.roots, ', ', verbose=verbose, most=3)}: {each.reason}"
    elif failed:
        yield "failed", f"{several(list(failed), ', ', verbose=False)}: the messages say which roots, and why"


def _owners(plan: Plan, *, verbose: bool) -> Iterator[tuple[str, str]]:
    """Who deploys what today: few by name, many counted by their kind."""
    owned = {name: each.deployed_by for name, each in sorted(plan.environments.items()) if each.deployed_by}
    is_short = verbose or sum(map(len, owned.values())) <= SHORT // 2
    told = [f"{name} by {', '.join(by) if is_short else _kinds(by)}" for name, by in owned.items()]
    if told:
        yield "deployed", several(told, "; ", verbose=verbose)


def _kinds(names: Iterable[str]) -> str:
    """`9 Applications, 1 ApplicationSet`."""
    counts = Counter(name.partition(" ")[0] for name in names)
    return ", ".join(plural(counts[kind], kind) for kind in sorted(counts))


def _where(changes: Iterable[Change]) -> str:
    """`in base/, overlays/`."""
    return f"in {several(list(dict.fromkeys(_folder(each) for each in changes)), ', ', verbose=False)}"


def _folder(change: Change) -> str:
    folder, slash, _ = change.path.partition("/")
    return f"{folder}{slash}"


def by_folder(changes: Iterable[Change]) -> list[str]:
    """`~ base/  4 edited, 2 deleted`, a line for each first folder."""
    folders: dict[str, Counter[str]] = {}
    for each in changes:
        folders.setdefault(_folder(each), Counter())[each.action] += 1
    return [
        f"  {folder}  {', '.join(f'{counts[action]} {done}' for action, done in DONE.items() if counts[action])}"
        for folder, counts in folders.items()
    ]


def several(words: Sequence[str], separator: str, *, verbose: bool, most: int = SHORT) -> str:
    """All words, or the first of many."""
    if verbose or len(words) <= most:
        return separator.join(words)
    few = most - 2 if most > 3 else most - 1
    return f"{separator.join(words[:few])}{separator}... {len(words) - few} more (--verbose)"
