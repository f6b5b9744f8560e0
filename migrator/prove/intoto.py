"""A proof as an in-toto Statement with the test-result predicate.

https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md and spec/predicates/test-result.md
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from migrator.diagnostics import Diagnostics
from migrator.gitops.deploying_since import DEPLOYS_OTHERWISE
from migrator.model import Json
from migrator.prove.admitted import admitted_above_metadata
from migrator.prove.rendered_parts import digest_json
from migrator.prove.types import Proof, Verdict

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://in-toto.io/attestation/test-result/v0.1"

_RESULTS = {
    Verdict.IDENTICAL: "PASSED",
    Verdict.ALLOWED: "WARNED",
    Verdict.UNPROVED: "FAILED",
    Verdict.DIFFERS: "FAILED",
}
_LISTS = {"PASSED": "passedTests", "WARNED": "warnedTests", "FAILED": "failedTests"}


def intoto(proof: Proof, diagnostics: Diagnostics = ()) -> dict[str, Json]:
    """The Statement: its subjects are what the environments render after, its tests the environments and components.

    A test `deployers` warns where the diagnostics of the proof say that other objects deploy than at the base; its
    annotations list them, as no rendering shows them. `configuration` lists what the result rests on: engines, charts
    and every input file with its digest. A proof without any rendering has itself as the subject, because a Statement
    needs one.
    """
    tests: dict[str, list[str]] = {key: [] for key in _LISTS.values()}
    for name, environment in sorted(proof.environments.items()):
        tests[_LISTS[_RESULTS[environment.verdict]]].append(f"environment/{name}")
    for name, component in sorted(proof.components.items()):
        tests[_LISTS[_RESULTS[component.verdict]]].append(f"component/{name}")
    deploying = [line for each in diagnostics if each.code == DEPLOYS_OTHERWISE for line in each.evidence]
    if deploying:
        tests["warnedTests"].append("deployers")
    rendered = {name: each.after_digest for name, each in sorted(proof.environments.items()) if each.after_digest}
    subjects = [_descriptor(f"rendering/{name}", digest) for name, digest in rendered.items()]
    return {
        "_type": STATEMENT_TYPE,
        "subject": subjects or [_descriptor("proof", proof.digest)],
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "result": _result(proof, deploying),
            "configuration": [
                *_configuration(proof),
                *([_annotated("deployers", {"code": DEPLOYS_OTHERWISE, "changed": deploying})] if deploying else []),
            ],
            **tests,
        },
    }


def _result(proof: Proof, deploying: Sequence[str]) -> str:
    found = _RESULTS[proof.verdict]
    return "WARNED" if deploying and found == "PASSED" else found


def _configuration(proof: Proof) -> list[Mapping[str, Json]]:
    record = proof.record
    rendered_by: dict[str, Json] = {
        **record.engines,
        "binaries": dict(record.binaries),
        "kubeVersion": record.kube_version,
        "apiVersions": list(record.api_versions),
        "commands": list(record.commands),
    }
    engines = _annotated("engines", rendered_by)
    charts = [_descriptor(f"chart/{name}", digest) for name, digest in sorted(record.charts.items())]
    baseline = [_descriptor(f"baseline/{path}", digest) for path, digest in sorted(record.baseline.items())]
    inputs = [_descriptor(f"input/{path}", digest) for path, digest in sorted(record.inputs.items())]
    admitted: dict[str, list[Json]] = {each.environment: [] for each in admitted_above_metadata(proof)}
    for each in admitted_above_metadata(proof):
        admitted[each.environment].append({"by": each.by, "impact": str(each.impact), "differences": list(each.lines)})
    allowed = [_annotated(f"admitted/{name}", {"admitted": held}) for name, held in admitted.items()]
    return [engines, *_by_allowance(proof), *allowed, *charts, *baseline, *inputs]


def _by_allowance(proof: Proof) -> Iterator[Mapping[str, Json]]:
    """For each environment how many differences are admitted, by what admits them."""
    for name, environment in sorted(proof.environments.items()):
        counts = Counter(each.reason for each in environment.found if each.admitted)
        if counts:
            yield _annotated(f"allowances/{name}", {"differences": dict(sorted(counts.items()))})


def _descriptor(name: str, digest: str) -> dict[str, Json]:
    """A ResourceDescriptor; `sha256:abc` becomes `{"sha256": "abc"}`."""
    algorithm, _, value = digest.partition(":")
    return {"name": name, "digest": {algorithm: value}}


def _annotated(name: str, annotations: Mapping[str, Json]) -> dict[str, Json]:
    """A ResourceDescriptor of facts; it must have a digest, which is that of the facts."""
    return {**_descriptor(name, digest_json(annotations)), "annotations": dict(annotations)}
