from __future__ import annotations

import re
from pathlib import Path

from migrator.inference import ResidualClass
from migrator.report.explain import MEANINGS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "reference.md").read_text()


def test_every_class_of_residual_is_on_the_page_as_it_is_told() -> None:
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| (.+) \|$", PAGE, re.MULTILINE))
    assert {each: rows.get(each.value) for each in ResidualClass} == dict(MEANINGS)
