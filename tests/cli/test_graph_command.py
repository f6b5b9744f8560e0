"""`migrate graph` as a person sees it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from cli_support import Migrate

DOT_NODE = re.compile(r'n\d+ \[label="[^"\\]*"\];')
DOT_EDGE = re.compile(r'n(\d+) -> n(\d+) \[label="\w+"\];')
MERMAID_NODE = re.compile(r'n\d+\["[^"]*"\]')
MERMAID_EDGE = re.compile(r"n(\d+) -->\|\w+\| n(\d+)")


def test_json_tells_components_and_references(migrate: Migrate, app: Path) -> None:
    held = json.loads(migrate("graph", app, "--format", "json", "--environment", "prod").out)
    charts = {one["id"]: one.get("chart") for one in held["components"]}
    assert charts["tiny-db"] == "tiny-db"
    assert charts["api"] is None
    database = next(at for at, node in enumerate(held["nodes"]) if node["kind"] == "StatefulSet")
    assert held["nodes"][database]["component"] == "tiny-db"
    assert held["nodes"][database]["origin"] == "base/database/db.yaml"
    to = {held["nodes"][edge["target"]]["name"] for edge in held["edges"] if edge["source"] == database}
    assert "shop-db" in to
    assert {node["environment"] for node in held["nodes"]} == {"prod"}


FORMS = {
    "dot": ("digraph resources {", "{", "}", DOT_NODE, DOT_EDGE),
    "mermaid": ("flowchart LR", "subgraph ", "end", MERMAID_NODE, MERMAID_EDGE),
}


@pytest.mark.parametrize("output_format", sorted(FORMS))
def test_each_line_is_a_statement_and_each_edge_has_its_nodes(migrate: Migrate, app: Path, output_format: str) -> None:
    head, opening, closing, node, edge = FORMS[output_format]
    lines = [line.strip() for line in migrate("graph", app, "--format", output_format).out.splitlines()]
    assert lines[0] == head
    nodes = [line for line in lines if node.fullmatch(line)]
    edges = [match for line in lines if (match := edge.fullmatch(line))]
    opened = [line for line in lines if opening in line and line not in nodes]
    assert len(opened) == lines.count(closing)
    rest = [line for line in lines if line not in {*nodes, *opened, closing} and not edge.fullmatch(line)]
    assert [line for line in rest if not line.startswith(("flowchart", "rankdir", "node [", "label="))] == []
    assert edges
    assert {int(number) for match in edges for number in match.groups()} <= set(range(len(nodes)))
    assert any("tiny-db: chart tiny-db, " in line for line in lines)


def test_an_unknown_environment_is_an_error(migrate: Migrate, app: Path) -> None:
    shown = migrate("graph", app, "--environment", "production")
    assert shown.code == 1
    assert "there is no environment production [MIG920] (name one of dev, prod)" in shown.err
