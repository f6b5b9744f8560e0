"""A repository that Flux deploys today: its stages as commits, and the play of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from cli_support import Migrate, git
from deployed_today import deployed_by_flux
from emitted_objects import Flux, applied, proved, sorted_bodies
from played_stages import applied_by_hand, flux_history, trees

from migrator.gitops.play.play import violations

CLUSTER = "clusters/prod"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return deployed_by_flux(tmp_path / "shop")


def by_hand(folder: Path) -> list[dict]:
    return applied_by_hand(folder, f"{CLUSTER}/flux-system/*.yaml")


def test_each_stage_is_a_commit_and_the_play_finds_nothing(
    migrate: Migrate, shop: Path, mirror: Path, tmp_path: Path
) -> None:
    applied(migrate, shop, mirror, "growing", "--branch", "hybrid", tool="flux")
    messages = git(shop, "log", "--format=%(trailers:key=Migrate-Stage,valueonly)", "main..hybrid").split("\n")
    assert [each for each in messages if each] == ["2/2 switch", "1/2 protect"]
    places = trees(shop, "hybrid", tmp_path / "trees")
    history = replace(flux_history(places, mirror, CLUSTER, by_hand), gates=frozenset({1, 2}))
    assert violations(history, count=2, troubled=1) == ()
    hasty = flux_history([places[0], places[2]], mirror, CLUSTER, by_hand)
    assert violations(hasty, count=2, troubled=1) != ()
    assert sorted_bodies(Flux(places[2], mirror, CLUSTER).rendered()) == proved(places[2], "prod", mirror)


def test_the_owner_stops_pruning_and_what_is_new_lies_where_it_is_deployed(
    migrate: Migrate, shop: Path, mirror: Path
) -> None:
    applied(migrate, shop, mirror, "growing", tool="flux")
    assert "  prune: false # what left git goes\n" in (shop / f"{CLUSTER}/shop.yaml").read_text()
    assert "prune: true" in (shop / f"{CLUSTER}/flux-system/gotk-sync.yaml").read_text()
    git(shop, "add", "-A")
    git(shop, "commit", "-q", "-m", "protected")
    applied(migrate, shop, mirror, "growing", tool="flux")
    new = yaml.safe_load((shop / f"{CLUSTER}/helm-releases.yaml").read_text())["spec"]
    assert (new["path"], new["prune"], new["wait"]) == ("./platform/flux/prod", True, True)
    assert new["sourceRef"]["name"] == "flux-system"


def test_owners_that_a_root_renders_change_by_the_handover_and_by_nothing_else(
    migrate: Migrate, shop: Path, mirror: Path
) -> None:
    for name in ("dev", "prod"):
        text = "resources:\n- flux-system/gotk-sync.yaml\n- shop.yaml\n"
        (shop / f"clusters/{name}/kustomization.yaml").write_text(text)
    git(shop, "add", "-A")
    git(shop, "commit", "-q", "-m", "clusters")
    applied(migrate, shop, mirror, "growing", "--branch", "hybrid", tool="flux")
    git(shop, "checkout", "-q", "hybrid")
    assert "- helm-releases.yaml" in (shop / f"{CLUSTER}/kustomization.yaml").read_text()
    words = ("--offline", "--chart-mirror", mirror)
    shown = migrate("verify", shop, *words)
    assert shown.code == 0, shown.out
    assert "matches nothing" not in shown.out
    other = (shop / f"{CLUSTER}/flux-system/gotk-sync.yaml").read_text().replace("interval: 1m", "interval: 9m")
    (shop / f"{CLUSTER}/flux-system/gotk-sync.yaml").write_text(other)
    assert migrate("verify", shop, *words).code != 0
