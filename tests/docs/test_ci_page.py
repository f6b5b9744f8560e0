"""docs/ci.md tells every rule with its severity."""

from __future__ import annotations

from pathlib import Path

from migrator.audit import load_texts
from migrator.diagnostics import Severity

PAGE = Path(__file__).resolve().parents[2] / "docs/ci.md"


def test_every_rule_stands_in_the_page_with_its_severity() -> None:
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| MIG8")]
    told = {code.strip(): severity.strip() for _, code, severity, *_ in (row.split("|") for row in rows)}
    shipped = {text.code: text.severity for text in load_texts().values()}
    words = {Severity.INFO: "note", Severity.WARNING: "warning", Severity.ERROR: "error"}
    assert told == {code: words[severity] for code, severity in shipped.items() if severity}
