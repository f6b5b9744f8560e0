"""The pages build into a site without a warning, and a link that leads nowhere fails the build."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
LINK = re.compile(r"\]\((?!https?://|#)([^)#\s]+)")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A private copy of what the site is made of."""
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    shutil.copytree(DOCS, tmp_path / "docs", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def built(project: Path) -> subprocess.CompletedProcess[str]:
    """What the strict build says."""
    command = [sys.executable, "-m", "zensical", "build", "--strict"]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)


def pages(navigation: Any) -> Iterator[str]:
    """The pages of a navigation, in its order."""
    if isinstance(navigation, str):
        yield navigation
        return
    for each in navigation.values() if isinstance(navigation, dict) else navigation:
        yield from pages(each)


def leading_out(page: Path, docs: Path) -> list[str]:
    """Links to what the site does not have; files of the repository are named, not linked."""
    targets = LINK.findall(page.read_text(encoding="utf-8"))
    return [target for target in targets if not (page.parent / target).resolve().is_relative_to(docs.resolve())]


def test_the_site_builds_strictly(project: Path) -> None:
    done = built(project)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (project / "site" / "glossary" / "index.html").is_file()
    assert not list((project / "site").rglob("*.py"))


@pytest.mark.parametrize("link", ["nowhere.md", "facts.md#h99", "#nowhere"])
def test_a_link_that_leads_nowhere_fails_the_build(project: Path, link: str) -> None:
    with (project / "docs" / "layouts.md").open("a") as page:
        page.write(f"\n[x]({link})\n")
    assert built(project).returncode != 0


def test_the_navigation_has_every_page_once() -> None:
    listed = list(pages(yaml.safe_load((ROOT / "mkdocs.yml").read_text())["nav"]))
    assert sorted(listed) == sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=lambda page: page.relative_to(DOCS).as_posix())
def test_pages_link_to_what_the_site_has(page: Path) -> None:
    assert leading_out(page, DOCS) == []


def test_a_link_out_of_the_site_is_seen(tmp_path: Path) -> None:
    page = tmp_path / "x.md"
    page.write_text("[a](y.md) [b](../migrator/model.py)")
    assert leading_out(page, tmp_path) == ["../migrator/model.py"]
