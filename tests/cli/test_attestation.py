"""An attestation: what it says, that a clone makes the same, and when it is refused."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from cli_support import FIXTURES, Migrate, commit_all, committed, git

import migrator
from migrator.diagnostics import MigrateError

OFFLINE = ("--offline", "--chart-mirror", FIXTURES / "charts")


def _options(cache: Path) -> migrator.Options:
    return migrator.Options(offline=True, chart_mirrors=(FIXTURES / "charts",), cache=cache)


@pytest.fixture
def migrated(app: Path, tmp_path: Path) -> Path:
    """The fixture, migrated and committed."""
    committed(app)
    migrator.apply(app, _options(tmp_path / "cache"))
    commit_all(app, "migrated")
    return app


def _attested(root: Path, file: Path, migrate: Migrate) -> bytes:
    outcome = migrate("verify", root, *OFFLINE, "--attestation", file, "--format", "json")
    assert outcome.code == 0, outcome.err
    assert json.loads(outcome.out)["verdict"] == "identical-under-allowances"
    return file.read_bytes()


def test_a_clone_makes_the_same_bytes(migrated: Path, tmp_path: Path, migrate: Migrate) -> None:
    first = _attested(migrated, tmp_path / "first.json", migrate)
    git(tmp_path, "clone", "-q", str(migrated), "clone")
    second = _attested(tmp_path / "clone", tmp_path / "clone/second.json", migrate)
    assert first == second
    again = _attested(tmp_path / "clone", tmp_path / "clone/second.json", migrate)
    assert again == first


def test_it_names_trees_inputs_engines_allowances_and_verdicts(
    migrated: Path, tmp_path: Path, migrate: Migrate
) -> None:
    statement = json.loads(_attested(migrated, tmp_path / "a.json", migrate))
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    head = {"gitCommit": git(migrated, "rev-parse", "HEAD"), "gitTree": git(migrated, "rev-parse", "HEAD^{tree}")}
    assert statement["subject"][0] == {"name": "tree", "digest": head}
    predicate = statement["predicate"]
    held = {each["name"]: each for each in predicate["configuration"]}
    assert held["before"]["digest"]["gitTree"] == git(migrated, "rev-parse", "HEAD~1^{tree}")
    lock = hashlib.sha256((migrated / "overlays/prod/kustomization.yaml").read_bytes()).hexdigest()
    assert held["input/overlays/prod/kustomization.yaml"]["digest"] == {"sha256": lock}
    assert {name.split()[-1] for name in held["engines"]["annotations"]["binaries"]} >= {"helm"}
    assert held["allowances/prod"]["annotations"]["differences"] == {"allowance helm-bookkeeping-labels": 12}
    assert "environment/prod" in predicate["warnedTests"]
    assert predicate["result"] == "WARNED"
    assert str(tmp_path) not in json.dumps(statement)


def test_a_change_is_another_statement(migrated: Path, tmp_path: Path, migrate: Migrate) -> None:
    first = json.loads(_attested(migrated, tmp_path / "a.json", migrate))
    values = migrated / "base/frontend/deployment.yaml"
    values.write_text(values.read_text().replace("replicas: 1", "replicas: 2"))
    commit_all(migrated)
    outcome = migrate("verify", migrated, *OFFLINE, "--attestation", tmp_path / "b.json")
    second = json.loads((tmp_path / "b.json").read_bytes())
    assert (outcome.code, second["predicate"]["result"]) == (3, "FAILED")
    assert second["subject"] != first["subject"]


@pytest.mark.parametrize("how", ["changed", "untracked", "no git"])
def test_what_is_in_no_commit_is_not_attested(migrated: Path, tmp_path: Path, how: str) -> None:
    verified = migrator.verify(migrated, _options(tmp_path / "cache"))
    if how == "changed":
        (migrated / "migrate.yaml").write_text("layout: growing\n")
    elif how == "untracked":
        (migrated / "more.yaml").write_text("a: b\n")
    else:
        (migrated / ".git").rename(tmp_path / "git")
    with pytest.raises(MigrateError) as caught:
        migrator.attest(migrated, verified, tmp_path / "a.json")
    assert caught.value.diagnostic.code == "MIG939"
    assert not (tmp_path / "a.json").exists()


def test_a_lock_that_was_changed_by_hand_is_told_of(migrated: Path, migrate: Migrate) -> None:
    lock = migrated / ".migrate/lock.yaml"
    lock.write_text(
        lock.read_text().replace("- Secret shop/shop-db\n", "- Secret shop/shop-db\n      - Secret shop/other\n")
    )
    for command in ("verify", "audit"):
        outcome = migrate(command, migrated, *OFFLINE)
        assert outcome.code == 2
        assert "[MIG714]" in outcome.out + outcome.err
    commit_all(migrated)
    assert migrate("apply", migrated, "--relock", *OFFLINE).code == 0
    assert "MIG714" not in (found := migrate("audit", migrated, *OFFLINE)).out + found.err
