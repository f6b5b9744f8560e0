"""Stages that would harm what is live are refused before they are written, and by `verify` afterwards."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from cli_support import Migrate, commit_all, git, replaced, tree

from migrator.workflow.gitops.stages import stages_of

Staged = Callable[[str, int], Path]


@pytest.fixture(params=("argocd", "flux"))
def tool(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def words(mirror: Path, tool: str) -> tuple[str | Path, ...]:
    return "--offline", "--chart-mirror", mirror, "--layout", "growing", "--gitops", tool


def test_one_commit_for_all_is_refused_and_nothing_is_written(
    migrate: Migrate, staged: Staged, mirror: Path, tool: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = staged(tool, 0)
    monkeypatch.setattr("migrator.workflow.gitops.staged.stages_of", lambda *given: stages_of(*given)[-1:])
    before = tree(shop)
    for more in ((), ("--branch", "other")) if tool == "argocd" else (("--diff",),):
        shown = migrate("apply", shop, *words(mirror, tool), *more)
        assert shown.code == 3, shown.out
        assert "MIG668" in shown.err
        assert "deleted by" in shown.err
        assert tree(shop) == before
        assert git(shop, "branch", "--list", "other") == ""


def test_a_protection_that_was_taken_back_is_seen_by_the_next_stage(
    migrate: Migrate, staged: Staged, mirror: Path, tool: str
) -> None:
    shop = staged(tool, 1)
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
    migrate: Migrate, staged: Staged, mirror: Path, tool: str
) -> None:
    shop = staged(tool, 2)
    for commit in ("hybrid~1", "hybrid"):
        git(shop, "checkout", "-q", commit)
        shown = migrate("verify", shop, "--offline", "--chart-mirror", mirror)
        assert shown.code == 0, shown.out + shown.err
    squashed = git(shop, "commit-tree", "HEAD^{tree}", "-p", "HEAD~2", "-m", "both at once").strip()
    git(shop, "checkout", "-q", squashed)
    shown = migrate("verify", shop, "--offline", "--chart-mirror", mirror)
    assert shown.code == 3, shown.out + shown.err
    assert "MIG668" in shown.err + shown.out
