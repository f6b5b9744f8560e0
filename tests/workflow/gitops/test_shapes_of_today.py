"""Shapes of what deploys today in which the stages once were refused, as the new objects were looked for elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_support import Migrate, committed, git
from emitted_objects import applied

from measuring.handover_shapes import made


@pytest.mark.parametrize(
    ("shape", "place"),
    [
        # one object for both clusters, and a root Application of its own for each
        ("ApplicationSet", "platform/argocd/root-app-prod.yaml"),
        # roots that name no environment, below a cluster that does
        ("one Kustomization per component", "clusters/prod/helm-releases.yaml"),
    ],
)
def test_what_is_new_is_deployed_before_the_old_owner_lets_go(
    migrate: Migrate, tmp_path: Path, mirror: Path, shape: str, place: str
) -> None:
    root = tmp_path / "shop"
    tool = made(shape, root)
    committed(root)
    applied(migrate, root, mirror, "growing", "--branch", "hybrid", tool=tool)
    assert place in git(root, "ls-tree", "-r", "--name-only", "hybrid").splitlines()
