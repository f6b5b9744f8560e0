from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PATTERNS = ("*.md", "changelog.d/*.md", "docs/**/*.md")
PAGES = sorted(page for pattern in PATTERNS for page in ROOT.glob(pattern))
LINK = re.compile(r"\]\((?!https?://|#)([^)#\s]+)")
FILE = re.compile(r"`((?:migrator|rules|tests|fixtures|benchmarks)/[\w./-]*)`")


def broken(page: Path) -> list[str]:
    """Links to what is not there, and files of the repository that are named and not there."""
    text = page.read_text()
    links = [target for target in LINK.findall(text) if not (page.parent / target).exists()]
    return links + [name for name in FILE.findall(text) if not (ROOT / name).exists()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    assert broken(page) == []


def test_a_broken_link_is_seen(tmp_path: Path) -> None:
    page = tmp_path / "x.md"
    page.write_text("[a](x.md) [b](y.md) [c](https://example.org) [d](#e) `migrator/model.py` `migrator/gone.py`")
    assert broken(page) == ["y.md", "migrator/gone.py"]
