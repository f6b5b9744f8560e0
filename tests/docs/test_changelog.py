"""Fragments become a section of the changelog, and one place says the version."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from migrator import __version__

ROOT = Path(__file__).resolve().parents[2]


def drafted(root: Path) -> subprocess.CompletedProcess[str]:
    """What the next release would say."""
    command = [sys.executable, "-m", "towncrier", "build", "--draft", "--version", "9.9.9", "--dir", str(root)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The settings of this project, and its changelog with no fragment."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copy(ROOT / "CHANGELOG.md", tmp_path)
    (tmp_path / "changelog.d").mkdir()
    return tmp_path


def test_the_fragments_of_today_can_be_released() -> None:
    assert drafted(ROOT).returncode == 0, drafted(ROOT).stderr


def test_fragments_are_grouped(project: Path) -> None:
    (project / "changelog.d" / "+lock.fixed.md").write_text("The lock follows.\n")
    (project / "changelog.d" / "+graph.added.md").write_text("`migrate graph`.\n")

    shown = drafted(project).stdout
    assert "### Added\n\n- `migrate graph`.\n\n### Fixed\n\n- The lock follows.\n" in shown


@pytest.mark.parametrize("name", ["lock.md", "+lock.improved.md"])
def test_a_fragment_with_a_wrong_name_is_seen(project: Path, name: str) -> None:
    (project / "changelog.d" / name).write_text("The lock follows.\n")
    assert f"Invalid news fragment name: {name}" in drafted(project).stderr


def test_the_newest_section_is_of_this_version() -> None:
    assert re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)[0] == __version__
