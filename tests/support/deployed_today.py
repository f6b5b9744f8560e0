"""The fixture repository as something deploys it today: Applications of its overlays, or Kustomizations of Flux."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from cli_support import FIXTURES, committed, git

from measuring.handover_shapes import SYNC, URL

_APPLICATION = """\
# {environment} of the shop
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: shop-{environment}
  namespace: argocd
  finalizers:
    - resources-finalizer.argocd.argoproj.io
spec:
  project: default
  source: {{repoURL: {url}, targetRevision: main, path: overlays/{environment}}}
  destination: {{server: https://kubernetes.default.svc, namespace: shop}}
  syncPolicy:
    automated: {{prune: true, selfHeal: true}}
"""
KUSTOMIZATION = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: shop, namespace: flux-system}}
spec:
  interval: 10m
  path: ./overlays/{environment}
  prune: true # what left git goes
  sourceRef: {{kind: GitRepository, name: flux-system}}
"""


def deployed_by_argocd(root: Path) -> Path:
    """One Application for each environment, applied by hand."""
    shutil.copytree(FIXTURES / "simple-app", root)
    (root / "deploy").mkdir()
    for environment in ("dev", "prod"):
        text = _APPLICATION.format(environment=environment, url=URL)
        (root / f"deploy/shop-{environment}.yaml").write_text(text)
    return committed(root)


def deployed_by_flux(root: Path) -> Path:
    """A cluster for each environment, whose bootstrap deploys one Kustomization."""
    shutil.copytree(FIXTURES / "simple-app", root)
    for environment in ("dev", "prod"):
        folder = root / f"clusters/{environment}"
        (folder / "flux-system").mkdir(parents=True)
        (folder / "flux-system/gotk-sync.yaml").write_text(SYNC.format(environment=environment, url=URL))
        (folder / "shop.yaml").write_text(KUSTOMIZATION.format(environment=environment))
    return committed(root)


def rendered_by_roots_of_argocd(root: Path) -> Path:
    """The same as for Argo CD, with a root for each environment that renders its Application."""
    deployed_by_argocd(root)
    for name in ("dev", "prod"):
        (root / f"deploy/{name}").mkdir()
        (root / f"deploy/shop-{name}.yaml").rename(root / f"deploy/{name}/shop-{name}.yaml")
        (root / f"deploy/{name}/kustomization.yaml").write_text(f"resources:\n- shop-{name}.yaml\n")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "app of apps")
    return root


def rendered_by_roots_of_flux(root: Path) -> Path:
    """The same as for Flux, with roots that render what deploys."""
    deployed_by_flux(root)
    for name in ("dev", "prod"):
        text = "resources:\n- flux-system/gotk-sync.yaml\n- shop.yaml\n"
        (root / f"clusters/{name}/kustomization.yaml").write_text(text)
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "clusters")
    return root


DEPLOYED: Mapping[str, Callable[[Path], Path]] = {
    "argocd": deployed_by_argocd,
    "flux": deployed_by_flux,
    "argocd rendered": rendered_by_roots_of_argocd,
    "flux rendered": rendered_by_roots_of_flux,
}
"""Shape, whose first word is the tool -> what makes such a repository."""
