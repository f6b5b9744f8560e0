"""What an object says of a release is held against the lock, and nothing outside of the repository is."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.gitops.agreement import disagreements
from migrator.gitops.deployer import Deployer, HelmOptions, Source, Tool
from migrator.lock import LockedRelease
from migrator.model import ReleaseContext, RepoPath, ResId

CHARTS = "https://charts.example.org"
RELEASE = LockedRelease(
    component="store",
    context=ReleaseContext(release="db", namespace="shop"),
    path=RepoPath("charts/store"),
    name="store",
    version="1.0.0",
    repository=CHARTS,
    digest="",
    values=("values.yaml",),
    include_crds=True,
    hooks="run",
    post_render=None,
)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A repository with a release, beside a file that is none of it."""
    root = tmp_path / "repository"
    (root / "charts/store").mkdir(parents=True)
    (root / "charts/store/values.yaml").write_text("store: {size: 3}\n")
    (root / "values").mkdir()
    (root / "values/store.yaml").write_text("size: 3\n")
    (tmp_path / "outside.yaml").write_text("size: 3\n")
    (root / "values/link.yaml").symlink_to(tmp_path / "outside.yaml")
    return root


def said(tree: Path, value_file: str, repository: str = CHARTS) -> list[tuple[str, str, str]]:
    helm = HelmOptions(release_name="db", include_crds=True, value_files=(value_file,))
    deployer = Deployer(
        tool=Tool.ARGO_CD,
        id=ResId(group="argoproj.io", kind="Application", namespace="argocd", name="db"),
        namespace="shop",
        sources=(
            Source(repository=repository, chart="store", version="1.0.0", helm=helm),
            Source(repository="https://git.example.org/shop.git", here=True, ref="values"),
        ),
    )
    return list(disagreements(RELEASE, deployer, tree))


def test_the_values_of_a_public_chart_are_those_of_the_umbrella(tree: Path) -> None:
    assert said(tree, "$values/values/store.yaml") == []
    (tree / "values/store.yaml").write_text("size: 4\n")
    assert said(tree, "$values/values/store.yaml") == [("values", "other values", "those of values.yaml")]


@pytest.mark.parametrize("name", ["$values/../outside.yaml", "$values/values/link.yaml", "$other/values/store.yaml"])
def test_a_file_that_is_not_of_the_repository_is_not_read(tree: Path, name: str) -> None:
    assert said(tree, name) == [("values", "other values", "those of values.yaml")]


def test_an_absolute_path_is_not_read_either(tree: Path) -> None:
    assert said(tree, str(tree.parent / "outside.yaml")) == [("values", "other values", "those of values.yaml")]


def test_a_password_in_an_address_is_not_told(tree: Path) -> None:
    address = "https://me:not-a-real-token@charts.example.org/other"
    found = said(tree, "$values/values/store.yaml", address)
    assert found == [("repository", "https://charts.example.org/other", CHARTS)]
