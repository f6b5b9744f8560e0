"""A proof as JSON and back; values of Secrets never enter it."""

from __future__ import annotations

from collections.abc import Mapping

from migrator.diagnostics import Diagnostic, Severity
from migrator.model import Difference, DifferenceKind, Impact, Json, LeftOut, RepoPath, ResId, SourceSpan
from migrator.prove.types import ComponentProof, EnvironmentProof, Found, Proof, Record, Verdict

FORMAT_VERSION = "1.0"


def proof_document(proof: Proof) -> dict[str, Json]:
    """The proof with stable keys. Of a difference its id, impact and explanation are kept, not the values."""
    return {
        "format_version": FORMAT_VERSION,
        "verdict": str(proof.verdict),
        "digest": proof.digest,
        "environments": {name: _environment(each) for name, each in sorted(proof.environments.items())},
        "components": {
            name: {
                "verdict": str(each.verdict),
                "environments": {key: str(verdict) for key, verdict in sorted(each.environments.items())},
                "resources": each.resources,
                "allowances": list(each.allowances),
            }
            for name, each in sorted(proof.components.items())
        },
        "stale": list(proof.stale),
        "record": {
            "engines": dict(sorted(proof.record.engines.items())),
            "binaries": dict(sorted(proof.record.binaries.items())),
            "kubeVersion": proof.record.kube_version,
            "apiVersions": list(proof.record.api_versions),
            "commands": list(proof.record.commands),
            "charts": dict(sorted(proof.record.charts.items())),
            "standIns": [str(path) for path in proof.record.stand_ins],
            "leftOut": {
                str(root): {"remotes": list(held.remotes), "folders": list(held.folders)}
                for root, held in sorted(proof.record.left_out.items())
            },
            "baseline": {str(path): digest for path, digest in sorted(proof.record.baseline.items())},
            "inputs": {str(path): digest for path, digest in sorted(proof.record.inputs.items())},
        },
    }


def read_proof(document: Mapping[str, Json]) -> Proof:
    """The proof that `proof_document` wrote; KeyError or ValueError for anything else."""
    if document["format_version"] != FORMAT_VERSION:
        raise ValueError(f"a proof of format {document['format_version']}, not {FORMAT_VERSION}")
    record = document["record"]
    return Proof(
        verdict=Verdict.parse(document["verdict"]),
        environments={name: _read_environment(name, each) for name, each in document["environments"].items()},
        components={
            name: ComponentProof(
                component=name,
                verdict=Verdict.parse(each["verdict"]),
                environments={key: Verdict.parse(verdict) for key, verdict in each["environments"].items()},
                resources=each["resources"],
                allowances=tuple(each["allowances"]),
            )
            for name, each in document["components"].items()
        },
        stale=tuple(document["stale"]),
        record=Record(
            engines=record["engines"],
            binaries=record.get("binaries", {}),
            kube_version=record["kubeVersion"],
            api_versions=tuple(record["apiVersions"]),
            commands=tuple(record["commands"]),
            charts=record["charts"],
            stand_ins=tuple(map(RepoPath, record.get("standIns", ()))),
            left_out={
                RepoPath(root): LeftOut(
                    remotes=tuple(held["remotes"]), folders=tuple(RepoPath(each) for each in held["folders"])
                )
                for root, held in record.get("leftOut", {}).items()
            },
            baseline={RepoPath(path): digest for path, digest in record["baseline"].items()},
            inputs={RepoPath(path): digest for path, digest in record["inputs"].items()},
        ),
    )


def _environment(proof: EnvironmentProof) -> dict[str, Json]:
    return {
        "verdict": str(proof.verdict),
        "resources": {"before": proof.before, "after": proof.after},
        "digests": {"before": proof.before_digest, "after": proof.after_digest},
        "parts": dict(sorted(proof.parts.items())),
        "differences": [_found(each) for each in proof.found],
        "reasons": [_diagnostic(each) for each in proof.reasons],
        "equivalences": dict(sorted(proof.equivalences.items())),
    }


def _read_environment(name: str, document: Mapping[str, Json]) -> EnvironmentProof:
    return EnvironmentProof(
        environment=name,
        verdict=Verdict.parse(document["verdict"]),
        before=document["resources"]["before"],
        after=document["resources"]["after"],
        before_digest=document["digests"]["before"],
        after_digest=document["digests"]["after"],
        parts=document["parts"],
        found=tuple(_read_found(each) for each in document["differences"]),
        reasons=tuple(_read_diagnostic(each) for each in document["reasons"]),
        equivalences=document.get("equivalences", {}),
    )


def _found(found: Found) -> dict[str, Json]:
    difference = found.difference
    res = difference.resource
    return {
        "id": difference.id,
        "resource": {"group": res.group, "kind": res.kind, "namespace": res.namespace, "name": res.name},
        "path": list(difference.path),
        "place": difference.place,
        "reordered": difference.is_order,
        "kind": difference.kind.value,
        "impact": str(difference.impact),
        "privilege": difference.privilege,
        "allowance": difference.allowance,
        "admitted": found.admitted,
        "reason": found.reason,
        "explanation": list(found.explanation),
    }


def _read_found(document: Mapping[str, Json]) -> Found:
    return Found(
        difference=Difference(
            resource=ResId(**document["resource"]),
            path=tuple(document["path"]),
            place=document.get("place", ""),
            is_order=document.get("reordered", False),
            kind=DifferenceKind(document["kind"]),
            before=None,
            after=None,
            impact=Impact.parse(document["impact"]),
            privilege=document["privilege"],
            allowance=document["allowance"],
        ),
        admitted=document["admitted"],
        reason=document["reason"],
        explanation=tuple(document["explanation"]),
    )


def _diagnostic(diagnostic: Diagnostic) -> dict[str, Json]:
    span = diagnostic.span
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity.value,
        "summary": diagnostic.summary,
        "span": span and {"path": str(span.path), "line": span.line, "column": span.column},
        "remedy": diagnostic.remedy,
        "evidence": list(diagnostic.evidence),
    }


def _read_diagnostic(document: Mapping[str, Json]) -> Diagnostic:
    span = document["span"]
    return Diagnostic(
        code=document["code"],
        severity=Severity(document["severity"]),
        summary=document["summary"],
        span=SourceSpan(path=RepoPath(span["path"]), line=span["line"], column=span["column"]) if span else None,
        remedy=document["remedy"],
        evidence=tuple(document["evidence"]),
    )
