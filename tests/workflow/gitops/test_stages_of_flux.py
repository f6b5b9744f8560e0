"""A repository that Flux deploys today: its stages as commits, and the play of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from cli_support import Migrate, git
from emitted_objects import Flux, applied, proved, sorted_bodies
from played_stages import applied_by_hand, flux_history, trees

from migrator.gitops.play.play import violations
from migrator.lock import LOCK_PATH

Staged = Callable[[str, int], Path]
CLUSTER = "clusters/prod"


def by_hand(folder: Path) -> list[dict]:
    return applied_by_hand(folder, f"{CLUSTER}/flux-system/*.yaml")


def test_each_stage_is_a_commit_and_the_play_finds_nothing(staged: Staged, mirror: Path, tmp_path: Path) -> None:
    shop = staged("flux", 0)
    messages = git(shop, "log", "--format=%(trailers:key=Migrate-Stage,valueonly)", "main..hybrid").split("\n")
    assert [each for each in messages if each] == ["2/2 switch", "1/2 protect"]
    places = trees(shop, "hybrid", tmp_path / "trees")
    history = replace(flux_history(places, mirror, CLUSTER, by_hand), gates=frozenset({1, 2}))
    assert violations(history, count=2, troubled=1) == ()
    hasty = flux_history([places[0], places[2]], mirror, CLUSTER, by_hand)
    assert violations(hasty, count=2, troubled=1) != ()
    assert sorted_bodies(Flux(places[2], mirror, CLUSTER).rendered()) == proved(places[2], "prod", mirror)


def test_the_owner_stops_pruning_and_what_is_new_lies_where_it_is_deployed(
    migrate: Migrate, staged: Staged, mirror: Path
) -> None:
    shop = staged("flux", 1)
    assert "  prune: false # what left git goes\n" in (shop / f"{CLUSTER}/shop.yaml").read_text()
    assert "prune: true" in (shop / f"{CLUSTER}/flux-system/gotk-sync.yaml").read_text()
    applied(migrate, shop, mirror, "growing", tool="flux")
    new = yaml.safe_load((shop / f"{CLUSTER}/helm-releases.yaml").read_text())["spec"]
    assert (new["path"], new["prune"], new["wait"]) == ("./platform/flux/prod", True, True)
    assert new["sourceRef"]["name"] == "flux-system"


@pytest.fixture
def switched(staged: Staged) -> Path:
    """At the last stage, with roots that render what deploys."""
    return staged("flux rendered", 2)


def test_owners_that_a_root_renders_change_as_the_stages_write_it(
    migrate: Migrate, switched: Path, mirror: Path
) -> None:
    assert "- helm-releases.yaml" in (switched / f"{CLUSTER}/kustomization.yaml").read_text()
    shown = migrate("verify", switched, "--offline", "--chart-mirror", mirror)
    assert shown.code == 0, shown.out
    assert "matches nothing" not in shown.out
    assert "4 differences allowed by the handover itself" in shown.out
    shown = migrate("handover", switched, "--finish", "--offline", "--chart-mirror", mirror)
    assert shown.code == 0, shown.err
    for base in ("main", "hybrid"):
        shown = migrate("verify", switched, "--offline", "--chart-mirror", mirror, "--base", base)
        assert shown.code == 0, shown.out
    path = switched / CLUSTER / "shop.yaml"
    path.write_text(path.read_text().replace("prune: true", "prune: true\n  force: true"))
    shown = migrate("verify", switched, "--offline", "--chart-mirror", mirror, "--base", "hybrid")
    assert "shop#/spec/force" in shown.out
    assert shown.code == 3


@pytest.mark.parametrize(
    "edits",
    [
        {
            "GitRepository": ("flux-system/gotk-sync.yaml", "interval: 1m", "interval: 9m"),
            "flux-system#/spec/prune": ("flux-system/gotk-sync.yaml", "prune: true", "prune: false"),
            "shop#/spec/path": ("shop.yaml", "path: ./overlays/prod", "path: ./overlays/dev"),
            "shop#/spec/images": ("shop.yaml", "interval: 10m", "interval: 10m\n  images: [{name: a, newTag: b}]"),
            "helm-releases#": ("helm-releases.yaml", "path: ./platform/flux/prod", "path: ./base"),
        },
        {"helm-releases#": ("helm-releases.yaml", "prune: true", "prune: true\n  force: true")},
        {"helm-releases#": ("helm-releases.yaml", "name: flux-system", "name: other")},
    ],
)
def test_another_field_of_what_deploys_is_a_difference(
    migrate: Migrate, switched: Path, mirror: Path, edits: Mapping[str, tuple[str, str, str]]
) -> None:
    for file, old, new in edits.values():
        path = switched / CLUSTER / file
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))
    shown = migrate("verify", switched, "--offline", "--chart-mirror", mirror)
    assert shown.code == 3
    found, _, admitted = shown.out.partition("Admitted in ")
    for told in edits:
        (line,) = (each for each in found.splitlines() if told in each)
        assert "handover" not in line
        assert told not in admitted.partition("Admitted in prod")[2]


def test_what_is_put_beside_the_releases_is_no_part_of_the_handover(
    migrate: Migrate, switched: Path, mirror: Path
) -> None:
    (switched / "platform/flux/prod/more.yaml").write_text("kind: Secret\napiVersion: v1\nmetadata: {name: x}\n")
    shown = migrate("verify", switched, "--offline", "--chart-mirror", mirror)
    assert shown.code == 3
    assert "helm-releases#" in shown.out


def test_an_object_that_the_lock_names_may_not_change_for_that(migrate: Migrate, switched: Path, mirror: Path) -> None:
    text = (switched / LOCK_PATH).read_text()
    crafted = {"tool": "flux", "kind": "Kustomization", "name": "flux-system", "file": f"{CLUSTER}/x.yaml"}
    lock = yaml.safe_load(text)
    lock["handover"]["owners"].append(crafted)
    lock["environments"]["prod"]["deployedBy"].append({**crafted, "root": "base"})
    (switched / LOCK_PATH).write_text(yaml.safe_dump(lock))
    path = switched / CLUSTER / "flux-system/gotk-sync.yaml"
    path.write_text(path.read_text().replace("prune: true", "prune: false"))
    shown = migrate("verify", switched, "--offline", "--chart-mirror", mirror)
    assert shown.code == 3
    assert "flux-system#/spec/prune" in shown.out
