"""Small assignments of values, and the tree of overrides and defaults after them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from migrator.model import Json, KeyPath
from migrator.yamlio import same

Edit: TypeAlias = tuple[KeyPath, Json]
Edits: TypeAlias = tuple[Edit, ...]
"""Assignments that belong together; None deletes a default (fact D5)."""

MISSING = object()


class AnyOther:
    """Stands for a text other than the ones named: the search fills in words that the templates know."""

    __slots__ = ("words",)

    def __init__(self, *words: str) -> None:
        self.words = words

    def __repr__(self) -> str:
        return f"AnyOther{self.words!r}"


def filled(edits: Edits, words: Mapping[KeyPath, Iterable[str]]) -> list[Edits]:
    """The assignments with each AnyOther replaced by the words that its path is compared with, likeliest first."""
    found: list[Edits] = [edits]
    for index, (path, value) in enumerate(edits):
        if isinstance(value, AnyOther):
            known = [word for word in words.get(path, ()) if word and word not in value.words]
            found = [(*e[:index], (path, word), *e[index + 1 :]) for e in found for word in [*known, ""]]
    return found


def combined(*groups: Iterable[Edit]) -> Edits | None:
    """All assignments together; None where two of them contradict each other."""
    found: dict[KeyPath, Json] = {}
    for group in groups:
        for path, value in group:
            if path in found and found[path] is not value and not same(found[path], value):
                return None
            found[path] = value
    return tuple(found.items())


def value_at(tree: Json, path: KeyPath) -> Json:
    """The value at a path, MISSING where there is none."""
    for key in path:
        if isinstance(tree, Mapping):
            if key not in tree:
                return MISSING
            tree = tree[key]
        elif isinstance(tree, list) and isinstance(key, int) and 0 <= key < len(tree):
            tree = tree[key]
        else:
            return MISSING
    return tree


def override_for(value: Json, default: Json) -> Json:
    """What must be set over a default so that Helm's merge gives `value`; MISSING where nothing must be."""
    if isinstance(value, Mapping) and isinstance(default, Mapping):
        made: dict[str, Json] = {}
        for key, item in value.items():
            needed = override_for(item, default[key]) if key in default else item
            if needed is not MISSING:
                made[key] = needed
        for key in default:
            if key not in value and default[key] is not None:
                made[key] = None
        return made or MISSING
    if default is not MISSING and same(value, default):
        return MISSING
    return value


class Tree:
    """Overrides over defaults. Every change gives a new tree; unchanged branches are shared."""

    __slots__ = ("beneath", "defaults", "overrides")

    def __init__(
        self,
        defaults: Mapping[str, Json],
        overrides: Mapping[str, Json],
        beneath: Iterable[tuple[KeyPath, KeyPath]] = (),
    ) -> None:
        self.defaults, self.overrides = defaults, overrides
        self.beneath = tuple(beneath)
        """Maps that the templates themselves merge over other maps, as charts on a library do: upper and lower."""

    def over(self, beneath: Iterable[tuple[KeyPath, KeyPath]]) -> Tree:
        """The same tree, with what the templates merge over what."""
        return Tree(self.defaults, self.overrides, beneath)

    def effective(self, path: KeyPath) -> Json:
        """What templates find at a path: what Helm's merge gives, over what they merge beneath it."""
        found = self._merged_at(path)
        for upper, lower in self.beneath:
            if path[: len(upper)] == upper and path[: len(lower)] != lower and not self._hides(path):
                below = self._merged_at((*lower, *path[len(upper) :]))
                found = below if found is MISSING else _merged(found, below)
        return found

    def above(self, path: KeyPath) -> KeyPath:
        """The same place in the map that is merged over the one in which the path lies; else the path itself."""
        for upper, lower in self.beneath:
            if path[: len(lower)] == lower and len(path) > len(lower):
                return (*upper, *path[len(lower) :])
        return path

    def _hides(self, path: KeyPath) -> bool:
        """Whether something that is not a map stands above a path: nothing is merged into that."""
        above = (self._merged_at(path[:length]) for length in range(len(path)))
        return any(found is not MISSING and not isinstance(found, Mapping) for found in above)

    def default(self, path: KeyPath) -> Json:
        """The chart's default for a path, or that of the map beneath it."""
        found = value_at(self.defaults, path)
        for upper, lower in self.beneath:
            if found is MISSING and path[: len(upper)] == upper and path[: len(lower)] != lower:
                found = value_at(self.defaults, (*lower, *path[len(upper) :]))
        return found

    def _merged_at(self, path: KeyPath) -> Json:
        over, base = value_at(self.overrides, path), value_at(self.defaults, path)
        if over is MISSING:
            for length in range(len(path)):
                above = value_at(self.overrides, path[:length])
                if above is not MISSING and not isinstance(above, Mapping):
                    return value_at(above, path[length:]) if isinstance(above, list) else MISSING
            return base
        return _merged(over, base)

    def assign(self, edits: Iterable[Edit]) -> Tree:
        """The tree after these assignments; what equals the default is not kept."""
        tree = self
        for path, value in sorted(edits, key=lambda edit: (len(edit[0]), str(edit[0]))):
            tree = tree._assign(path, value)
        return tree

    def _assign(self, path: KeyPath, value: Json) -> Tree:
        for place, key in enumerate(path):
            if isinstance(key, int):
                return self._assign(path[:place], self._changed_list(path[:place], path[place:], value))
        if value is None:
            # a null deletes a default; where there is none it would only print `null`
            needed = None if value_at(self.defaults, path) not in (MISSING, None) else MISSING
        else:
            needed = override_for(value, value_at(self.defaults, path))
        return Tree(self.defaults, _with(self.overrides, path, needed), self.beneath)

    def _changed_list(self, path: KeyPath, rest: KeyPath, value: Json) -> Json:
        current = self.effective(path)
        items = list(current) if isinstance(current, list) else []
        index = rest[0]
        assert isinstance(index, int)  # noqa: S101 - the caller looked
        while len(items) <= index:
            items.append(None)
        items[index] = set_inside(items[index], rest[1:], value)
        return [item for item in items if item is not None]

    def without(self, path: KeyPath) -> Tree:
        """The tree without one override."""
        return Tree(self.defaults, _with(self.overrides, path, MISSING), self.beneath)


def _merged(over: Json, base: Json) -> Json:
    if isinstance(over, Mapping) and isinstance(base, Mapping):
        made = {key: _merged(over[key], item) if key in over else item for key, item in base.items()}
        made.update({key: item for key, item in over.items() if key not in base})
        return {key: item for key, item in made.items() if item is not None}
    return over


def set_inside(value: Json, path: KeyPath, new: Json) -> Json:
    """A copy of a tree with one place set; None takes an element or entry out."""
    if not path:
        return new
    key, rest = path[0], path[1:]
    if isinstance(key, int):
        items = list(value) if isinstance(value, list) else []
        while len(items) <= key:
            items.append(None)
        items[key] = set_inside(items[key], rest, new)
        return [item for item in items if item is not None]
    tree = dict(value) if isinstance(value, Mapping) else {}
    if not rest and new is None:
        tree.pop(key, None)
    else:
        tree[key] = set_inside(tree.get(key), rest, new)
    return tree


def _with(tree: Mapping[str, Json], path: KeyPath, value: Json) -> Mapping[str, Json]:
    if not path:
        return value if isinstance(value, Mapping) else {}
    key, rest = str(path[0]), path[1:]
    made = dict(tree)
    if rest:
        inner = made.get(key)
        new = _with(inner if isinstance(inner, Mapping) else {}, rest, value)
        if new or (value is not MISSING):
            made[key] = new
        elif isinstance(inner, Mapping):
            made.pop(key, None)
    elif value is MISSING:
        made.pop(key, None)
    else:
        made[key] = value
    return made


def leaves(tree: Json, path: KeyPath = ()) -> list[KeyPath]:
    """The places where overrides end: scalars, lists, and maps without entries."""
    if isinstance(tree, Mapping) and tree:
        return [leaf for key, item in tree.items() for leaf in leaves(item, (*path, key))]
    return [path] if path else []
