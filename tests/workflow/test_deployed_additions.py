"""What an Application or a Kustomization of Flux adds to a root is part of what its environment renders."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from cli_support import Migrate

ARGO_CD = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop-prod, namespace: argocd}
spec:
  source:
    repoURL: https://git.example.org/shop.git
    path: overlays/prod
    kustomize: {images: ['registry.example.org/tiny/db:9.9.9']}
  destination: {server: https://kubernetes.default.svc, namespace: shop}
"""
FLUX = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: shop-prod, namespace: flux-system}
spec:
  sourceRef: {kind: GitRepository, name: fleet}
  path: ./overlays/prod
  prune: true
  images: [{name: registry.example.org/tiny/db, newTag: 9.9.9}]
"""


def _git(root: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    subprocess.run(("git", *identity, *arguments), cwd=root, check=True, capture_output=True)


@pytest.mark.parametrize("text", [ARGO_CD, FLUX])
def test_an_image_that_a_deployer_sets_becomes_a_value(migrate: Migrate, app: Path, mirror: Path, text: str) -> None:
    (app / "deploy.yaml").write_text(text)
    _git(app, "init", "-q")
    _git(app, "add", "-A")
    _git(app, "commit", "-qm", "base")
    shown = migrate("apply", app, "--offline", "--chart-mirror", mirror)
    assert shown.code == 0
    assert "tag: 9.9.9" in (app / "helm-charts/databases/tiny-db/values-prod.yaml").read_text()
    verified = migrate("verify", app, "--base", "HEAD", "--offline", "--chart-mirror", mirror)
    assert verified.code == 0
    values = app / "helm-charts/databases/tiny-db/values-prod.yaml"
    values.write_text(values.read_text().replace("tag: 9.9.9", "tag: '15.4'"))
    verified = migrate("verify", app, "--base", "HEAD", "--offline", "--chart-mirror", mirror)
    assert verified.code == 3
    assert "StatefulSet.apps/shop/shop-db#" in verified.out


def test_what_a_deployer_adds_afterwards_is_a_difference(migrate: Migrate, app: Path, mirror: Path) -> None:
    _git(app, "init", "-q")
    (app / "deploy.yaml").write_text(ARGO_CD.replace("tiny/db", "shop/nothing"))
    _git(app, "add", "-A")
    _git(app, "commit", "-qm", "base")
    assert migrate("apply", app, "--offline", "--chart-mirror", mirror).code == 0
    (app / "deploy.yaml").write_text(ARGO_CD.replace("registry.example.org/tiny/db", "registry.shop.example/api"))
    verified = migrate("verify", app, "--base", "HEAD", "--offline", "--chart-mirror", mirror, "--format", "json")
    assert verified.code == 3
    differences = json.loads(verified.out)["environments"]["prod"]["differences"]
    (found,) = (each for each in differences if not each["admitted"])
    assert found["id"].startswith("Deployment.apps/shop/api#")


def test_two_deployers_that_differ_are_said_and_nothing_moves_that_they_change(
    migrate: Migrate, app: Path, mirror: Path
) -> None:
    other = ARGO_CD.replace("shop-prod", "shop-us").replace("9.9.9", "8.8.8")
    (app / "deploy.yaml").write_text(f"{ARGO_CD}---\n{other}")
    shown = migrate("plan", app, "--offline", "--chart-mirror", mirror)
    assert "Application shop-prod and Application shop-us add different things to overlays/prod" in shown.err
    assert "kustomize.images of Application argocd/shop-prod changes StatefulSet.apps shop/shop-db" in shown.err
