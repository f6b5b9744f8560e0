"""A proof begins with its verdict, and tells what environments share once."""

from __future__ import annotations

import io
from typing import Any

from migrator.compare import Terms
from migrator.model import resource_of
from migrator.prove import Proof, prove, rendering_of
from migrator.report.markdown.blocks import LIMIT
from migrator.report.markdown.proved import proof_markdown
from migrator.report.proved.facts import headline, refused
from migrator.report.proved.findings import proof_diagnostics
from migrator.report.proved.text import show_proof


def config(value: str, name: str = "a") -> Any:
    return resource_of({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"k": value}})


def proof(count: int = 1, **after: str) -> Proof:
    names = [f"a{number}" for number in range(count)]
    before = {name: rendering_of(name, [config("1", each) for each in names]) for name in after}
    now = {name: rendering_of(name, [config(value, each) for each in names]) for name, value in after.items()}
    return prove(before, now, terms=Terms())


def text(found: Proof, **options: bool) -> str:
    out = io.StringIO()
    show_proof(found, out, **options)
    return out.getvalue()


def test_a_proof_that_holds_takes_four_lines() -> None:
    assert text(proof(dev="1", prod="1")) == (
        "Verdict: identical. 2 environments, 2 objects; highest impact none.\n"
        "  identical  dev 1, prod 1 objects\n"
        "  admitted   no difference\n"
    )


def test_what_environments_share_is_told_once_with_old_and_new() -> None:
    found = proof(dev="2", prod="2", test="1")
    assert headline(found) == "Verdict: differs. 2 of 3 environments not proved, 3 objects; highest impact config."
    assert [each.environments for each in refused(found)] == [("dev", "prod")]
    shown = text(found, following=True)
    assert shown.count("ConfigMap//a0#/data/k") == 1
    assert "  - dev, prod: config" in shown
    assert '"1" -> "2"' in shown or "1 -> 2" in shown
    assert "migrate apply --relock" in shown
    assert len([each for each in proof_diagnostics(found) if each.code == "MIG720"]) == 1
    markdown = proof_markdown(found)
    assert "| config | dev, prod | `ConfigMap//a0#/data/k changed` |" in markdown


def test_verbose_shows_each_environment() -> None:
    assert "prod  identical  1 objects before, 1 after" in text(proof(dev="1", prod="1"), verbose=True)


def test_many_differences_are_cut_but_for_verbose_and_fit_a_comment() -> None:
    found = proof(count=2_000, dev="2")
    assert text(found).count("#/data/k") == 24
    assert "1976 more (--verbose, or --format json)" in text(found)
    assert text(found, verbose=True).count("#/data/k") == 2_000
    assert len(proof_markdown(found)) <= LIMIT
