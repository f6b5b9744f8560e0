"""`migrate handover --finish`: old owners are as they were, new ones as configured, and the play finds nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from cli_support import Migrate, Outcome, commit_all, git, tree
from deployed_today import deployed_by_argocd
from emitted_objects import applied
from played_stages import applied_by_hand, argocd_history, flux_history, trees

from migrator.gitops.play.play import violations
from migrator.lock import LOCK_PATH, read_lock

Staged = Callable[[str, int], Path]
CLUSTER = "clusters/prod"


def finished(migrate: Migrate, shop: Path, mirror: Path, *words: str) -> Outcome:
    shown = migrate("handover", shop, "--finish", "--offline", "--chart-mirror", mirror, *words)
    assert shown.code == 0, shown.err
    return shown


def body(path: Path) -> dict[str, Any]:
    return next(each for each in yaml.safe_load_all(path.read_text()) if "spec" in each)


def test_applications_are_as_they_were_and_new_ones_act_as_they_do(
    migrate: Migrate, staged: Staged, tmp_path: Path, mirror: Path
) -> None:
    shop = staged("argocd", 2)
    told = json.loads(finished(migrate, shop, mirror, "--format", "json").out)
    assert (told["finished"], told["stages"][-1]["back"]) == (True, [])
    assert "deploy/shop-prod.yaml" in told["files"]
    was = git(shop, "show", "main:deploy/shop-prod.yaml")
    assert yaml.safe_load((shop / "deploy/shop-prod.yaml").read_text()) == yaml.safe_load(was)
    new = body(shop / "platform/argocd/applications/prod/tiny-db.yaml")
    assert new["spec"]["syncPolicy"]["automated"] == {"prune": True, "selfHeal": True}
    commit_all(shop, "finished")
    shown = migrate("verify", shop, "--offline", "--chart-mirror", mirror)
    assert shown.code == 0, shown.out
    places = trees(shop, "hybrid", tmp_path / "trees")
    history = argocd_history(
        places, mirror, lambda at: applied_by_hand(at, "deploy/shop-prod.yaml", "platform/argocd/root-app-prod.yaml")
    )
    assert violations(replace(history, gates=frozenset({1, 2, 3})), count=2, troubled=1) == ()


def test_helm_releases_no_longer_keep_and_kustomizations_prune_again(
    migrate: Migrate, staged: Staged, tmp_path: Path, mirror: Path
) -> None:
    shop = staged("flux", 2)
    released = sorted((shop / "platform/flux/prod").glob("*.yaml"))
    assert any("resource-policy: keep" in path.read_text() for path in released)
    finished(migrate, shop, mirror)
    assert not any("resource-policy: keep" in path.read_text() for path in released)
    assert not any("postRenderers" in path.read_text() for path in released if "patch" not in path.read_text())
    assert "  prune: true # what left git goes\n" in (shop / f"{CLUSTER}/shop.yaml").read_text()
    commit_all(shop, "finished")
    shown = migrate("verify", shop, "--offline", "--chart-mirror", mirror)
    assert shown.code == 0, shown.out
    places = trees(shop, "hybrid", tmp_path / "trees")
    history = flux_history(places, mirror, CLUSTER, lambda at: applied_by_hand(at, f"{CLUSTER}/flux-system/*.yaml"))
    assert violations(replace(history, gates=frozenset({1, 2, 3})), count=2, troubled=1) == ()


def test_what_migrate_yaml_says_counts_and_a_second_time_changes_nothing(
    migrate: Migrate, tmp_path: Path, mirror: Path
) -> None:
    root = deployed_by_argocd(tmp_path / "shop")
    (root / "migrate.yaml").write_text("gitops: {environments: {prod: {automated: false}, dev: {automated: true}}}\n")
    commit_all(root, "finished")
    shop = root
    applied(migrate, shop, mirror, "growing", "--branch", "hybrid")
    git(shop, "checkout", "-q", "hybrid")
    finished(migrate, shop, mirror)
    applications = shop / "platform/argocd/applications"
    assert "automated" not in (applications / "prod/tiny-db.yaml").read_text()
    assert body(applications / "dev/tiny-db.yaml")["spec"]["syncPolicy"]["automated"]["prune"] is True
    lock = read_lock((shop / LOCK_PATH).read_bytes())
    assert lock.handover is not None
    assert lock.handover.is_finished
    commit_all(shop, "finished")
    before = tree(shop)
    assert "Nothing to do." in finished(migrate, shop, mirror).out
    assert tree(shop) == before


def test_it_waits_for_the_last_stage_and_a_clean_work_tree(migrate: Migrate, staged: Staged, mirror: Path) -> None:
    shop = staged("argocd", 2)
    git(shop, "checkout", "-q", "--detach", "hybrid~1")
    words = ("--finish", "--offline", "--chart-mirror", mirror)
    early = migrate("handover", shop, *words)
    assert (early.code, "MIG669" in early.err) == (1, True)
    git(shop, "checkout", "-q", "hybrid")
    git(shop, "reset", "-q", "--soft", "hybrid~1")
    before = tree(shop)
    dirty = migrate("handover", shop, *words)
    assert (dirty.code, "MIG908" in dirty.err) == (1, True)
    assert tree(shop) == before


@pytest.mark.parametrize("tool", ["argocd", "flux"])
def test_a_tree_that_is_not_what_was_proved_is_not_finished(
    migrate: Migrate, staged: Staged, mirror: Path, tool: str
) -> None:
    shop = staged(tool, 2)
    values = next(path for path in sorted((shop / "helm-charts").rglob("values-prod.yaml")))
    values.write_text("{}\n")
    commit_all(shop, "finished")
    before = tree(shop)
    shown = migrate("handover", shop, "--finish", "--offline", "--chart-mirror", mirror)
    assert (shown.code, "MIG669" in shown.err) == (3, True)
    assert tree(shop) == before


def test_an_object_that_says_other_things_than_were_proved_is_not_finished(
    migrate: Migrate, staged: Staged, mirror: Path
) -> None:
    shop = staged("argocd", 2)
    path = shop / "platform/argocd/applications/prod/tiny-db.yaml"
    path.write_text(path.read_text().replace("values-prod.yaml", "values-prd.yaml"))
    commit_all(shop, "finished")
    before = tree(shop)
    shown = migrate("handover", shop, "--finish", "--offline", "--chart-mirror", mirror)
    assert (shown.code, "MIG669" in shown.err) == (1, True)
    assert "Application tiny-db-prod does not deploy shop-db in prod as the lock has it: value files" in shown.err
    assert tree(shop) == before
