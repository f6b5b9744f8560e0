"""Answers of values inference as bytes for the cache, so that planning again asks nobody."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path as FilePath
from typing import TYPE_CHECKING

from migrator.diagnostics import Diagnostic, Diagnostics, Severity
from migrator.inference.types import Attempt, Inference, InferenceRequest, Residual, ResidualClass, SplitValues
from migrator.model import Difference, DifferenceKind, Impact, Json, Path, RepoPath, ResId, SourceSpan, resource_of
from migrator.yamlio import ABSENT

if TYPE_CHECKING:
    from migrator.engines import Toolchain

FORMAT = "answer-4"


def answer_key(request: InferenceRequest, tools: Toolchain, source: str) -> str:
    """A digest of everything that decides the answer; `source` is that of our own code."""
    asked = {
        "engines": tools.engines,
        "charts": [chart.digest for chart in (request.chart, *request.others)],
        "dependency": request.as_dependency,
        "targets": {name: [resource.body for resource in found] for name, found in request.targets.items()},
        "names": [request.chart.ref.name, request.release, request.namespace],
        "capabilities": [request.kube_version, request.kube_is_given, list(request.api_versions)],
        "budget": request.budget,
    }
    text = json.dumps(asked, sort_keys=True, separators=(",", ":"), default=str)
    return f"{FORMAT}:{source}:{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"


def source_digest() -> str:
    """Hex digest of this package's source, so that no answer of another version is taken for ours."""
    hasher = hashlib.sha256()
    for path in sorted(FilePath(__file__).resolve().parent.parent.rglob("*.py")):
        hasher.update(path.read_bytes())
    return hasher.hexdigest()[:32]


def encode(inference: Inference, diagnostics: Diagnostics) -> bytes:
    """Compact JSON."""
    document = {
        "release": inference.release,
        "namespace": inference.namespace,
        "common": inference.values.common,
        "environments": inference.values.environments,
        "notes": [[list(path), text] for path, text in inference.values.notes.items()],
        "rendered": {name: [resource.body for resource in found] for name, found in inference.rendered.items()},
        "differences": {name: [_difference(each) for each in found] for name, found in inference.differences.items()},
        "residual": [
            [
                each.environment,
                _res_id(each.resource),
                list(each.path),
                each.cls.value,
                [*map(list, each.pins)],
                [[[[list(path), value] for path, value in one.values], one.farther] for one in each.tried],
            ]
            for each in inference.residual
        ],
        "companions": {name: [_res_id(each) for each in found] for name, found in inference.companions.items()},
        "renders": inference.renders,
        "seconds": inference.seconds,
        "engine": dict(inference.engine),
        "chartDigest": inference.chart_digest,
        "kubeVersion": inference.kube_version,
        "apiVersions": list(inference.api_versions),
        "refusals": dict(inference.refusals),
        "diagnostics": [_diagnostic(each) for each in diagnostics],
    }
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")


def decode(data: bytes) -> tuple[Inference, Diagnostics]:
    """What `encode` wrote; ValueError or KeyError for anything else."""
    held = json.loads(data.decode("utf-8", "surrogatepass"))
    inference = Inference(
        release=held["release"],
        namespace=held["namespace"],
        values=SplitValues(
            common=held["common"],
            environments=held["environments"],
            notes={_path(path): text for path, text in held["notes"]},
        ),
        rendered={name: tuple(resource_of(body) for body in found) for name, found in held["rendered"].items()},
        differences={
            name: tuple(_difference_of(each) for each in found) for name, found in held["differences"].items()
        },
        residual=tuple(
            Residual(
                environment=environment,
                resource=ResId(**res_id),
                path=_path(path),
                cls=ResidualClass(cls),
                pins=tuple(tuple(_path(each) for each in pin) for pin in pins),
                tried=tuple(_attempt_of(*each) for each in tried),
            )
            for environment, res_id, path, cls, pins, tried in held["residual"]
        ),
        companions={name: tuple(ResId(**each) for each in found) for name, found in held["companions"].items()},
        renders=held["renders"],
        seconds=held["seconds"],
        engine=held["engine"],
        chart_digest=held["chartDigest"],
        kube_version=held["kubeVersion"],
        api_versions=tuple(held["apiVersions"]),
        refusals=held["refusals"],
    )
    return inference, tuple(_diagnostic_of(each) for each in held["diagnostics"])


def _res_id(res_id: ResId) -> dict[str, str]:
    return {"group": res_id.group, "kind": res_id.kind, "namespace": res_id.namespace, "name": res_id.name}


def _path(keys: list[str | int]) -> Path:
    return tuple(keys)


def _attempt_of(values: list[tuple[list[str | int], Json]], farther: float) -> Attempt:
    return Attempt(values=tuple((_path(path), value) for path, value in values), farther=farther)


def _difference(difference: Difference) -> dict[str, Json]:
    document: dict[str, Json] = {
        "resource": _res_id(difference.resource),
        "path": list(difference.path),
        "kind": difference.kind.value,
        "impact": str(difference.impact),
        "privilege": difference.privilege,
        "allowance": difference.allowance,
    }
    sides = {"before": difference.before, "after": difference.after}
    return document | {side: value for side, value in sides.items() if value is not ABSENT}


def _difference_of(held: Mapping[str, Json]) -> Difference:
    return Difference(
        resource=ResId(**held["resource"]),
        path=_path(held["path"]),
        kind=DifferenceKind(held["kind"]),
        before=held.get("before", ABSENT),
        after=held.get("after", ABSENT),
        impact=Impact.parse(held["impact"]),
        privilege=held["privilege"],
        allowance=held["allowance"],
    )


def _diagnostic(diagnostic: Diagnostic) -> dict[str, Json]:
    span = diagnostic.span
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity.value,
        "summary": diagnostic.summary,
        "span": [str(span.path), span.line, span.column] if span else None,
        "remedy": diagnostic.remedy,
        "evidence": list(diagnostic.evidence),
    }


def _diagnostic_of(held: Mapping[str, Json]) -> Diagnostic:
    span = held["span"]
    return Diagnostic(
        code=held["code"],
        severity=Severity(held["severity"]),
        summary=held["summary"],
        span=SourceSpan(path=RepoPath(span[0]), line=span[1], column=span[2]) if span else None,
        remedy=held["remedy"],
        evidence=tuple(held["evidence"]),
    )
