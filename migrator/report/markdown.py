"""Markdown for a pull request: the same facts, long blocks folded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from migrator.inference.values.files import values_texts
from migrator.plan.types import Decision
from migrator.report.groups import group_lines, pinned_lines
from migrator.report.planned.facts import facts, headline, ordered
from migrator.report.planned.stages import stage_lines
from migrator.report.visible import visible

if TYPE_CHECKING:
    from migrator.diagnostics import Diagnostic
    from migrator.plan.types import ComponentPlan, Plan


def plan_markdown(plan: Plan) -> str:
    """The plan as a comment: a table of components, then one folded section each."""
    lines = ["## Migration plan", "", f"**{cell(headline(plan))}**", ""]
    lines += [f"- {name}: {_code(text) if name == 'next' else cell(text)}" for name, text in facts(plan)]
    if not plan.complete:
        lines.append("- The plan is not complete: see the messages below.")
    lines += ["", "| environment | roots | status |", "|---|---|---|"]
    lines += [
        row(name, ", ".join(f"`{root}`" for root in environment.roots), environment.status)
        for name, environment in sorted(plan.environments.items())
    ]
    lines += ["", "| component | decision | chart | objects | impact | confidence |", "|---|---|---|---|---|---|"]
    lines += [_component_row(component) for component in ordered(plan.components)]
    lines.append("")
    for component in ordered(plan.components):
        if component.decision is not Decision.KEEP:
            lines += _section(component)
    if plan.pinned:
        lines += ["<details><summary>Adopted, pinned by patches</summary>", "", "```"]
        lines += [*pinned_lines(plan.pinned), "```", "", "</details>", ""]
    if plan.stages:
        lines += [f"<details><summary>{len(plan.stages)} stages</summary>", "", "```"]
        lines += [*stage_lines(plan.stages, verbose=True), "```", "", "</details>", ""]
    if plan.changes:
        lines += [f"<details><summary>{len(plan.changes)} file changes</summary>", ""]
        lines += [f"- {change.action} `{change.path}` ({cell(change.cause)})" for change in plan.changes]
        lines += ["", "</details>", ""]
    lines += findings_lines(plan.diagnostics)
    return "\n".join(lines).rstrip("\n") + "\n"


def findings_markdown(findings: Sequence[Diagnostic]) -> str:
    """A table of findings, or one line that there are none."""
    return "\n".join(findings_lines(findings) or ["No findings."]).rstrip("\n") + "\n"


def findings_lines(findings: Sequence[Diagnostic]) -> list[str]:
    """Header and rows; nothing when there is nothing to say."""
    if not findings:
        return []
    rows = [
        row(item.severity.value, item.code, f"`{item.span}`" if item.span else "", item.summary, item.remedy)
        for item in findings
    ]
    return ["| severity | code | place | what | remedy |", "|---|---|---|---|---|", *rows, ""]


def _component_row(component: ComponentPlan) -> str:
    chart = f"{component.chart.name} {component.chart.version}" if component.chart else ""
    count = len({resource for resources in component.members.values() for resource in resources})
    return row(
        component.id,
        component.decision.value,
        chart,
        str(count),
        str(component.impact),
        f"{component.confidence:.2f}",
    )


def _section(component: ComponentPlan) -> list[str]:
    lines = [f"<details><summary><b>{cell(component.id)}</b>: {component.decision.value}</summary>", ""]
    lines += [cell(component.reason), "", *(f"- {cell(reason)}" for reason in component.options.reasons)]
    lines += [""] * bool(component.options.reasons)
    if component.successor:
        lines += [f"The chart is deprecated; its successor is {cell(component.successor)}.", ""]
    lines += [f"- or {cell(rival.title)}, confidence {rival.score:.2f}" for rival in component.rivals]
    lines += [""] if component.rivals else []
    if component.upstream is not None:
        lines += [f"Release manifest of {cell(component.upstream.title)}: `{component.upstream.source}`", ""]
        lines += [f"- by design: {cell(line)}" for line in component.upstream.manifest.differs]
        lines += [""] if component.upstream.manifest.differs else []
    for name, text in values_texts(component.values).items():
        lines += _yaml(f"values-{name}.yaml" if name else "values.yaml", text)
    for line in group_lines(component.differences, component.environments):
        lines.append(f"  {cell(line.strip())}" if line.startswith(" ") else f"- {cell(line)}")
    lines += ["", "Patches take back:", ""] if component.undone else []
    for line in group_lines(component.undone, component.environments):
        lines.append(f"  {cell(line.strip())}" if line.startswith(" ") else f"- {cell(line)}")
    lines += ["", f"Next: {_code(component.next)}"] if component.next else []
    return [*lines, "", "</details>", ""]


def _yaml(title: str, text: str) -> list[str]:
    text = text.rstrip("\n")
    fence = "`" * max(3, _longest_run(text) + 1)
    return [f"`{title}`", f"{fence}yaml", text, fence, ""]


def _code(text: str) -> str:
    fence = "`" * (_longest_run(text) + 1)
    return f"{fence}{visible(text)}{fence}"


def _longest_run(text: str) -> int:
    longest = run = 0
    for char in text:
        run = run + 1 if char == "`" else 0
        longest = max(longest, run)
    return longest


def row(*cells: str) -> str:
    """One line of a table."""
    return "| " + " | ".join(cell(each) for each in cells) + " |"


def cell(text: str) -> str:
    """Text that neither ends its cell nor opens a tag."""
    return visible(text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " "))
