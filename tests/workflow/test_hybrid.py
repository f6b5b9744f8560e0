"""`migrate audit` and `migrate verify` over a hybrid repository on disk, through the command line."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from migrator.cli.app import run
from migrator.compare import Terms
from migrator.diagnostics import ExitCode
from migrator.lock import dump_lock
from migrator.prove import prove_lock, with_proof

Hybrid = Any


@pytest.fixture
def locked(hybrid: Hybrid) -> Hybrid:
    """The hybrid with its lock written."""
    proof = prove_lock(hybrid.lock, hybrid.root, {}, hybrid.context, terms=Terms())
    (hybrid.root / ".migrate").mkdir()
    (hybrid.root / ".migrate/lock.yaml").write_text(dump_lock(with_proof(replace(hybrid.lock, tree="x"), proof)))
    return hybrid


def command(hybrid: Hybrid, *words: str) -> int:
    return run([words[0], str(hybrid.root), "--offline", "--chart-mirror", str(hybrid.mirror), *words[1:]])


def test_hybrid_in_order_has_no_findings(locked: Hybrid, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(locked, "audit", "--format", "sarif") == ExitCode.DONE
    assert json.loads(capsys.readouterr().out)["runs"][0]["results"] == []


def test_findings_have_their_places_in_sarif(locked: Hybrid, capsys: pytest.CaptureFixture[str]) -> None:
    again = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: small, namespace: infra}\n"
    (locked.root / "apps/again.yaml").write_text(f"# once more\n{again}")
    (locked.root / "apps/kustomization.yaml").write_text("resources: [config.yaml, again.yaml]\n")
    (locked.root / "infra/tiny/values-prod.yaml").unlink()
    assert command(locked, "audit", "--format", "sarif") == ExitCode.FINDINGS
    results = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    assert [result["ruleId"] for result in results] == ["MIG805"]
    (locked.root / "infra/tiny/values-prod.yaml").write_text("tiny: {replicas: 3}\n")
    assert command(locked, "audit", "--format", "sarif") == ExitCode.FINDINGS
    results = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    places = {
        result["ruleId"]: (
            result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
            result["locations"][0]["physicalLocation"].get("region", {}).get("startLine"),
        )
        for result in results
    }
    assert places == {"MIG801": ("apps/again.yaml", 2), "MIG809": (".migrate/lock.yaml", None)}


def test_lock_that_does_not_parse_is_a_finding(locked: Hybrid, capsys: pytest.CaptureFixture[str]) -> None:
    (locked.root / ".migrate/lock.yaml").write_text("apiVersion: migrate/v0\nkind: Lock\n")
    assert command(locked, "audit", "--format", "json") == ExitCode.FINDINGS
    assert [each["code"] for each in json.loads(capsys.readouterr().out)["findings"]] == ["MIG807"]


def test_verify_without_a_base_says_what_to_give(locked: Hybrid, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(locked, "verify") == ExitCode.ERROR
    assert "--base" in capsys.readouterr().err
