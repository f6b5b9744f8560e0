"""Every test file of the tree is collected, wherever it lies: pytest passes over some folders without a word."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
_TEST = re.compile(r"^ *(?:async )?def test_", re.MULTILINE)


def written(root: Path) -> frozenset[str]:
    """The files below `tests/` that hold a test."""
    return frozenset(path.relative_to(root).as_posix() for path in (root / "tests").rglob("*.py") if _has_test(path))


def _has_test(path: Path) -> bool:
    return path.name.startswith("test_") or _TEST.search(path.read_text()) is not None


def collected(root: Path) -> frozenset[str]:
    """The files that the test command would collect there."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "--collect-only",
            "-p",
            "files_only",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:xdist",
        ],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(ROOT / "tests" / "support"), "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == pytest.ExitCode.NO_TESTS_COLLECTED, done.stdout + done.stderr
    lines = (line.partition("collected ") for line in done.stdout.splitlines())
    return frozenset(path for before, word, path in lines if word and not before and path.endswith(".py"))


def test_every_test_file_is_collected() -> None:
    assert len(written(ROOT)) > 100
    assert written(ROOT) - collected(ROOT) == frozenset()


@pytest.mark.parametrize("planted", ["tests/build/test_planted.py", "tests/room/planted.py"])
def test_a_file_that_pytest_passes_over_is_found(tmp_path: Path, planted: str) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for path in ("tests/room/test_seen.py", planted):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("def test_nothing() -> None:\n    assert True\n")
    assert "tests/room/test_seen.py" in collected(tmp_path)
    assert written(tmp_path) - collected(tmp_path) == {planted}
