"""Gaps -> candidates: assignments that might close them. The search renders each and decides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, islice

from migrator.inference.assignments.values_tree import MISSING, Edit, Edits, Tree, value_at
from migrator.inference.assignments.wildcards import KEY, list_rows, named_rows
from migrator.inference.candidates.entry_names import other_names
from migrator.inference.candidates.extra_content import closed, emptied
from migrator.inference.candidates.list_order import in_order
from migrator.inference.candidates.missing_content import PER_GAP, from_untaken, lacking, opened, share
from migrator.inference.candidates.repeat_counts import as_often
from migrator.inference.gaps.checksums import is_checksum, without_computed
from migrator.inference.gaps.containers import container_paths, locate
from migrator.inference.gaps.gaps import Gap
from migrator.inference.hypothesis.unset_reads import TemplateReads, places, switches
from migrator.inference.inversion.inverter import invert, satisfy
from migrator.inference.inversion.scalars import read_each_line, read_lines, read_scalar, source_of
from migrator.inference.inversion.unify import READING_STEPS, Reader
from migrator.inference.inversion.untaken_branches import is_fixed, marked, marked_lines, producers_of, words_of
from migrator.model import Json, KeyPath
from migrator.templates.golang.yaml_tree import Node
from migrator.templates.output.documents import Document
from migrator.templates.provenance.value import ELEMENT, Region
from migrator.yamlio import same

_DIGEST = re.compile(r"@sha(?:256|512)(?::[0-9a-f]*)?$")


def candidates_for(gap: Gap, tree: Tree, reads: TemplateReads) -> Iterator[Edits]:
    """Assignments for one gap, likeliest first, without those that would change nothing."""
    if is_checksum(gap):
        return
    read = islice(_readings(gap, tree), PER_GAP * 2)
    seen: set[str] = set()
    unlikely: list[Edits] = []
    for edits in chain(read, _around(gap), _as_a_whole(gap), _by_name(gap, reads), _only_opened(gap)):
        clean = without_computed(_concrete(edits, tree), gap.document)
        if gap.kind == "missing" and gap.target is None:
            clean = _with_nulls(clean, tree, gap)
        key = repr(sorted(clean, key=lambda edit: repr(edit[0])))
        if not clean or key in seen:
            continue
        seen.add(key)
        if any(
            path in gap.name_inputs
            or (reads.has_digests and _swallows_a_digest(value))
            or _takes_another_form(tree, path, value)
            for path, value in clean
        ):
            unlikely.append(clean)
        else:
            yield clean
    yield from unlikely


def _swallows_a_digest(value: Json) -> bool:
    """Whether a text has an image's digest, or the start of one, at its end: a value of its own says it better."""
    return isinstance(value, str) and _DIGEST.search(value) is not None


def _around(gap: Gap) -> Iterator[Edits]:
    """Assignments under which another branch, or another entry of a table, prints an entry around the gap."""
    for entry in gap.entries:
        yield from _from_a_table(entry)
        for reading in Reader(READING_STEPS, gap.name_inputs).through_rivals(entry):
            if not reading.misses:
                yield reading.edits
    for entry in gap.entries[:1]:
        yield from _once_more(entry)


def _once_more(entry: Gap) -> Iterator[Edits]:
    """Assignments under which values printed into its map name a key once more that the template, or others, print."""
    node, key = entry.node, str(entry.key)
    if node is None:
        return
    printed = {
        path for piece in entry.document.under(node.entries[key]) if piece.source for path in piece.source.direct
    }
    for path in container_paths(entry.document, node):
        if (*path, key) not in printed and (printed or is_fixed(entry.document, node.entries[key])):
            yield (((*path, key), entry.target),)


def _from_a_table(entry: Gap) -> Iterator[Edits]:
    """Names under which a table of the chart has an entry as the target has it."""
    assert entry.node is not None  # noqa: S101
    node = entry.node.entries[str(entry.key)]
    if node.kind == "scalar":
        return
    wholes = {id(whole): whole for piece in entry.document.under(node) for whole in piece.wholes}
    for whole in wholes.values():
        if whole.op == "toYaml":
            yield from islice(invert(whole.args[0], entry.target), 1)


def _as_a_whole(gap: Gap) -> Iterator[Edits]:
    """Assignments to what prints the whole container of a gap, or the item or text around it."""
    place = gap.here
    above = locate(gap.document, place[:-1]) if gap.kind in ("missing", "extra") and place else None
    if above is not None and above.kind == "map":
        source = source_of(gap.document, above.keys[str(place[-1])])
        if source is not None and source.op:
            yield from islice(invert(source, gap.whole), 3)
    if gap.item is not None:
        yield from islice(from_untaken(gap.item), 3)
    if gap.text is not None and gap.text.node is not None and gap.text.node.style == "|":
        yield from islice(read_lines(gap.text.document, gap.text.node, gap.text.target), 1)


def _only_opened(gap: Gap) -> Iterator[Edits]:
    """Assignments that only open a branch which might print it; they come after everything that was read."""
    yield from gap.only_opening


def _by_name(gap: Gap, reads: TemplateReads) -> Iterator[Edits]:
    """Assignments that only names suggest, where provenance leads nowhere."""
    for path in places(gap, reads):
        yield ((path, gap.target),)
    if gap.kind == "extra" and gap.node is not None and gap.key is not None:
        child = gap.node.entries[gap.key] if isinstance(gap.key, str) else gap.node.items[gap.key]
        for path in islice(switches(gap.document.under(child), reads), PER_GAP):
            yield ((path, False),)


def _readings(gap: Gap, tree: Tree) -> Iterator[Edits]:
    return {
        "changed": _changed,
        "missing": lacking,
        "extra": _extra,
        "order": in_order,
    }[gap.kind](gap, tree)


def _concrete(edits: Edits, tree: Tree) -> Edits:
    """The assignments with new items and named entries in place: no wildcard is left."""
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


def _with_nulls(edits: Edits, tree: Tree, gap: Gap) -> Edits:
    """The assignments with each null as a part of the map above it, where no default is there for it to delete.

    The other nulls that the map lacks come with it, and those that were set before stay.
    """
    shown = gap.node.entries if gap.node is not None else {}
    wanted = gap.whole if isinstance(gap.whole, dict) else {}
    made: list[Edit] = []
    for path, value in edits:
        above, own = tree.effective(path[:-1]), value_at(tree.overrides, path[:-1])
        if value is None and len(path) > 1 and isinstance(above, dict) and tree.default(path) is MISSING:
            others = [key for key, item in wanted.items() if item is None and key not in shown]
            kept = [key for key, item in own.items() if item is None] if isinstance(own, dict) else []
            nulls = (each for each in (*kept, *others) if tree.default((*path[:-1], each)) is MISSING)
            made.append((path[:-1], {**above, **dict.fromkeys(nulls), path[-1]: None}))
        else:
            made.append((path, value))
    return tuple(made)


def _fits(tree: Tree, path: KeyPath, value: Json) -> bool:
    """Whether a value has the form that the chart's defaults give its place: no map for a list, no entry in a list."""
    for length in range(1, len(path) + 1):
        default = tree.default(path[:length])
        if default in ({}, []):  # written for "nothing", whatever form it takes
            return True
        inner = path[length] if length < len(path) else value
        if isinstance(default, list):
            fits = isinstance(inner, int if length < len(path) else (list, type(None)))
        elif isinstance(default, dict):
            # a text may name what a map would describe
            fits = isinstance(inner, str if length < len(path) else (dict, type(None), bool, str))
        else:
            continue
        if not fits:
            return False
        if isinstance(default, list):
            return True
    return True


def _takes_another_form(tree: Tree, path: KeyPath, value: Json) -> bool:
    """Whether a value puts entries where the chart's default is an empty list, or items where it is an empty map."""
    for length in range(len(path) + 1):
        default = tree.default(path[:length])
        inner = path[length] if length < len(path) else value
        if default == [] and isinstance(inner, str if length < len(path) else dict):
            return True
        if default == {} and isinstance(inner, int if length < len(path) else list):
            return True
    return False


def _already(tree: Tree, path: KeyPath, value: Json) -> bool:
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
        yield from read_scalar(gap.document, node, gap.target)
        if node.style == "|" and isinstance(gap.target, str):
            yield from read_lines(gap.document, node, gap.target, tolerant=True)
            yield from read_each_line(gap.document, node, gap.target)
        yield from as_often(gap)
        yield from other_names(gap, tree)
        yield from _taken_back(gap, tree)
        yield from _other_branches(gap)
        return
    for path in container_paths(gap.document, node):
        yield ((path, gap.target),)
    if not gap.target:
        yield from emptied(gap.document, node, tree)
    yield from _other_branches(gap)


def _taken_back(gap: Gap, tree: Tree) -> Iterator[Edits]:
    """The default again, for values that the search set for the sake of another place."""
    for piece in gap.document.under(gap.node) if gap.node is not None else ():
        for path in piece.source.direct if piece.source is not None else ():
            if value_at(tree.overrides, path) is not MISSING:
                default = value_at(tree.defaults, path)
                yield ((path, None if default is MISSING else default),)


def _other_branches(gap: Gap) -> Iterator[Edits]:
    """Assignments that take another branch at the place, in which the target can be read."""
    found: list[tuple[int, int, Edits]] = []
    reader = Reader(READING_STEPS, gap.name_inputs)
    inside = _read_by_lines(gap)
    for order, region in enumerate(producers_of(gap, words_of(gap))):
        found_in = _with_untaken(gap, region) if id(region) not in inside else None
        if found_in is None:
            continue
        reading = reader.read(*found_in, gap.target)
        if reading.misses == 0 or isinstance(gap.target, (dict, list)):
            found += [(reading.misses, order, edits) for edits in opened(region, reading.edits)]
    found.sort(key=lambda item: item[:2])
    for _, _, edits in found[:PER_GAP]:
        yield edits
    if gap.node is not None:
        path_condition = gap.document.path_condition_at(gap.node)
        if path_condition is not None:
            for edits in islice(satisfy(path_condition.condition, not path_condition.wanted), 2):
                if isinstance(gap.target, str) and any(value == "" for _, value in edits):
                    # any text opens it, so that of the target may
                    yield tuple((path, gap.target if value == "" else value) for path, value in edits)
                yield edits


def _read_by_lines(gap: Gap) -> set[int]:
    """Ids of the untaken branches in a text of many lines: it was read through all of them already."""
    if gap.node is None or gap.node.style != "|":
        return set()
    first, last = gap.document.span(gap.node)
    return {id(piece.region) for piece in gap.document.pieces[first:last]}


def _with_untaken(gap: Gap, region: Region) -> tuple[Document, Node] | None:
    """The place of a gap with an untaken branch taken: in its own lines if they suffice, else in the whole document."""
    if gap.node is not None and gap.node.kind == "scalar" and gap.path:
        found = marked_lines(gap.document, gap.node, gap.path[-1], region)
        if found is not None:
            return found
    variant = marked(gap.document, region)
    node = locate(variant, gap.here)
    return None if node is None else (variant, node)


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
        yield from closed(gap.document, key_node, node, tree)
        if child.kind == "scalar":
            if type(gap.now) is int:  # a zero is left out of many fields, and says more than an empty text
                yield from islice(read_scalar(gap.document, child, 0), 1)
            yield from islice(read_scalar(gap.document, child, None), 2)
        for path in container_paths(gap.document, child):
            yield ((path, None),)
            yield ((path, {} if child.kind == "map" else []),)
        yield from emptied(gap.document, child, tree)
    else:
        assert isinstance(gap.key, int)  # noqa: S101
        for path in container_paths(gap.document, node):
            yield ((path, share(gap, path)),)
        yield from closed(gap.document, node.items[gap.key], node, tree)
