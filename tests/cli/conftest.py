from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from cli_support import FIXTURES, Outcome
from json_schemas import problems, schema_for
from odd_trees import both, charts, shop  # noqa: F401 - fixtures

from migrator.cli.app import run


@pytest.fixture
def migrate(capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Runs a command line in this process; JSON that it prints answers its schema."""

    def call(*given: object) -> Outcome:
        arguments = [str(argument) for argument in given]
        capsys.readouterr()
        code = run(arguments)
        shown = capsys.readouterr()
        assert "Traceback" not in shown.err + shown.out
        if ("--format", "json") in pairwise(arguments) and shown.out:
            assert problems(json.loads(shown.out), schema_for(arguments)) == []
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
