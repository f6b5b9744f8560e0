"""Rows, figures and the page."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import pytest

import roundtrip
from measuring.process import Cost
from measuring.rows import CaseRow, SplitRow, read_rows, to_line
from measuring.running import guarded
from measuring.running import measured as run
from measuring.summary import changes, figures
from measuring.tables import page, stale, terminal, what_is_missed, with_section

ROOT = Path(__file__).resolve().parents[2]
GOOD = CaseRow(
    name="good",
    equal=3,
    total=3,
    claimed=True,
    confirmed=True,
    perfect=True,
    values_set=4,
    useless=("a.b",),
    minimal=3,
    cold=Cost(seconds=2.0, cpu=1.0, mib=100.0),
    warm=Cost(seconds=1.0, cpu=1.0, mib=90.0),
    again=Cost(seconds=0.5, cpu=0.4, mib=50.0),
)
BAD = CaseRow(
    name="bad",
    equal=1,
    total=2,
    residual={"not-found-within-budget": 1},
    different=("Pod a: x.y", "Pod a: b|c", "Pod a: d", "Pod a: e"),
    cold=Cost(seconds=30.0, cpu=20.0, mib=2000.0),
    late=True,
)
SPLIT = SplitRow(name="a + b", equal=2, total=2, claimed=True, confirmed=True, twice=("prod: x is the common value",))


def measured(rows):
    return {item.measure: (item.measured, item.reached) for item in figures(rows)}


def test_the_figures():
    found = measured([GOOD, BAD, SPLIT])
    assert found["resources equal"] == ("80.0 % (4 of 5)", False)
    assert found["cases perfect (every resource equal, no residual)"] == ("50.0 % (1 of 2)", False)
    assert found["claims of `identical` that are false"] == ("0", True)
    assert found["values set / values with an effect, median over perfect cases"] == ("1.333", False)
    assert found["median wall time a case, cold"] == ("16.0 s", False)
    assert found["median wall time, model of the chart cached"] == ("1.0 s", True)
    assert found["peak memory"] == ("2000 MiB", False)
    assert found["environment pairs: values written twice, lists torn"] == ("1, 0", False)


def test_every_false_claim_counts():
    rows = [replace(GOOD, confirmed=False), replace(SPLIT, confirmed=False), replace(BAD, near="false")]
    assert measured(rows)["claims of `identical` that are false"] == ("3", False)


def test_cases_with_generated_secrets_stand_apart():
    rows = [GOOD, replace(BAD, deterministic=False)]
    assert measured(rows)["resources equal"] == ("100.0 % (3 of 3)", True)
    assert "### Cases with generated secrets" in page(rows, {})


def test_a_case_that_failed_counts_as_missed():
    rows = [GOOD, CaseRow(name="dead", total=7, error="MIG405 no")]
    assert measured(rows)["resources equal"] == ("30.0 % (3 of 10)", False)
    assert "| dead | MIG405 no |" in page(rows, {})


def test_rows_survive_being_written(tmp_path: Path):
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_text(to_line(BAD) + "\n" + to_line(replace(GOOD, equal=1)) + "\n")
    second.write_text(to_line(GOOD) + "\n" + to_line(SPLIT) + "\n")
    assert read_rows([first, second]) == (SPLIT, BAD, GOOD)


def test_what_became_better_and_worse():
    old = [GOOD, BAD, SPLIT]
    new = [
        replace(GOOD, perfect=False, equal=2, confirmed=False, cold=Cost(seconds=2.0, cpu=9.0, mib=100.0)),
        replace(BAD, equal=2, perfect=True),
        replace(SPLIT, twice=()),
        CaseRow(name="new"),
    ]
    assert list(changes(old, new)) == [
        ("better", "a + b: 2 of 2, 1 twice -> 2 of 2"),
        ("better", "bad: 1 of 2 -> perfect"),
        ("worse", "good: a false claim of identical"),
        ("worse", "good: perfect -> FALSE CLAIM, 2 of 3"),
        ("worse", "good: 1.0 -> 9.0 s of processor time"),
    ]
    assert list(changes(old, old)) == []


def test_useless_values_are_a_change():
    assert list(changes([GOOD], [replace(GOOD, useless=())])) == [("better", "good: 1 -> 0 useless values")]


def test_the_page_is_the_same_whatever_the_order():
    rows = [GOOD, BAD, SPLIT]
    assert page(rows, {}) == page(rows[::-1], {})


def test_a_row_of_the_page():
    text = page([GOOD, BAD], {})
    assert "| good | 3/3 | yes | 4 | 3 | 3 | 2.0 | 1.0 | 100 | 0 |  |" in text
    assert "| bad | 1/2 | no | 0 | 0 | 0 | 30.0 | - | 2000 | 0 | late |" in text


def test_a_miss_says_what_is_missed_and_what_would_be_needed():
    assert what_is_missed(BAD) == "`Pod a: x.y`; `Pod a: b|c`; `Pod a: d` ..."
    text = page([GOOD, BAD], {"bad": {"class": "inexpressible", "needed": "a chart with a switch"}})
    assert "| bad | not-found-within-budget 1 | `Pod a: x.y`; `Pod a: b\\|c`" in text
    assert "| inexpressible: a chart with a switch |" in text


def test_an_explanation_of_a_miss_that_is_none_is_stale():
    assert stale([GOOD, BAD], {"good": {}, "bad": {}, "gone": {}}) == ("good",)


def test_a_section_replaces_itself_and_nothing_else():
    once = with_section("# Page\n\nAbout.\n", "one")
    assert with_section(once + "\nafter\n", "two") == once.replace("one", "two") + "\nafter\n"
    assert once.startswith("# Page\n\nAbout.\n\n<!-- round trips: begin -->\none\n")


def test_the_terminal_names_useless_values_and_faults():
    text = "\n".join(terminal([GOOD, SPLIT, replace(BAD, refused_by_schema=True)]))
    assert "useless in good: a.b" in text
    assert "a + b: prod: x is the common value" in text
    assert "the schema refuses the values of bad" in text
    assert text.endswith("processor time a case, cold: median 10.5 s, most 20.0 s, all 21 s")


def test_a_fault_of_the_benchmark_is_a_row():
    def broken():
        raise KeyError("x")

    (row,) = guarded("some", CaseRow, broken)()
    assert (row.name, row.error) == ("some", "benchmark: KeyError: 'x'")


def test_a_part_of_the_cases_never_replaces_the_page(case, monkeypatch, tmp_path):
    made = case("size: 5\n")
    written = tmp_path / "page.md"
    written.write_text("# Page\n")
    monkeypatch.setattr(roundtrip, "PAGE", written)
    with pytest.raises(SystemExit, match="1 cases were not measured, tiny-one for one"):
        roundtrip.write([GOOD], {}, made.target.parents[1])
    assert written.read_text() == "# Page\n"
    roundtrip.write([GOOD, replace(GOOD, name="tiny-one")], {}, made.target.parents[1])
    assert "| tiny-one | 3/3 |" in written.read_text()


def test_rows_are_written_as_they_come(case, tmp_path, capsys):
    made = case("size: 5\n")
    given = argparse.Namespace(
        cases=made.target.parents[1], case=[], what="cases", budget=5.0, cold_only=True, no_effect=False
    )
    rows = tuple(run(roundtrip.jobs_of(given), 1, tmp_path / "rows"))
    assert [row.name for row in rows] == ["tiny-one"]
    assert read_rows([tmp_path / "rows"]) == rows
    assert "perfect" in capsys.readouterr().out


def test_the_page_of_the_repository_has_the_targets():
    text = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    for item in figures(()):
        assert f"| {item.measure} | {item.reach} |" in text
