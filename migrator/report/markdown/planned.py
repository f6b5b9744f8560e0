"""The plan as a comment: a table of components, then one folded section each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from migrator.inference.values.files import values_texts
from migrator.plan.types import Decision
from migrator.report.groups import group_lines, pinned_lines
from migrator.report.markdown.blocks import Block, bounded, cell, code, coded, fenced, folded, messages, table, yaml
from migrator.report.planned.facts import facts, headline, ordered
from migrator.report.planned.stages import stage_lines
from migrator.report.terminal import findings_headline, findings_kinds

if TYPE_CHECKING:
    from migrator.diagnostics import Diagnostic
    from migrator.plan.types import ComponentPlan, Plan


def plan_markdown(plan: Plan) -> str:
    """The plan as a comment: a table of components, then one folded section each."""
    rows = [f"- {name}: {code(text) if name == 'next' else cell(text)}" for name, text in facts(plan)]
    if not plan.complete:
        rows.append("- The plan is not complete: see the messages below.")
    summary = Block(
        title="summary", head=("## Migration plan", "", f"**{cell(headline(plan))}**", ""), rows=tuple(rows), rank=0
    )
    blocks = [summary, environments(plan), components(ordered(plan.components)), *sections(plan)]
    return bounded([*blocks, messages(plan.diagnostics)], "migrate plan --format html")


def findings_markdown(findings: Sequence[Diagnostic]) -> str:
    """How many there are, of which kinds, and a table of them; or one line that there are none."""
    if not findings:
        return "No findings.\n"
    kinds = tuple(f"- {cell(line)}" for line in findings_kinds(findings))
    summary = Block(title="summary", head=(f"**{findings_headline(findings)}**", ""), rows=kinds, rank=0)
    return bounded([summary, messages(tuple(dict.fromkeys(findings)))], "migrate audit --format json")


def environments(plan: Plan) -> Block:
    """The environments, their roots and whether they built."""
    rows = ((name, coded(*each.roots), each.status) for name, each in sorted(plan.environments.items()))
    return table("environments", ("environment", "roots", "status"), rows)


def components(found: Sequence[ComponentPlan]) -> Block:
    """A line for each component."""
    names = ("component", "decision", "chart", "objects", "impact", "confidence")
    return table("components", names, (_component(each) for each in found))


def _component(component: ComponentPlan) -> tuple[str, ...]:
    chart = f"{component.chart.name} {component.chart.version}" if component.chart else ""
    count = len({resource for resources in component.members.values() for resource in resources})
    decision, impact = component.decision.value, str(component.impact)
    return component.id, decision, chart, str(count), impact, f"{component.confidence:.2f}"


def sections(plan: Plan) -> Iterator[Block]:
    """What is folded: each component, what patches pin, the stages and the files."""
    for component in ordered(plan.components):
        if component.decision is not Decision.KEEP:
            yield folded(f"{component.id}: {component.decision.value}", _section(component), rank=2)
    if plan.pinned:
        yield fenced("Adopted, pinned by patches", pinned_lines(plan.pinned))
    if plan.stages:
        yield fenced(f"{len(plan.stages)} stages", stage_lines(plan.stages, verbose=True))
    if plan.changes:
        lines = (f"- {change.action} {code(change.path)} ({cell(change.cause)})" for change in plan.changes)
        yield folded(f"{len(plan.changes)} file changes", lines, rank=2)


def _section(component: ComponentPlan) -> list[str]:
    lines = [cell(component.reason), "", *(f"- {cell(reason)}" for reason in component.options.reasons)]
    lines += [""] * bool(component.options.reasons)
    if component.successor:
        lines += [f"The chart is deprecated; its successor is {cell(component.successor)}.", ""]
    lines += [f"- or {cell(rival.title)}, confidence {rival.score:.2f}" for rival in component.rivals]
    lines += [""] if component.rivals else []
    if component.upstream is not None:
        lines += [f"Release manifest of {cell(component.upstream.title)}: {code(component.upstream.source)}", ""]
        lines += [f"- by design: {cell(line)}" for line in component.upstream.manifest.differs]
        lines += [""] if component.upstream.manifest.differs else []
    for name, text in values_texts(component.values).items():
        lines += yaml(f"values-{name}.yaml" if name else "values.yaml", text)
    for line in group_lines(component.differences, component.environments):
        lines.append(f"  {cell(line.strip())}" if line.startswith(" ") else f"- {cell(line)}")
    lines += ["", "Patches take back:", ""] if component.undone else []
    for line in group_lines(component.undone, component.environments):
        lines.append(f"  {cell(line.strip())}" if line.startswith(" ") else f"- {cell(line)}")
    lines += ["", f"Next: {code(component.next)}"] if component.next else []
    return lines
