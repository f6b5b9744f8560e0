"""New objects of Flux lie beside an old owner, and in the kustomization of its folder where there is one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from migrator.discover import Config, discover
from migrator.gitops.stages.entries import listing
from migrator.model import RepoPath

NEW = RepoPath("clusters/prod/helm-releases.yaml")


def test_a_kustomization_lists_what_is_new_once(tree: Callable[..., Path]) -> None:
    root = tree(
        {"clusters/prod/kustomization.yaml": "resources: # ours\n- shop.yaml\n", "clusters/prod/shop.yaml": "a: 1\n"}
    )
    index = discover(root, Config())
    found = listing([NEW], [RepoPath("clusters/prod")], index)
    assert found == {"clusters/prod/kustomization.yaml": b"resources: # ours\n- shop.yaml\n- helm-releases.yaml\n"}
    (root / "clusters/prod/kustomization.yaml").write_bytes(next(iter(found.values())))
    again = listing([NEW], [RepoPath("clusters/prod")], discover(root, Config()))
    assert list(again.values()) == list(found.values())


def test_a_folder_without_one_takes_every_file_by_itself(tree: Callable[..., Path]) -> None:
    root = tree({"clusters/prod/shop.yaml": "a: 1\n", "overlays/prod/kustomization.yaml": "resources: []\n"})
    assert listing([NEW], [RepoPath("clusters/prod")], discover(root, Config())) == {}
