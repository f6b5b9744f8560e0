"""A plan as a person reads it first: what moves, what is changed, what there is to decide, and the next command."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from migrator.plan.groups import grouped, plural
from migrator.plan.types import Decision
from migrator.report.groups import example, judged
from migrator.report.planned.details import show_component
from migrator.report.planned.facts import FEW_FILES, MOVES, SIGNS, facts, headline, ordered, several
from migrator.report.planned.stages import stage_lines
from migrator.report.terminal import DECISION_STYLES, SHORT, console, show_pinned

if TYPE_CHECKING:
    from typing import IO

    from rich.console import Console

    from migrator.plan.types import Change, ComponentPlan, Plan

_FEW = SHORT // 4
"""As many components are shown with why, and with the command that goes on."""
_MANY = SHORT + 3
"""As many are shown in a line each, of more than these the first."""
_MOST = 8


def show_plan(plan: Plan, stream: IO[str], *, verbose: bool = False) -> None:
    """The summary, a line or two for each component, and where everything is asked for, all of each."""
    out = console(stream)
    _summary(out, plan, verbose=verbose)
    components = ordered(plan.components)
    adopted = [each for each in components if each.decision in MOVES]
    proposed = [each for each in components if each.decision is Decision.PROPOSE]
    if verbose:
        for component in (*adopted, *proposed):
            show_component(out, component)
    else:
        _short(out, "Moves to Helm", adopted)
        _short(out, "To decide", proposed)
    show_pinned(out, plan.pinned)
    remedies = () if verbose else [f" ({each.remedy})" for each in plan.diagnostics if each.remedy]
    kept = [each for each in components if each.decision is Decision.KEEP]
    _kept(out, [_without(each, remedies) for each in kept], verbose=verbose)
    for line in stage_lines(plan.stages, verbose=verbose):
        out.print(line, style="bold" if line.startswith("Stage") else None)
    if not plan.stages:
        _files(out, plan.changes, verbose=verbose)


def _summary(out: Console, plan: Plan, *, verbose: bool) -> None:
    out.print(headline(plan), style="bold")
    if not plan.complete:
        out.print("The plan is not complete: the messages say why.", style="yellow")
    lines = list(facts(plan, verbose=verbose))
    if not verbose and plan.components:
        lines.append(("more", "--verbose: evidence, values and every difference"))
    width = max((len(name) for name, _ in lines), default=0)
    for name, text in lines:
        out.print(f"  {name:<{width}}  {text}", style="bold" if name == "next" else None)
    out.print()


def _short(out: Console, title: str, components: Sequence[ComponentPlan]) -> None:
    """Few with why and the command that goes on with each, many in a line each."""
    if not components:
        return
    out.print(title, style="bold")
    ranked = (
        sorted(components, key=lambda each: (-each.impact, each.confidence)) if len(components) > _MANY else components
    )
    shown = ranked if len(components) <= _MANY else ranked[:_MOST]
    for component in shown:
        _line(out, component, marks=() if len(components) <= _FEW else _marks(component))
        if len(components) <= _FEW:
            _why(out, component, is_alone=len(components) == 1)
        elif component.decision is Decision.PROPOSE and len(components) <= 2 * _FEW:
            out.print(f"    {component.reason}", style="dim")
    if len(shown) < len(ranked):
        out.print(f"  and with less impact, or more surely: {', '.join(each.id for each in ranked[len(shown) :])}")
    commands = [each.next for each in sorted(components, key=lambda each: not each.blocked_by) if each.next]
    if commands and len(components) > _FEW:
        out.print(f"  next  {commands[0]}   # and so on, one by one: `migrate review` goes through them")
    out.print()


def _line(out: Console, component: ComponentPlan, marks: Iterable[str]) -> None:
    out.print(f"  {component.id}", style="bold", end="  ")
    out.print(component.decision.value, style=DECISION_STYLES[component.decision.value], end="")
    chart = f"  {component.chart.name} {component.chart.version}" if component.chart else ""
    count = len({each for found in component.members.values() for each in found})
    out.print(
        f"{chart}  {component.category}  {plural(count, 'object')}  impact {component.impact}"
        f"  confidence {component.confidence:.2f}{''.join(f'; {mark}' for mark in marks)}"
    )


def _why(out: Console, component: ComponentPlan, *, is_alone: bool) -> None:
    out.print(f"    {component.reason}", style="dim")
    for hint in _hints(component):
        out.print(f"    {hint}", style="yellow")
    for line in _against(component, _FEW if is_alone else 1):
        out.print(f"    {line}")
    if component.next:
        out.print(f"    next  {component.next}")


def _marks(component: ComponentPlan) -> Iterator[str]:
    """What a line of many says beside its figures."""
    operations = sum(len(patch.operations) for patches in component.patches.values() for patch in patches)
    if operations:
        yield f"{plural(operations, 'patch operation')}"
    if component.successor:
        yield "its chart is deprecated"
    if component.rivals:
        yield f"or of {plural(len(component.rivals), 'other publisher')}"
    against = grouped(
        {name: [each for each in held if not each.admitted] for name, held in component.differences.items()}
    )
    if against:
        yield f"against it {against[0].title}" + (f" and {len(against) - 1} more" if len(against) > 1 else "")


def _against(component: ComponentPlan, most: int) -> Iterator[str]:
    """What stands against adoption, in groups of like differences, the gravest first."""
    found = {name: [each for each in held if not each.admitted] for name, held in component.differences.items()}
    groups = grouped(found)
    for group in groups[:most]:
        yield f"- {group.impact!s:<9} {group.title}{judged(group)}, e.g. {example(group)}"
    if len(groups) > most:
        yield f"- {plural(len(groups) - most, 'more group')} of differences (--verbose)"


def _hints(component: ComponentPlan) -> Iterator[str]:
    if component.successor:
        yield f"its chart is deprecated; its successor is {component.successor}"
    for rival in component.rivals:
        yield f"or {rival.title}, confidence {rival.score:.2f}"


def _without(component: ComponentPlan, remedies: Iterable[str]) -> ComponentPlan:
    """A component whose reason says no remedy that a message says."""
    said = next((each for each in remedies if component.reason.endswith(each)), "")
    return replace(component, reason=component.reason.removesuffix(said))


def _kept(out: Console, components: Sequence[ComponentPlan], *, verbose: bool) -> None:
    recognised = [component for component in components if component.evidence]
    applications = [component for component in components if not component.evidence]
    if recognised:
        out.print("Recognised, stays in Kustomize", style="bold")
        _reasons(out, recognised, verbose=verbose)
    if applications:
        out.print("Stays in Kustomize", style="bold")
        reasons: dict[str, list[str]] = {}
        for component in applications:
            reasons.setdefault(component.reason, []).append(component.id)
        for reason, names in reasons.items():
            out.print(f"  {reason}: {several(names, ', ', verbose=verbose)}", style="dim")
        out.print()


def _reasons(out: Console, components: Sequence[ComponentPlan], *, verbose: bool) -> None:
    shown = components if verbose or len(components) <= _MOST else components[: _MOST - 1]
    width = max(len(component.id) for component in shown)
    for component in shown:
        successor = f"; its chart is deprecated, the successor is {component.successor}" if component.successor else ""
        out.print(f"  {component.id:<{width}}  {component.reason}{successor}", style="dim")
        hints = component.upstream.manifest.differs if component.upstream is not None else ()
        for line in hints if verbose else ():
            out.print(f"  {'':<{width}}  - {line}", style="dim")
    _more(out, [component.id for component in components[len(shown) :]])
    out.print()


def _files(out: Console, changes: Sequence[Change], *, verbose: bool) -> None:
    if not changes or (len(changes) > FEW_FILES and not verbose):
        return
    out.print("Files", style="bold")
    for each in changes:
        moved = f"{each.source} -> " if each.source is not None else ""
        out.print(f"  {SIGNS.get(each.action, '?')} {moved}{each.path}", end="")
        out.print(f"  ({each.cause})", style="dim")


def _more(out: Console, hidden: Sequence[str]) -> None:
    if hidden:
        out.print(f"  ... {len(hidden)} more (--verbose): {several(hidden, ', ', verbose=False)}", style="dim")
