"""Facts are cited by ids that the page has, and the page says who cites them."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "docs"))

import generate_facts  # noqa: E402

FACTS = generate_facts.FACT.findall(generate_facts.PAGE.read_text())


def test_every_fact_that_is_cited_is_on_the_page() -> None:
    cited = generate_facts.citing(generate_facts.sources())
    assert {fact: where for fact, where in cited.items() if fact not in FACTS} == {}


def test_the_page_is_up_to_date() -> None:
    assert generate_facts.page() == generate_facts.PAGE.read_text(), "run python docs/generate_facts.py"


def test_each_fact_stands_once_and_in_order_and_has_a_source() -> None:
    numbers: dict[str, int] = {}
    for fact in FACTS:
        numbers[fact[0]] = numbers.get(fact[0], 0) + 1
        assert fact == f"{fact[0]}{numbers[fact[0]]}"
    bodies = re.split(r"^##+ .*$", generate_facts.PAGE.read_text(), flags=re.MULTILINE)
    assert sum("\nSource: " in body for body in bodies) == len(FACTS)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("lists whole (fact D4)", ["D4"]),
        ("(facts I1 to I3, C2)", ["I1", "I2", "I3", "C2"]),
        ("a namespace (fact\n    # C4), facts Y1 and Y2", ["C4", "Y1", "Y2"]),
        ("in fact D4 is not cited as artifact D5", ["D4"]),
        ("the facts are these", []),
    ],
)
def test_citations_are_found(text: str, ids: list[str]) -> None:
    assert list(generate_facts.citations(text)) == ids


def test_a_fact_that_is_not_there_is_seen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(generate_facts, "ROOT", tmp_path)
    source = tmp_path / "x.py"
    unknown = "D99"
    source.write_text(f'"""Nobody knows it (fact {unknown})."""\n')

    assert generate_facts.citing([source]) == {unknown: ["x.py"]}
    assert unknown not in FACTS
