"""The resource graph as text: DOT, Mermaid and JSON. The same graph gives the same bytes."""

from __future__ import annotations

import json
from collections.abc import Collection

from migrator.graph.resource_graph import ResourceGraph
from migrator.graph.types import Edge, Node

FORMAT_VERSION = "1.0"


def to_dot(graph: ResourceGraph, environments: Collection[str] | None = None) -> str:
    """Graphviz: one cluster per environment; all environments unless some are named."""
    nodes, edges = _chosen(graph, environments)
    names = {node: f"n{number}" for number, node in enumerate(nodes)}
    lines = ["digraph resources {", "  rankdir=LR;", "  node [shape=box];"]
    for number, environment in enumerate(sorted({node.environment for node in nodes})):
        lines += [f"  subgraph cluster_{number} {{", f"    label={_quoted(environment)};"]
        lines += [f"    {names[n]} [label={_quoted(str(n.id))}];" for n in nodes if n.environment == environment]
        lines.append("  }")
    lines += [f"  {names[e.source]} -> {names[e.target]} [label={_quoted(e.kind)}];" for e in edges]
    return "\n".join([*lines, "}", ""])


def to_mermaid(graph: ResourceGraph, environments: Collection[str] | None = None) -> str:
    """A Mermaid flowchart: one subgraph per environment; all environments unless some are named."""
    nodes, edges = _chosen(graph, environments)
    names = {node: f"n{number}" for number, node in enumerate(nodes)}
    lines = ["flowchart LR"]
    for number, environment in enumerate(sorted({node.environment for node in nodes})):
        lines.append(f'  subgraph e{number}["{_escaped(environment)}"]')
        lines += [f'    {names[n]}["{_escaped(str(n.id))}"]' for n in nodes if n.environment == environment]
        lines.append("  end")
    lines += [f"  {names[e.source]} -->|{e.kind}| {names[e.target]}" for e in edges]
    return "\n".join([*lines, ""])


def to_json(graph: ResourceGraph, environments: Collection[str] | None = None) -> str:
    """JSON with `format_version`, `nodes` and `edges` (by number of the node); bodies are never part of it."""
    nodes, edges = _chosen(graph, environments)
    numbers = {node: number for number, node in enumerate(nodes)}
    held = {
        "format_version": FORMAT_VERSION,
        "nodes": [_node(graph, node) for node in nodes],
        "edges": [
            {"source": numbers[e.source], "target": numbers[e.target], "kind": e.kind, "via": e.via} for e in edges
        ],
    }
    return json.dumps(held, indent=2, ensure_ascii=False) + "\n"


def _chosen(graph: ResourceGraph, environments: Collection[str] | None) -> tuple[tuple[Node, ...], tuple[Edge, ...]]:
    if environments is None:
        return graph.nodes, graph.edges
    nodes = tuple(node for node in graph.nodes if node.environment in environments)
    return nodes, tuple(edge for edge in graph.edges if edge.source.environment in environments)


def _node(graph: ResourceGraph, node: Node) -> dict[str, object]:
    origin = graph.resource(node).origin
    return {
        "environment": node.environment,
        "group": node.id.group,
        "kind": node.id.kind,
        "namespace": node.id.namespace,
        "name": node.id.name,
        "origin": origin.path if origin else None,
        "roots": list(graph.roots(node)),
    }


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
