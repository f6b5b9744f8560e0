"""A repository in a few lines, and what is read of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from migrator.discover import Config, discover
from migrator.gitops.deployer import Deployer
from migrator.gitops.reading import Reading, Rendered, read_deployers
from migrator.load import load
from migrator.model import RepoPath, resource_of
from migrator.render_roots import environment
from migrator.yamlio import Dialect, read_documents

Tree = Callable[..., Path]
OWN = "https://git.example.org/team/fleet.git"
KUSTOMIZATION = "resources: []\n"


def read(tree: Tree, files: Mapping[str, str], rendered: Mapping[str, str] | None = None) -> Reading:
    """What is read of the files, and of the objects that roots are said to render."""
    roots = {f"{folder}/kustomization.yaml": KUSTOMIZATION for folder in ("shop/dev", "shop/prod", *(rendered or {}))}
    kustomizations, _ = load(discover(tree({**roots, **files}), Config()))
    config = Config()
    made = [
        Rendered(
            root=RepoPath(root),
            environment=environment.environment_of(RepoPath(root), config),
            resources=[resource_of(each.value) for each in read_documents(text, dialect=Dialect.KUSTOMIZE)],
        )
        for root, text in (rendered or {}).items()
    ]
    return read_deployers(kustomizations, config, made)


def only(reading: Reading) -> Deployer:
    """The one deployer that there is."""
    (deployer,) = reading.deployers
    return deployer


def application(name: str = "shop", source: str = "path: shop/prod", more: str = "") -> str:
    """An Application; `source` are fields of its source, `more` of its spec."""
    return f"""\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: {name}, namespace: argocd}}
spec:
  project: web
  source: {{repoURL: {OWN}, {source}}}
  destination: {{server: https://kubernetes.default.svc, namespace: shop}}
{more}"""
