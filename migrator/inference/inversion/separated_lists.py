"""A text that prints the elements of a list with separators: `a,b,c`, or one per line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.inference.assignments.values_tree import Edits
from migrator.model import KeyPath
from migrator.templates.golang.yaml_tree import Node
from migrator.templates.output.documents import Document
from migrator.templates.provenance.value import ELEMENT, MARK, PathCondition, Piece, Region

MAX_TEXT = 4000


def repeated(document: Document, node: Node, target: str, *, folded: bool) -> Iterator[Edits]:
    """Assignments of lists whose elements, one after the other, make the text of a scalar the target.

    `folded` for a plain scalar over several lines, of which YAML makes one.
    """
    if len(target) > MAX_TEXT:
        return
    around = document.placed_around(node)
    units: dict[int, tuple[Region, list[Piece]]] = {}
    for _, piece in around:
        if piece.region is not None and piece.region.path_condition.keyword == "range":
            units.setdefault(id(piece.region), (piece.region, []))[1].append(piece)
    for region, pieces in units.values():
        path = _element_of(pieces)
        if path is None or folded != any("\n" in piece.text for piece in pieces):
            continue
        fixed = [(place, piece) for place, piece in around if piece.region is None and node.start <= place < node.end]
        before = after = ""
        passed = False
        for place, piece in fixed:
            if _is_below(piece.path_condition, path):
                passed = True
            elif passed or place >= _place_of(around, region):
                after += piece.text
            else:
                before += piece.text
        if node.style in ("'", '"'):
            before, after = before.removeprefix(node.style), after.removesuffix(node.style)
        items = _items("".join(piece.text for piece in pieces), before, after, target)
        if items:
            yield ((path, items),)


def _place_of(around: list[tuple[int, Piece]], region: Region) -> int:
    return next(place for place, piece in around if piece.region is region)


def _element_of(pieces: list[Piece]) -> KeyPath | None:
    """The list whose elements an untaken branch prints each as it is; None where it prints anything else."""
    sources = [piece.source for piece in pieces if MARK in piece.text]
    if len(sources) != 1 or sources[0] is None:
        return None
    source = sources[0]
    while not source.direct and len(source.args) == 1:
        source = source.args[0]
    return next((path[:-1] for path in source.direct if path[-1:] == (ELEMENT,) and ELEMENT not in path[:-1]), None)


def _is_below(path_condition: PathCondition | None, path: KeyPath) -> bool:
    return path_condition is not None and any(
        each.keyword == "range" and each.element is not None and path in each.condition.direct
        for each in path_condition.chain()
    )


def _items(unit: str, before: str, after: str, target: str) -> list[str] | None:
    """The elements of which a text consists; a plain scalar over several lines is one line with blanks."""
    if "\n" not in unit:
        inner = target[len(before) : len(target) - len(after)]
        parts = re.findall(_pattern(unit), inner) if unit != MARK else []
        made = before + "".join(unit.replace(MARK, part) for part in parts) + after
        return parts if made == target else None
    unit, words = "".join(unit.split()), target.split(" ")
    low, high = len(before.split()), len(words) - len(after.split())
    if words[:low] != before.split() or words[high:] != after.split():
        return None
    found = [re.fullmatch(_pattern(unit), word) for word in words[low:high]]
    return [str(match[1]) for match in found if match] if all(found) else None


def _pattern(unit: str) -> str:
    front, _, end = unit.partition(MARK)
    return f"{re.escape(front)}(.+?){re.escape(end)}"
