"""`migrate handover` in its formats, after the first stage."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_support import Migrate, git
from deployed_each import each_by_flux
from deployed_today import deployed_by_argocd
from emitted_objects import applied


def test_it_says_where_the_repository_stands(migrate: Migrate, staged: Callable[[str, int], Path], app: Path) -> None:
    shop = staged("argocd", 1)
    told = json.loads(migrate("handover", shop, "--format", "json").out)
    assert (told["tool"], told["stage"], told["total"]) == ("argocd", 1, 2)
    assert "argocd app get shop-prod" in told["stages"][0]["check"]
    assert "kubectl apply -f platform/argocd/root-app-prod.yaml" in told["stages"][1]["apply"]
    assert "Stage 1 of 2 is written, for Argo CD." in migrate("handover", shop).out
    assert migrate("handover", shop, "--format", "markdown").out == (shop / ".migrate/handover.md").read_text()
    refused = migrate("handover", app)
    assert refused.code == 1
    assert "MIG666" in refused.err


@pytest.mark.parametrize(("tool", "make", "stages"), [("argocd", deployed_by_argocd, 2), ("flux", each_by_flux, 3)])
def test_the_plan_has_the_stages_and_the_files_that_apply_writes(  # noqa: PLR0917
    migrate: Migrate, tmp_path: Path, mirror: Path, tool: str, make: Callable[[Path], Path], stages: int
) -> None:
    shop = make(tmp_path / "shop")
    words = ("--offline", "--chart-mirror", mirror, "--layout", "growing")
    assert "stages" not in json.loads(migrate("plan", shop, *words, "--format", "json").out)
    planned = migrate("plan", shop, *words, "--gitops", tool, "--format", "json")
    found = json.loads(planned.out)["stages"]
    assert "MIG653" not in planned.out
    shown = migrate("plan", shop, *words, "--gitops", tool).out
    assert f"Stage 1 of {stages}, protect\n  Marks every object that will move" in shown
    assert found[0]["check"][-1] in shown
    assert "Stage 2 of" in migrate("plan", shop, *words, "--gitops", tool, "--format", "markdown").out
    assert git(shop, "status", "--porcelain") == ""

    applied(migrate, shop, mirror, "growing", "--branch", "hybrid", tool=tool)
    assert len(found) == stages
    for number, each in enumerate(found, 1):
        last = f"hybrid~{stages - number}"
        written = git(shop, "diff", "--name-only", "--no-renames", f"{last}~1", last).split()
        foreseen = {path for one in each["changes"] for path in (one["path"], one.get("source")) if path}
        assert foreseen == set(written), each["name"]


def test_the_plan_says_what_keeps_the_stages_from_being_written(migrate: Migrate, tmp_path: Path, mirror: Path) -> None:
    shop = deployed_by_argocd(tmp_path / "shop")
    (shop / "migrate.yaml").write_text("gitops: {tool: flux}\n")
    shown = migrate("plan", shop, "--offline", "--chart-mirror", mirror)
    assert "MIG661" in shown.err
    assert "Stage 1" not in shown.out


def test_an_environment_may_have_any_name_that_a_folder_has(migrate: Migrate, tmp_path: Path, mirror: Path) -> None:
    shop = deployed_by_argocd(tmp_path / "shop")
    (shop / "overlays/prod").rename(shop / "overlays/eu_1.b")
    owner = shop / "deploy/shop-prod.yaml"
    owner.write_text(owner.read_text().replace("overlays/prod", "overlays/eu_1.b"))
    git(shop, "add", "-A")
    git(shop, "commit", "-q", "-m", "an unusual name")
    applied(migrate, shop, mirror, "growing", "--branch", "hybrid")
    git(shop, "checkout", "-q", "hybrid")
    shown = migrate("verify", shop, "--offline", "--chart-mirror", mirror)
    assert (shown.code, shown.err) == (0, ""), shown.out
