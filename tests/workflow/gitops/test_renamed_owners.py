"""Owners that a kustomization makes of a file under another name: an edit of that file does not reach them."""

from __future__ import annotations

from pathlib import Path

from cli_support import Migrate, git
from deployed_today import deployed_by_argocd

_ROOT = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: root-{name}, namespace: argocd}}
spec:
  project: default
  source: {{repoURL: https://git.example.org/team/shop.git, targetRevision: main, path: apps/{name}}}
  destination: {{server: https://kubernetes.default.svc, namespace: argocd}}
  syncPolicy: {{automated: {{prune: true}}}}
"""
_OVERLAY = """\
resources: [../base]
nameSuffix: -{name}
patches:
- target: {{kind: Application}}
  patch: |
    - {{op: replace, path: /spec/source/path, value: overlays/{name}}}
    - {{op: replace, path: /spec/destination/server, value: "https://{name}.example.org"}}
"""
_LOOSE = """\
- target: {kind: Application}
  patch: |
    - {op: replace, path: /spec/syncPolicy/automated, value: {prune: false, selfHeal: false}}
    - {op: remove, path: /metadata/finalizers}
"""


def renamed(root: Path) -> Path:
    """An Application for each environment, made of one by a kustomization each."""
    deployed_by_argocd(root)
    (root / "apps/base").mkdir(parents=True)
    text = (root / "deploy/shop-dev.yaml").read_text().replace("name: shop-dev", "name: shop")
    (root / "apps/base/app.yaml").write_text(text)
    (root / "apps/base/kustomization.yaml").write_text("resources: [app.yaml]\n")
    for name in ("dev", "prod"):
        (root / f"deploy/shop-{name}.yaml").write_text(_ROOT.format(name=name))
        (root / f"apps/{name}").mkdir()
        (root / f"apps/{name}/kustomization.yaml").write_text(_OVERLAY.format(name=name))
    git(root, "add", "-A")
    git(root, "commit", "-qm", "renamed")
    return root


def test_an_owner_that_no_edit_reaches_is_said_and_what_is_said_to_do_helps(
    migrate: Migrate, tmp_path: Path, mirror: Path
) -> None:
    root = renamed(tmp_path / "shop")
    words = ("apply", root, "--offline", "--chart-mirror", mirror, "--gitops", "argocd", "--branch", "hybrid")
    refused = migrate(*words)
    assert refused.code == 1
    assert "apps/base/app.yaml:2: error: " in refused.err
    assert "the kustomization apps/dev makes Application shop-dev" in refused.err
    assert git(root, "status", "--short") == ""
    for name in ("dev", "prod"):
        path = root / f"apps/{name}/kustomization.yaml"
        path.write_text(path.read_text() + _LOOSE)
    git(root, "commit", "-qam", "neither prune nor heal")
    assert migrate(*words).code == 0
    git(root, "checkout", "-q", "hybrid")
    said = ("--offline", "--chart-mirror", mirror)
    assert migrate("verify", root, *said, "--base", "HEAD~2").code == 0
    assert "kubectl apply -f apps/" not in migrate("handover", root).out  # that file is no object of the cluster
    git(root, "checkout", "-q", "hybrid~1")
    path = root / "apps/dev/kustomization.yaml"
    path.write_text(path.read_text().replace("prune: false", "prune: true"))
    assert (
        "Application shop-dev deployed what changes hands here, and is not as the handover left it: it prunes again"
        in (migrate("audit", root, *said).out)
    )
