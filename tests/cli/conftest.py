from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_support import FIXTURES, Outcome
from odd_trees import both, charts, shop  # noqa: F401 - fixtures

from migrator.cli.app import run


@pytest.fixture
def migrate(capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Runs a command line in this process."""

    def call(*arguments: object) -> Outcome:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        shown = capsys.readouterr()
        assert "Traceback" not in shown.err + shown.out
        return Outcome(code, shown.out, shown.err)

    return call


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """A private copy of the fixture repository."""
    target = tmp_path / "simple-app"
    shutil.copytree(FIXTURES / "simple-app", target)
    return target


@pytest.fixture
def mirror() -> Path:
    """The fixture's charts."""
    return FIXTURES / "charts"
