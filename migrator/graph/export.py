"""The resource graph as text: DOT, Mermaid and JSON. The same graph gives the same bytes."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from migrator.graph.resource_graph import ResourceGraph
from migrator.graph.types import Edge, Node
from migrator.model import Json

FORMAT_VERSION = "1.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Objects that belong together: a component, and what is said of it."""

    id: str
    title: str
    facts: Mapping[str, Json] = field(default_factory=dict)
    """Further keys of it in JSON."""


DeployedBy = Mapping[str, Sequence[str]]
"""Environment -> what deploys it, in words."""
_SHOWN = 3

Groups = Mapping[Node, Group]
"""Object -> its group; objects without one stand in their environment."""


def to_dot(
    graph: ResourceGraph,
    environments: Collection[str] | None = None,
    groups: Groups | None = None,
    deployed_by: DeployedBy | None = None,
) -> str:
    """Graphviz: a cluster per environment, with one per group; all environments unless some are named."""
    nodes, edges = _chosen(graph, environments)
    names = {node: f"n{number}" for number, node in enumerate(nodes)}
    lines = ["digraph resources {", "  rankdir=LR;", "  node [shape=box];"]
    for number, (environment, parts) in enumerate(_parts(nodes, groups or {})):
        lines += [f"  subgraph cluster_{number} {{", f"    label={_quoted(_title(environment, deployed_by))};"]
        for part, (group, held) in enumerate(parts):
            inside = [f"{names[node]} [label={_quoted(str(node.id))}];" for node in held]
            if group is None:
                lines += [f"    {line}" for line in inside]
                continue
            lines += [f"    subgraph cluster_{number}_{part} {{", f"      label={_quoted(group.title)};"]
            lines += [*(f"      {line}" for line in inside), "    }"]
        lines.append("  }")
    lines += [f"  {names[e.source]} -> {names[e.target]} [label={_quoted(e.kind)}];" for e in edges]
    return "\n".join([*lines, "}", ""])


def to_mermaid(
    graph: ResourceGraph,
    environments: Collection[str] | None = None,
    groups: Groups | None = None,
    deployed_by: DeployedBy | None = None,
) -> str:
    """A Mermaid flowchart: a subgraph per environment, with one per group; all environments unless some are named."""
    nodes, edges = _chosen(graph, environments)
    names = {node: f"n{number}" for number, node in enumerate(nodes)}
    lines = ["flowchart LR"]
    for number, (environment, parts) in enumerate(_parts(nodes, groups or {})):
        lines.append(f'  subgraph e{number}["{_escaped(_title(environment, deployed_by))}"]')
        for part, (group, held) in enumerate(parts):
            inside = [f'{names[node]}["{_escaped(str(node.id))}"]' for node in held]
            if group is None:
                lines += [f"    {line}" for line in inside]
                continue
            lines.append(f'    subgraph e{number}c{part}["{_escaped(group.title)}"]')
            lines += [*(f"      {line}" for line in inside), "    end"]
        lines.append("  end")
    lines += [f"  {names[e.source]} -->|{e.kind}| {names[e.target]}" for e in edges]
    return "\n".join([*lines, ""])


def to_json(graph: ResourceGraph, environments: Collection[str] | None = None, groups: Groups | None = None) -> str:
    """JSON with `format_version`, `nodes`, `edges` (by number of the node) and the groups as `components`.

    Bodies are never part of it.
    """
    nodes, edges = _chosen(graph, environments)
    of = groups or {}
    numbers = {node: number for number, node in enumerate(nodes)}
    named = {group.id: group for node in nodes if (group := of.get(node)) is not None}
    held = {
        "format_version": FORMAT_VERSION,
        "components": [{"id": name, **named[name].facts} for name in sorted(named)],
        "nodes": [_node(graph, node, of.get(node)) for node in nodes],
        "edges": [
            {"source": numbers[e.source], "target": numbers[e.target], "kind": e.kind, "via": e.via} for e in edges
        ],
    }
    return json.dumps(held, indent=2, ensure_ascii=False) + "\n"


def _title(environment: str, deployed_by: DeployedBy | None) -> str:
    names = (deployed_by or {}).get(environment, ())
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{environment}, deployed by {', '.join(names[:_SHOWN])}{more}" if names else environment


def _chosen(graph: ResourceGraph, environments: Collection[str] | None) -> tuple[tuple[Node, ...], tuple[Edge, ...]]:
    if environments is None:
        return graph.nodes, graph.edges
    nodes = tuple(node for node in graph.nodes if node.environment in environments)
    return nodes, tuple(edge for edge in graph.edges if edge.source.environment in environments)


def _parts(
    nodes: Sequence[Node], groups: Groups
) -> Iterator[tuple[str, Sequence[tuple[Group | None, Sequence[Node]]]]]:
    """Environment -> its groups, those without one last; all sorted."""

    def key(node: Node) -> tuple[bool, str]:
        group = groups.get(node)
        return group is None, group.id if group is not None else ""

    for environment, held in groupby(sorted(nodes), key=lambda node: node.environment):
        ordered = sorted(held, key=lambda node: (key(node), node))
        parts = [list(part) for _, part in groupby(ordered, key=key)]
        yield environment, [(groups.get(part[0]), part) for part in parts]


def _node(graph: ResourceGraph, node: Node, group: Group | None) -> dict[str, object]:
    origin = graph.resource(node).origin
    return {
        "environment": node.environment,
        "group": node.id.group,
        "kind": node.id.kind,
        "namespace": node.id.namespace,
        "name": node.id.name,
        "component": group.id if group is not None else None,
        "origin": origin.path if origin else None,
        "roots": list(graph.roots(node)),
    }


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{_on_one_line(escaped)}"'


def _escaped(text: str) -> str:
    return _on_one_line(text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;"))


def _on_one_line(text: str) -> str:
    """What a name holds begins no line of its own: a CI system takes some for its commands."""
    return text.replace("\r", "\\r").replace("\n", "\\n")
