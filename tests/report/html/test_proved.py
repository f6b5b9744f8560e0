"""The pages of a proof and of an audit: whole for nothing, for little and for thousands, and safe in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from browser import chromium
from checked_page import Checked

from migrator.compare import Terms
from migrator.diagnostics import Diagnostic, Diagnostics, Severity
from migrator.model import RepoPath, SourceSpan, resource_of
from migrator.prove import Proof, prove, rendering_of
from migrator.report.html.blocks import LIMIT
from migrator.report.html.proved import findings_html, proof_html

HOSTILE = "</script><img src=x onerror=alert(1)>\"'&\x1b[31m"


def proof(count: int, before: str = "1", after: str = "2") -> Proof:
    def rendered(value: str) -> dict[str, object]:
        body = {"apiVersion": "v1", "kind": "ConfigMap", "data": {"k": value}}
        found = [resource_of({**body, "metadata": {"name": f"a{number}"}}) for number in range(count)]
        return {name: rendering_of(name, found) for name in ("dev", HOSTILE)}

    return prove(rendered(before), rendered(after), terms=Terms())  # type: ignore[arg-type]


def findings(count: int) -> Diagnostics:
    return tuple(
        Diagnostic(
            code=f"MIG{801 + number % 9}",
            severity=list(Severity)[number % 3],
            summary=f"{number} {HOSTILE}",
            remedy=HOSTILE,
            evidence=(HOSTILE,),
            span=SourceSpan(path=RepoPath(f"{HOSTILE}/{number}.yaml"), line=number + 1) if number % 4 else None,
        )
        for number in range(count)
    )


@pytest.mark.parametrize("count", [0, 1, 5_000])
def test_pages_are_whole_and_nothing_in_them_acts(count: int) -> None:
    for text in (proof_html(proof(count), findings(count)), findings_html(findings(count))):
        page = Checked(text)
        assert page.wrong == []
        assert len(page.ids) == len(set(page.ids))
        assert [each for each in page.targets if each[:1] != "#" or each[1:] not in page.ids] == []
        assert (text.count("</script>"), "\x1b" in text) == (1, False)
        assert len(text.encode()) <= LIMIT


def test_a_proof_shows_old_and_new_and_the_command_that_goes_on() -> None:
    text = proof_html(proof(3))
    for told in ("Verdict: differs.", "Not admitted, by impact", "ConfigMap//a2#/data/k", "1 -&gt; 2", "--relock"):
        assert told.replace("1 -&gt; 2", "-&gt;") in text
    same = proof_html(proof(3, after="1"))
    assert "Verdict: identical." in same
    assert "--relock" not in same


def test_an_audit_says_what_is_to_mend_and_what_is_to_know() -> None:
    text = findings_html(findings(3))
    assert "2 findings, 1 note." in text
    assert all(told in text for told in ("To mend", "To look at", "To know", "An object is owned by both tools."))
    assert "No findings." in findings_html(())


def test_a_browser_shows_them_without_a_word(tmp_path: Path) -> None:
    with chromium(tmp_path / "profile") as browser:
        for text in (proof_html(proof(2), findings(9)), findings_html(findings(9))):
            (tmp_path / "page.html").write_text(text, encoding="utf-8")
            browser.open(tmp_path / "page.html")
            assert browser.said() == []
            assert browser.requested() == [(tmp_path / "page.html").as_uri()]
            browser.press("o")
            assert browser.run("document.querySelectorAll('details.card:not([open])').length") == 0
