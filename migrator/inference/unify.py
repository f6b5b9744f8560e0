"""Read a target through a template's shape: which values would make this part of a document print that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from migrator.inference.diff import align, content_pieces
from migrator.inference.edits import Edit, Edits, combined, set_inside
from migrator.inference.invert import invert, invert_text
from migrator.model import Json, Path
from migrator.templates.documents import Document
from migrator.templates.tree import Node
from migrator.templates.value import ELEMENT, MARK, Piece, Value

KEY = "~key"


@dataclass(slots=True)
class Reading:
    """Assignments found, and how many leaves of the target they leave unexplained."""

    edits: Edits = ()
    misses: int = 0


def scalar_text(value: Json) -> str:
    """A scalar as a template would print it into YAML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def source_of(document: Document, node: Node) -> Value | None:
    """The one value that stands under a node, None where it is none or several."""
    found = [p.source for p in content_pieces(document, node) if p.region is None and p.source is not None]
    return found[0] if len({id(source) for source in found}) == 1 else None


def read_scalar(document: Document, node: Node, target: Json) -> Iterator[Edits]:
    """Assignments that turn a scalar into the target, likeliest first."""
    pieces = content_pieces(document, node)
    if isinstance(target, (dict, list)):
        for piece in pieces:
            if piece.region is None and piece.source is not None:
                yield from islice(invert(piece.source, target), 3)
        return
    if node.value is None or node.value == "":
        for piece in document.around(node):
            if piece.region is None and piece.source is not None and not piece.text.strip("\"'"):
                yield from islice(invert(piece.source, target), 3)
    marked = [p for p in pieces if p.region is None and p.text == MARK and p.source is not None]
    if marked and isinstance(marked[0].source, Value) and len([p for p in pieces if p.region is None and p.text]) == 1:
        yield from islice(invert(marked[0].source, target), 3)
    yield from islice(invert_text(_trimmed(pieces, target), scalar_text(target), typed=target), 6)


def _trimmed(pieces: list[Piece], target: Json) -> list[Piece]:
    """A block scalar's text ends with line breaks that its style takes off or keeps; follow the target."""
    text = "".join(piece.text for piece in pieces if piece.region is None)
    if not isinstance(target, str) or "\n" not in text:
        return pieces
    excess = len(text) - len(text.rstrip("\n")) - (len(target) - len(target.rstrip("\n")))
    kept = list(pieces)
    for index in range(len(kept) - 1, -1, -1):
        if excess <= 0:
            break
        piece = kept[index]
        if piece.region is not None:
            continue
        shorter = piece.text.rstrip("\n")
        cut = min(excess, len(piece.text) - len(shorter))
        kept[index] = piece.with_text(piece.text[: len(piece.text) - cut])
        excess -= cut
        if shorter:
            break
    return kept


def unify(document: Document, node: Node, target: Json) -> Reading:
    """Read a whole subtree; what has no explanation is counted, the rest is still of use."""
    if node.kind == "scalar":
        return _unify_scalar(document, node, target)
    if node.kind == "map" and isinstance(target, dict):
        return _unify_map(document, node, target)
    if node.kind == "list" and isinstance(target, list):
        return _unify_list(document, node, target)
    return Reading((), _size(target))


def _unify_scalar(document: Document, node: Node, target: Json) -> Reading:
    if not isinstance(target, (dict, list)) and node.value == target and type(node.value) is type(target):
        return Reading()
    found = next(read_scalar(document, node, target), None)
    return Reading((), _size(target)) if found is None else Reading(found, 0)


def _unify_map(document: Document, node: Node, target: dict[str, Json]) -> Reading:
    total = Reading()
    open_key = node.keys.get(MARK)
    for key, item in target.items():
        if key in node.entries:
            total = joined(total, unify(document, node.entries[key], item))
        elif open_key is not None:
            total = joined(total, read_entry(document, open_key, node.entries[MARK], key, item))
        else:
            total.misses += _size(item)
    total.misses += sum(1 for key in node.entries if key not in target and key != MARK)
    return total


def read_entry(document: Document, key_node: Node, value_node: Node, key: str, target: Json) -> Reading:
    """A new entry of a map that a template fills from values: by `range` over it, or whole by toYaml."""
    source = source_of(document, key_node)
    if source is None:
        return Reading((), _size(target))
    for path in source.direct:
        if path and path[-1] == KEY:
            inner = unify(document, value_node, target)
            return Reading(named_rows(((path, key), *inner.edits)), inner.misses)
    for path in source.direct:
        return Reading((((*path, key), target),), 0)
    found = next(invert(source, {key: target}), None)
    return Reading((), _size(target)) if found is None else Reading(found, 0)


def _unify_list(document: Document, node: Node, target: list[Json]) -> Reading:
    total = Reading()
    rows: dict[Path, list[Json]] = {}
    pairs = align(node.plain(), target)
    lefts = {right: left for left, right in pairs if left is not None and right is not None}
    total.misses += sum(1 for left, right in pairs if right is None)
    for right, item in enumerate(target):
        patterns = [node.items[lefts[right]]] if right in lefts else node.items
        readings = [unify(document, pattern, item) for pattern in patterns]
        best = min(readings, key=lambda reading: reading.misses, default=None)
        made = [] if best is None else list_rows(named_rows(best.edits))
        is_entry = best is not None and any(KEY in path for path, _ in best.edits)
        if best is None or (right not in lefts and not made and not is_entry):
            total.misses += _size(item)
            continue
        for base, row in made:
            rows.setdefault(base, []).append(row)
        others = tuple(edit for edit in named_rows(best.edits) if ELEMENT not in edit[0])
        total = joined(total, Reading(others, best.misses))
    for path, items in rows.items():
        total = joined(total, Reading(((path, items),), 0))
    return total


def best_row(document: Document, templates: list[Node], target: Json) -> tuple[Path, Json, int] | None:
    """The list to extend, the element to add and what it would leave unexplained, read from sibling items."""
    best: tuple[Path, Json, int] | None = None
    for node in templates:
        reading = unify(document, node, target)
        for path, row in list_rows(reading.edits):
            if best is None or reading.misses < best[2]:
                best = (path, row, reading.misses)
    return best


def list_rows(edits: Edits) -> list[tuple[Path, Json]]:
    """Elements that assignments below `*` describe: list path -> element."""
    found: dict[Path, Json] = {}
    for path, value in edits:
        if ELEMENT not in path:
            continue
        at = path.index(ELEMENT)
        base, rest = path[:at], path[at + 1 :]
        if not rest:
            found[base] = value
        else:
            found[base] = set_inside(found.get(base), rest, value)
    return list(found.items())


def named_rows(edits: Edits) -> Edits:
    """Assignments to an unnamed entry, under the name that the key was read as."""
    names = {path[:-1]: value for path, value in edits if path and path[-1] == KEY and isinstance(value, str)}
    made: list[Edit] = []
    for path, value in edits:
        if path and path[-1] == KEY:
            continue
        made.append((_named(path, names), value))
    for base, name in names.items():
        place = (*base, name)
        if not any(path[: len(place)] == place for path, _ in made):
            made.append((place, {}))
    return tuple(made)


def _named(path: Path, names: dict[Path, str]) -> Path:
    for base, name in names.items():
        if path[: len(base)] == base and len(path) > len(base) and path[len(base)] == ELEMENT:
            return (*base, name, *path[len(base) + 1 :])
    return path


def joined(one: Reading, other: Reading) -> Reading:
    """Both readings; where they contradict each other the first stands."""
    edits = combined(one.edits, other.edits)
    if edits is None:
        return Reading(one.edits, one.misses + other.misses + 1)
    return Reading(edits, one.misses + other.misses)


def _size(value: Json) -> int:
    from migrator.inference.diff import leaf_count

    return leaf_count(value)
