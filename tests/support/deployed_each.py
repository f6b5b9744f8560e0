"""A repository in which each part has a deployer of its own: all that one of them deploys becomes a release."""

from __future__ import annotations

import shutil
from pathlib import Path

from cli_support import FIXTURES, committed
from deployed_today import KUSTOMIZATION

from measuring.handover_shapes import SYNC, URL

_APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: {part}-{environment}
  namespace: argocd
  finalizers:
    - resources-finalizer.argocd.argoproj.io
spec:
  project: default
  source: {{repoURL: {url}, targetRevision: main, path: overlays/{environment}/{part}}}
  destination: {{server: https://kubernetes.default.svc, namespace: shop}}
  syncPolicy:
    automated: {{prune: true, selfHeal: true}}
"""
_ROOT = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: root-app, namespace: argocd}}
spec:
  project: default
  source: {{repoURL: {url}, targetRevision: main, path: deploy/{environment}}}
  destination: {{server: https://kubernetes.default.svc, namespace: argocd}}
  syncPolicy:
    automated: {{prune: true, selfHeal: true}}
"""
_PARTS = {"web": ("namespaces", "api", "frontend"), "db": ("database",)}


def each_by_argocd(root: Path) -> Path:
    """An Application for each part, delivered by a root application that is applied by hand."""
    for environment in ("dev", "prod"):
        for part in _parts(root, environment):
            text = _APPLICATION.format(part=part, environment=environment, url=URL)
            _write(root / f"deploy/{environment}/{part}.yaml", text)
        _write(root / f"bootstrap/{environment}.yaml", _ROOT.format(environment=environment, url=URL))
    return committed(root)


def each_by_flux(root: Path, *, lists: bool = False) -> Path:
    """A Kustomization for each part, below the bootstrap of its cluster; `lists` where that has a kustomization."""
    for environment in ("dev", "prod"):
        folder = root / f"clusters/{environment}"
        parts = _parts(root, environment)
        for part in parts:
            text = KUSTOMIZATION.format(environment=f"{environment}/{part}").replace("name: shop", f"name: {part}")
            _write(folder / f"{part}.yaml", text)
        _write(folder / "flux-system/gotk-sync.yaml", SYNC.format(environment=environment, url=URL))
        if lists:
            names = ["flux-system/gotk-sync.yaml", *(f"{part}.yaml" for part in parts)]
            _write(folder / "kustomization.yaml", "resources:\n" + "".join(f"- {name}\n" for name in names))
    return committed(root)


def _parts(root: Path, environment: str) -> tuple[str, ...]:
    base = root / "base"
    if not base.exists():
        shutil.copytree(FIXTURES / "simple-app/.migrate", root / ".migrate")
        shutil.copytree(FIXTURES / "simple-app/base", base, ignore=shutil.ignore_patterns("monitoring"))
        (base / "kustomization.yaml").unlink()
        (base / "namespaces").mkdir()
        (base / "namespaces.yaml").rename(base / "namespaces/namespaces.yaml")
        (base / "namespaces/kustomization.yaml").write_text("resources:\n- namespaces.yaml\n")
    for part, names in _PARTS.items():
        listed = "".join(f"- ../../../base/{name}\n" for name in names)
        _write(root / f"overlays/{environment}/{part}/kustomization.yaml", f"resources:\n{listed}")
    return tuple(_PARTS)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
