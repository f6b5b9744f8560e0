"""What a document lacks: entries and items, read through untaken branches, sibling items and printed containers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice

from migrator.inference.assignments.values_tree import MISSING, Edits, Tree, combined
from migrator.inference.assignments.wildcards import KEY, generalised, list_rows, named_rows
from migrator.inference.candidates.repeat_counts import more_items
from migrator.inference.gaps.containers import container_paths, locate
from migrator.inference.gaps.distance import leaf_count
from migrator.inference.gaps.gaps import Gap
from migrator.inference.gaps.pairing import align
from migrator.inference.gaps.scalar_content import content_pieces
from migrator.inference.inversion.argument_pairs import grouped_rows
from migrator.inference.inversion.inverter import invert_text, open_region
from migrator.inference.inversion.unify import READING_STEPS, Reader, Reading, best_row, joined, unify
from migrator.inference.inversion.untaken_branches import is_spelled_out, marked, producers_of, spells_key, words_of
from migrator.model import Json, KeyPath
from migrator.templates.golang.yaml_tree import Node
from migrator.templates.output.documents import Document
from migrator.templates.provenance.value import ELEMENT, Region
from migrator.yamlio import same

PER_GAP = 8


def lacking(gap: Gap, tree: Tree) -> Iterator[Edits]:
    node = gap.node
    if node is None:
        return
    if node.kind == "map":
        # what a template says under this very key was meant for it, more than a map for anything
        yield from _exactly_read(gap) if spells_key(gap) else ()
        for path in container_paths(gap.document, node):
            yield (((*path, str(gap.key)), gap.target),)
        yield from from_untaken(gap)
        yield from _under_another_key(gap)
        return
    yield from grouped_rows(gap, tree)
    yield from more_items(gap)
    known: dict[int, list[tuple[KeyPath, Json]]] = {}
    for edits in _list_item(gap, tree):
        yield from _all_rows(gap, tree, edits, known)
        yield edits


def _exactly_read(gap: Gap) -> Iterator[Edits]:
    """What was read through untaken branches that leaves nothing of the entry unexplained."""
    next(from_untaken(gap), None)
    yield from (edits for misses, edits in (gap.readings or ())[:PER_GAP] if not misses)


def _under_another_key(gap: Gap) -> Iterator[Edits]:
    """Assignments under which an entry that the target lacks has the missing one's key, and then its content."""
    assert gap.node is not None  # noqa: S101
    for key in (key for key in gap.node.entries if key not in gap.whole):
        pieces = content_pieces(gap.document, gap.node.keys[key])
        for edits in islice(invert_text(pieces, str(gap.key)), 2):
            if any(KEY in path for path, _ in edits):
                continue  # an entry of the values: it is no other one that is named anew
            inside = Reader(READING_STEPS, gap.name_inputs).read(gap.document, gap.node.entries[key], gap.target)
            yield joined(Reading(edits), inside).edits
            yield edits


def _list_item(gap: Gap, tree: Tree) -> Iterator[Edits]:
    kept = _defaults_kept(gap, tree)
    longer, untaken = _longer_list(gap), from_untaken(gap)
    if not kept and not is_spelled_out(gap):
        yield from chain(longer, untaken)
        return
    read = [*_with_siblings(gap), *untaken]
    copies = [edits for edits in read if any(path[: len(each)] == each for path, _ in edits for each in kept)]
    if isinstance(gap.target, dict) and is_spelled_out(gap):
        copies += [edits for edits in read if edits not in copies and any(_is_copy(gap, value) for _, value in edits)]
    yield from chain((edits for edits in read if edits not in copies), longer, copies)


def _is_copy(gap: Gap, value: Json) -> bool:
    """Whether a value holds the missing item as it is, which a list that takes anything would print."""
    return any(same(item, gap.target) for item in (value if isinstance(value, list) else [value]))


def _with_siblings(gap: Gap) -> Iterator[Edits]:
    """Assignments under which the branch that spells an item out, with no value in it, prints another missing item."""
    top = next(iter(producers_of(gap, words_of(gap))), None)
    if top is None or not isinstance(gap.whole, list) or _through(gap, top) is not None:
        return
    for key in gap.siblings[:PER_GAP]:
        other = replace(gap, key=key, target=gap.whole[key], path=(*gap.path[:-1], key))
        found = _through(other, top) if key != gap.key else None
        if found is not None:
            yield found


def _through(gap: Gap, region: Region) -> Edits | None:
    """Assignments under which a branch prints an item exactly."""
    readings = Reader(READING_STEPS, gap.name_inputs).through_untaken(gap)
    return next((each.edits for each, other in readings if other is region and not each.misses), None)


def _defaults_kept(gap: Gap, tree: Tree) -> list[KeyPath]:
    """Lists of the chart that the target has in whole: what it has besides belongs into a list for additions."""
    if gap.node is None or not isinstance(gap.whole, list):
        return []
    found = ((path, tree.default(path)) for path in container_paths(gap.document, gap.node))
    return [path for path, each in found if isinstance(each, list) and each and _within(each, gap.whole)]


def _within(items: list[Json], others: list[Json]) -> bool:
    return all(any(same(item, other) for other in others) for item in items)


def _all_rows(gap: Gap, tree: Tree, edits: Edits, known: dict[int, list[tuple[KeyPath, Json]]]) -> Iterator[Edits]:
    """All missing items of a list together, once the first was read; `known` holds what was read for each."""
    if len(gap.siblings) < 2 or gap.key != gap.siblings[0] or not isinstance(gap.whole, list):
        return
    for base in [path for path, _ in list_rows(named_rows(edits))]:
        rows = []
        for key in gap.siblings:
            if key not in known:
                place = (*gap.path[:-1], key)
                sibling = replace(gap, key=key, target=gap.whole[key], path=place, readings=None, only_opening=[])
                known[key] = [row for e in islice(_list_item(sibling, tree), 6) for row in list_rows(named_rows(e))]
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
    loops = list(ranged(gap.document, node))
    looped = {path for path, _ in loops}
    for path in container_paths(gap.document, node):
        if path not in looped:
            own = share(gap, path)
            spoken = [
                gap.whole[key] for key in gap.siblings if is_spelled_out(replace(gap, key=key, target=gap.whole[key]))
            ]
            yield ((path, [item for item in own if item not in spoken]),)
            yield ((path, own),)
    rows = best_row(gap.document, node.items, gap.target)
    if rows is not None:
        base, row, _ = rows
        yield (((*base, ELEMENT), row),)
    for path, pattern in loops:
        reading = unify(gap.document, pattern, gap.target)
        fields = {p[len(path) + 1 :]: v for p, v in reading.edits if p[: len(path)] == path and len(p) > len(path)}
        if () in fields:
            yield (((*path, ELEMENT), fields[()]),)
        elif fields:
            yield tuple(((*path, ELEMENT, *rest), v) for rest, v in fields.items())


def ranged(document: Document, node: Node) -> Iterator[tuple[KeyPath, Node]]:
    """Lists of values that a `range` prints items of this list from, with an item as pattern."""
    seen: set[KeyPath] = set()
    for item in node.items:
        path_condition = document.path_condition_at(item)
        while path_condition is not None:
            if path_condition.keyword == "range" and isinstance(path_condition.element, int):
                for path in path_condition.condition.direct:
                    if path not in seen:
                        seen.add(path)
                        yield path, item
            path_condition = path_condition.parent


def share(gap: Gap, path: KeyPath) -> list[Json]:
    """What a list of values has to hold: the target's items without those that something else prints."""
    node, document = gap.node, gap.document
    assert node is not None  # noqa: S101
    now = node.plain()
    others = {index for index, item in enumerate(node.items) if not _from(document, item, path)}
    # of two that are equal the list lets go of its own
    order = sorted(range(len(now)), key=lambda index: index not in others)
    pairs = align([now[index] for index in order], gap.whole)
    taken = {right for left, right in pairs if left is not None and order[left] in others and right is not None}
    return [item for index, item in enumerate(gap.whole) if index not in taken]


def _from(document: Document, node: Node, path: KeyPath) -> bool:
    for piece in document.under(node):
        source = piece.source
        if source is not None and any(p[: len(path)] == path for p in source.direct):
            return True
    return False


def from_untaken(gap: Gap) -> Iterator[Edits]:
    all_of_it = leaf_count(gap.target) or 1
    if gap.readings is None:
        readings = _read(gap, gap.name_inputs)
        if not readings or readings[0][0]:
            readings += _in_place(gap)
            readings.sort(key=lambda item: item[0])
        gap.readings = readings
        gap.only_opening += [edits for misses, edits in readings[:PER_GAP] if misses >= all_of_it]
    readings = gap.readings
    yield from (edits for misses, edits in readings[:PER_GAP] if misses < all_of_it)
    # one untaken branch may print it from several values
    taken = {path for _, edits in readings[:1] for path, value in edits if not isinstance(value, bool)}
    others = _read(gap, gap.name_inputs | taken)[:PER_GAP] if taken else []
    yield from (edits for misses, edits in others if misses < all_of_it)


def _read(gap: Gap, name_inputs: frozenset[KeyPath]) -> list[tuple[int, Edits]]:
    return [(reading.misses, reading.edits) for reading, _ in Reader(READING_STEPS, name_inputs).through_untaken(gap)]


def _in_place(gap: Gap) -> Iterator[tuple[int, Edits]]:
    """Readings of the whole document with each untaken branch taken, for branches that are not YAML by themselves."""
    for region in producers_of(gap, words_of(gap)):
        variant = marked(gap.document, region, in_list=not isinstance(gap.key, str))
        parent = locate(variant, gap.here) if variant.root is not None and not variant.error else None
        if parent is None:
            continue
        reading = None
        if parent.kind == "map" and isinstance(gap.key, str) and gap.key in parent.entries:
            reading = unify(variant, parent.entries[gap.key], gap.target)
        elif parent.kind == "scalar":
            reading = unify(variant, parent, gap.whole)
        if reading is not None:
            for edits in opened(region, reading.edits):
                yield reading.misses, edits


def opened(region: Region, bound: Edits) -> Iterator[Edits]:
    bound = named_rows(bound)
    for path_conditions in islice(open_region(region, generalised(bound)), 3):
        together = combined(bound, path_conditions)
        if together is not None:
            yield together
