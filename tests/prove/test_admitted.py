"""What is admitted and reaches a running cluster stands in every format, with the file that admits it."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any

import pytest

from migrator.compare import Allowance, Scope, Terms
from migrator.model import DifferenceKind, Impact, resource_of
from migrator.prove import Proof, admitted_above_metadata, intoto, proof_document, prove, rendering_of
from migrator.report.ci.github import workflow_commands
from migrator.report.ci.junit import junit
from migrator.report.ci.sarif import sarif_document
from migrator.report.markdown.proved import proof_markdown
from migrator.report.proved.findings import proof_cases, proof_diagnostics
from migrator.report.proved.text import show_proof

FILE = ".migrate/rules/allowances/settings.yaml"


def settings(value: str, **labels: str) -> Any:
    metadata = {"name": "a", "namespace": "web", "labels": {"app": "a", **labels}}
    return resource_of({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"a": value}})


def proof(**labels: str) -> Proof:
    scope = Scope(kinds=("ConfigMap",), paths=(("data", "**"),), differences=(DifferenceKind.CHANGED,))
    ours = Scope(kinds=("*",), paths=(("metadata", "labels", "**"),), differences=(DifferenceKind.ADDED,))
    team = Allowance(id="settings", description="d", impact=Impact.CONFIG, reason="r", scope=scope, file=FILE)
    shipped = replace(team, id="labels", impact=Impact.METADATA, scope=ours, file="")
    terms = Terms(allowances=(team, shipped), max_impact=Impact.CONFIG)
    before, after = (rendering_of("prod", [each]) for each in (settings("1"), settings("2", **labels)))
    return prove({"prod": before}, {"prod": after}, terms=terms)


def text(found: Proof) -> str:
    out = io.StringIO()
    show_proof(found, out)
    return out.getvalue()


FORMATS = {
    "text": text,
    "json": lambda found: json.dumps(proof_document(found)),
    "markdown": proof_markdown,
    "junit": lambda found: junit(proof_cases(found)),
    "github": lambda found: workflow_commands(proof_diagnostics(found)),
    "sarif": lambda found: json.dumps(sarif_document(proof_diagnostics(found), version="0")),
    "intoto": lambda found: json.dumps(intoto(found)),
}


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_every_format_names_the_difference_and_the_file(name: str) -> None:
    shown = FORMATS[name](proof())
    assert FILE in shown
    assert "ConfigMap/web/a" in shown
    assert "config" in shown


def test_what_changes_metadata_alone_is_not_among_it() -> None:
    (found,) = admitted_above_metadata(proof(chart="a"))
    assert found.lines == ("config ConfigMap/web/a#/data/a changed",)
    assert str(found) == f"prod: a difference of impact config admitted by allowance settings ({FILE})"
