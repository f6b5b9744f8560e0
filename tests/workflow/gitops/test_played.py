"""Stages that would harm what is live are refused before they are written, and by `verify` afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_support import Migrate, git, tree
from deployed_today import deployed_by_argocd, deployed_by_flux
from emitted_objects import applied

from migrator.workflow.gitops.stages import stages_of


@pytest.fixture(params=("argocd", "flux"))
def tool(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def shop(tmp_path: Path, tool: str) -> Path:
    return deployed_by_argocd(tmp_path / "shop") if tool == "argocd" else deployed_by_flux(tmp_path / "shop")


def words(mirror: Path, tool: str) -> tuple[str | Path, ...]:
    return "--offline", "--chart-mirror", mirror, "--layout", "growing", "--gitops", tool


def commit_all(root: Path, message: str) -> None:
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", message)


def replaced(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_one_commit_for_all_is_refused_and_nothing_is_written(
    migrate: Migrate, shop: Path, mirror: Path, tool: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("migrator.workflow.gitops.staged.stages_of", lambda *given: stages_of(*given)[-1:])
    before = tree(shop)
    for more in ((), ("--branch", "hybrid"), ("--diff",)):
        shown = migrate("apply", shop, *words(mirror, tool), *more)
        assert shown.code == 3, shown.out
        assert "MIG668" in shown.err
        assert "deleted by" in shown.err
        assert tree(shop) == before
        assert git(shop, "branch", "--list", "hybrid") == ""
    monkeypatch.undo()
    assert "stage 1 of 2" in applied(migrate, shop, mirror, "growing", tool=tool)


def test_a_protection_that_was_taken_back_is_seen_by_the_next_stage(
    migrate: Migrate, shop: Path, mirror: Path, tool: str
) -> None:
    applied(migrate, shop, mirror, "growing", tool=tool)
    for environment in ("dev", "prod"):
        marks = shop / f"overlays/{environment}/handover-marks.yaml"
        replaced(marks, "Prune=false,Delete=false" if tool == "argocd" else "disabled", "enabled")
    commit_all(shop, "marks that say nothing")
    before = tree(shop)
    shown = migrate("apply", shop, *words(mirror, tool))
    assert shown.code == 3, shown.out + shown.err
    assert "MIG668" in shown.err
    assert tree(shop) == before


def test_verify_plays_from_the_base_by_the_stages_that_were_committed(
    migrate: Migrate, shop: Path, mirror: Path, tool: str
) -> None:
    for stage in ("protect", "switch"):
        applied(migrate, shop, mirror, "growing", tool=tool)
        commit_all(shop, stage)
        shown = migrate("verify", shop, "--offline", "--chart-mirror", mirror)
        assert shown.code == 0, shown.out + shown.err
    squashed = git(shop, "commit-tree", "HEAD^{tree}", "-p", "HEAD~2", "-m", "both at once").strip()
    git(shop, "checkout", "-q", squashed)
    shown = migrate("verify", shop, "--offline", "--chart-mirror", mirror)
    assert shown.code == 3, shown.out + shown.err
    assert "MIG668" in shown.err + shown.out
