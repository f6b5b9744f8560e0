"""The signature and the case of the reference are ones that the tool takes."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from migrator.model import RepoPath
from migrator.signatures import read_signature
from migrator.signatures.load import _KNOWN
from migrator.workflow.rules.cases import failed_case, read_case

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "reference.md").read_text(encoding="utf-8")


def example(title: str) -> bytes:
    """The indented block below a heading."""
    section = PAGE.split(f"### {title}\n", 1)[1].split("\n### ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("    ")]
    return dedent("\n".join(lines)).encode()


def test_the_signature_and_the_case_of_the_page_hold() -> None:
    one = read_signature(example("Signatures"), RepoPath("cachet.yaml"))
    assert (one.chart, one.successor) == ("cachet", "store of https://charts.example.org")
    case = read_case(RepoPath("case.yaml"), example("Cases"))
    assert failed_case(case, (one,)) == ""
    assert failed_case(case, ()) != ""


def test_every_field_of_a_signature_is_named() -> None:
    section = PAGE.split("### Signatures\n", 1)[1].split("\n### ", 1)[0]
    assert [field for field in sorted(_KNOWN) if f"{field}:" not in section and f"`{field}`" not in section] == []
