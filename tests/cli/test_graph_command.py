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
    database = next(
        at for at, node in enumerate(held["nodes"]) if node["kind"] == "StatefulSet" and node["name"] == "shop-db"
    )
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


APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop-%s, namespace: argocd}
spec:
  source: {repoURL: https://git.example.org/shop.git, path: overlays/%s, kustomize: {namePrefix: a-}}
  destination: {server: https://kubernetes.default.svc, namespace: shop}
"""


def test_who_deploys_what_is_told_in_every_format(migrate: Migrate, app: Path) -> None:
    for name in ("dev", "prod"):
        (app / f"{name}-app.yaml").write_text(APPLICATION % (name, name))
    held = json.loads(migrate("graph", app, "--format", "json", "--environment", "prod").out)
    (deployer,) = held["deployers"]
    assert (deployer["kind"], deployer["name"], deployer["environment"]) == ("Application", "shop-prod", "prod")
    assert (deployer["path"], deployer["line"], deployer["unknown"]) == ("prod-app.yaml", 1, [])
    (source,) = deployer["sources"]
    assert (source["here"], source["path"], source["adds"]) == (True, "overlays/prod", ["namePrefix"])
    assert '["prod, deployed by Application shop-prod"]' in migrate("graph", app).out
    assert 'label="dev, deployed by Application shop-dev";' in migrate("graph", app, "--format", "dot").out


def test_the_plan_says_who_deploys_an_environment(migrate: Migrate, app: Path, mirror: Path) -> None:
    (app / "prod-app.yaml").write_text(APPLICATION % ("prod", "prod"))
    options = ("--offline", "--chart-mirror", mirror)
    assert "  deployed   prod by Application shop-prod\n" in migrate("plan", app, *options).out
    held = json.loads(migrate("plan", app, *options, "--format", "json").out)
    environments = held["environments"]
    assert environments["prod"]["deployed_by"] == ["Application shop-prod"]
    assert "deployed_by" not in environments["dev"]


def test_no_output_has_a_password_of_an_address(migrate: Migrate, app: Path) -> None:
    source = "{repoURL: 'https://me:not-a-real-token@git.example.org/other.git', targetRevision: main, path: elsewhere}"
    (app / "deploy.yaml").write_text(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a, namespace: argocd}\n"
        f"spec: {{project: default, source: {source}, "
        "destination: {server: 'https://me:not-a-real-token@kube.example.org', namespace: shop}}\n"
    )
    for form in ("json", "mermaid", "dot"):
        shown = migrate("graph", app, "--format", form)
        assert "not-a-real-token" not in shown.out + shown.err
    assert "https://git.example.org/other.git" in migrate("graph", app, "--format", "json").out
