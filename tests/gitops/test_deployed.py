"""Which folders objects of Argo CD and Flux deploy, told from builds and from files."""

from __future__ import annotations

import pytest

from migrator.gitops.deployed import deployed_folders, deployed_paths
from migrator.model import RepoPath, resource_of
from migrator.render_roots import BUILT, Build
from migrator.yamlio import Dialect, YamlError, read_documents

APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop}
spec:
  sources:
  - {repoURL: https://git.example.org/shop, path: /overlays/prod}
  - {repoURL: https://charts.example.org, chart: redis}
"""
SET = """\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: all}
spec:
  generators:
  - git: {repoURL: https://git.example.org/shop, directories: [{path: overlays/*}]}
  template:
    spec:
      source: {repoURL: https://git.example.org/shop, path: '{{path}}'}
"""
FLUX = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: shop}
spec:
  path: ./overlays/dev
  sourceRef: {kind: GitRepository, name: shop}
"""
OTHER = FLUX.replace("kustomize.toolkit.fluxcd.io/v1", "kustomize.config.k8s.io/v1beta1")


def build_of(text: str) -> Build:
    found = tuple(resource_of(each.value) for each in read_documents(text, dialect=Dialect.KUSTOMIZE))
    return Build(environment="prod", root=RepoPath("apps"), status=BUILT, resources=found)


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        (APPLICATION, {"overlays/prod"}),
        (SET, {"{{path}}"}),
        (FLUX, {"overlays/dev"}),
        (FLUX.replace("path: ./overlays/dev", "path: ./"), {"."}),
        (FLUX.replace("  path: ./overlays/dev\n", ""), set()),
        (OTHER, set()),
    ],
)
def test_paths_that_built_objects_deploy(text: str, paths: set[str]) -> None:
    assert deployed_paths([build_of(text)]) == paths


@pytest.mark.parametrize(
    ("text", "folders"),
    [
        (APPLICATION, [("Application", "shop", "https://git.example.org/shop", "/overlays/prod", 6)]),
        (
            SET,
            [
                ("ApplicationSet", "all", "https://git.example.org/shop", "overlays/*", 6),
                ("ApplicationSet", "all", "https://git.example.org/shop", "{{path}}", 9),
            ],
        ),
        (FLUX, [("Kustomization", "shop", "GitRepository shop", "./overlays/dev", 5)]),
        (FLUX.replace("GitRepository", "OCIRepository"), []),
        (OTHER, []),
    ],
)
def test_folders_that_a_file_says_are_deployed(text: str, folders: list[tuple[str, str, str, str, int]]) -> None:
    found = deployed_folders(text)
    assert [(each.kind, each.name, each.repository, each.folder, each.line) for each in found] == folders


def test_what_is_not_yaml_is_an_error() -> None:
    with pytest.raises(YamlError):
        deployed_folders("a: [")
