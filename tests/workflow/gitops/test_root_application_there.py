"""A repository whose Applications a root Application delivers: new ones lie where it deploys them, and none is new."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from cli_support import Migrate, git
from deployed_today import deployed_by_argocd
from emitted_objects import ArgoCd, applied, documents, proved, sorted_bodies
from played_stages import applied_by_hand, argocd_history, trees

from measuring.handover_shapes import URL
from migrator.gitops.play.play import violations
from migrator.lock import LOCK_PATH, read_lock

ROOT = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: root-app, namespace: argocd}}
spec:
  project: default
  source: {{repoURL: {url}, targetRevision: main, path: deploy{more}}}
  destination: {{server: https://kubernetes.default.svc, namespace: argocd}}
  syncPolicy:
    automated: {{prune: {prune}, selfHeal: true}}
"""


def with_root(shop: Path, more: str = "", prune: str = "true", said: str = "") -> Path:
    (shop / "deploy/shop-dev.yaml").unlink()  # a root delivers what is for one cluster
    (shop / "bootstrap").mkdir()
    (shop / "migrate.yaml").write_text(f"gitops: {{environments: {{dev: {{deployed_elsewhere: false{said}}}}}}}\n")
    (shop / "bootstrap/root-app.yaml").write_text(ROOT.format(url=URL, more=more, prune=prune))
    git(shop, "add", "-A")
    git(shop, "commit", "-q", "-m", "root")
    return shop


def test_new_applications_lie_beside_the_old_ones_and_the_play_finds_nothing(
    migrate: Migrate, tmp_path: Path, mirror: Path
) -> None:
    shop = with_root(deployed_by_argocd(tmp_path / "shop"), said=", cluster: https://dev.example.org")
    applied(migrate, shop, mirror, "growing", "--only", "tiny-db", "--branch", "hybrid")
    git(shop, "checkout", "-q", "hybrid")
    lock = read_lock((shop / LOCK_PATH).read_bytes())
    assert lock.handover is not None
    assert {each.file for each in lock.environments["prod"].deployed_by if each.component} == {
        "deploy/tiny-db-prod.yaml"
    }
    assert lock.handover.roots == ("platform/argocd/root-app-dev.yaml",)
    audited = migrate("audit", shop, "--offline", "--chart-mirror", mirror).out
    assert not any(code in audited for code in ("MIG816", "MIG817", "MIG818"))
    places = trees(shop, "hybrid", tmp_path / "trees")
    history = argocd_history(places, mirror, lambda at: applied_by_hand(at, "bootstrap/*.yaml"))
    assert violations(replace(history, gates=frozenset({1, 2})), count=2, troubled=1) == ()
    argocd = ArgoCd(places[2], mirror)
    (root_app,) = documents(places[2] / "bootstrap/root-app.yaml")
    applications = [each for each in argocd.delivered(root_app) if each["kind"] == "Application"]
    assert len(applications) == 2
    rendered = [each for application in applications for each in argocd.rendered(application)]
    assert sorted_bodies(rendered) == proved(places[2], "prod", mirror)


def test_a_kustomization_stays_as_it_is(migrate: Migrate, tmp_path: Path, mirror: Path) -> None:
    shop = deployed_by_argocd(tmp_path / "shop")
    text = "kind: Kustomization\nresources:\n- shop-prod.yaml\n"
    (shop / "deploy/kustomization.yaml").write_text(text)
    with_root(shop)
    assert "MIG681" in applied(migrate, shop, mirror, "growing", "--branch", "hybrid")
    git(shop, "checkout", "-q", "hybrid")
    assert not [*shop.glob("platform/argocd/**/*dev*")]  # nobody says where it would be deployed
    assert (shop / "deploy/kustomization.yaml").read_text() == text
    (new,) = documents(shop / "platform/argocd/root-app-2.yaml")  # `root-app` is there
    assert new["metadata"]["name"] == "root-app-2"


@pytest.mark.parametrize(
    ("more", "prune"),
    [
        (", directory: {include: 'shop-*.yaml'}", "true"),
        (", directory: {exclude: 'tiny-*'}", "true"),
        ("", "false"),  # it would leave them behind on the way back
    ],
)
def test_a_root_that_would_not_take_them_gets_another_beside_it(
    migrate: Migrate, tmp_path: Path, mirror: Path, more: str, prune: str
) -> None:
    shop = with_root(deployed_by_argocd(tmp_path / "shop"), more, prune)
    applied(migrate, shop, mirror, "growing", "--branch", "hybrid")
    git(shop, "checkout", "-q", "hybrid")
    assert "argocd app delete root-app-2 " in (shop / ".migrate/handover.md").read_text()
    (new,) = documents(shop / "platform/argocd/root-app-2.yaml")  # `root-app` is there
    assert new["metadata"]["name"] == "root-app-2"
    assert not (shop / "deploy/tiny-db-prod.yaml").exists()
