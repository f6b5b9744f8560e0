"""People commit while a handover is unfinished: the next stage goes on with what is there, and nothing is hidden."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from cli_support import Migrate, git
from emitted_objects import applied

from migrator.lock import LOCK_PATH

Staged = Callable[[str, int], Path]


def replaced(path: Path, old: str, new: str) -> None:
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def commit_all(root: Path, message: str) -> None:
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", message)


@pytest.mark.parametrize("tool", ["argocd", "flux"])
def test_what_others_change_between_two_stages_is_taken_along(
    migrate: Migrate, staged: Staged, mirror: Path, tool: str
) -> None:
    shop = staged(tool, 1)
    replaced(shop / "overlays/prod/kustomization.yaml", "v1.2.3", "v1.2.4")
    replaced(shop / "overlays/prod/patches/db.yaml", "cpu: 500m", "cpu: 900m")
    commit_all(shop, "meanwhile")
    assert "stage 2 of 2, switch" in applied(migrate, shop, mirror, "growing", tool=tool)
    commit_all(shop, "switch")
    (values,) = (shop / "helm-charts").rglob("tiny-db/values-prod.yaml")
    assert "900m" in values.read_text()
    shown = migrate("verify", shop, "--offline", "--chart-mirror", mirror, "--base", "HEAD~1")
    assert shown.code == 0, shown.out + shown.err
    shown = migrate("verify", shop, "--offline", "--chart-mirror", mirror)
    assert shown.code == 3
    assert '"registry.shop.example/api:v1.2.3" -> "registry.shop.example/api:v1.2.4"' in shown.out


@pytest.mark.parametrize("taken", ["marks", "policy"])
def test_protection_that_is_taken_back_meanwhile_is_no_change_of_others(
    migrate: Migrate, staged: Staged, mirror: Path, taken: str
) -> None:
    shop = staged("argocd", 1)
    replaced(shop / "overlays/prod/kustomization.yaml", "v1.2.3", "v1.2.4")
    if taken == "marks":
        replaced(shop / "overlays/prod/handover-marks.yaml", "Prune=false,Delete=false", "Prune=true")
    else:
        replaced(shop / "deploy/shop-prod.yaml", "{prune: false, selfHeal: false}", "{prune: true, selfHeal: true}")
    commit_all(shop, "meanwhile")
    words = ("--offline", "--chart-mirror", mirror, "--layout", "growing", "--gitops", "argocd")
    shown = migrate("apply", shop, *words)
    assert (shown.code, "MIG668" in shown.err) == (3, True)
    assert "restarted" not in shown.err


def test_a_lock_that_says_a_stage_is_begun_hides_no_change_of_what_was_proved(
    migrate: Migrate, hybrid_app: Path, mirror: Path
) -> None:
    (path,) = hybrid_app.rglob("api/**/deployment.yaml")
    replaced(path, "replicas: ", "replicas: 1")
    lock = yaml.safe_load((hybrid_app / LOCK_PATH).read_text())
    lock["handover"] = {"tool": "argocd", "stage": 1, "stages": ["protect", "switch"], "namespace": "argocd"}
    (hybrid_app / LOCK_PATH).write_text(yaml.safe_dump(lock))
    commit_all(hybrid_app, "quietly")
    shown = migrate("verify", hybrid_app, "--offline", "--chart-mirror", mirror, "--base", "HEAD")
    assert (shown.code, "MIG712" in shown.err) == (2, True)
