"""argocd-image-updater: what it writes to is followed, and where an image comes from a chart now it is said what that needs."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_support import Migrate
from small_shop import CHART, SHOP, written

APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: all
  annotations:
    argocd-image-updater.argoproj.io/image-list: {images}
    argocd-image-updater.argoproj.io/write-back-target: kustomization:/overlays/prod
spec:
  source: {{repoURL: "https://git.example.org/shop", path: overlays/prod}}
"""


def said(migrate: Migrate, tmp_path: Path, text: str, layout: str = "growing") -> list[str]:
    charts = written(tmp_path / "charts", {f"tiny-queue/{path}": content for path, content in CHART.items()})
    root = written(tmp_path / "shop", {**SHOP, "argocd/all.yaml": text})
    shown = migrate("apply", root, "--offline", "--chart-mirror", charts, "--layout", layout)
    assert shown.code == 0, shown.err
    return [line for line in shown.err.splitlines() if "[MIG651]" in line and line.startswith("argocd/all.yaml")]


@pytest.mark.parametrize("layout", ["in-place", "growing"])
def test_an_image_that_a_chart_sets_now(migrate: Migrate, tmp_path: Path, layout: str) -> None:
    images = "q=registry.example.org/tiny/queue:3.x, shop.example/api"
    (line,) = said(migrate, tmp_path, APPLICATION.format(images=images), layout)
    assert line.startswith("argocd/all.yaml:6")
    folder = "helm-charts/messaging/tiny-queue" if layout == "growing" else "base/queue/tiny-queue"
    assert f"registry.example.org/tiny/queue comes from the chart {folder} now" in line
    assert "q.helm.image-name" in line
    assert f"helmvalues:/{folder}/values.yaml" in line


def test_images_of_applications_are_set_where_they_were(migrate: Migrate, tmp_path: Path) -> None:
    assert said(migrate, tmp_path, APPLICATION.format(images="shop.example/api,shop.example/web")) == []


def test_the_resource_of_newer_versions(migrate: Migrate, tmp_path: Path) -> None:
    text = """\
apiVersion: argocd-image-updater.argoproj.io/v1alpha1
kind: ImageUpdater
metadata: {name: all}
spec:
  applicationRefs:
  - namePattern: all
    images:
    - alias: q
      imageName: registry.example.org/tiny/queue:3.x
"""
    (line,) = said(migrate, tmp_path, text)
    assert line.startswith("argocd/all.yaml:9")
    assert "manifestTargets.helm" in line
