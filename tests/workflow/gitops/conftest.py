"""The fixture repository, migrated once for each layout, and once for each way in which something deploys it today."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_support import FIXTURES, Migrate, Outcome, committed, git
from deployed_today import DEPLOYED

from migrator.cli.app import run

WORDS = ("--offline", "--chart-mirror", str(FIXTURES / "charts"), "--quiet", "--layout")


@pytest.fixture
def migrate(migrate: Migrate) -> Migrate:
    """As everywhere, but for a proof that takes what was rendered before: it is asked for in nearly every test."""

    def call(*given: object) -> Outcome:
        return migrate(*given, *(["--trust-cache"] if given[0] == "verify" else []))

    return call


@pytest.fixture(scope="session")
def hybrid_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Layout -> the migrated repository, without objects of a GitOps tool."""
    made: dict[str, Path] = {}

    def hybrid(layout: str) -> Path:
        if layout not in made:
            root = tmp_path_factory.mktemp(layout) / "shop"
            shutil.copytree(FIXTURES / "simple-app", root)
            committed(root)
            git(root, "remote", "add", "origin", "https://me:not-a-real-token@git.example.org/team/shop.git")
            assert run(["apply", str(root), *WORDS, layout]) == 0
            git(root, "add", "-A")
            git(root, "commit", "-q", "-m", "hybrid")
            made[layout] = root
        return made[layout]

    return hybrid


@pytest.fixture
def layout() -> str:
    """The layout of a test that says no other one."""
    return "growing"


@pytest.fixture
def hybrid_app(hybrid_once: Callable[[str], Path], layout: str, tmp_path: Path) -> Path:
    """A private copy of the migrated repository."""
    return Path(shutil.copytree(hybrid_once(layout), tmp_path / "shop"))


@pytest.fixture(scope="session")
def staged_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Shape of `DEPLOYED` -> such a repository with the stages of its change of hands on the branch `hybrid`."""
    made: dict[str, Path] = {}

    def staged(shape: str) -> Path:
        if shape not in made:
            root = DEPLOYED[shape](tmp_path_factory.mktemp(shape.replace(" ", "-")) / "shop")
            words = [
                "apply",
                str(root),
                *WORDS,
                "growing",
                "--gitops",
                shape.split(maxsplit=1)[0],
                "--branch",
                "hybrid",
            ]
            assert run(words) == 0
            made[shape] = root
        return made[shape]

    return staged


@pytest.fixture
def staged(staged_once: Callable[[str], Path], tmp_path: Path) -> Callable[[str, int], Path]:
    """Shape, stage -> a private copy at that stage: on `main` at 0, else on `hybrid` as far as that stage."""

    def at(shape: str, stage: int) -> Path:
        root = Path(shutil.copytree(staged_once(shape), tmp_path / "shop", symlinks=True))
        if stage:
            git(root, "checkout", "-q", "-B", "hybrid", f"hybrid~{2 - stage}")
        return root

    return at
