"""Gaps -> proposals: assignments that might close them. Only proposed here; the search renders and decides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice

from migrator.inference.asked import Asked, places, switches
from migrator.inference.containers import container_paths, locate
from migrator.inference.diff import Gap, align
from migrator.inference.edits import MISSING, Edits, Tree, combined, value_at
from migrator.inference.gates import make, open_region
from migrator.inference.near import is_spoken, marked, marked_lines, near, words_of
from migrator.inference.unify import (
    KEY,
    READING_STEPS,
    Reader,
    best_row,
    gates_below,
    generalised,
    list_rows,
    named_rows,
    read_lines,
    read_scalar,
    unify,
)
from migrator.model import Json, Path
from migrator.templates.documents import Document
from migrator.templates.tree import Node
from migrator.templates.value import ELEMENT, Gate, Region
from migrator.yamlio import same

PER_GAP = 8
MAX_MOVED = 8
_DIGESTS = ("sha256sum", "sha1sum", "sha512sum", "md5sum", "adler32sum")


def proposals(gap: Gap, tree: Tree, asked: Asked) -> Iterator[Edits]:
    """Assignments for one gap, likeliest first, without those that would not change a thing."""
    read = islice(_readings(gap, tree), PER_GAP * 2)
    seen: set[str] = set()
    unsettling: list[Edits] = []
    for edits in chain(read, _by_name(gap, asked)):
        clean = _concrete(edits, tree)
        key = repr(sorted(clean, key=lambda edit: repr(edit[0])))
        if not clean or key in seen:
            continue
        seen.add(key)
        if any(path in gap.settled for path, _ in clean):
            unsettling.append(clean)
        else:
            yield clean
    yield from unsettling


def _by_name(gap: Gap, asked: Asked) -> Iterator[Edits]:
    """What names alone suggest, where no provenance leads."""
    for path in places(gap, asked):
        yield ((path, gap.target),)
    if gap.kind == "extra" and gap.node is not None and gap.key is not None:
        child = gap.node.entries[gap.key] if isinstance(gap.key, str) else gap.node.items[gap.key]
        for path in islice(switches(gap.document.under(child), asked), PER_GAP):
            yield ((path, False),)


def _readings(gap: Gap, tree: Tree) -> Iterator[Edits]:
    return {
        "changed": _changed,
        "missing": _missing,
        "extra": _extra,
        "order": _order,
    }[gap.kind](gap, tree)


def _concrete(edits: Edits, tree: Tree) -> Edits:
    """Rows and named entries resolved; None of the wildcards of ghosts is left."""
    edits = named_rows(edits)
    rows = list_rows(edits)
    plain = [(path, value) for path, value in edits if ELEMENT not in path and KEY not in path]
    for path, row in rows:
        if ELEMENT in path or KEY in path:
            continue
        current = tree.effective(path)
        items = list(current) if isinstance(current, list) else []
        plain.append((path, [*items, row]))
    if not all(_fits(tree, path, value) for path, value in plain):
        return ()
    return tuple((path, value) for path, value in plain if path and not _already(tree, path, value))


def _fits(tree: Tree, path: Path, value: Json) -> bool:
    """Whether a value has the form that the chart's defaults give its place: no map for a list, no entry in a list."""
    for length in range(1, len(path) + 1):
        default = tree.default(path[:length])
        if default in ({}, []):  # written for "nothing", whatever form it takes
            return True
        inner = path[length] if length < len(path) else value
        if isinstance(default, list):
            fits = isinstance(inner, int if length < len(path) else (list, type(None)))
        elif isinstance(default, dict):
            fits = isinstance(inner, str if length < len(path) else (dict, type(None), bool))
        else:
            continue
        if not fits:
            return False
        if isinstance(default, list):
            return True
    return True


def _already(tree: Tree, path: Path, value: Json) -> bool:
    if isinstance(path[0], str) and path[0].startswith("@"):
        return False
    now = tree.effective(path)
    return now is not MISSING and same(now, value)


# -- changed ---------------------------------------------------------------------------------------------------


def _changed(gap: Gap, tree: Tree) -> Iterator[Edits]:
    node = gap.node
    if node is None:
        return
    if node.kind == "scalar":
        if _is_digest(gap):
            return
        yield from read_scalar(gap.document, node, gap.target)
        if node.style == "|" and isinstance(gap.target, str):
            yield from read_lines(gap.document, node, gap.target, tolerant=True)
        yield from _taken_back(gap, tree)
        yield from _other_branches(gap)
        return
    for path in container_paths(gap.document, node):
        yield ((path, gap.target),)
    yield from _other_branches(gap)


def _taken_back(gap: Gap, tree: Tree) -> Iterator[Edits]:
    """The default again, where something was set that another place needed."""
    for piece in gap.document.under(gap.node) if gap.node is not None else ():
        for path in piece.source.direct if piece.source is not None else ():
            if value_at(tree.overrides, path) is not MISSING:
                default = value_at(tree.defaults, path)
                yield ((path, None if default is MISSING else default),)


def _is_digest(gap: Gap) -> bool:
    """Whether the place holds the digest of something else, which comes right by itself."""
    pieces = gap.document.under(gap.node) if gap.node is not None else []
    sources = [piece.source for piece in pieces if piece.source is not None]
    return len(sources) == 1 and sources[0].op in _DIGESTS and not sources[0].direct


def _other_branches(gap: Gap) -> Iterator[Edits]:
    """Turn a gate over the node, or a ghost at its place, and read the target there."""
    found: list[tuple[int, int, Edits]] = []
    reader = Reader(READING_STEPS, gap.settled)
    for order, region in enumerate(near(gap, words_of(gap))):
        found_in = _with_ghost(gap, region)
        if found_in is None:
            continue
        reading = reader.read(*found_in, gap.target)
        if reading.misses == 0 or isinstance(gap.target, (dict, list)):
            found += [(reading.misses, order, edits) for edits in _opened(region, reading.edits)]
    found.sort(key=lambda item: item[:2])
    for _, _, edits in found[:PER_GAP]:
        yield edits
    if gap.node is not None:
        gate = gap.document.gate_at(gap.node)
        if gate is not None:
            yield from islice(make(gate.condition, not gate.wanted), 2)


def _with_ghost(gap: Gap, region: Region) -> tuple[Document, Node] | None:
    """The place of a gap with a ghost made real: its own lines where they are enough, else the whole document."""
    if gap.node is not None and gap.node.kind == "scalar" and gap.path:
        found = marked_lines(gap.document, gap.node, gap.path[-1], region)
        if found is not None:
            return found
    variant = marked(gap.document, region)
    node = locate(variant, gap.path)
    return None if node is None else (variant, node)


# -- missing ---------------------------------------------------------------------------------------------------


def _missing(gap: Gap, tree: Tree) -> Iterator[Edits]:
    node = gap.node
    if node is None:
        return
    if node.kind == "map":
        for path in container_paths(gap.document, node):
            yield (((*path, str(gap.key)), gap.target),)
        yield from _from_ghosts(gap)
        return
    known: dict[int, list[tuple[Path, Json]]] = {}
    for edits in _list_item(gap):
        yield from _all_rows(gap, tree, edits, known)
        yield edits


def _list_item(gap: Gap) -> Iterator[Edits]:
    ways = (_from_ghosts, _longer_list) if is_spoken(gap) else (_longer_list, _from_ghosts)
    for way in ways:
        yield from way(gap)


def _all_rows(gap: Gap, tree: Tree, edits: Edits, known: dict[int, list[tuple[Path, Json]]]) -> Iterator[Edits]:
    """The rows of every item that this list lacks, where the first of them has been read; `known` holds those read."""
    if len(gap.siblings) < 2 or gap.key != gap.siblings[0] or not isinstance(gap.whole, list):
        return
    for base in [path for path, _ in list_rows(named_rows(edits))]:
        rows = []
        for key in gap.siblings:
            if key not in known:
                sibling = replace(gap, key=key, target=gap.whole[key], path=(*gap.path[:-1], key))
                known[key] = [row for e in islice(_list_item(sibling), 6) for row in list_rows(named_rows(e))]
            row = next((row for path, row in known[key] if path == base), MISSING)
            if row is MISSING:
                return
            rows.append(row)
        current = tree.effective(base)
        other = tuple((path, value) for path, value in edits if ELEMENT not in path)
        yield (*other, (base, [*(current if isinstance(current, list) else []), *rows]))


def _longer_list(gap: Gap) -> Iterator[Edits]:
    node = gap.node
    assert node is not None  # noqa: S101
    ranged = list(_ranged(gap.document, node))
    looped = {path for path, _ in ranged}
    for path in container_paths(gap.document, node):
        if path not in looped:
            share = _share(gap, path)
            spoken = [gap.whole[key] for key in gap.siblings if is_spoken(replace(gap, key=key, target=gap.whole[key]))]
            yield ((path, [item for item in share if item not in spoken]),)
            yield ((path, share),)
    rows = best_row(gap.document, node.items, gap.target)
    if rows is not None:
        base, row, _ = rows
        yield (((*base, ELEMENT), row),)
    for path, pattern in ranged:
        reading = unify(gap.document, pattern, gap.target)
        fields = {p[len(path) + 1 :]: v for p, v in reading.edits if p[: len(path)] == path and len(p) > len(path)}
        if () in fields:
            yield (((*path, ELEMENT), fields[()]),)
        elif fields:
            yield tuple(((*path, ELEMENT, *rest), v) for rest, v in fields.items())


def _ranged(document: Document, node: Node) -> Iterator[tuple[Path, Node]]:
    """Lists of values that a `range` prints items of this list from, with an item as pattern."""
    seen: set[Path] = set()
    for item in node.items:
        gate = document.gate_at(item)
        while gate is not None:
            if gate.keyword == "range" and isinstance(gate.element, int):
                for path in gate.condition.direct:
                    if path not in seen:
                        seen.add(path)
                        yield path, item
            gate = gate.parent


def _share(gap: Gap, path: Path) -> list[Json]:
    """What a list of values has to hold: the target without the items that others print."""
    node, document = gap.node, gap.document
    assert node is not None  # noqa: S101
    now = node.plain()
    others = {index for index, item in enumerate(node.items) if not _from(document, item, path)}
    taken = {right for left, right in align(now, gap.whole) if left in others and right is not None}
    return [item for index, item in enumerate(gap.whole) if index not in taken]


def _from(document: Document, node: Node, path: Path) -> bool:
    for piece in document.under(node):
        source = piece.source
        if source is not None and any(p[: len(path)] == path for p in source.direct):
            return True
    return False


def _from_ghosts(gap: Gap) -> Iterator[Edits]:
    readings = [
        (reading.misses, reading.edits) for reading, _ in Reader(READING_STEPS, gap.settled).through_ghosts(gap)
    ]
    if not readings or readings[0][0]:
        readings += _in_place(gap)
        readings.sort(key=lambda item: item[0])
    for _, edits in readings[:PER_GAP]:
        yield edits


def _in_place(gap: Gap) -> Iterator[tuple[int, Edits]]:
    """Ghosts that are no YAML of their own: the whole document, read with each of them made real."""
    for region in near(gap, words_of(gap)):
        variant = marked(gap.document, region, in_list=not isinstance(gap.key, str))
        parent = locate(variant, gap.path[:-1]) if variant.root is not None and not variant.error else None
        if parent is None:
            continue
        reading = None
        if parent.kind == "map" and isinstance(gap.key, str) and gap.key in parent.entries:
            reading = unify(variant, parent.entries[gap.key], gap.target)
        elif parent.kind == "scalar":
            reading = unify(variant, parent, gap.whole)
        if reading is not None:
            for edits in _opened(region, reading.edits):
                yield reading.misses, edits


def _opened(region: Region, bound: Edits) -> Iterator[Edits]:
    bound = named_rows(bound)
    for gates in islice(open_region(region, generalised(bound)), 3):
        joined = combined(bound, gates)
        if joined is not None:
            yield joined


# -- extra -----------------------------------------------------------------------------------------------------


def _extra(gap: Gap, tree: Tree) -> Iterator[Edits]:
    node = gap.node
    if node is None:
        return
    if node.kind == "map":
        key = str(gap.key)
        child, key_node = node.entries[key], node.keys[key]
        for path in container_paths(gap.document, node):
            yield (((*path, key), None),)
        yield from _closed(gap.document, key_node, node, tree)
        if child.kind == "scalar":
            yield from islice(read_scalar(gap.document, child, None), 2)
        for path in container_paths(gap.document, child):
            yield ((path, None),)
            yield ((path, {} if child.kind == "map" else []),)
    else:
        assert isinstance(gap.key, int)  # noqa: S101
        for path in container_paths(gap.document, node):
            yield ((path, _share(gap, path)),)
        yield from _closed(gap.document, node.items[gap.key], node, tree)


def _closed(document: Document, node: Node, parent: Node, tree: Tree) -> Iterator[Edits]:
    """Turn the gates that stand over a node but not over its container."""
    for gate in gates_below(document, node, parent):
        yield from close(gate, tree)


def close(gate: Gate, tree: Tree) -> Iterator[Edits]:
    """Assignments under which what a gate prints is not printed."""
    if gate.keyword == "range" and gate.element is not None:
        for path in gate.condition.direct[:2]:
            if isinstance(gate.element, int):
                current = tree.effective(path)
                if isinstance(current, list):
                    yield ((path, [item for index, item in enumerate(current) if index != gate.element]),)
            else:
                yield (((*path, gate.element), None),)
        return
    yield from islice(make(gate.condition, not gate.wanted), 4)


def _order(gap: Gap, tree: Tree) -> Iterator[Edits]:
    node = gap.node
    if node is None:
        return
    for path in container_paths(gap.document, node):
        yield ((path, _share(gap, path)),)
    yield from _moved(gap, tree)
    for path, _ in _ranged(gap.document, node):
        current = tree.effective(path)
        if not isinstance(current, list):
            continue
        places: dict[int, int] = {}
        for left, right in align(gap.now, gap.whole):
            if left is None or right is None:
                continue
            gate = gap.document.gate_at(node.items[left])
            while gate is not None and path not in gate.condition.direct:
                gate = gate.parent
            if gate is not None and isinstance(gate.element, int):
                places.setdefault(gate.element, right)
        if len(places) == len(current):
            yield ((path, [current[index] for index in sorted(places, key=lambda index: places[index])]),)


def _moved(gap: Gap, tree: Tree) -> Iterator[Edits]:
    """Take items that stand in the wrong place from where they come, and give them to a list that may hold anything."""
    node = gap.node
    assert node is not None  # noqa: S101
    placed = [(left, right) for left, right in align(gap.now, gap.whole) if left is not None and right is not None]
    right_places = _rising([right for _, right in placed])
    wrong = [(left, right) for left, right in placed if right not in right_places]
    if not wrong or len(wrong) > MAX_MOVED:
        return
    closing: Edits = ()
    for left, _ in wrong:
        found = next(_closed(gap.document, node.items[left], node, tree), None)
        joined = None if found is None else combined(closing, found)
        if joined is None:
            return
        closing = joined
    lists = container_paths(gap.document, node)
    if not lists:
        lacking = replace(
            gap, kind="missing", key=wrong[0][1], target=gap.whole[wrong[0][1]], path=(*gap.path, wrong[0][1])
        )
        for edits in islice(_from_ghosts(lacking), 6):
            lists += [path for path, _ in list_rows(named_rows(edits))]
    for path in lists[:3]:
        items = [gap.whole[right] for _, right in sorted(wrong, key=lambda pair: pair[1])]
        current = tree.effective(path)
        joined = combined(closing, ((path, [*items, *(current if isinstance(current, list) else [])]),))
        if joined is not None:
            yield joined


def _rising(places: list[int]) -> set[int]:
    """The longest part of the places that is in order already."""
    runs: list[list[int]] = [[]]
    for place in places:
        longest = max((run for run in runs if not run or run[-1] < place), key=len)
        runs.append([*longest, place])
    longest_run: list[int] = max(runs, key=len)
    return set(longest_run)
