"""Whether a tool can deploy a release as it was planned; what it cannot be told stays in Kustomize."""

from __future__ import annotations

from dataclasses import replace

from migrator.diagnostics import Diagnostic, Severity
from migrator.gitops.deployer import Tool
from migrator.plan import ComponentPlan, Decision, Plan

_ADOPTED = (Decision.ADOPT, Decision.ADOPT_WITH_PATCHES)


def for_tool(plan: Plan, tool: Tool) -> Plan:
    """The plan without the components that the tool cannot deploy; MIG662 says of each why."""
    reasons = {each.id: why for each in plan.components if each.decision in _ADOPTED and (why := _why_not(each, tool))}
    if not reasons:
        return plan
    components = tuple(
        replace(each, decision=Decision.PROPOSE, reason=reasons[each.id]) if each.id in reasons else each
        for each in plan.components
    )
    notes = tuple(
        Diagnostic(
            code="MIG662",
            severity=Severity.WARNING,
            summary=f"{name} stays in Kustomize: {why}",
            remedy="accept what the patches undo (`migrate review`), or leave it",
        )
        for name, why in sorted(reasons.items())
    )
    return replace(plan, components=components, diagnostics=(*plan.diagnostics, *notes))


def _why_not(component: ComponentPlan, tool: Tool) -> str:
    """Why the tool cannot be told how to deploy it; empty where it can."""
    if tool is Tool.ARGO_CD and component.options.hooks != "run":
        return "its hooks have to be left out, and Argo CD runs the hooks of a chart whatever it is told (fact A4)"
    if tool is Tool.ARGO_CD and (any(component.patches.values()) or any(component.transforms.values())):
        return "patches behind its chart keep it as it is, and Argo CD has no place for such patches in an Application"
    if tool is Tool.FLUX and any(component.transforms.values()):
        return "fields of a kustomization behind its chart keep it as it is, and a HelmRelease knows patches alone"
    return ""
