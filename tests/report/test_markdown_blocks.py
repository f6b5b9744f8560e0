"""Markdown is never longer than GitHub takes, and says what it leaves out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from migrator.diagnostics import Diagnostic, Severity
from migrator.plan.types import Change, Plan
from migrator.report.markdown.blocks import LIMIT, URL, Block, bounded, code, coded, fenced, folded, row
from migrator.report.markdown.planned import findings_markdown, plan_markdown


def huge(plan: Plan) -> Plan:
    """A plan with more components, messages and files than a comment can hold."""
    component, kept = plan.components
    components = [replace(component, id=f"cache-{number}") for number in range(900)]
    note = Diagnostic(code="MIG305", severity=Severity.WARNING, summary="x" * 300, remedy="y" * 300)
    notes = tuple(replace(note, summary=f"{number} {note.summary}") for number in range(500))
    changes = tuple(Change(action="create", path=plan.changes[0].path, cause="c" * 50) for _ in range(2_000))
    return replace(plan, components=(*components, kept), changes=changes, diagnostics=notes)


def test_a_small_text_is_whole() -> None:
    blocks = [Block(title="a", head=("# a",), rows=("b",)), fenced("f", ["x"])]
    assert bounded(blocks, "c") == "# a\nb\n\n<details><summary>f</summary>\n\n```\nx\n```\n\n</details>\n"


def test_a_huge_plan_fits_and_says_what_is_left_out(plan: Plan) -> None:
    text = plan_markdown(huge(plan))
    assert len(text) <= LIMIT
    assert len(text.encode()) <= 1024 * 1024
    assert text.startswith("## Migration plan")
    (note,) = (line for line in text.splitlines() if line.startswith("> Shortened"))
    assert "65,536" in note
    assert "of 500 lines" in note
    assert "`migrate plan --format html`" in note
    assert text.count("<details>") == text.count("</details>")
    assert text.count("```") % 2 == 0


def test_huge_findings_fit(plan: Plan) -> None:
    text = findings_markdown(huge(plan).diagnostics)
    assert len(text) <= LIMIT
    assert text.count("| MIG305 |") > 50


def test_what_weighs_most_is_kept() -> None:
    blocks = [
        Block(title="first", rows=("1",), rank=0),
        Block(title="long", rows=("x" * 900,) * 3, rank=2),
        Block(title="last", rows=("z",), rank=1),
    ]
    text = bounded(blocks, "c", limit=2_500)
    assert len(text) <= 2_500
    assert text.startswith("1\n\n> Shortened")
    assert text.endswith("z\n")
    assert "long (1 of 3 lines)" in text


@pytest.mark.parametrize(("url", "told"), [("https://ci.example.org/1", True), ("javascript:x", False), ("", False)])
def test_the_note_links_to_the_whole_report(url: str, told: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(URL, url)
    text = bounded([Block(title="t", rows=("x" * 99,) * 99)], "migrate plan", limit=3_000)
    assert (f"[in the whole report]({url})" in text) == told
    assert ("in what `migrate plan` prints" in text) != told


def test_a_name_as_long_as_a_comment_ends_nothing() -> None:
    text = bounded([Block(title="s", rows=("s",)), *(folded("n" * 70_000, ["x"]) for _ in range(99))], "c")
    assert len(text) <= LIMIT
    assert "and 93 more" in text


def test_nothing_ends_a_fence_a_cell_or_code() -> None:
    block = fenced("t", ["````", "x\x1b[0m"], "diff")
    assert (block.head[-1], block.tail[0], block.rows[1]) == ("`````diff", "`````", "x\\x1b[0m")
    assert code("`a") == "`` `a ``"
    assert code("") == ""
    assert row("a|b<c", coded("d|e<f", "g")) == "| a\\|b&lt;c | `d\\|e<f`; `g` |"
