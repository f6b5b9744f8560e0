"""The figures of what a person reads are those of what the writers write."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cli_support import committed

import reading
from migrator import api

ROW = reading.ReadingRow(
    name="a", components=3, plan=40, messages=20, rows=70, verbose=900, markdown=60_000, html=2_049
)


def test_the_page_counts_who_is_within_reach() -> None:
    text = reading.page([ROW, replace(ROW, name="b", plan=41)])
    assert "1 of 2 repositories take at most 60 lines." in text
    assert "| a | 3 | 60 | 20 | 70 | 900 | 60000 | 3 |" in text


def test_a_row_is_counted_on_what_is_written(app: Path, mirror: Path, tmp_path: Path) -> None:
    planned = api.plan(committed(app), api.Options(offline=True, chart_mirrors=(mirror,), cache=tmp_path / "cache"))
    row = reading.row_of("app", planned)
    assert (row.name, row.components) == ("app", 7)
    assert 15 < row.plan < 40
    assert (row.messages, row.rows >= row.lines, row.verbose > 2 * row.lines) == (2, True, True)
    assert row.markdown > 3_000
    assert row.html > 20_000
