"""Gaps -> proposals: assignments that might close them. Only proposed here; the search renders and decides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from migrator.inference.containers import container_paths, locate
from migrator.inference.diff import Gap, align, gaps_at
from migrator.inference.edits import MISSING, Edits, Tree, combined, value_at
from migrator.inference.gates import make, open_region
from migrator.inference.near import marked, near, words_of
from migrator.inference.unify import (
    KEY,
    best_row,
    list_rows,
    named_rows,
    read_entry,
    read_scalar,
    source_of,
    unify,
)
from migrator.model import Json, Path
from migrator.templates.documents import Document
from migrator.templates.tree import Node
from migrator.templates.value import ELEMENT, MARK, Gate, Region
from migrator.yamlio import same

PER_GAP = 8
MAX_MOVED = 8
MAX_DEEPER = 2
"""How many gates below each other are turned in one proposal."""
MAX_DEEPER_REGIONS = 4


def proposals(gap: Gap, tree: Tree) -> Iterator[Edits]:
    """Assignments for one gap, likeliest first, without those that would not change a thing."""
    made = {
        "changed": _changed,
        "missing": _missing,
        "extra": _extra,
        "order": _order,
    }[gap.kind](gap, tree)
    seen: set[str] = set()
    for edits in islice(made, PER_GAP * 2):
        clean = _concrete(edits, tree)
        if not clean:
            continue
        key = repr(sorted(clean, key=lambda edit: repr(edit[0])))
        if key not in seen:
            seen.add(key)
            yield clean


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
        default = value_at(tree.defaults, path[:length])
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


def _changed(gap: Gap, tree: Tree, depth: int = 0) -> Iterator[Edits]:
    node = gap.node
    if node is None:
        return
    if node.kind == "scalar":
        yield from read_scalar(gap.document, node, gap.target)
        yield from _other_branches(gap, tree, depth)
        return
    for path in container_paths(gap.document, node):
        yield ((path, gap.target),)
    yield from _other_branches(gap, tree, depth)


def _other_branches(gap: Gap, tree: Tree, depth: int) -> Iterator[Edits]:
    """Turn a gate over the node, or a ghost at its place, and read the target there."""
    found: list[tuple[int, int, Edits]] = []
    for order, region in enumerate(near(gap, words_of(gap))):
        variant = marked(gap.document, region)
        node = locate(variant, gap.path)
        if node is None:
            continue
        reading = unify(variant, node, gap.target)
        if reading.misses == 0 or isinstance(gap.target, (dict, list)):
            found += [(reading.misses, order, edits) for edits in _opened(region, reading.edits)]
        if reading.misses and depth < MAX_DEEPER and order < MAX_DEEPER_REGIONS:
            found += [(fewer, order, more) for fewer, more in _deeper(variant, gap, region, reading.edits, tree, depth)]
    found.sort(key=lambda item: item[:2])
    for _, _, edits in found[:PER_GAP]:
        yield edits
    if gap.node is not None:
        gate = gap.document.gate_at(gap.node)
        if gate is not None:
            yield from islice(make(gate.condition, not gate.wanted), 2)


# -- missing ---------------------------------------------------------------------------------------------------


def _missing(gap: Gap, tree: Tree, depth: int = 0) -> Iterator[Edits]:
    node = gap.node
    if node is None:
        return
    if node.kind == "map":
        for path in container_paths(gap.document, node):
            yield (((*path, str(gap.key)), gap.target),)
        yield from _from_ghosts(gap, tree, depth)
        return
    for edits in _list_item(gap, tree, depth):
        yield from _all_rows(gap, tree, edits)
        yield edits


def _list_item(gap: Gap, tree: Tree, depth: int = 0) -> Iterator[Edits]:
    yield from _longer_list(gap)
    yield from _from_ghosts(gap, tree, depth)


def _all_rows(gap: Gap, tree: Tree, edits: Edits) -> Iterator[Edits]:
    """The rows of every item that this list lacks, where one has been read."""
    if len(gap.siblings) < 2 or not isinstance(gap.whole, list):
        return
    for base in [path for path, _ in list_rows(named_rows(edits))]:
        rows = []
        for key in gap.siblings:
            sibling = replace(gap, key=key, target=gap.whole[key], path=(*gap.path[:-1], key))
            row = next(
                (r for e in islice(_list_item(sibling, tree), 6) for p, r in list_rows(named_rows(e)) if p == base),
                MISSING,
            )
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
            yield ((path, _share(gap, path)),)
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


def _from_ghosts(gap: Gap, tree: Tree, depth: int = 0) -> Iterator[Edits]:
    found: list[tuple[int, int, Edits]] = []
    for order, region in enumerate(near(gap, words_of(gap))):
        variant = marked(gap.document, region, in_list=not isinstance(gap.key, str))
        if variant.root is None or variant.error:
            continue
        parent = locate(variant, gap.path[:-1])
        if parent is None:
            continue
        for misses, edits in _ghost_readings(variant, parent, gap, region):
            if misses and depth < MAX_DEEPER and order < MAX_DEEPER_REGIONS:
                found += [(fewer, order, more) for fewer, more in _deeper(variant, gap, region, edits, tree, depth)]
            found.append((misses, order, edits))
    found.sort(key=lambda item: item[:2])
    for _, _, edits in found[:PER_GAP]:
        yield edits


def _deeper(  # noqa: PLR0917 - one place that calls it
    variant: Document, gap: Gap, region: Region, edits: Edits, tree: Tree, depth: int
) -> Iterator[tuple[int, Edits]]:
    """With a gate turned, look at what is still missing below the place, and turn the gates over that as well."""
    node = locate(variant, gap.path)
    if node is None:
        return
    left = 0
    bound = edits
    for inner in gaps_at(variant, node, gap.target, gap.path):
        proposed = _missing(inner, tree, depth + 1) if inner.kind == "missing" else _changed(inner, tree, depth + 1)
        joined = next((j for e in islice(proposed, 4) if (j := combined(bound, e)) is not None), None)
        if inner.kind in ("missing", "changed") and joined is not None:
            bound = joined
        else:
            left += 1
    if bound != edits:
        for opened in islice(_opened(region, tuple(edit for edit in bound if edit not in edits) or bound), 2):
            yield left, opened


def _ghost_readings(variant: Document, parent: Node, gap: Gap, region: Region) -> Iterator[tuple[int, Edits]]:
    if parent.kind == "map" and isinstance(gap.key, str):
        if gap.key in parent.entries:
            reading = unify(variant, parent.entries[gap.key], gap.target)
        elif MARK in parent.keys:
            reading = read_entry(variant, parent.keys[MARK], parent.entries[MARK], gap.key, gap.target)
        else:
            return
        for edits in _opened(region, reading.edits):
            yield reading.misses, edits
    elif parent.kind == "list":
        before = len(gap.node.items) if gap.node is not None else 0
        fresh = [item for item in parent.items if _in_region(variant, item, region)] or parent.items[before:]
        for item in fresh:
            source = source_of(variant, item) if item.kind == "scalar" and item.value == MARK else None
            if source is not None:
                for path in source.direct:
                    row = path[-1:] == (ELEMENT,)
                    yield 0, ((path if row else (*path, ELEMENT), gap.target),)
                continue
            reading = unify(variant, item, gap.target)
            for edits in _opened(region, reading.edits):
                yield reading.misses, edits
    elif parent.kind == "scalar":
        reading = unify(variant, parent, gap.whole)
        for edits in _opened(region, reading.edits):
            yield reading.misses, edits


def _in_region(document: Document, node: Node, region: Region) -> bool:
    under = document.under(node)
    return bool(under) and any(
        gate is region.gate for piece in under[:1] for gate in (piece.gate.chain() if piece.gate else ())
    )


def _opened(region: Region, bound: Edits) -> Iterator[Edits]:
    bound = named_rows(bound)
    for gates in islice(open_region(region, _generalised(bound)), 3):
        joined = combined(bound, gates)
        if joined is not None:
            yield joined


def _generalised(bound: Edits) -> Edits:
    """A row to come makes its list count as filled."""
    rows = tuple((path[: path.index(ELEMENT)], True) for path, _ in bound if ELEMENT in path)
    return (*bound, *rows)


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
    outer = document.gate_at(parent)
    above = {id(gate) for gate in (outer.chain() if outer else ()) if parent.start != node.start}
    gate = document.gate_at(node)
    while gate is not None and id(gate) not in above:
        yield from close(gate, tree)
        gate = gate.parent


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
        for edits in islice(_from_ghosts(lacking, tree), 6):
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
