"""The fixture repository as something deploys it today, in seven shapes for each tool that knows them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

FIXTURE = Path(__file__).resolve().parents[2] / "fixtures/simple-app"
URL = "https://git.example.org/team/shop.git"
ENVIRONMENTS = ("dev", "prod")
PARTS = ("api", "database", "frontend", "monitoring")

_APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: {name}
  namespace: argocd
  finalizers: [resources-finalizer.argocd.argoproj.io]
spec:
  project: default
  source: {{repoURL: {url}, targetRevision: main, path: {path}}}
  destination: {{server: {server}, namespace: shop}}
  syncPolicy:
    automated: {{prune: true, selfHeal: true}}
"""
_SET = """\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {{name: shop, namespace: argocd}}
spec:
  goTemplate: true
  generators: [{generator}]
  template:
    metadata: {{name: 'shop-{{{{{environment}}}}}'}}
    spec:
      project: default
      source: {{repoURL: {url}, targetRevision: main, path: '{{{{{path}}}}}'}}
      destination: {{{destination}, namespace: shop}}
      syncPolicy:
        automated: {{prune: true, selfHeal: true}}
"""
_BY_LABEL = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: argocd-cm
  namespace: argocd
  labels: {app.kubernetes.io/part-of: argocd}
data:
  application.resourceTrackingMethod: label
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
spec:
  interval: 10m
  path: ./clusters/{environment}
  prune: true
  sourceRef: {{kind: GitRepository, name: flux-system}}
"""
_KUSTOMIZATION = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: {name}, namespace: flux-system}}
spec:
  interval: 10m
  path: ./{path}
  prune: true
  sourceRef: {{kind: GitRepository, name: flux-system}}
"""


def _written(root: Path, path: str, text: str) -> None:
    place = root / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text)


def _application(name: str, path: str, server: str = "https://kubernetes.default.svc") -> str:
    return _APPLICATION.format(name=name, path=path, server=server, url=URL)


def per_environment(root: Path) -> None:
    """One Application for each environment, applied by hand."""
    for each in ENVIRONMENTS:
        _written(root, f"deploy/shop-{each}.yaml", _application(f"shop-{each}", f"overlays/{each}"))


def app_of_apps(root: Path) -> None:
    """A root Application that delivers one Application for each environment."""
    for each in ENVIRONMENTS:
        text = _application(f"shop-{each}", f"overlays/{each}", f"https://{each}.example.org")
        _written(root, f"apps/shop-{each}.yaml", text)
    _written(root, "root.yaml", _application("root", "apps"))


def application_set(root: Path) -> None:
    """An ApplicationSet, applied by hand, with a list of the environments."""
    elements = ", ".join(f"{{env: {each}, path: overlays/{each}}}" for each in ENVIRONMENTS)
    text = _SET.format(
        generator=f"{{list: {{elements: [{elements}]}}}}",
        environment=".env",
        path=".path",
        destination="server: 'https://{{.env}}.example.org'",
        url=URL,
    )
    _written(root, "deploy/shop.yaml", text)


def application_set_of_folders(root: Path) -> None:
    """An ApplicationSet, delivered by a root Application, with a git generator over the overlays."""
    text = _SET.format(
        generator=f"{{git: {{repoURL: {URL}, revision: main, directories: [{{path: 'overlays/*'}}]}}}}",
        environment=".path.basename",
        path=".path.path",
        destination="name: '{{.path.basename}}'",
        url=URL,
    )
    _written(root, "apps/shop.yaml", text)
    _written(root, "root.yaml", _application("root", "apps"))


def label_tracking(root: Path) -> None:
    """One Application for each environment, of an Argo CD that tracks by label."""
    per_environment(root)
    _written(root, "argocd/argocd-cm.yaml", _BY_LABEL)


def per_cluster(root: Path) -> None:
    """A cluster for each environment, whose bootstrap delivers one Kustomization of its overlay."""
    for each in ENVIRONMENTS:
        _written(root, f"clusters/{each}/flux-system/gotk-sync.yaml", SYNC.format(environment=each, url=URL))
        _written(root, f"clusters/{each}/shop.yaml", _KUSTOMIZATION.format(name="shop", path=f"overlays/{each}"))


def per_component(root: Path) -> None:
    """One cluster, whose bootstrap delivers a Kustomization for each part of the base."""
    shutil.rmtree(root / "overlays")
    (root / "base/kustomization.yaml").unlink()
    _written(root, "base/namespaces/kustomization.yaml", "resources: [namespaces.yaml]\n")
    (root / "base/namespaces.yaml").rename(root / "base/namespaces/namespaces.yaml")
    _written(root, "clusters/prod/flux-system/gotk-sync.yaml", SYNC.format(environment="prod", url=URL))
    for each in ("namespaces", *PARTS):
        _written(root, f"clusters/prod/{each}.yaml", _KUSTOMIZATION.format(name=each, path=f"base/{each}"))


def no_deployer(_: Path) -> None:
    """No object of a GitOps tool at all."""


SHAPES: Mapping[str, tuple[str, Callable[[Path], None]]] = {
    "one Application per environment": ("argocd", per_environment),
    "app of apps": ("argocd", app_of_apps),
    "ApplicationSet": ("argocd", application_set),
    "ApplicationSet of folders": ("argocd", application_set_of_folders),
    "tracking by label": ("argocd", label_tracking),
    "one Kustomization per cluster": ("flux", per_cluster),
    "one Kustomization per component": ("flux", per_component),
    "none, for Argo CD": ("argocd", no_deployer),
    "none, for Flux": ("flux", no_deployer),
}
"""Shape -> the tool that takes over, and what makes it of a copy of the fixture."""


def made(shape: str, root: Path) -> str:
    """Make a repository of a shape; the tool that takes over."""
    tool, make = SHAPES[shape]
    shutil.copytree(FIXTURE, root)
    make(root)
    return tool
