"""The namespace of a root, as objects of Argo CD and Flux give it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from migrator.discover import Config, discover
from migrator.gitops.destinations import agreed, destinations
from migrator.gitops.reading import read_deployers
from migrator.load import load
from migrator.model import RepoPath

Tree = Callable[..., Path]
ROOTS = ("overlays/dev", "overlays/prod")
APPLICATION = """\
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata: {name: shop}
    spec:
      source: {repoURL: https://git.example.org/own.git, path: overlays/prod}
      destination: {namespace: shop-live}
"""


def given(tree: Tree, text: str) -> Mapping[str, str]:
    files = {f"{root}/kustomization.yaml": "resources: []\n" for root in ROOTS}
    root = tree({**files, "deploy/objects.yaml": text})
    kustomizations, _ = load(discover(root, Config()))
    deployers = read_deployers(kustomizations, Config(), ()).deployers
    return dict(agreed(destinations(deployers, {RepoPath(each) for each in ROOTS})))


def application_set(generators: str, path: str, namespace: str) -> str:
    return f"""\
    apiVersion: argoproj.io/v1alpha1
    kind: ApplicationSet
    metadata: {{name: shop}}
    spec:
      generators: {generators}
      template:
        spec:
          source: {{repoURL: https://git.example.org/own.git, path: '{path}'}}
          destination: {{namespace: '{namespace}'}}
    """


LIST = "[{list: {elements: [{env: dev}, {env: prod}]}}]"
FOLDERS = (
    "[{git: {repoURL: https://git.example.org/own.git, "
    "directories: [{path: overlays/*}, {path: overlays/dev, exclude: true}]}}]"
)
MATRIX = "[{matrix: {generators: [{list: {elements: [{env: dev}]}}, {list: {elements: [{values: {team: web}}]}}]}}]"
FLUX = """\
    apiVersion: kustomize.toolkit.fluxcd.io/v1
    kind: Kustomization
    metadata: {name: shop}
    spec: {sourceRef: {kind: GitRepository, name: own}, path: ./overlays/dev/, targetNamespace: shop-dev}
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (APPLICATION, {"overlays/prod": "shop-live"}),
        (
            APPLICATION.replace("path: overlays/prod", "path: overlays/prod, kustomize: {namespace: other}"),
            {"overlays/prod": "other"},
        ),
        (APPLICATION.replace("source: {", "sources: [{").replace("prod}", "prod}]"), {"overlays/prod": "shop-live"}),
        (APPLICATION.replace("path: overlays/prod", "chart: shop"), {}),
        (APPLICATION.replace("namespace: shop-live", "name: there"), {}),
        (FLUX, {"overlays/dev": "shop-dev"}),
        (FLUX.replace("shop-dev", "${NAMESPACE}"), {}),
        (
            application_set(LIST, "overlays/{{env}}", "shop-{{ env }}"),
            {"overlays/dev": "shop-dev", "overlays/prod": "shop-prod"},
        ),
        (application_set(FOLDERS, "{{path}}", "{{path.basename}}"), {"overlays/prod": "prod"}),
        (application_set(MATRIX, "overlays/{{env}}", "{{values.team}}"), {"overlays/dev": "web"}),
        (
            application_set("[{clusters: {}}]", "overlays/{{name}}", "shop"),
            {"overlays/dev": "shop", "overlays/prod": "shop"},
        ),
        (application_set("[{clusters: {}}]", "overlays/{{name}}", "{{name}}"), {}),
    ],
)
def test_what_an_object_says(tree: Tree, text: str, expected: Mapping[str, str]) -> None:
    assert given(tree, text) == expected


def test_folders_of_another_repository_are_not_meant(tree: Tree) -> None:
    other = APPLICATION.replace("own.git", "other.git")
    elsewhere = other.replace("overlays/prod", "not/here").replace("name: shop", "name: more")
    assert given(tree, f"{other}---\n{elsewhere}") == {}


def test_objects_that_disagree_say_nothing_together(tree: Tree) -> None:
    second = APPLICATION.replace("name: shop", "name: shop-2").replace("shop-live", "shop-next")
    assert given(tree, f"{APPLICATION}    ---\n{second}") == {}
