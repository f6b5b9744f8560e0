"""What says that something deploys a root although no object of the repository does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from deployers_support import OWN, application

from migrator.discover import Config, discover
from migrator.gitops.deployer import Deployer, Source, Tool
from migrator.gitops.unseen import clues
from migrator.model import RepoPath, ResId, resource_of

ROOT = RepoPath("overlays/prod")
TEMPLATE = application("shop", "path: 'overlays/{{ .Values.name }}'")


def found(root: Path, *sources: Source, annotations: dict[str, str] | None = None) -> tuple[str, ...]:
    deployer = Deployer(
        tool=Tool.ARGO_CD,
        id=ResId(group="argoproj.io", kind="Application", namespace="argocd", name="a"),
        sources=sources,
    )
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x", "annotations": annotations or {}}}
    return clues([ROOT], [deployer], {ROOT: [resource_of(body)]}, discover(root, Config()))


@pytest.fixture
def repo(tree: Callable[..., Path]) -> Path:
    return tree({f"{ROOT}/kustomization.yaml": "resources: []\n"})


def test_nothing_says_so(repo: Path) -> None:
    (repo / "README.md").write_text(f"{TEMPLATE}\n{ROOT}\n")
    (repo / "logo.svg").symlink_to("logo.png")
    assert found(repo, Source(repository=OWN, here=True, path="apps/other"), annotations={"a.example/b": "c"}) == ()


@pytest.mark.parametrize("name", ["shop.yaml", "apps"])
def test_a_link_that_leads_elsewhere(repo: Path, name: str) -> None:
    (repo / name).symlink_to("../../elsewhere")
    (said,) = found(repo)
    assert said.startswith(f"{name}: symbolic link leads out of the repository")


@pytest.mark.parametrize(
    "source",
    [
        Source(repository=OWN, here=True, path="{{path}}"),
        Source(repository=OWN, here=True, path="overlays/{{env}}"),
        Source(repository=OWN, here=True, path="../../overlays/prod"),
        Source(repository="https://git.example.org/team/other.git", path="overlays/prod"),
    ],
)
def test_an_object_whose_folder_nobody_knows(repo: Path, source: Source) -> None:
    (said,) = found(repo, source)
    assert "Application a may deploy it" in said


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("deploy/templates/apps.yaml", TEMPLATE),
        ("deploy/apps.jsonnet", '{apiVersion: "argoproj.io/v1alpha1", kind: "Application", path: "overlays/prod"}'),
        (
            "apps.json",
            '{"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization", "x": "overlays/prod"}',
        ),
    ],
)
def test_texts_that_make_objects(tree: Callable[..., Path], path: str, text: str) -> None:
    files = {f"{ROOT}/kustomization.yaml": "resources: []\n", "deploy/Chart.yaml": "name: deploy\n", path: text}
    (said,) = found(tree(files))
    assert said.startswith(f"{path}: it makes objects")
    files = {f"vendor/charts/x/{name}": held for name, held in files.items() if name.startswith("deploy")}
    assert found(tree({f"{ROOT}/kustomization.yaml": "resources: []\n", **files, path: ""})) == ()


@pytest.mark.parametrize("name", ["argocd.argoproj.io/sync-wave", "kustomize.toolkit.fluxcd.io/ssa"])
def test_marks_of_a_controller(repo: Path, name: str) -> None:
    (said,) = found(repo, annotations={name: "x"})
    assert said.endswith(f"ConfigMap x has {name}")
