"""Reads a target through the shape of a rendered document: the values that would make that part print it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from migrator.inference.assignments.values_tree import Edits, combined
from migrator.inference.assignments.wildcards import KEY, generalised, list_rows, named_rows, without_rows
from migrator.inference.gaps.containers import path_conditions_below
from migrator.inference.gaps.distance import leaf_count
from migrator.inference.gaps.gaps import Gap, missing
from migrator.inference.gaps.pairing import align
from migrator.inference.gaps.scalar_content import embedded
from migrator.inference.inversion.condition_evaluation import holds
from migrator.inference.inversion.inverse_functions import number_of
from migrator.inference.inversion.inverter import invert, open_region, satisfy
from migrator.inference.inversion.scalars import read_scalar, source_of
from migrator.inference.inversion.untaken_branches import (
    later_ones,
    marked_fragment,
    producers_of,
    rivals_of,
    spells_key,
    words_of,
)
from migrator.model import Json, KeyPath
from migrator.templates.golang.yaml_tree import Node
from migrator.templates.interpreter.iteration import either
from migrator.templates.output.documents import Document
from migrator.templates.provenance.value import ELEMENT, MARK, Region

MAX_NESTED = 6
"""Depth of nested untaken branches that are read through."""
MAX_UNTAKEN = 8
MAX_SIBLINGS = 12
LEAST_WORD = 4
READING_STEPS = 300
"""Untaken branches looked into for one gap."""


@dataclass(slots=True)
class Reading:
    """Assignments found, and how many leaves of the target they leave unexplained."""

    edits: Edits = ()
    misses: int = 0
    named: bool = False
    """Whether it describes a named entry of a map; else a `*` in it is an item of a list."""


def unify(document: Document, node: Node, target: Json) -> Reading:
    """The reading of a whole subtree through what is printed now; leaves without explanation are counted."""
    return Reader().read(document, node, target)


class Reader:
    """Reads targets through what templates print and, as long as `steps` last, through untaken branches."""

    def __init__(self, steps: int = 0, name_inputs: frozenset[KeyPath] = frozenset()) -> None:
        self.steps, self.name_inputs = steps, name_inputs
        self.names: dict[KeyPath, str] = {}
        """Names of new entries, as far as a scalar of the target is such a name."""

    def read(self, document: Document, node: Node, target: Json, depth: int = 0) -> Reading:
        """Assignments under which a node would be the target."""
        if node.kind == "scalar":
            return self._scalar(document, node, target, depth)
        if node.kind == "map" and isinstance(target, dict):
            return self._map(document, node, target, depth)
        if node.kind == "list" and isinstance(target, list):
            return self._list(document, node, target, depth)
        return Reading((), leaf_count(target))

    def _scalar(self, document: Document, node: Node, target: Json, depth: int) -> Reading:
        if not isinstance(target, (dict, list)) and node.value == target and type(node.value) is type(target):
            return Reading()
        if node.value == MARK and target == (None if not node.style else ""):
            return Reading()  # the mark of an unset value prints nothing
        # the release is known before anything is read
        found = [e for e in read_scalar(document, node, target) if not self._renames(e)]
        if found:
            # a value that equals the name of its entry needs no assignment of its own
            own = (e for e in found if e and all(self.names.get(path) == value for path, value in e))
            chosen = next(own, found[0])
            return Reading(chosen, sum(path[-1:] == (KEY,) and "=" in str(value) for path, value in chosen))
        inner = embedded(document, node, node.value, target) if self.steps > 0 else None
        if inner is not None and inner[0].root is not None:
            return self.read(inner[0], inner[0].root, inner[1], depth + 1)
        if isinstance(target, (dict, list)) and node.value in (None, MARK) and self.steps > 0:
            # `volumes:` with nothing under it yet is a container that untaken branches would fill
            empty = Node("map" if isinstance(target, dict) else "list", node.start, node.end)
            return self.read(document, empty, target, depth)
        return Reading((), leaf_count(target))

    def _renames(self, edits: Edits) -> bool:
        return any(path[0] == "@Release" or path in self.name_inputs for path, _ in edits)

    def _map(self, document: Document, node: Node, target: dict[str, Json], depth: int) -> Reading:
        total = Reading()
        self._note_names(document, node, target)
        for key, item in target.items():
            part = Reading((), leaf_count(item))
            if key in node.entries:
                part = self.read(document, node.entries[key], item, depth)
            elif (name := _to_come(node, key)) is not None:
                part = self.entry(document, node.keys[name], node.entries[name], _own_part(name, key), item, depth)
            if part.misses and self.steps > 0 and depth < MAX_NESTED:
                gap = missing(document, node, (), key, target)
                untaken = [reading for reading, _ in self.through_untaken(gap, depth)]
                if key in node.entries:
                    # an untaken branch prints this key in the place of what prints it now
                    untaken = [reading for reading in untaken if _closes(document, node.keys[key], node, reading.edits)]
                part = min([part, *untaken], key=_misses)
            total = joined(total, part)
        for key in node.entries:
            if key not in target and MARK not in key and not self._vanishes(document, node.keys[key], node, total):
                total.misses += 1
        return total

    def _note_names(self, document: Document, node: Node, target: dict[str, Json]) -> None:
        for key, child in node.entries.items():
            name = target.get(key)
            if child.kind != "scalar" or child.value != MARK or not isinstance(name, str):
                continue
            source = source_of(document, child)
            if (
                source is not None
                and source.op in ("key", "choice")
                and source.direct[:1]
                and source.direct[0][-1] == KEY
            ):
                self.names[source.direct[0]] = name

    def _vanishes(self, document: Document, key: Node, parent: Node, total: Reading) -> bool:
        """Whether the assignments remove an entry, or can be extended so that they do."""
        if _closes(document, key, parent, total.edits):
            return True
        if self.steps <= 0:
            return False
        for path_condition in path_conditions_below(document, key, parent):
            if path_condition.keyword == "range" or not path_condition.taken:
                continue
            for edits in islice(satisfy(path_condition.condition, not path_condition.wanted, bound=total.edits), 2):
                together = combined(total.edits, edits)
                if together is not None:
                    total.edits = together
                    return True
        return False

    def entry(  # noqa: PLR0917 - what an entry is made of
        self, document: Document, key_node: Node, value_node: Node, key: str, target: Json, depth: int = 0
    ) -> Reading:
        """A new entry of a map that a template prints from values: with `range`, or as a whole with toYaml."""
        source = source_of(document, key_node)
        if source is None:
            return Reading((), leaf_count(target))
        for path in source.direct:
            if path and path[-1] == KEY:
                inner = self.read(document, value_node, target, depth)
                return Reading(named_rows(((path, key), *inner.edits)), inner.misses)
        for path in source.direct:
            if (*path, key) not in self.name_inputs:
                return Reading((((*path, key), target),), 0)
        found = None if source.direct else next(invert(source, {key: target}), None)
        return Reading((), leaf_count(target)) if found is None else Reading(found, 0)

    def _list(self, document: Document, node: Node, target: list[Json], depth: int) -> Reading:
        for edits in _as_one(document, node, target):
            if not self._renames(edits):
                return Reading(edits)
        total = Reading()
        rows: dict[KeyPath, list[Json]] = {}
        pairs = align(node.plain(), target)
        lefts = {right: left for left, right in pairs if left is not None and right is not None}
        for left, right in pairs:
            if right is None and left is not None:
                total.misses += 1
        for right, item in enumerate(target):
            left = lefts.get(right)
            best = self._item(document, node, target, right, left, depth)
            if best is None:
                total.misses += leaf_count(item)
                continue
            edits = named_rows(best.edits)
            is_row = left is None and not best.named and not any(path and path[-1] == KEY for path, _ in best.edits)
            made = list_rows(edits) if is_row else []
            for base, row in made:
                rows.setdefault(base, []).append(row)
            others = without_rows(edits) if is_row else edits
            total = joined(total, Reading(others, best.misses))
        for path, items in rows.items():
            total = joined(total, Reading(((path, items),), 0))
        return total

    def _item(  # noqa: PLR0917 - where the item is
        self, document: Document, node: Node, target: list[Json], right: int, left: int | None, depth: int
    ) -> Reading | None:
        """One item of the target, read as the item there, as one like its siblings, or in an untaken branch."""
        if left is not None:
            return self.read(document, node.items[left], target[right], depth)
        # an item like its siblings is one more row of the list that they come from
        readings = [unify(document, pattern, target[right]) for pattern in node.items[:MAX_SIBLINGS]]
        rows = [r for r in readings if list_rows(named_rows(r.edits)) or any(KEY in path for path, _ in r.edits)]
        best = min(rows, key=_misses, default=None)
        if self.steps > 0 and depth < MAX_NESTED and (best is None or best.misses):
            gap = missing(document, node, (), right, target)
            untaken = [reading for reading, _ in self.through_untaken(gap, depth)]
            best = min([*([best] if best else []), *untaken], key=_misses, default=None)
        return best

    # -- untaken branches ---------------------------------------------------------------------------------------

    def through_untaken(self, gap: Gap, depth: int = 0) -> list[tuple[Reading, Region]]:
        """What is missing, read through untaken branches that could print it, with what opens them; best first."""
        return self._through(gap, producers_of(gap, words_of(gap))[:MAX_UNTAKEN], depth)

    def through_rivals(self, entry: Gap) -> list[Reading]:
        """An entry that is there, read through the branches that would print it in the place of the one that does."""
        node = entry.node
        if node is None or not isinstance(entry.key, str):
            return []
        beside = [reading for reading, _ in self._through(entry, rivals_of(entry), 0)]
        later = [reading for reading, _ in self._through(entry, later_ones(entry), 0)]
        return [each for each in beside if _closes(entry.document, node.keys[entry.key], node, each.edits)] + later

    def _through(self, gap: Gap, regions: list[Region], depth: int) -> list[tuple[Reading, Region]]:
        found: list[tuple[int, bool, int, Reading, Region]] = []
        for order, region in enumerate(regions):
            self.steps -= 1
            if self.steps < 0:
                break
            fragment = marked_fragment(gap.document, region, in_list=not isinstance(gap.key, str))
            if fragment.root is None:
                continue
            for reading in self._inside(gap, fragment, fragment.root, depth + 1):
                opened = _opened(region, reading)
                if opened is not None:
                    found.append((opened.misses, not _akin(gap.key, opened.edits), order, opened, region))
        found.sort(key=lambda item: item[:3])
        return [(reading, region) for _, _, _, reading, region in found]

    def _inside(self, gap: Gap, fragment: Document, root: Node, depth: int) -> Iterator[Reading]:
        if isinstance(gap.key, str) and root.kind == "map":
            if gap.key in root.entries:
                part = {key: gap.whole[key] for key in root.entries if key in gap.whole}
                yield self.read(fragment, root, part, depth)
            elif (name := _to_come(root, gap.key)) is not None and _at_margin(gap, fragment, root.keys[name]):
                own = _own_part(name, gap.key)
                yield self.entry(fragment, root.keys[name], root.entries[name], own, gap.target, depth)
            elif depth < MAX_NESTED and spells_key(lacking := missing(fragment, root, (), gap.key, gap.whole)):
                yield from (other for other, _ in self.through_untaken(lacking, depth))
        elif root.kind == "map" and len(gap.path) > 1 and gap.path[-2] in root.entries and isinstance(gap.whole, list):
            # the other branch prints the whole list under its key
            yield self.read(fragment, root.entries[str(gap.path[-2])], gap.whole, depth)
        elif root.kind == "list" and not isinstance(gap.key, str):
            for item in root.items[:MAX_UNTAKEN]:
                source = source_of(fragment, item) if item.kind == "scalar" and item.value == MARK else None
                lists = either(source).direct if source is not None else ()
                if not lists:
                    reading = self.read(fragment, item, gap.target, depth)
                    yield reading
                    if reading.misses and depth < MAX_NESTED and isinstance(gap.target, str):
                        lacking = missing(fragment, root, (), 0, [gap.target])
                        yield from (other for other, _ in self.through_untaken(lacking, depth))
                    continue
                for path in lists:
                    base = path[:-1] if path[-1:] == (ELEMENT,) else path
                    if base not in self.name_inputs:
                        yield Reading((((*base, ELEMENT), gap.target),), 0)


def _to_come(node: Node, key: str) -> str | None:
    """The name of the entry, among those that values have yet to name, which could have a key; the closest one."""
    return max((name for name in node.keys if MARK in name and _own_part(name, key)), key=len, default=None)


def _own_part(name: str, key: str) -> str:
    """What values have to say so that a name is a key; nothing where the text around it is another one."""
    before, _, after = name.partition(MARK)
    fits = key.startswith(before) and key.endswith(after)
    return key[len(before) : len(key) - len(after)] if fits else ""


def _at_margin(gap: Gap, fragment: Document, key: Node) -> bool:
    """Whether a key would stand in the column of those of the map: else it belongs to a map in or around it."""
    node, text = gap.node, gap.document.text
    first = next(iter(node.keys.values()), None) if node is not None else None
    if node is None or first is None or text[node.start : node.start + 1] == "{":
        return True
    return _column(text, first) == _column(fragment.text, key)


def _column(text: str, node: Node) -> int:
    return node.start - text.rfind("\n", 0, node.start)


def _as_one(document: Document, node: Node, target: list[Json]) -> Iterator[Edits]:
    """Assignments for a list that an untaken branch prints as one value."""
    item = node.items[0] if len(node.items) == 1 else None
    if item is None or item.value != MARK:
        return
    for piece in document.real:
        # the template has no `-` there: the mark was made an item so that the fragment is YAML
        if piece.source is not None and piece.text == f"- {MARK}" and source_of(document, item) is piece.source:
            yield from islice(invert(piece.source, target), 2)


def _akin(key: str | int | None, edits: Edits) -> bool:
    """Whether the missing key contains the name of an assigned value: `datasources.yaml` that of `datasources`."""
    if not isinstance(key, str):
        return False
    name = _letters(key)
    words = {_letters(word) for path, _ in edits for word in path if isinstance(word, str) and word != key}
    return any(len(word) >= LEAST_WORD and word in name for word in words)


def _letters(text: str) -> str:
    return "".join(char for char in text.lower() if char.isalnum())


def _closes(document: Document, node: Node, parent: Node, edits: Edits) -> bool:
    """Whether assignments make a path condition over a node false."""
    path_conditions = (
        path_condition for path_condition in path_conditions_below(document, node, parent) if path_condition.taken
    )
    return any(holds(path_condition.condition, edits) != path_condition.wanted for path_condition in path_conditions)


def _misses(reading: Reading) -> int:
    return reading.misses


def _opened(region: Region, reading: Reading) -> Reading | None:
    """A reading together with the assignments under which its untaken branch is taken; None where there are none.

    A branch may be there for a truth value or a number alone, where a text reads the same.
    """
    typed = _as_typed(reading.edits)
    for bound in (reading.edits,) if typed == reading.edits else (reading.edits, typed):
        for path_conditions in islice(open_region(region, generalised(bound)), 3):
            together = combined(bound, path_conditions)
            if together is not None:
                named = any(path and path[-1] == KEY for path, _ in together)
                return Reading(named_rows(together), reading.misses, named)
    return None


def _as_typed(edits: Edits) -> Edits:
    """Assignments with each text that reads as a truth value or a number as such."""
    return tuple((path, _typed(value)) for path, value in edits)


def _typed(value: Json) -> Json:
    if value in ("true", "false"):
        return value == "true"
    number = number_of(value) if isinstance(value, str) else None
    return value if number is None else number


def best_row(document: Document, templates: list[Node], target: Json) -> tuple[KeyPath, Json, int] | None:
    """The list to extend, the item to add and the leaves that stay unexplained, read through sibling items."""
    best: tuple[KeyPath, Json, int] | None = None
    for node in templates:
        reading = unify(document, node, target)
        for path, row in list_rows(reading.edits):
            if best is None or reading.misses < best[2]:
                best = (path, row, reading.misses)
    return best


def joined(one: Reading, other: Reading) -> Reading:
    """Both readings; where they contradict each other, the first one."""
    edits = combined(one.edits, other.edits)
    if edits is None:
        return Reading(one.edits, one.misses + other.misses + 1)
    return Reading(edits, one.misses + other.misses)
