"""Which values a map or list of a document was printed from, and the node at a path of it."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.model import KeyPath
from migrator.templates.golang.yaml_tree import Node
from migrator.templates.output.documents import Document
from migrator.templates.provenance.value import PathCondition, Value


def container_paths(document: Document, node: Node) -> list[KeyPath]:
    """Paths of the values that toYaml printed as this node, those first that most leaves confirm."""
    votes: dict[KeyPath, int] = {}
    for relative, leaf in _leaf_nodes(node, (), 60):
        if node.kind == "map" and relative and not _is_printed(document, node.keys[str(relative[0])]):
            continue
        for piece in document.under(leaf):
            source = piece.source
            if source is None or not _is_whole(source, leaf):
                continue
            if relative and relative in source.direct[:1]:
                break  # a value of this name at the root: no container was printed
            for path in source.direct:
                if not relative:
                    if isinstance(source.v, (dict, list)) or source.v is None:
                        votes[path] = votes.get(path, 0) + 1
                elif len(path) > len(relative) and _ends_with(path, relative, node):
                    base = path[: -len(relative)]
                    votes[base] = votes.get(base, 0) + 1
            break
    for path in _begun(document, node):
        votes.setdefault(path, 0)
    return sorted(votes, key=lambda path: -votes[path])[:3]


def _begun(document: Document, node: Node) -> Iterator[KeyPath]:
    """Paths of the map or list that toYaml began where a node begins, whatever its entries were printed from."""
    for place, piece in document.placed_around(node):
        if place == node.start and not piece.text and piece.source is not None and piece.region is None:
            yield from piece.source.direct if isinstance(piece.source.v, (dict, list)) else ()


def is_held(document: Document) -> bool:
    """Whether an object comes from values as a whole, and no template spells out its metadata."""
    root = document.root
    return root is not None and "metadata" in root.keys and _is_printed(document, root.keys["metadata"])


def _is_printed(document: Document, key: Node) -> bool:
    """Whether a key was printed from values: one that the template spells out proves nothing about its map."""
    return any(piece.source is not None for piece in document.under(key))


def _is_whole(source: Value, leaf: Node) -> bool:
    """Whether a value is all of a leaf, not a part of its text."""
    now = source.v
    if isinstance(now, (dict, list)) or leaf.kind != "scalar" or not isinstance(leaf.value, str):
        return True
    return str(now).strip() == leaf.value.strip()


def _ends_with(path: KeyPath, relative: KeyPath, node: Node) -> bool:
    """Whether a values path ends like the leaf's path below its container; indices of list items may differ."""
    if node.kind == "list":
        first = path[-len(relative)]
        return isinstance(first, int) and path[len(path) - len(relative) + 1 :] == relative[1:]
    return path[-len(relative) :] == relative


def _leaf_nodes(node: Node, path: KeyPath, limit: int) -> list[tuple[KeyPath, Node]]:
    if node.kind == "map" and node.entries:
        found: list[tuple[KeyPath, Node]] = []
        for key, child in node.entries.items():
            found += _leaf_nodes(child, (*path, key), limit)
            if len(found) > limit:
                break
        return found
    if node.kind == "list" and node.items:
        found = []
        offset = 0
        for index, child in enumerate(node.items):
            found += _leaf_nodes(child, (*path, index - offset), limit)
            if len(found) > limit:
                break
        return found
    return [(path, node)]


def locate(document: Document, path: KeyPath) -> Node | None:
    """The node at a path of a document, None where there is none."""
    node = document.root
    for key in path:
        if node is None:
            return None
        if node.kind == "map" and isinstance(key, str):
            node = node.entries.get(key)
        elif node.kind == "list" and isinstance(key, int) and key < len(node.items):
            node = node.items[key]
        else:
            return None
    return node


def path_conditions_below(document: Document, node: Node, parent: Node) -> Iterator[PathCondition]:
    """The path conditions that stand over a node but not over its container, innermost first."""
    first = parent.start == node.start or (parent.items and parent.items[0] is node)  # they begin in the same text
    outer = None if first else document.path_condition_at(parent)
    above = {id(path_condition) for path_condition in (outer.chain() if outer else ())}
    path_condition = document.path_condition_at(node)
    while path_condition is not None and id(path_condition) not in above:
        yield path_condition
        path_condition = path_condition.parent
