"""All of what a plan holds about one component: evidence, values, what remains, and each difference."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from migrator.report.groups import group_lines, in_words
from migrator.report.terminal import DECISION_STYLES, show_upstream

if TYPE_CHECKING:
    from rich.console import Console

    from migrator.classify import Evidence
    from migrator.inference.types import Residual, SplitValues
    from migrator.model import Difference
    from migrator.plan.types import ComponentPlan

_NOT_FOUND = "not-found-within-budget"


def show_component(out: Console, component: ComponentPlan) -> None:
    """Everything about it, in the order in which a reader judges it."""
    out.print(component.id, style="bold", end="  ")
    out.print(component.decision.value, style=DECISION_STYLES[component.decision.value], end="")
    out.print(f"  {component.category}  impact {component.impact}  confidence {component.confidence:.2f}")
    if component.chart:
        source = f" from {component.chart.repository}" if component.chart.repository else ""
        out.print(f"  chart     {component.chart.name} {component.chart.version}{source}")
    if component.successor:
        out.print(f"            deprecated; its successor is {component.successor}", style="yellow")
    for rival in component.rivals:
        out.print(f"            or {rival.title}, confidence {rival.score:.2f}", style="dim")
    if component.context.release:
        out.print(f"  release   {component.context}")
    counts = ", ".join(f"{name} {len(component.members[name])}" for name in sorted(component.members))
    out.print(f"  objects   {counts}")
    for reason in component.options.reasons:
        out.print(f"  option    {reason}")
    out.print(f"  because   {component.reason}")
    _evidence(out, component.evidence)
    show_upstream(out, component.upstream)
    _values(out, component.values)
    _companions(out, component)
    _residual(out, _open(component))
    for environment, fields in sorted(component.transforms.items()):
        _listing(out, f"post-render fields, {environment}", sorted(fields))
    for environment in sorted(component.patches):
        targets = [str(patch.target) for patch in component.patches[environment]]
        _listing(out, f"post-render patches, {environment}", targets)
    _differences(out, component)
    if component.next:
        out.print(f"  next      {component.next}", style="bold")
    out.print()


def _evidence(out: Console, evidence: Sequence[Evidence]) -> None:
    """Facts of one kind are told once, with how often they were seen."""
    if not evidence:
        return
    seen = Counter((item.kind, item.detail, item.weight >= 0) for item in evidence)
    lines = [
        f"{kind}: {detail}" + (f" ({count} times)" if count > 1 else "") + ("" if is_for else "  (against)")
        for (kind, detail, is_for), count in seen.items()
    ]
    out.print("  evidence")
    for line in lines:
        out.print(f"    - {line}")


def _values(out: Console, values: SplitValues) -> None:
    from migrator.inference.values.files import values_texts

    for name, text in values_texts(values).items():
        _block(out, f"values, {name or 'all environments'}", text)


def _block(out: Console, title: str, text: str) -> None:
    out.print(f"  {title}")
    for line in text.splitlines():
        out.print(f"    {line}", style="cyan")


def _companions(out: Console, component: ComponentPlan) -> None:
    found = {resource for resources in component.companions.values() for resource in resources}
    own = {resource for resources in component.left_out.values() for resource in resources}
    makeable = {item.resource for item in component.residual if item.cls.value == _NOT_FOUND}
    for title, shown in (
        ("not made by the chart, stays in Kustomize", found - makeable - own),
        ("made by the chart with other values only, stays in Kustomize", (found & makeable) - own),
        ("the chart's own CRDs and hooks, left out of the release, stay in Kustomize", found & own),
    ):
        if shown:
            _listing(out, title, sorted(map(str, shown)))


def _residual(out: Console, residual: Sequence[Residual]) -> None:
    if residual:
        _listing(out, "no value found for", [_remains(item) for item in residual])


def _open(component: ComponentPlan) -> list[Residual]:
    """What remains, without what is told as a change, as taken back, or as an object that stays."""
    told = {
        (environment, resource, each.path)
        for differences in (component.differences, component.undone)
        for environment, found in differences.items()
        for each in found
        for resource in (each.resource, each.counterpart)
    }
    told |= {(environment, each, ()) for environment, found in component.companions.items() for each in found}
    return [item for item in component.residual if (item.environment, item.resource, item.path) not in told]


def _remains(item: Residual) -> str:
    """`dev: Kind ns/name /path class`."""
    place = f" {_place(item.path)}" if item.path else ""
    pinned = f", pinned by {item.pinned_by}" if item.pins else ""
    return f"{item.environment}: {item.resource}{place}  {item.cls.value}{pinned}"


def _differences(out: Console, component: ComponentPlan) -> None:
    """The groups of like differences; below them each difference."""
    if component.differences:
        out.print("  would change")
        for line in group_lines(component.differences, component.environments):
            out.print(f"      {line}" if line.startswith(" ") else f"    - {line}")
    if component.undone:
        out.print("  patches take back")
        for line in group_lines(component.undone, component.environments):
            out.print(f"      {line}" if line.startswith(" ") else f"    - {line}")
    why = {(item.environment, item.resource, item.path): item for item in component.residual}
    for environment, differences in sorted(component.differences.items()):
        found = sorted(differences, key=lambda item: (-item.impact, item.id))
        lines = [_difference(item, why.get((environment, item.resource, item.path))) for item in found]
        _listing(out, f"would change in {environment}", lines)


def _difference(difference: Difference, residual: Residual | None) -> str:
    """`impact  id  kind [place] [privilege] [allowance] [class]`."""
    marks = f" {difference.kind.value}{in_words(difference)}"
    if difference.privilege:
        marks += ", widens privileges"
    if difference.admitted and difference.allowance:
        marks += f", allowed by {difference.allowance}"
    elif residual is not None and residual.cls.value != _NOT_FOUND:
        marks += f", {residual.cls.value}{f', pinned by {residual.pinned_by}' if residual.pins else ''}"
    return f"{difference.impact!s:<9} {difference.id}{marks}"


def _place(path: Sequence[str | int]) -> str:
    return "".join(f"/{key}" for key in path)


def _listing(out: Console, title: str, lines: Sequence[str]) -> None:
    out.print(f"  {title}")
    for line in lines:
        out.print(f"    - {line}")
