"""The fixture repository, migrated once for each layout, without objects of a GitOps tool."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from cli_support import FIXTURES, committed, git

from migrator.cli.app import run

MIRROR = FIXTURES / "charts"


@pytest.fixture(scope="session", params=["enterprise", "growing"])
def hybrid_once(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp(request.param) / "shop"
    shutil.copytree(FIXTURES / "simple-app", root)
    committed(root)
    git(root, "remote", "add", "origin", "https://me:not-a-real-token@git.example.org/team/shop.git")
    words = ["apply", str(root), "--offline", "--chart-mirror", str(MIRROR), "--layout", request.param]
    assert run([*words, "--quiet"]) == 0
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "hybrid")
    return root


@pytest.fixture
def hybrid_app(hybrid_once: Path, tmp_path: Path) -> Path:
    """A private copy of the migrated repository."""
    return Path(shutil.copytree(hybrid_once, tmp_path / "shop"))


@pytest.fixture
def layout(hybrid_app: Path) -> str:
    return "enterprise" if (hybrid_app / "environments").exists() else "growing"
