"""The objects of every environment and how they refer to, select, patch and include each other."""

from migrator.graph.edges import selects
from migrator.graph.export import Group, to_dot, to_json, to_mermaid
from migrator.graph.resource_graph import ResourceGraph, build_graph
from migrator.graph.types import Edge, EdgeKind, Node

__all__ = [
    "Edge",
    "EdgeKind",
    "Group",
    "Node",
    "ResourceGraph",
    "build_graph",
    "selects",
    "to_dot",
    "to_json",
    "to_mermaid",
]
