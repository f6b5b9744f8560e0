"""Which tool deploys a repository, and what a hook is to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from migrator.discover import discover, parse_config
from migrator.gitops.reading import Rendered, read_deployers
from migrator.gitops.tool import knows_hooks, tool_of
from migrator.load import load
from migrator.model import RepoPath, resource_of
from migrator.yamlio import Dialect, read_value

Tree = Callable[..., Path]
APPLICATION = """\
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata: {name: shop}
    spec:
      source: {repoURL: https://git.example.org/own.git, path: %s}
      destination: {namespace: shop}
"""


def _tool(tree: Tree, config: bytes = b"", rendered: str = "", written: str = "") -> str:
    files = {"overlays/dev/kustomization.yaml": "resources: []\n"}
    root = tree({**files, "deploy/shop.yaml": APPLICATION % written} if written else files)
    settings = parse_config(config)
    kustomizations, _ = load(discover(root, settings))
    held = [resource_of(read_value(APPLICATION % rendered, dialect=Dialect.SIGS))] if rendered else []
    root_of = Rendered(root=RepoPath("overlays/dev"), environment="dev", resources=held)
    return tool_of(settings, read_deployers(kustomizations, settings, [root_of]).deployers, {RepoPath("overlays/dev")})


def test_argo_cd_is_there_where_an_application_is_rendered(tree: Tree) -> None:
    assert _tool(tree, rendered="elsewhere") == "argocd"


def test_it_is_where_a_file_deploys_a_root_of_the_repository(tree: Tree) -> None:
    assert _tool(tree, written="overlays/dev") == "argocd"


@pytest.mark.parametrize("written", ["", "deploy", "elsewhere"])
def test_nothing_is_known_where_nothing_deploys_a_root(tree: Tree, written: str) -> None:
    assert _tool(tree, written=written) == ""


@pytest.mark.parametrize(("said", "tool"), [("argocd", "argocd"), ("flux", "flux"), ("none", "argocd")])
def test_the_configuration_has_the_last_word_where_it_names_a_tool(tree: Tree, said: str, tool: str) -> None:
    """`none` means that no objects are to be written, not that nothing deploys."""
    assert _tool(tree, f"gitops: {said}".encode(), written="overlays/dev") == tool


def test_without_objects_none_means_none(tree: Tree) -> None:
    assert _tool(tree, b"gitops: none") == "none"


@pytest.mark.parametrize(
    ("tool", "inflates", "knows"),
    [("argocd", False, True), ("", False, False), ("flux", False, False), ("", True, True), ("none", True, False)],
)
def test_only_argo_cd_takes_hooks_for_hooks(tool: str, *, inflates: bool, knows: bool) -> None:
    assert knows_hooks(tool, inflates=inflates) is knows
