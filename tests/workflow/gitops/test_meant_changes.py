"""Somebody changes something on purpose while objects change hands: it is said, accepted by a command, and kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from cli_support import Migrate, Outcome, commit_all, git, replaced, tree
from emitted_objects import applied

from migrator.lock import LOCK_PATH, read_lock

Staged = Callable[[str, int], Path]
Run = Callable[..., Outcome]


@pytest.fixture
def run(migrate: Migrate, mirror: Path) -> Run:
    """A command over a repository that finds its charts."""
    return lambda command, shop, *words: migrate(command, shop, *words, "--offline", "--chart-mirror", mirror)


def bump_image(shop: Path) -> None:
    for path in shop.rglob("prod/kustomization.yaml"):
        path.write_text(path.read_text().replace("v1.2.3", "v1.2.4"))


def bump_replicas(shop: Path) -> None:
    (values,) = shop.glob("helm-charts/*/tiny-db/values-prod.yaml")
    for path in (values, *shop.glob("platform/flux/prod/tiny-db.yaml")):
        replaced(path, "replicas: 3", "replicas: 4")


@pytest.mark.parametrize(
    ("tool", "change", "shown"),
    [("argocd", bump_image, "api:v1.2.4"), ("flux", bump_replicas, "3 -> 4")],
)
def test_it_is_shown_then_accepted_and_the_handover_is_finished(
    run: Run, staged: Staged, tool: str, change: Callable[[Path], None], shown: str
) -> None:
    shop = staged(tool, 2)
    change(shop)
    commit_all(shop, "meant")
    told = run("verify", shop)
    assert (told.code, "MIG712" in told.err, "MIG668" in told.err, shown in told.out) == (3, True, False, True)
    refused = run("handover", shop, "--finish")
    assert (refused.code, "MIG669" in refused.err, "apply --relock" in refused.err) == (3, True, True)

    followed = run("apply", shop, "--relock")
    assert f"{git(shop, 'rev-parse', 'HEAD')[:12]} is the baseline from now on" in followed.out
    commit_all(shop, "accepted")
    assert run("verify", shop).code == 0
    assert run("handover", shop, "--finish").code == 0
    commit_all(shop, "finish")
    told = run("verify", shop)
    assert (told.code, told.err) == (0, "")
    lock = read_lock((shop / LOCK_PATH).read_bytes())
    assert lock.handover is not None
    assert (lock.begun_at, lock.commit != lock.begun_at) == (git(shop, "rev-parse", "main"), True)


def test_between_two_stages_the_next_one_takes_it_along_and_finishing_moves_the_baseline(
    run: Run, migrate: Migrate, staged: Staged, mirror: Path
) -> None:
    shop = staged("argocd", 1)
    bump_image(shop)
    commit_all(shop, "meant")
    applied(migrate, shop, mirror, "growing")
    commit_all(shop, "switch")
    told = run("verify", shop)
    assert (told.code, "MIG689" in told.err) == (3, True)
    finished = run("handover", shop, "--finish")
    assert (finished.code, "MIG688" in finished.err) == (0, True)
    commit_all(shop, "finish")
    assert run("verify", shop).code == 0
    assert run("verify", shop, "--base", "main").code == 3


def test_what_is_accepted_between_two_stages_goes_on_with_the_next(
    run: Run, migrate: Migrate, staged: Staged, mirror: Path
) -> None:
    shop = staged("flux", 1)
    bump_image(shop)
    assert run("apply", shop, "--relock").code == 0
    commit_all(shop, "meant, with its lock")
    assert "MIG689" in run("verify", shop).err
    assert "is the baseline from now on" in run("apply", shop, "--relock").out
    commit_all(shop, "accepted")
    assert run("verify", shop).code == 0
    applied(migrate, shop, mirror, "growing", tool="flux")
    commit_all(shop, "switch")
    told = run("verify", shop)
    assert (told.code, told.err) == (0, ""), told.out


def test_stages_are_played_from_their_beginning_after_the_baseline_has_moved(run: Run, staged: Staged) -> None:
    shop = staged("argocd", 2)
    bump_image(shop)
    commit_all(shop, "meant")
    run("apply", shop, "--relock")
    commit_all(shop, "accepted")
    base, head = git(shop, "rev-parse", "main"), git(shop, "rev-parse", "HEAD~1")
    for other in (head, head.replace(head[:8], "0" * 8)):  # where all stages are done, or nothing is
        replaced(shop / LOCK_PATH, f"base: {base}", f"base: {other}")
        shown = run("verify", shop)
        assert (shown.code, "MIG690" in shown.err) == (3, True)
        git(shop, "checkout", "-q", "--", LOCK_PATH)
    replaced(shop / "deploy/shop-prod.yaml", "path: overlays/prod", "path: overlays/dev")
    commit_all(shop, "another folder")
    before = tree(shop)
    assert "MIG668" in run("verify", shop).err
    refused = run("handover", shop, "--finish")
    assert (refused.code, "MIG668" in refused.err) == (3, True)
    assert tree(shop) == before


def test_a_change_that_is_not_rendered_is_no_failed_upgrade(run: Run, staged: Staged) -> None:
    shop = staged("flux", 2)
    (values,) = shop.glob("helm-charts/*/tiny-db/values-prod.yaml")
    replaced(values, "replicas: 3", "replicas: 4")
    commit_all(shop, "in one of two places")
    run("apply", shop, "--relock")
    commit_all(shop, "accepted")
    refused = run("handover", shop, "--finish")
    assert (refused.code, "platform/flux/prod/tiny-db.yaml" in refused.err) == (1, True)
