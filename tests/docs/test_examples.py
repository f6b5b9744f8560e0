from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "docs"))

import generate_examples  # noqa: E402


@pytest.fixture(scope="module")
def shown() -> dict[str, str]:
    return generate_examples.examples()


@pytest.mark.parametrize("page", generate_examples.PAGES, ids=lambda page: page.name)
def test_the_page_shows_what_really_comes_out(page: Path, shown: dict[str, str]) -> None:
    text = page.read_text()
    assert generate_examples.PLACE.search(text), "no example on the page"
    assert generate_examples.filled(text, shown) == text, "run python docs/generate_examples.py"


def test_an_outdated_page_is_seen() -> None:
    page = "<!-- example: plan -->\n```text\nold\n```\n<!-- end -->\n"
    assert generate_examples.filled(page, {"plan": "new\n"}) == page.replace("old", "new")
