"""Whether a tool can deploy a release as it was planned; what it cannot be told stays in Kustomize."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from migrator.diagnostics import Diagnostic, Diagnostics, MigrateError, Severity
from migrator.gitops.deployer import Tool
from migrator.gitops.emit.units import Unit
from migrator.lock import LOCK_PATH
from migrator.model import ResId, SourceSpan, mapping_of
from migrator.plan import ComponentPlan, Decision, Plan
from migrator.yamlio import Dialect, read_documents

_DEFINITIONS = re.compile(r"(?:charts/[^/]+/)*crds/.+\.ya?ml")
_ADOPTED = (Decision.ADOPT, Decision.ADOPT_WITH_PATCHES)


def for_tool(plan: Plan, tool: Tool, *, enables_helm: bool = False) -> Plan:
    """The plan without the components that the tool cannot deploy; MIG662 says of each why.

    `enables_helm`: whether the kustomize of Argo CD may inflate charts.
    """
    adopted = [each for each in plan.components if each.decision in _ADOPTED]
    reasons = {each.id: why for each in adopted if (why := _why_not(each, tool, enables_helm=enables_helm))}
    if not reasons:
        return plan
    components = tuple(
        replace(each, decision=Decision.PROPOSE, reason=reasons[each.id]) if each.id in reasons else each
        for each in plan.components
    )
    stays = _could_inflate() if tool is Tool.ARGO_CD and not enables_helm else _stays()
    notes = tuple(replace(stays, summary=f"{name} stays in Kustomize: {why}") for name, why in sorted(reasons.items()))
    return replace(plan, components=components, diagnostics=(*plan.diagnostics, *notes))


def _stays() -> Diagnostic:
    return Diagnostic(
        code="MIG662",
        severity=Severity.WARNING,
        summary="",
        remedy="accept what the patches undo (`migrate review`), or leave it",
    )


def _could_inflate() -> Diagnostic:
    return Diagnostic(
        code="MIG662",
        severity=Severity.WARNING,
        summary="",
        remedy="let the kustomize of Argo CD inflate charts (`kustomize.buildOptions: --enable-helm` in its ConfigMap "
        "argocd-cm) and say `gitops: {argocd: {enable_helm: true}}` in migrate.yaml; or accept what the patches undo "
        "(`migrate review`), or leave it",
    )


def check_deployable(units: Iterable[Unit], tool: Tool, *, enables_helm: bool = False) -> None:
    """MIG662 for a release of an earlier migration that the tool cannot be told how to deploy."""
    for each in units:
        if each.release is None:
            continue
        fields = {key for key, value in each.patches.items() if value}
        why = _no_word(tool, each.release.hooks, patches="patches" in fields, transforms=bool(fields - {"patches"}))
        if why and tool is Tool.ARGO_CD and enables_helm:
            why = _no_source(each.release.repository)
        if why:
            raise undeployable(each, why, tool)


def buildable(units: Sequence[Unit], tool: Tool, *, enables_helm: bool = False) -> tuple[tuple[Unit, ...], Diagnostics]:
    """The units without those that the tool cannot build; MIG662 names the kustomizations that inflate charts.

    Flux never inflates them (fact F2); Argo CD does where it is told to.
    """
    inflating = [each for each in units if each.inflates]
    if not inflating or (tool is Tool.ARGO_CD and enables_helm):
        return tuple(units), ()
    shown = ", ".join(sorted({each.path for each in inflating}))
    if tool is Tool.ARGO_CD:
        return tuple(units), (_needs_helm(shown),)
    return tuple(each for each in units if not each.inflates), (_not_inflated(shown),)


def _needs_helm(paths: str) -> Diagnostic:
    return Diagnostic(
        code="MIG662",
        severity=Severity.WARNING,
        summary=f"Argo CD has to inflate charts for these kustomizations: {paths}",
        remedy="set `kustomize.buildOptions: --enable-helm` in its ConfigMap argocd-cm, and say `gitops: {argocd: "
        "{enable_helm: true}}` in migrate.yaml",
    )


def _not_inflated(paths: str) -> Diagnostic:
    return Diagnostic(
        code="MIG662",
        severity=Severity.WARNING,
        summary=f"no object is written for kustomizations that inflate charts, which Flux does not (fact F2): {paths}",
        remedy="deploy their charts by HelmReleases of your own, or let the kustomization hold what they render",
    )


def undeployable(unit: Unit, why: str, tool: Tool) -> MigrateError:
    """MIG662: the tool cannot deploy the release of an earlier migration."""
    component = unit.release.component if unit.release is not None else unit.name
    return MigrateError.of(
        "MIG662",
        f"{component} in {unit.environment} is a release that {tool.product} cannot deploy: {why}",
        span=SourceSpan(path=LOCK_PATH),
        remedy="choose another tool in `gitops`, for Argo CD let its kustomize inflate charts (`gitops: {argocd: "
        "{enable_helm: true}}` in migrate.yaml), or take the component back to Kustomize; then apply again",
    )


def _why_not(component: ComponentPlan, tool: Tool, *, enables_helm: bool) -> str:
    """Why the tool cannot be told how to deploy it; empty where it can."""
    patches, transforms = (any(each.values()) for each in (component.patches, component.transforms))
    why = _no_word(tool, component.options.hooks, patches=patches, transforms=transforms)
    if why and tool is Tool.ARGO_CD and enables_helm:
        return _no_source(component.chart.repository if component.chart is not None else "")
    return why


def _no_source(repository: str) -> str:
    """Why kustomize cannot inflate a chart; empty where it can."""
    return "" if repository else "only kustomize could patch its chart, and no repository of that is known"


def _no_word(tool: Tool, hooks: str, *, patches: bool, transforms: bool) -> str:
    if tool is Tool.ARGO_CD and hooks != "run":
        return "its hooks have to be left out, and Argo CD runs the hooks of a chart whatever it is told (fact A4)"
    if tool is Tool.ARGO_CD and (patches or transforms):
        return "patches behind its chart keep it as it is, and Argo CD has no place for such patches in an Application"
    if tool is Tool.FLUX and transforms:
        return "fields of a kustomization behind its chart keep it as it is, and a HelmRelease knows patches alone"
    return ""


def without_definitions(plan: Plan, charts: Mapping[str, Mapping[str, bytes]]) -> Plan:
    """The plan whose releases leave the definitions in the `crds/` of their charts in Kustomize.

    No post-renderer reaches these, so that nothing would protect them against an old Kustomization that is late while
    Flux hands them over (facts C1 and C2). `charts` are the files of the chart of each component.
    """
    components = tuple(
        _without(each, _definitions(charts.get(each.id, {}))) if each.decision in _ADOPTED else each
        for each in plan.components
    )
    return replace(plan, components=components)


def _without(component: ComponentPlan, names: frozenset[str]) -> ComponentPlan:
    def stays(each: ResId) -> bool:
        return each.kind == "CustomResourceDefinition" and each.name in names

    if not any(stays(each) for held in component.members.values() for each in held):
        return component
    members = {name: tuple(each for each in held if not stays(each)) for name, held in component.members.items()}
    left = {name: tuple(each for each in held if stays(each)) for name, held in component.members.items()}
    companions = {name: tuple(sorted({*component.companions.get(name, ()), *left[name]})) for name in members}
    reason = "its definitions stay in Kustomize, as nothing would protect them while Flux hands them over"
    options = replace(component.options, include_crds=False, reasons=(*component.options.reasons, reason))
    return replace(component, members=members, companions=companions, options=options)


def _definitions(files: Mapping[str, bytes]) -> frozenset[str]:
    found: set[str] = set()
    for path, data in sorted(files.items()):
        if _DEFINITIONS.fullmatch(path):
            try:
                documents = read_documents(data, dialect=Dialect.SIGS)
            except MigrateError:
                continue
            found |= {str(mapping_of(mapping_of(each.value).get("metadata")).get("name") or "") for each in documents}
    return frozenset(found - {""})
