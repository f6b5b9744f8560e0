"""What deploys a folder that loses objects to charts is named before it prunes them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_support import Migrate

SHOP = "https://git.example.org/shop.git"
APPLICATION = f"""\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: prod}}
spec: {{source: {{repoURL: {SHOP}, path: overlays/prod}}}}
"""
APPLICATION_SET = f"""\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {{name: all}}
spec:
  generators:
    - git: {{repoURL: {SHOP}, files: [{{path: overlays/*/kustomization.yaml}}]}}
  template:
    spec:
      source:
        repoURL: {SHOP}
        path: overlays/{{{{ index .path.segments 1 }}}}
"""
FLUX = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: shop}
spec:
  sourceRef: {kind: GitRepository, name: shop}
  prune: true
  path: ./overlays/prod
"""
CHARTS = "helm-charts/databases/tiny-db, helm-charts/monitoring/tiny-monitor"


def left(migrate: Migrate, app: Path, mirror: Path, text: str) -> list[tuple[int, str]]:
    (app / "gitops.yaml").write_text(text)
    shown = migrate("plan", app, "--offline", "--chart-mirror", mirror, "--format", "json")
    found = [each for each in json.loads(shown.out)["diagnostics"] if each["code"] == "MIG653"]
    assert all(each["path"] == "gitops.yaml" for each in found)
    return [(each["line"], each["summary"]) for each in found]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (APPLICATION, (4, "Application prod deploys overlays/prod, ")),
        (APPLICATION_SET, (6, "ApplicationSet all deploys overlays/dev, overlays/prod, ")),
        (FLUX, (7, "Kustomization shop deploys overlays/prod, ")),
    ],
)
def test_what_deploys_a_folder_that_loses_objects_to_charts_is_named(
    migrate: Migrate, app: Path, mirror: Path, text: str, said: tuple[int, str]
) -> None:
    ((where, summary),) = left(migrate, app, mirror, text)
    assert where == said[0]
    assert summary.startswith(said[1])
    assert f"would prune what comes from {CHARTS} from now on" in summary


@pytest.mark.parametrize(
    "text",
    [
        APPLICATION.replace("overlays/prod", "base/frontend"),
        APPLICATION.replace("overlays/prod", "'{{path}}'"),
        # of the repository it also deploys what is not here: it is another one
        f"{APPLICATION}---\n{APPLICATION.replace('overlays/prod', 'somewhere/else')}",
    ],
)
def test_what_deploys_other_folders_is_not(migrate: Migrate, app: Path, mirror: Path, text: str) -> None:
    assert left(migrate, app, mirror, text) == []


def test_what_a_patch_makes_an_object_deploy_counts_as_well(migrate: Migrate, app: Path, mirror: Path) -> None:
    (app / "argocd/base").mkdir(parents=True)
    (app / "argocd/prod").mkdir()
    (app / "argocd/base/shop.yaml").write_text(APPLICATION.replace("overlays/prod", "base/frontend"))
    (app / "argocd/base/kustomization.yaml").write_text("resources: [shop.yaml]\n")
    (app / "argocd/prod/kustomization.yaml").write_text(
        "resources: [../base]\npatches: [{path: shop.yaml, target: {kind: Application}}]\n"
    )
    (app / "argocd/prod/shop.yaml").write_text("- op: replace\n  path: /spec/source/path\n  value: overlays/prod\n")
    shown = migrate("plan", app, "--offline", "--chart-mirror", mirror, "--format", "json")
    (found,) = (each for each in json.loads(shown.out)["diagnostics"] if each["code"] == "MIG653")
    assert found["path"] == "argocd/base/shop.yaml"
    assert found["summary"].startswith("Application prod deploys overlays/prod, ")
