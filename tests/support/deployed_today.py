"""The fixture repository as something deploys it today: Applications of its overlays, or Kustomizations of Flux."""

from __future__ import annotations

import shutil
from pathlib import Path

from cli_support import FIXTURES, committed

URL = "https://git.example.org/team/shop.git"
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
SYNC = """\
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {{name: flux-system, namespace: flux-system}}
spec: {{interval: 1m, url: {url}, ref: {{branch: main}}}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: flux-system, namespace: flux-system}}
spec: {{interval: 10m, path: ./clusters/{environment}, prune: true, sourceRef: {{kind: GitRepository, name: flux-system}}}}
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
