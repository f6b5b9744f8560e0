from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "docs"))

import generate_errors  # noqa: E402

from migrator.report.codes import MEANINGS  # noqa: E402


def test_every_code_that_is_used_has_a_meaning_and_the_other_way_round() -> None:
    assert generate_errors.used_codes() == set(MEANINGS)


def test_the_page_is_up_to_date() -> None:
    page = (ROOT / "docs" / "errors.md").read_text()
    assert page == generate_errors.page(), "run python docs/generate_errors.py"


def test_codes_are_found_where_they_are_named(tmp_path: Path) -> None:
    source = tmp_path / "x.py"
    source.write_text(
        'raise E.of("MIG123", "a", remedy=f"do {that.thing}")\nD(code="MIG124")\nC = {A: ("MIG125", "b")}\n"[MIG126]"\n'
    )
    found = set(generate_errors.in_source(source))
    assert {code for code, _ in found} == {"MIG123", "MIG124", "MIG125", "MIG126"}
    assert ("MIG123", "do THING") in found
