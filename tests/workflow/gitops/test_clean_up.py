"""Owners to which nothing is left go with the last stage, where playing that finds no harm."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from cli_support import FIXTURES, Migrate, commit_all, git, replaced, tree
from deployed_each import each_by_argocd, each_by_flux
from emitted_objects import applied, documents
from played_stages import applied_by_hand, argocd_history, flux_history, trees

from migrator.cli.app import run
from migrator.gitops.controllers.world import History
from migrator.gitops.play.play import violations
from migrator.lock import LOCK_PATH, read_lock
from migrator.model import ResId

STAGES = ("protect", "switch", "clean-up")
MAKE = {"argocd": each_by_argocd, "flux": each_by_flux}
OWNER = {"argocd": "deploy/prod/db.yaml", "flux": "clusters/prod/db.yaml"}
PARENT = {"argocd": "bootstrap/prod.yaml", "flux": "clusters/prod/flux-system/gotk-sync.yaml"}
LEAVING = {
    "argocd": ResId(group="argoproj.io", kind="Application", namespace="argocd", name="db-prod"),
    "flux": ResId(group="kustomize.toolkit.fluxcd.io", kind="Kustomization", namespace="flux-system", name="db"),
}


@pytest.fixture(scope="module", params=["argocd", "flux"])
def staged_once(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """A tool, and a repository with the stages on the branch `hybrid`."""
    tool, root = str(request.param), tmp_path_factory.mktemp(request.param) / "shop"
    MAKE[tool](root)
    words = ["apply", str(root), "--offline", "--chart-mirror", str(FIXTURES / "charts"), "--layout", "growing"]
    assert run([*words, "--gitops", tool, "--branch", "hybrid", "--quiet"]) == 0
    return tool, root


@pytest.fixture
def tool(staged_once: tuple[str, Path]) -> str:
    return staged_once[0]


@pytest.fixture
def shop(staged_once: tuple[str, Path], tmp_path: Path) -> Path:
    """A private copy."""
    return Path(shutil.copytree(staged_once[1], tmp_path / "shop", symlinks=True))


def history_of(shop: Path, tool: str, mirror: Path, into: Path) -> History:
    places = trees(shop, "hybrid", into)
    if tool == "argocd":
        return argocd_history(places, mirror, lambda at: applied_by_hand(at, "bootstrap/prod.yaml"))
    return flux_history(places, mirror, "clusters/prod", lambda at: applied_by_hand(at, PARENT["flux"]))


def test_an_owner_to_which_nothing_is_left_goes_last_and_the_play_finds_nothing(
    shop: Path, mirror: Path, tool: str, tmp_path: Path
) -> None:
    messages = git(shop, "log", "--reverse", "--format=%(trailers:key=Migrate-Stage,valueonly)", "main..hybrid")
    assert [each for each in messages.split("\n") if each] == [f"{at}/3 {name}" for at, name in enumerate(STAGES, 1)]
    gone = git(shop, "diff", "--name-status", "hybrid~1", "hybrid").split("\n")
    assert [each.split("\t")[1] for each in gone if each.startswith("D")] == [
        OWNER[tool].replace("prod", name) for name in ("dev", "prod")
    ]
    history = replace(history_of(shop, tool, mirror, tmp_path / "trees"), leaving=frozenset({LEAVING[tool]}))
    assert violations(history, count=4, troubled=2) == ()
    hasty = replace(history, commits=["before", "all"], render=lambda body, at: history.render(body, at * 3))
    hasty = replace(hasty, by_hand=lambda at: history.by_hand(at * 3))
    assert violations(hasty, count=2, troubled=1) != ()


def test_one_stage_after_the_other_comes_to_what_the_branch_has(
    migrate: Migrate, shop: Path, mirror: Path, tool: str
) -> None:
    for at, name in enumerate(STAGES, 1):
        assert f"stage {at} of 3, {name}" in applied(migrate, shop, mirror, "growing", tool=tool)
        commit_all(shop, name)
    shown = migrate("verify", shop, "--offline", "--chart-mirror", mirror)
    assert (shown.code, shown.err) == (0, ""), shown.out
    assert git(shop, "diff", "--name-only", "hybrid") == ""
    assert "Nothing to do" in applied(migrate, shop, mirror, "growing", tool=tool)
    guide = migrate("handover", shop).out
    assert "is not there any more" in guide
    shown = migrate("handover", shop, "--finish", "--offline", "--chart-mirror", mirror)
    assert shown.code == 0, shown.err
    assert not (shop / OWNER[tool]).exists()
    if tool == "argocd":  # as the one did that is gone
        (new,) = documents(shop / "deploy/prod/tiny-db-prod.yaml")
        assert new["spec"]["syncPolicy"]["automated"] == {"prune": True, "selfHeal": True}
    commit_all(shop, "finish")
    shown = migrate("verify", shop, "--offline", "--chart-mirror", mirror)
    assert shown.code == 0, shown.out
    audited = migrate("audit", shop, "--offline", "--chart-mirror", mirror).out
    assert not any(f"MIG{number}" in audited for number in range(816, 821))


def test_it_is_finished_only_after_the_last_stage(migrate: Migrate, shop: Path, mirror: Path) -> None:
    git(shop, "checkout", "-q", "hybrid~1")
    shown = migrate("handover", shop, "--finish", "--offline", "--chart-mirror", mirror)
    assert (shown.code, "stage 2 of 3" in shown.err) == (1, True)


def test_all_at_once_is_refused(migrate: Migrate, shop: Path, mirror: Path) -> None:
    git(shop, "checkout", "-q", git(shop, "commit-tree", "hybrid^{tree}", "-p", "main", "-m", "all").strip())
    shown = migrate("verify", shop, "--offline", "--chart-mirror", mirror)
    assert (shown.code, "MIG668" in shown.out + shown.err) == (3, True)
    assert "deleted by" in shown.out + shown.err


def test_a_parent_that_would_not_take_the_owner_away_refuses_the_last_stage(
    migrate: Migrate, shop: Path, mirror: Path, tool: str
) -> None:
    git(shop, "checkout", "-q", "hybrid~1")
    replaced(shop / PARENT[tool], "prune: true", "prune: false")
    commit_all(shop, "careful")
    before = tree(shop)
    shown = migrate("apply", shop, "--offline", "--chart-mirror", mirror, "--layout", "growing", "--gitops", tool)
    assert shown.code == 3, shown.out + shown.err
    assert "MIG668" in shown.err
    assert {"argocd": "A10", "flux": "F8"}[tool] in shown.err
    assert tree(shop) == before


def test_it_is_left_out_at_once_where_the_parent_does_not_prune(migrate: Migrate, tmp_path: Path, mirror: Path) -> None:
    shop = each_by_argocd(tmp_path / "shop")
    for name in ("dev", "prod"):
        replaced(shop / f"bootstrap/{name}.yaml", "prune: true", "prune: false")
    commit_all(shop, "careful")
    shown = applied(migrate, shop, mirror, "growing")
    assert "stage 1 of 2, protect" in shown
    (told,) = (each for each in shown.splitlines() if "MIG675" in each)
    assert "A10: Application.argoproj.io argocd/db-dev" in told


def test_an_owner_that_deletes_what_it_has_stays_where_nothing_else_keeps_that(
    migrate: Migrate, shop: Path, mirror: Path, tool: str
) -> None:
    git(shop, "checkout", "-q", "hybrid~2")
    path = shop / OWNER[tool]
    if tool == "argocd":
        finalizers = "\n  finalizers: [resources-finalizer.argocd.argoproj.io]"
        replaced(path, "  namespace: argocd", f"  namespace: argocd{finalizers}")
        replaced(shop / "overlays/prod/db/handover-marks.yaml", ",Delete=false", "")
    else:
        replaced(path, "  prune: false", "  deletionPolicy: Delete\n  prune: false")
    commit_all(shop, "protect, but not much")
    shown = migrate("apply", shop, "--offline", "--chart-mirror", mirror, "--layout", "growing", "--gitops", tool)
    if tool == "flux":  # the marks by its HelmRelease keep the objects
        assert "stage 2 of 3, switch" in shown.err
        return
    assert "stage 2 of 2, switch" in shown.err
    (told,) = (each for each in shown.err.splitlines() if "MIG675" in each)
    assert "A10: " in told
    assert "deleted by Application db-prod at clean-up" in told


def test_what_the_lock_was_not_proved_with_is_not_cleaned_up(
    migrate: Migrate, shop: Path, mirror: Path, tool: str
) -> None:
    git(shop, "checkout", "-q", "hybrid~1")
    replaced(shop / "base/api/service.yaml", "port: ", "port: 1")
    commit_all(shop, "meanwhile")
    before = tree(shop)
    shown = migrate("apply", shop, "--offline", "--chart-mirror", mirror, "--layout", "growing", "--gitops", tool)
    assert (shown.code, "MIG675" in shown.err) == (1, True)
    assert tree(shop) == before


def test_an_entry_goes_with_its_file_and_the_proof_knows_why(migrate: Migrate, tmp_path: Path, mirror: Path) -> None:
    shop = each_by_flux(tmp_path / "shop", lists=True)
    applied(migrate, shop, mirror, "growing", "--branch", "hybrid", tool="flux")
    git(shop, "checkout", "-q", "hybrid")
    listed = (shop / "clusters/prod/kustomization.yaml").read_text()
    assert "- db.yaml" not in listed
    assert "- helm-releases.yaml" in listed
    for base in ("main", "hybrid~1"):
        shown = migrate("verify", shop, "--offline", "--chart-mirror", mirror, "--base", base)
        assert shown.code == 0, shown.out
    replaced(shop / "clusters/prod/kustomization.yaml", "- web.yaml\n", "")
    shown = migrate("verify", shop, "--offline", "--chart-mirror", mirror, "--base", "hybrid~1")
    assert shown.code == 3
    lock = read_lock((shop / LOCK_PATH).read_bytes())
    assert lock.handover is not None
    assert [each.is_leaving for each in lock.handover.owners] == [True, True]


def test_a_mark_that_comes_after_the_first_stage_is_a_difference(
    migrate: Migrate, shop: Path, mirror: Path, tool: str
) -> None:
    git(shop, "checkout", "-q", "-B", "hybrid", "hybrid~1")
    path = next(each for each in sorted(shop.rglob("deployment.yaml")) if "name: api" in each.read_text())
    name, text = {
        "argocd": ("argocd.argoproj.io/sync-options", "Prune=false,Delete=false"),
        "flux": ("kustomize.toolkit.fluxcd.io/prune", "disabled"),
    }[tool]
    replaced(path, "  name: api\n", f"  name: api\n  annotations: {{{name}: '{text}'}}\n")
    shown = migrate("verify", shop, "--offline", "--chart-mirror", mirror, "--base", "main")
    assert shown.code == 3
    assert name.replace("/", "~1") in shown.out
