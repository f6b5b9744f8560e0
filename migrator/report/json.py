"""The public JSON documents (docs/schema): stable keys, `format_version` raised by a breaking change."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from migrator.report.groups import group_documents, pinned_documents
from migrator.report.visible import visible_json

if TYPE_CHECKING:
    from migrator.charts.types import ChartRef
    from migrator.classify import ChartCandidate, Evidence
    from migrator.diagnostics import Diagnostic
    from migrator.inference.types import Inference, ReleaseOptions, Residual, SplitValues
    from migrator.model import Difference, Json, KeyPath, ResId
    from migrator.plan.types import Change, ComponentPlan, Plan, PostRenderPatch, StagePlan
    from migrator.signatures import Upstream

FORMAT_VERSION = "1.0"


def dumps(document: Mapping[str, Json]) -> str:
    """The document as text: two spaces, keys in the order given, one newline at the end."""
    return visible_json(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)) + "\n"


def pointer(path: KeyPath) -> str:
    """RFC 6901 pointer of a path; the whole document is the empty string."""
    return "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in path)


def diagnostic_document(diagnostic: Diagnostic) -> dict[str, Json]:
    """`code`, `severity`, `summary`, and `path`, `line`, `column` (from 1) where known."""
    document: dict[str, Json] = {
        "code": diagnostic.code,
        "severity": diagnostic.severity.value,
        "summary": diagnostic.summary,
    }
    if diagnostic.span:
        document["path"] = str(diagnostic.span.path)
        if diagnostic.span.line:
            document |= {"line": diagnostic.span.line, "column": diagnostic.span.column}
    if diagnostic.remedy:
        document["remedy"] = diagnostic.remedy
    if diagnostic.evidence:
        document["evidence"] = list(diagnostic.evidence)
    return document


def difference_document(difference: Difference, environment: str) -> dict[str, Json]:
    """One difference; `before` or `after` is absent where the side has nothing there."""
    document: dict[str, Json] = {
        "id": difference.id,
        "environment": environment,
        "resource": str(difference.resource),
        "path": pointer(difference.path),
        "kind": difference.kind.value,
        "impact": str(difference.impact),
        "privilege": difference.privilege,
        "allowance": difference.allowance,
        "admitted": difference.admitted,
        "why": difference.why,
    }
    if difference.place:
        document["place"] = difference.place
    if difference.is_order:
        document["reordered"] = True
    sides = {"before": difference.before, "after": difference.after}
    return document | {side: value for side, value in sides.items() if difference.path and is_json(value)}


def is_json(value: Json) -> bool:
    """Whether a value can stand in a document; what marks absence cannot."""
    return value is None or isinstance(value, str | int | float | list | dict)


def chart_document(chart: ChartRef) -> dict[str, Json]:
    return {"name": chart.name, "version": chart.version, "repository": chart.repository}


def upstream_document(upstream: Upstream | None) -> dict[str, Json] | None:
    """The release manifest that objects come from, what says so, and what differs from the chart by design."""
    if upstream is None:
        return None
    return {
        "product": upstream.manifest.product,
        "version": upstream.version,
        "chart": upstream.manifest.chart or None,
        "source": upstream.source,
        "differs": list(upstream.manifest.differs),
    }


def values_document(values: SplitValues) -> dict[str, Json]:
    """The values as they are written, keys in order, and the comments that stand above some of them."""
    return {
        "common": values.common,
        "environments": {name: values.environments[name] for name in sorted(values.environments)},
        "notes": {pointer(path): text for path, text in values.notes},
    }


def residual_document(residual: Residual) -> dict[str, Json]:
    return {
        "environment": residual.environment,
        "resource": str(residual.resource),
        "path": pointer(residual.path),
        "class": residual.cls.value,
        **({"pins": residual.pin_names} if residual.pins else {}),
    }


def change_document(change: Change) -> dict[str, Json]:
    document: dict[str, Json] = {"action": change.action, "path": str(change.path), "cause": change.cause}
    document |= {"added": change.added, "removed": change.removed}
    if change.source is not None:
        document["source"] = str(change.source)
    return document


def companion_documents(companions: Mapping[str, Sequence[ResId]]) -> list[dict[str, Json]]:
    """Each companion once, with the environments that have it."""
    found: dict[ResId, list[str]] = {}
    for environment in sorted(companions):
        for resource in companions[environment]:
            found.setdefault(resource, []).append(environment)
    return [{"resource": str(resource), "environments": found[resource]} for resource in sorted(found)]


def options_document(options: ReleaseOptions) -> dict[str, Json]:
    return {"includeCRDs": options.include_crds, "hooks": options.hooks, "reasons": list(options.reasons)}


def rival_document(rival: ChartCandidate) -> dict[str, Json]:
    return {"name": rival.chart, "repository": rival.repository, "confidence": round(rival.score, 4)}


def evidence_document(evidence: Evidence) -> dict[str, Json]:
    return {
        "kind": evidence.kind,
        "detail": evidence.detail,
        "weight": evidence.weight,
        "resource": str(evidence.resource) if evidence.resource else None,
    }


def patch_document(patch: PostRenderPatch, environment: str) -> dict[str, Json]:
    operations = [dict(operation) for operation in patch.operations]
    return {"environment": environment, "resource": str(patch.target), "operations": operations}


def component_document(component: ComponentPlan) -> dict[str, Json]:
    """One component of the plan; `resources` counts distinct identities over all environments."""
    chart = component.chart
    members = component.members
    return {
        "id": component.id,
        "decision": component.decision.value,
        "reason": component.reason,
        "category": component.category,
        "chart": chart and {**chart_document(chart), "digest": component.chart_digest},
        "successor": component.successor,
        "rivals": [rival_document(rival) for rival in component.rivals],
        "upstream": upstream_document(component.upstream),
        "release": component.context.release,
        "namespace": component.context.namespace,
        "namespaces": {name: component.context.within(name).namespace for name in component.environments},
        "confidence": round(component.confidence, 4),
        "evidence": [evidence_document(evidence) for evidence in component.evidence],
        "environments": list(component.environments),
        "resources": len({resource for resources in members.values() for resource in resources}),
        "resources_by_environment": {environment: len(members[environment]) for environment in sorted(members)},
        "objects": {environment: sorted(map(str, members[environment])) for environment in sorted(members)},
        "values": values_document(component.values),
        "residual": [residual_document(residual) for residual in component.residual],
        "companions": companion_documents(component.companions),
        "differences": [
            difference_document(difference, environment)
            for environment in sorted(component.differences)
            for difference in component.differences[environment]
        ],
        "groups": group_documents(component.differences),
        "undone": group_documents(component.undone),
        "next": component.next,
        "patches": [
            patch_document(patch, environment)
            for environment in sorted(component.patches)
            for patch in component.patches[environment]
        ],
        "transforms": {name: dict(component.transforms[name]) for name in sorted(component.transforms)},
        "hooks": component.options.hooks,
        "options": options_document(component.options),
        "kube_version": component.context.kube_version,
        "api_versions": list(component.context.api_versions),
        "impact": str(component.impact),
    }


def plan_document(plan: Plan) -> dict[str, Json]:
    """The document of `migrate plan --format json` (docs/schema/plan-1.0.json)."""
    return {
        "format_version": FORMAT_VERSION,
        "complete": plan.complete,
        "next": plan.next,
        "environments": {
            name: {
                "roots": [str(root) for root in environment.roots],
                "status": environment.status,
                **({"reason": environment.reason} if environment.reason else {}),
                **({"deployed_by": list(environment.deployed_by)} if environment.deployed_by else {}),
            }
            for name, environment in sorted(plan.environments.items())
        },
        "components": [component_document(component) for component in plan.components],
        "pinned": pinned_documents(plan.pinned),
        "changes": [change_document(change) for change in plan.changes],
        **({"stages": [_stage(each) for each in plan.stages]} if plan.stages else {}),
        "diagnostics": [diagnostic_document(diagnostic) for diagnostic in plan.diagnostics],
    }


def _stage(stage: StagePlan) -> Json:
    return {
        "number": stage.number,
        "total": stage.total,
        "name": stage.name,
        "does": stage.does,
        "changes": [change_document(change) for change in stage.changes],
        "apply": list(stage.by_hand),
        "check": list(stage.check),
    }


def infer_document(inference: Inference, diagnostics: Iterable[Diagnostic], chart: ChartRef) -> dict[str, Json]:
    """The document of `migrate infer --format json` (docs/schema/infer-1.0.json)."""
    return {
        "format_version": FORMAT_VERSION,
        "chart": {**chart_document(chart), "digest": inference.chart_digest},
        "release": inference.context.release,
        "namespace": inference.context.namespace,
        "namespaces": {name: inference.context.within(name).namespace for name in sorted(inference.differences)},
        "verdict": "identical" if inference.identical else "differs",
        "equivalent": inference.equivalent,
        "values": values_document(inference.values),
        "options": options_document(inference.options),
        "residual": [residual_document(residual) for residual in inference.residual],
        "companions": companion_documents(inference.companions),
        "differences": [
            difference_document(difference, environment)
            for environment in sorted(inference.differences)
            for difference in inference.differences[environment]
        ],
        "written_differently": [
            {"environment": environment, "resource": str(resource), "path": pointer(path)}
            for environment, places in sorted(inference.written_differently.items())
            for resource, path in places
        ],
        "refusals": dict(sorted(inference.refusals.items())),
        "renders": inference.renders,
        "seconds": round(inference.seconds, 3),
        "engine": dict(sorted(inference.engine.items())),
        "kube_version": inference.context.kube_version,
        "api_versions": list(inference.context.api_versions),
        "diagnostics": [diagnostic_document(diagnostic) for diagnostic in diagnostics],
    }
