"""By which addresses GitOps objects know the repository that they lie in."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.discover import Config, discover
from migrator.gitops.reading import own_repositories

ARGO = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: {name}}}
spec: {{source: {{repoURL: {url}, path: {path}}}}}
"""
FLUX = """\
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: fleet, namespace: flux-system}
spec: {url: "ssh://git@github.com/acme/fleet"}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec: {path: ./prod, sourceRef: {kind: GitRepository, name: fleet}}
"""


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    (tmp_path / "prod").mkdir()
    (tmp_path / "prod" / "kustomization.yaml").write_text("resources: []\n")
    return tmp_path


def test_a_repository_whose_folders_are_all_here_is_this_one(repo: Path) -> None:
    own, other = "https://github.com/acme/shop.git", "https://github.com/acme/other"
    (repo / "own.yaml").write_text(ARGO.format(name="a", url=own, path="prod"))
    (repo / "other.yaml").write_text(ARGO.format(name="b", url=other, path="charts/web"))
    assert own_repositories(discover(repo, Config())) == (own,)
    (repo / "also.yaml").write_text(ARGO.format(name="c", url=own, path="gone"))
    assert own_repositories(discover(repo, Config())) == ()


def test_the_source_of_flux_says_the_address(repo: Path) -> None:
    source, _, deployed = FLUX.partition("---\n")
    (repo / "deployed.yaml").write_text(deployed)
    assert own_repositories(discover(repo, Config())) == ()
    (repo / "source.yaml").write_text(source)
    assert own_repositories(discover(repo, Config())) == ("ssh://git@github.com/acme/fleet",)
