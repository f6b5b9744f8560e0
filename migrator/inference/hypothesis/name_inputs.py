"""Values that determine object names: candidates that change them are tried last."""

from __future__ import annotations

from migrator.inference.gaps.scalar_content import content_pieces
from migrator.model import KeyPath
from migrator.templates.output.documents import Document
from migrator.templates.provenance.value import PathCondition, Value


def name_inputs(document: Document) -> frozenset[KeyPath]:
    """The values that determine an object's name, through conditions inside the name too."""
    metadata = document.metadata
    node = metadata.entries.get("name") if metadata is not None else None
    if metadata is None or node is None:
        return frozenset()
    path_condition = document.path_condition_at(metadata)
    above = {id(path_condition) for path_condition in path_condition.chain()} if path_condition is not None else set()
    found: set[KeyPath] = set()
    seen: set[int] = set()
    stack: list[object] = []
    for piece in content_pieces(document, node):
        if piece.region is None:
            stack += [piece.source, piece.path_condition, *piece.wholes]
    while stack:
        item = stack.pop()
        if id(item) in seen or id(item) in above:
            continue
        seen.add(id(item))
        if isinstance(item, PathCondition):
            stack += [item.condition, item.parent]
        elif isinstance(item, Value):
            found.update(item.direct)
            stack += item.args
            for part in item.pieces or ():
                if part.region is None:
                    stack += [part.source, part.path_condition]
    return frozenset(found)
