"""People commit while a handover is unfinished: the next stage goes on with what is there, and nothing is hidden."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from cli_support import Migrate, commit_all, replaced
from emitted_objects import applied

from migrator.lock import LOCK_PATH

Staged = Callable[[str, int], Path]


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


OWNERS = {"argocd": "deploy/shop-prod.yaml", "flux": "clusters/prod/shop.yaml"}
NAMES = {"argocd": ("name: shop-prod", "name: shop-prd"), "flux": ("name: shop,", "name: shops,")}


def change_owner(shop: Path, tool: str, how: str) -> str:
    """What is said of it, with its place."""
    path = shop / OWNERS[tool]
    if how == "gone":
        path.unlink()
        return f"{OWNERS[tool]}: error"
    if how == "named anew":
        replaced(path, *NAMES[tool])
        line = next(at for at, text in enumerate(path.read_text().split("\n"), 1) if NAMES[tool][1] in text)
        return f"{OWNERS[tool]}:{line}:"
    replaced(path, "prune: false", "prune: true")
    line = next(at for at, text in enumerate(path.read_text().split("\n"), 1) if "prune: true" in text)
    return f"{OWNERS[tool]}:{line}:"


@pytest.mark.parametrize(
    ("tool", "how"), [("argocd", "gone"), ("argocd", "named anew"), ("flux", "named anew"), ("flux", "prunes")]
)
def test_an_owner_that_is_not_as_the_first_stage_left_it_is_said_by_every_command_and_goes_no_further(
    migrate: Migrate, staged: Staged, mirror: Path, tool: str, how: str
) -> None:
    shop, words = staged(tool, 1), ("--offline", "--chart-mirror", mirror)
    place = change_owner(shop, tool, how)
    commit_all(shop, "meanwhile")
    for command in ("verify", "audit", "handover"):
        shown = migrate(command, shop, *words)
        assert shown.code == (3 if command == "verify" else 2), command
        assert "MIG822" in shown.out + shown.err, command
        assert place in shown.out + shown.err, command
    assert "Next: Merge nothing before this is mended" in shown.out
    shown = migrate("apply", shop, *words, "--layout", "growing", "--gitops", tool)
    assert shown.code == 3, shown.out
    assert OWNERS[tool] in shown.err


def test_an_owner_that_is_gone_after_the_last_stage_is_not_finished(
    migrate: Migrate, staged: Staged, mirror: Path
) -> None:
    shop, words = staged("argocd", 2), ("--offline", "--chart-mirror", mirror)
    change_owner(shop, "argocd", "named anew")
    commit_all(shop, "meanwhile")
    for command in (("handover", "--finish"), ("verify",)):
        shown = migrate(command[0], shop, *command[1:], *words)
        assert shown.code in {1, 3}, command
        assert "deploy/shop-prod.yaml:5:3" in shown.err
        assert "it is called shop-prd now" in shown.err


def test_an_owner_that_reads_another_folder_is_refused_before_the_next_stage(
    migrate: Migrate, staged: Staged, mirror: Path
) -> None:
    shop, words = staged("argocd", 1), ("--offline", "--chart-mirror", mirror)
    replaced(shop / "deploy/shop-prod.yaml", "path: overlays/prod", "path: overlays/dev")
    commit_all(shop, "meanwhile")
    for command in (("apply", "--layout", "growing", "--gitops", "argocd"), ("verify",)):
        shown = migrate(command[0], shop, *command[1:], *words)
        assert (shown.code, "deploy/shop-prod.yaml:2: error" in shown.err) == (3, True), command
        assert "MIG668" in shown.err


@pytest.mark.parametrize(
    ("old", "new"), [("values-prod.yaml", "values-gone.yaml"), ("releaseName: shop-db", "releaseName: db")]
)
def test_a_new_owner_that_says_other_things_of_its_release_is_no_proof(
    migrate: Migrate, staged: Staged, mirror: Path, old: str, new: str
) -> None:
    shop, path = staged("argocd", 2), "platform/argocd/applications/prod/tiny-db.yaml"
    replaced(shop / path, old, new)
    lines = (shop / path).read_text().split("\n")
    line = next(at for at, text in enumerate(lines, 1) if new in text)
    commit_all(shop, "meanwhile")
    shown = migrate("verify", shop, "--offline", "--chart-mirror", mirror)
    assert (shown.code, "MIG818" in shown.err, f"{path}:{line}:" in shown.err) == (3, True, True), shown.err
