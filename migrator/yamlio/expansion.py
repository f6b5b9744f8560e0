"""How large a document would be if every alias were written out."""

from __future__ import annotations

from migrator.model import Json


def expands_too_far(value: Json) -> bool:
    """Whether aliases expand a document beyond what go-yaml allows (its `allowedAliasRatio`)."""
    expanded = _expanded(value, {})
    ratio = (expanded - _written(value, set())) / expanded
    if expanded > 4_000_000:
        allowed = 0.10
    elif expanded > 400_000:
        allowed = 0.99 - 0.89 * (expanded - 400_000) / 3_600_000
    else:
        allowed = 0.99
    return expanded > 1000 and ratio > allowed


def _expanded(node: Json, sizes: dict[int, int]) -> int:
    """Nodes with every alias counted as what it stands for."""
    if not isinstance(node, dict | list):
        return 1
    if id(node) not in sizes:
        keys = len(node) if isinstance(node, dict) else 0
        children = node.values() if isinstance(node, dict) else node
        sizes[id(node)] = 1 + keys + sum(_expanded(child, sizes) for child in children)
    return sizes[id(node)]


def _written(node: Json, seen: set[int]) -> int:
    """Nodes with every shared collection counted once."""
    if not isinstance(node, dict | list):
        return 1
    if id(node) in seen:
        return 0
    seen.add(id(node))
    keys = len(node) if isinstance(node, dict) else 0
    children = node.values() if isinstance(node, dict) else node
    return 1 + keys + sum(_written(child, seen) for child in children)
