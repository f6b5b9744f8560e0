"""A remote base that cannot be had, from plan to audit: named wherever something is claimed, and read once it comes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_support import Migrate, committed, git

from migrator.lock import load_lock

FAR = "https://github.com/acme/infra//team?ref=v1"
PROD = "overlays/prod/kustomization.yaml"


@pytest.fixture
def lonely(app: Path) -> Path:
    """The fixture with a base that nobody can reach."""
    prod = app / PROD
    prod.write_text(prod.read_text().replace("resources:\n", f"resources:\n- {FAR}\n", 1))
    return committed(app)


@pytest.fixture
def infra(tmp_path: Path) -> Path:
    """What that base holds."""
    root = tmp_path / "infra"
    (root / "team").mkdir(parents=True)
    (root / "team/kustomization.yaml").write_text("resources: [team.yaml]\n")
    (root / "team/team.yaml").write_text(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: team, namespace: shop}\ndata: {a: b}\n"
    )
    return root


def document(migrate: Migrate, code: int, *arguments: object) -> dict:
    done = migrate(*arguments, "--format", "json")
    assert done.code == code, done.err
    return json.loads(done.out)


def test_all_that_is_claimed_names_what_was_left_out(migrate: Migrate, lonely: Path, infra: Path, mirror: Path) -> None:
    options = ("--offline", "--chart-mirror", mirror)
    there = (*options, "--remote", f"github.com/acme/infra={infra}")
    plan = document(migrate, 3, "plan", lonely, *options)
    assert plan["complete"] is False
    assert FAR in plan["environments"]["prod"]["reason"]
    (told,) = [each for each in plan["diagnostics"] if each["code"] == "MIG222"]
    assert (told["path"], told["line"]) == (PROD, 4)

    applied = document(migrate, 0, "apply", lonely, *options)
    assert applied["written"] is True
    left_out = {"overlays/prod": {"remotes": [FAR], "folders": []}}
    assert applied["proof"]["record"]["leftOut"] == left_out
    lock = load_lock(lonely)
    assert lock is not None
    assert {root: held.remotes for root, held in lock.left_out.items()} == {"overlays/prod": (FAR,)}
    assert FAR in (lonely / PROD).read_text()
    git(lonely, "add", "-A")
    git(lonely, "commit", "-q", "-m", "after")

    assert f"Left out of both sides: overlays/prod without {FAR}" in migrate("verify", lonely, *options).out
    assert (
        f"Left out of both sides: overlays/prod without {FAR}"
        in migrate("verify", lonely, *options, "--format", "markdown").out
    )
    assert document(migrate, 0, "verify", lonely, *options)["record"]["leftOut"] == left_out
    assert "MIG815" in migrate("audit", lonely, *options, "--format", "json").out
    whole = document(migrate, 0, "verify", lonely, *there)
    assert (whole["record"]["leftOut"], whole["verdict"]) == ({}, applied["proof"]["verdict"])
    audited = migrate("audit", lonely, *there, "--format", "json").out
    assert ("MIG809" in audited, "MIG815" in audited) == (False, False)

    (lonely / PROD).write_text((lonely / PROD).read_text().replace(f"- {FAR}\n", "", 1))
    lost = document(migrate, 3, "verify", lonely, *options)
    assert "MIG713" in json.dumps(lost)
    assert document(migrate, 3, "verify", lonely, *there)["environments"]["prod"]["verdict"] == "differs"


def test_what_was_proved_with_the_base_is_not_proved_without(
    migrate: Migrate, lonely: Path, infra: Path, mirror: Path
) -> None:
    options = ("--offline", "--chart-mirror", mirror)
    applied = document(migrate, 0, "apply", lonely, *options, "--remote", f"github.com/acme/infra={infra}")
    assert applied["proof"]["record"]["leftOut"] == {}
    git(lonely, "add", "-A")
    git(lonely, "commit", "-q", "-m", "after")
    assert "MIG211" in migrate("verify", lonely, *options, "--format", "json").out
