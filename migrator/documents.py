"""The public JSON documents of the results of a run; what derives from a Secret is a digest in them."""

from __future__ import annotations

import json
from functools import singledispatch
from typing import TYPE_CHECKING, Any

from migrator.charts.choosing.needed import NeededCharts
from migrator.graph import to_json
from migrator.model import Json
from migrator.prove import proof_document
from migrator.report.charts import charts_document
from migrator.report.deployers import deployer_document
from migrator.report.explain import explanation_document
from migrator.report.groups import group_documents
from migrator.report.json import FORMAT_VERSION, diagnostic_document, infer_document, plan_document
from migrator.report.object_evidence import account_document
from migrator.report.redact import redact_differences, redact_explanation, redact_inference, redact_plan, redact_proof
from migrator.workflow.apply import Applied
from migrator.workflow.audit import Audited
from migrator.workflow.deciding.accept import Accepted
from migrator.workflow.deciding.drop import Dropped
from migrator.workflow.explain import Accounted, Explained
from migrator.workflow.graph import Graphed
from migrator.workflow.infer_files import Inferred
from migrator.workflow.planned import Planned
from migrator.workflow.relock import Relocked
from migrator.workflow.rules.signatures import Listed
from migrator.workflow.verify import Verified

if TYPE_CHECKING:
    from migrator.diagnostics import Diagnostics


@singledispatch
def document_of(result: Any) -> dict[str, Json]:
    """The document that `--format json` prints of a result; TypeError for what is not a result of the api."""
    raise TypeError(f"{type(result).__name__} has no JSON document: no command prints one")


@document_of.register
def _(planned: Planned) -> dict[str, Json]:
    return plan_document(redact_plan(planned.plan, planned.secrets))


@document_of.register
def _(accepted: Accepted) -> dict[str, Json]:
    found = {name: redact_differences(each, accepted.secrets) for name, each in accepted.differences.items()}
    return {
        "format_version": FORMAT_VERSION,
        "component": accepted.component.id,
        "decision": accepted.component.decision.value,
        "reason": accepted.component.reason,
        "groups": group_documents(found),
        "patches": sum(len(patch.operations) for found in accepted.component.patches.values() for patch in found),
        "written": accepted.is_new,
        "next": accepted.next,
        "diagnostics": _diagnostics(accepted.diagnostics),
    }


@document_of.register
def _(dropped: Dropped) -> dict[str, Json]:
    gone, left = (
        {name: redact_differences(each, dropped.secrets) for name, each in found.items()}
        for found in (dropped.dropped, dropped.left)
    )
    return {
        "format_version": FORMAT_VERSION,
        "component": dropped.component,
        "decision": dropped.decision.value,
        "reason": dropped.reason,
        "groups": group_documents(gone),
        "left": group_documents(left),
        "patches": sum(len(patch.operations) for found in dropped.patches.values() for patch in found),
        "written": True,
        "files": [str(each.path) for each in dropped.edits],
        "next": dropped.next,
        "diagnostics": _diagnostics(dropped.diagnostics),
    }


@document_of.register
def _(applied: Applied) -> dict[str, Json]:
    secrets = applied.planned.secrets
    proof = applied.proof and redact_proof(applied.proof, secrets)
    return {
        **plan_document(redact_plan(applied.planned.plan, secrets)),
        "diagnostics": _diagnostics(applied.diagnostics),
        "written": applied.is_written,
        "proof": proof and proof_document(proof),
    }


@document_of.register
def _(relocked: Relocked) -> dict[str, Json]:
    return {
        **proof_document(relocked.proof),
        "base": relocked.base,
        "changes": list(relocked.changes),
        "files": [edit.path for edit in relocked.edits],
        "written": relocked.is_written,
        "diagnostics": _diagnostics(relocked.diagnostics),
    }


@document_of.register
def _(verified: Verified) -> dict[str, Json]:
    return {**proof_document(verified.proof), "diagnostics": _diagnostics(verified.diagnostics)}


@document_of.register
def _(audited: Audited) -> dict[str, Json]:
    return {"format_version": FORMAT_VERSION, "findings": _diagnostics(audited.findings)}


@document_of.register
def _(inferred: Inferred) -> dict[str, Json]:
    inference = redact_inference(inferred.inference, inferred.secrets)
    explanation = inferred.explanation and redact_explanation(inferred.explanation, inferred.secrets)
    told = {"explanation": explanation_document(explanation)} if explanation else {}
    document = infer_document(inference, inferred.diagnostics, inferred.ref)
    return {**document, "files": list(map(str, inferred.written)), **told}


@document_of.register
def _(explained: Explained) -> dict[str, Json]:
    explanation = redact_explanation(explained.explanation, explained.secrets)
    return {
        "format_version": FORMAT_VERSION,
        **explanation_document(explanation),
        "diagnostics": _diagnostics(explained.diagnostics),
    }


@document_of.register
def _(accounted: Accounted) -> dict[str, Json]:
    return account_document(accounted.account)


@document_of.register
def _(graphed: Graphed) -> dict[str, Json]:
    document: dict[str, Json] = json.loads(to_json(graphed.graph, graphed.environments or None, graphed.components))
    return {**document, "deployers": [deployer_document(each) for each in graphed.deployers]}


@document_of.register
def _(needed: NeededCharts) -> dict[str, Json]:
    return charts_document(needed)


@document_of.register
def _(listed: Listed) -> dict[str, Json]:
    return {
        "format_version": FORMAT_VERSION,
        "signatures": [
            {"chart": one.chart, "category": one.category, "repository": one.repository, "source": str(one.source)}
            for one in listed.signatures
        ],
        "manifests": [
            {"product": one.product, "chart": one.chart or None, "source": one.source} for one in listed.manifests
        ],
    }


def _diagnostics(found: Diagnostics) -> list[Json]:
    return [diagnostic_document(each) for each in found]
