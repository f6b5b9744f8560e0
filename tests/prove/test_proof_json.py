"""A proof as JSON, back, and as an in-toto Statement."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any

import pytest

from migrator.diagnostics import Diagnostic, Severity
from migrator.model import Difference, DifferenceKind, Impact, RepoPath, ResId, SourceSpan
from migrator.prove import (
    ComponentProof,
    EnvironmentProof,
    Found,
    Proof,
    Record,
    Verdict,
    intoto,
    proof_document,
    read_proof,
)
from migrator.report.ci.junit import junit
from migrator.report.proved.findings import beside_the_proof, proof_cases
from migrator.report.proved.text import show_proof

DIFFERENCE = Difference(
    resource=ResId(group="apps", kind="Deployment", namespace="web", name="a"),
    path=("spec", "template", 0, "a/b"),
    kind=DifferenceKind.CHANGED,
    before=None,
    after=None,
    impact=Impact.ROLLOUT,
    privilege=True,
    allowance="chart-labels",
)
REASON = Diagnostic(
    code="MIG707",
    severity=Severity.ERROR,
    summary="unproved",
    span=SourceSpan(path=RepoPath("a.yaml"), line=3, column=1),
    remedy="pin it",
    evidence=("x",),
)


def proof_of(verdict: Verdict = Verdict.DIFFERS, **changes: Any) -> Proof:
    environment = EnvironmentProof(
        environment="prod",
        verdict=verdict,
        before=2,
        after=3,
        before_digest="sha256:aa",
        after_digest="sha256:bb",
        parts={"apps": "sha256:b1"},
        found=(Found(difference=DIFFERENCE, admitted=False, reason="why", explanation=("1 -> 2",)),),
        reasons=(REASON, replace(REASON, span=None)),
    )
    proof = Proof(
        verdict=verdict,
        environments={"prod": environment},
        components={
            "tiny": ComponentProof(
                component="tiny",
                verdict=Verdict.ALLOWED,
                environments={"prod": Verdict.ALLOWED},
                resources=3,
                allowances=("chart-labels",),
            )
        },
        stale=("old-one",),
        record=Record(
            engines={"helm": "v3.17.3", "kustomize": "v5.8.1"},
            kube_version="1.30",
            api_versions=("a/v1",),
            commands=("kustomize build apps",),
            charts={"tiny 1.2.3": "sha256:cc"},
            baseline={RepoPath("old.yaml"): "sha256:dd"},
            inputs={RepoPath("new.yaml"): "sha256:ee"},
        ),
    )
    return replace(proof, **changes)


@pytest.mark.parametrize("verdict", list(Verdict))
def test_json_and_back(verdict: Verdict) -> None:
    proof = proof_of(verdict)
    text = json.dumps(proof_document(proof))
    assert read_proof(json.loads(text)) == proof
    assert json.loads(text)["verdict"] == str(verdict)


def test_verdict_words_are_those_of_the_lock() -> None:
    assert [str(verdict) for verdict in Verdict] == ["identical", "identical-under-allowances", "unproved", "differs"]
    assert [verdict.holds for verdict in Verdict] == [True, True, False, False]
    with pytest.raises(ValueError, match="not a verdict"):
        Verdict.parse("fine")


def test_other_format_is_refused() -> None:
    with pytest.raises(ValueError, match=r"format 2\.0"):
        read_proof({**proof_document(proof_of()), "format_version": "2.0"})


def test_the_place_in_words_is_kept_and_may_be_missing() -> None:
    proof = proof_of()
    (found, *others) = proof.environments["prod"].found
    told = replace(found, difference=replace(DIFFERENCE, place="ports", is_order=True))
    environment = replace(proof.environments["prod"], found=(told, *others))
    document = proof_document(replace(proof, environments={"prod": environment}))
    assert read_proof(document).environments["prod"] == environment
    for each in document["environments"]["prod"]["differences"]:
        del each["place"], each["reordered"]
    (found, *others) = read_proof(document).environments["prod"].found
    assert (found.difference.place, found.difference.is_order) == ("", False)


def test_values_of_differences_stay_out() -> None:
    found = replace(
        proof_of().environments["prod"].found[0], difference=replace(DIFFERENCE, before="hunter2", after={})
    )
    environment = replace(proof_of().environments["prod"], found=(found,))
    assert "hunter2" not in json.dumps(proof_document(proof_of(environments={"prod": environment})))


def test_statement_is_one_of_in_toto() -> None:
    statement = intoto(proof_of())
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["predicateType"] == "https://in-toto.io/attestation/test-result/v0.1"
    assert statement["subject"] == [{"name": "rendering/prod", "digest": {"sha256": "bb"}}]
    predicate = statement["predicate"]
    assert predicate["result"] == "FAILED"
    assert predicate["failedTests"] == ["environment/prod"]
    assert predicate["warnedTests"] == ["component/tiny"]
    assert predicate["passedTests"] == []
    described = {entry["name"]: entry.get("digest") for entry in predicate["configuration"]}
    assert described["chart/tiny 1.2.3"] == {"sha256": "cc"}
    assert described["baseline/old.yaml"] == {"sha256": "dd"}
    assert described["input/new.yaml"] == {"sha256": "ee"}
    assert all({"name", "uri", "digest", "content"} & entry.keys() for entry in predicate["configuration"])


@pytest.mark.parametrize(
    ("verdict", "result"),
    [
        (Verdict.IDENTICAL, "PASSED"),
        (Verdict.ALLOWED, "WARNED"),
        (Verdict.UNPROVED, "FAILED"),
        (Verdict.DIFFERS, "FAILED"),
    ],
)
def test_statement_results(verdict: Verdict, result: str) -> None:
    assert intoto(proof_of(verdict))["predicate"]["result"] == result


@pytest.mark.parametrize(("verdict", "result"), [(Verdict.IDENTICAL, "WARNED"), (Verdict.DIFFERS, "FAILED")])
def test_statement_and_test_cases_tell_what_deploys_otherwise_than_at_the_base(verdict: Verdict, result: str) -> None:
    moved = Diagnostic(
        code="MIG715", severity=Severity.WARNING, summary="deploys otherwise", evidence=("Application web changed",)
    )
    predicate = intoto(proof_of(verdict), (moved,))["predicate"]
    assert predicate["result"] == result
    assert "deployers" in predicate["warnedTests"]
    assert predicate["configuration"][-1]["annotations"] == {"code": "MIG715", "changed": ["Application web changed"]}
    cases = junit(proof_cases(proof_of(verdict), (moved,)))
    assert "Application web changed" in cases
    assert "MIG715" in cases
    out = io.StringIO()
    show_proof(proof_of(verdict), out, diagnostics=(moved,))
    assert "deploys otherwise [MIG715]" in out.getvalue()
    assert moved not in beside_the_proof(proof_of(verdict), (moved,))
    assert "MIG715" not in json.dumps(intoto(proof_of(verdict))) + junit(proof_cases(proof_of(verdict)))


def test_statement_of_nothing_still_has_a_subject() -> None:
    empty = proof_of(Verdict.UNPROVED, environments={}, components={})
    (subject,) = intoto(empty)["subject"]
    assert subject["digest"]["sha256"]
