"""Two objects -> where they differ: as little as differs, each place with what either side has there.

A typed walk finds the smallest unequal parts: deepdiff takes seconds for a definition of which one field differs, the
walk 10 ms (fact E1). Where they are lists, deepdiff says which items came, went and changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from migrator.compare.lists.items import Items, paired
from migrator.compare.lists.keys import item_keys
from migrator.model import Json, KeyPath
from migrator.yamlio import ABSENT, same

_TEXT_MAPS = frozenset({("metadata", "labels"), ("metadata", "annotations")})
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place of two objects. Items of lists may have another index on either side; a side without one has its end."""

    path: KeyPath = ()
    """By the indexes before; an item that only the side after has is named by the one there. No two are the same."""
    before: KeyPath = ()
    after: KeyPath = ()
    words: str = ""
    """For people, from the first list with a key on: `containers[db].env[LOG_LEVEL]`."""

    def key(self, key: str) -> Place:
        """The place of an entry of the map here."""
        words = f"{self.words}.{key}" if self.words else ""
        return Place(path=(*self.path, key), before=(*self.before, key), after=(*self.after, key), words=words)

    def item(self, index: int, *, before: int, after: int, name: str) -> Place:
        """The place of an item of the list here; its name is empty in a list without a key."""
        shown = name if name and name.isprintable() and len(name) <= _LONGEST_NAME else str(index)
        holder = self.words or (str(self.path[-1]) if self.path and name else "")
        return Place(
            path=(*self.path, index),
            before=(*self.before, before),
            after=(*self.after, after),
            words=f"{holder}[{shown}]" if holder else "",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One difference: where it is, and what stands there on either side; ABSENT is nothing."""

    place: Place
    before: Json
    after: Json
    is_order: bool = False
    """Of the items that both lists have only the order differs; what differs in them are leaves of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unequal:
    """Two values that differ as a whole."""

    before: Json
    after: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class UnequalMaps(Unequal):
    """Two maps and what differs in them, by key."""

    inside: Mapping[str, Unequal]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnequalLists(Unequal):
    """Two lists and what differs in them."""

    items: Items
    inside: Mapping[int, Unequal]
    """Of items that both have, by their index before."""
    single: Mapping[int, Unequal]
    """By index: the item that went from it, and the one that came to it."""


def unequal(before: Json, after: Json, path: KeyPath = ()) -> Unequal | None:
    """Where two bodies differ; None where they are the same to Kubernetes."""
    if before is after:
        return None
    if isinstance(before, dict) and isinstance(after, dict):
        inside = _inside(before, after, path)
        return UnequalMaps(before=before, after=after, inside=inside) if inside else None
    if isinstance(before, list | tuple) and isinstance(after, list | tuple):
        return _unequal_lists(before, after, path)
    if before is not ABSENT and after is not ABSENT and same(before, after):
        return None
    texts = [{} if side is ABSENT or side is None else side for side in (before, after)]
    if path in _TEXT_MAPS and any(texts) and all(isinstance(side, dict) for side in texts):
        # labels and annotations are compared key by key even where one side has none at all
        return UnequalMaps(before=before, after=after, inside=_inside(texts[0], texts[1], path))
    return Unequal(before=before, after=after)


def _inside(old: Mapping[str, Json], new: Mapping[str, Json], path: KeyPath) -> dict[str, Unequal]:
    """What differs in two maps, keys sorted."""
    found = {}
    for key in old.keys() | new.keys():
        before, after = old.get(key, ABSENT), new.get(key, ABSENT)
        if type(before) is str and type(after) is str and before == after:  # most of what an object holds
            continue
        each = unequal(before, after, (*path, key))
        if each is not None:
            found[key] = each
    return {key: found[key] for key in sorted(found, key=str)}


def _unequal_lists(before: Sequence[Json], after: Sequence[Json], path: KeyPath) -> Unequal | None:
    names = item_keys(str(path[-1]) if path else "", before, after)
    if names is None and same(before, after):
        return None
    items = paired(before, after, names)
    if items is None:
        return Unequal(before=before, after=after)
    inside = {old: unequal(before[old], after[new], (*path, old)) for old, new in items.pairs}
    found = UnequalLists(
        before=before,
        after=after,
        items=items,
        inside={index: each for index, each in inside.items() if each is not None},
        single={
            index: Unequal(
                before=before[index] if index in items.gone else ABSENT,
                after=after[index] if index in items.come else ABSENT,
            )
            for index in items.gone | items.come
        },
    )
    if found.inside or found.single or items.is_reordered:
        return found
    return None if names is not None else Unequal(before=before, after=after)


def unequal_leaves(node: Unequal, place: Place | None = None) -> Iterator[Leaf]:
    """The differences below a place, in the order of keys and indexes. There is at least one."""
    here = place or Place()
    match node:
        case UnequalLists():
            yield from _leaves_of_lists(node, here)
        case UnequalMaps():
            for key, each in node.inside.items():
                yield from unequal_leaves(each, here.key(key))
        case _:
            yield Leaf(place=here, before=node.before, after=node.after)


def _leaves_of_lists(node: UnequalLists, here: Place) -> Iterator[Leaf]:
    items = node.items
    if items.is_reordered:
        yield Leaf(place=here, before=node.before, after=node.after, is_order=True)
    at = dict(items.pairs)
    for index in sorted({*node.inside, *node.single}):
        if index in node.single:
            is_gone = index in items.gone
            before, after = index if is_gone else len(node.before), index if index in items.come else len(node.after)
            place = here.item(index, before=before, after=after, name=items.name(index, is_before=is_gone))
            yield from unequal_leaves(node.single[index], place)
        if index in node.inside:
            place = here.item(index, before=index, after=at[index], name=items.name(index, is_before=True))
            yield from unequal_leaves(node.inside[index], place)


def mixed(node: Unequal, is_before: Callable[[KeyPath], bool], path: KeyPath = ()) -> Json:
    """What both sides share, with what `before` has at those places of difference, and `after` at all others.

    An item that only one side has stands behind the one that it follows there.
    """
    match node:
        case UnequalLists():
            return _mixed_lists(node, is_before, path)
        case UnequalMaps():
            new = node.after if isinstance(node.after, dict) else {}
            made = {key: mixed(each, is_before, (*path, key)) for key, each in node.inside.items()}
            result = {key: each for key, each in {**new, **made}.items() if each is not ABSENT}
            bare = [side for side in (node.before, node.after) if not isinstance(side, dict)]
            return bare[0] if bare and not result else result
        case _:
            return node.before if is_before(path) else node.after


_Row = list[tuple[tuple[int | None, int | None], Json]]
"""Items with their indexes before and after."""


def _mixed_lists(node: UnequalLists, is_before: Callable[[KeyPath], bool], path: KeyPath) -> list[Json]:
    side = 0 if node.items.is_reordered and is_before(path) else 1
    row: _Row = [
        ((old, new), mixed(node.inside[old], is_before, (*path, old)) if old in node.inside else node.before[old])
        for old, new in sorted(node.items.pairs, key=lambda pair: pair[side])
    ]
    for index in sorted(node.items.gone):
        if is_before((*path, index)):
            row.insert(_behind(row, 0, index), ((index, None), node.before[index]))
    for index in sorted(node.items.come):
        if not is_before((*path, index)):
            row.insert(_behind(row, 1, index), ((None, index), node.after[index]))
    return [value for _, value in row]


def _behind(row: _Row, side: int, index: int) -> int:
    """Where an item goes that stands at an index of one side: behind the nearest that stands before it there."""
    nearest, place = -1, 0
    for position, (indexes, _) in enumerate(row, start=1):
        other = indexes[side]
        if other is not None and nearest < other < index:
            nearest, place = other, position
    return place
