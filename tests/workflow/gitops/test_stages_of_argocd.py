"""A repository that Applications deploy today: its stages, as commits and one after the other, and the play of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from cli_support import Migrate, git, tree
from deployed_today import deployed_by_argocd
from emitted_objects import ArgoCd, applied, documents, proved, sorted_bodies
from played_stages import applied_by_hand, argocd_history, trees

from migrator.gitops.play.play import violations
from migrator.lock import LOCK_PATH, read_lock

Staged = Callable[[str, int], Path]
MARK = "Prune=false,Delete=false"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return deployed_by_argocd(tmp_path / "shop")


def by_hand(folder: Path) -> list[dict]:
    return applied_by_hand(folder, "deploy/shop-prod.yaml", "platform/argocd/root-app-prod.yaml")


def test_each_stage_is_a_commit_and_the_play_finds_nothing(staged: Staged, mirror: Path, tmp_path: Path) -> None:
    shop = staged("argocd", 0)
    messages = git(shop, "log", "--format=%(trailers:key=Migrate-Stage,valueonly)", "main..hybrid").split("\n")
    assert [each for each in messages if each] == ["2/2 switch", "1/2 protect"]
    places = trees(shop, "hybrid", tmp_path / "trees")
    history = replace(argocd_history(places, mirror, by_hand), gates=frozenset({1, 2}))
    assert violations(history, count=2, troubled=1) == ()
    hasty = argocd_history([places[0], places[2]], mirror, by_hand)
    assert {each.rule for each in violations(hasty, count=2, troubled=1)} & {"A2", "A8"}

    argocd = ArgoCd(places[2], mirror)
    (root_app,) = documents(places[2] / "platform/argocd/root-app-prod.yaml")
    applications = [each for each in argocd.delivered(root_app) if each["kind"] == "Application"]
    old = yaml.safe_load((places[2] / "deploy/shop-prod.yaml").read_text())
    rendered = [each for application in (*applications, old) for each in argocd.rendered(application)]
    assert sorted_bodies(rendered) == proved(places[2], "prod", mirror)
    assert len(applications) == 2


def test_protection_marks_what_moves_and_nothing_else(migrate: Migrate, shop: Path, mirror: Path) -> None:
    before = ArgoCd(shop, mirror).rendered(yaml.safe_load((shop / "deploy/shop-prod.yaml").read_text()))
    shown = applied(migrate, shop, mirror, "growing")
    assert "stage 1 of 2, protect" in shown
    assert "MIG653" not in shown
    lock = read_lock((shop / LOCK_PATH).read_bytes())
    assert lock.handover is not None
    assert (lock.handover.stage, lock.handover.stages) == (1, ("protect", "switch"))
    for environment in ("dev", "prod"):
        text = (shop / f"deploy/shop-{environment}.yaml").read_text()
        assert "automated: {prune: false, selfHeal: false}" in text
        assert "finalizers" not in text
        assert text.startswith(f"# {environment} of the shop\n")
    after = ArgoCd(shop, mirror).rendered(yaml.safe_load((shop / "deploy/shop-prod.yaml").read_text()))
    marked = {str(each.id) for each in after if MARK in str(each.body)}
    assert {each for each in marked if "shop-db" not in each and "monitor" not in each} == set()
    assert "StatefulSet.apps shop/shop-db" in marked
    assert {str(each.id) for each in before} == {str(each.id) for each in after}


def test_an_empty_field_that_the_marks_take_away_is_no_change(migrate: Migrate, shop: Path, mirror: Path) -> None:
    """Kustomize drops a null of whatever it patches, and a cluster holds the same of both."""
    vendored = shop / "base/database/db.yaml"
    labels, empty = "  template:\n    metadata:\n", "      annotations:\n"
    vendored.write_text(vendored.read_text().replace(labels, f"{labels}{empty}", 1))
    git(shop, "commit", "-q", "-a", "-m", "empty")
    assert "stage 1 of 2, protect" in applied(migrate, shop, mirror, "growing")


def test_one_stage_after_the_other_comes_to_what_the_branch_has(migrate: Migrate, staged: Staged, mirror: Path) -> None:
    shop = staged("argocd", 0)
    for stage in ("stage 1 of 2, protect", "stage 2 of 2, switch"):
        assert stage in applied(migrate, shop, mirror, "growing")
        git(shop, "add", "-A")
        git(shop, "commit", "-q", "-m", stage)
    assert git(shop, "diff", "--name-only", "main", "hybrid") == ""
    assert "Nothing to do" in applied(migrate, shop, mirror, "growing")
    shown = migrate("verify", shop, "--offline", "--chart-mirror", mirror)
    assert shown.code == 0, shown.out


def test_the_next_stage_waits_for_a_clean_work_tree(migrate: Migrate, staged: Staged, mirror: Path) -> None:
    shop = staged("argocd", 1)
    git(shop, "reset", "-q", "--soft", "main")
    before = tree(shop)
    shown = migrate("apply", shop, "--offline", "--chart-mirror", mirror, "--layout", "growing", "--gitops", "argocd")
    assert shown.code == 1
    assert "MIG908" in shown.err
    assert tree(shop) == before


def test_another_tool_than_the_one_that_deploys_is_refused(migrate: Migrate, shop: Path, mirror: Path) -> None:
    shown = applied(migrate, shop, mirror, "growing", tool="flux")
    assert "MIG661" in shown
    assert not (shop / "platform/flux").exists()


def test_applications_that_a_root_renders_change_as_the_stages_write_it(
    migrate: Migrate, staged: Staged, mirror: Path
) -> None:
    rendered_shop = staged("argocd rendered", 2)
    shown = migrate("verify", rendered_shop, "--offline", "--chart-mirror", mirror)
    assert shown.code == 0, shown.out
    assert "6 differences allowed by the handover itself" in shown.out
    path = rendered_shop / "deploy/prod/shop-prod.yaml"
    held = path.read_text()
    edits = {
        "spec/project": ("project: default", "project: other"),
        "spec/destination": ("namespace: shop}", "namespace: shop, name: other}"),
        "spec/source": ("path: overlays/prod", "path: overlays/prod, kustomize: {images: [a=b]}"),
        "spec/syncPolicy": ("prune: false", "allowEmpty: true, prune: false"),
        "metadata/finalizers": ("  name: shop-prod", "  name: shop-prod\n  finalizers: [other]"),
    }
    for old, new in edits.values():
        assert old in held
        held = held.replace(old, new)
    path.write_text(held)
    shown = migrate("verify", rendered_shop, "--offline", "--chart-mirror", mirror)
    assert shown.code == 3
    for place in edits:
        assert any(f"shop-prod#/{place}" in line and "handover" not in line for line in shown.out.splitlines()), place
