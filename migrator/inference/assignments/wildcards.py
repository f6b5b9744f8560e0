"""Assignments to elements that do not exist yet: items of lists (`*`), and entries of maps named later (`~key`)."""

from __future__ import annotations

from migrator.inference.assignments.values_tree import Edit, Edits, set_inside
from migrator.model import Json, KeyPath
from migrator.templates.provenance.value import ELEMENT

KEY = "~key"


def generalised(bound: Edits) -> Edits:
    """The assignments, and for each new item its list, as if it were the only one."""
    rows: dict[KeyPath, Json] = {}
    for path, value in bound:
        if ELEMENT in path:
            at = path.index(ELEMENT)
            rows[path[:at]] = set_inside(rows.get(path[:at]), path[at + 1 :], value)
    return (*bound, *((path, [row]) for path, row in rows.items()))


def list_rows(edits: Edits) -> list[tuple[KeyPath, Json]]:
    """New items that assignments below `*` describe, of the innermost lists only: list path -> item."""
    found: dict[KeyPath, Json] = {}
    most = max((path.count(ELEMENT) for path, _ in edits), default=0)
    for path, value in edits:
        if not most or path.count(ELEMENT) < most:
            continue
        at = len(path) - 1 - path[::-1].index(ELEMENT)
        base, rest = path[:at], path[at + 1 :]
        if not rest:
            found[base] = value
        else:
            found[base] = set_inside(found.get(base), rest, value)
    return list(found.items())


def without_rows(edits: Edits) -> Edits:
    """The assignments that do not describe an item of the innermost lists."""
    most = max((path.count(ELEMENT) for path, _ in edits), default=0)
    return tuple(edit for edit in edits if not most or edit[0].count(ELEMENT) < most)


def named_rows(edits: Edits) -> Edits:
    """The assignments with each `~key` replaced by the name that was read for it; nested entries inside out."""
    names = {path[:-1]: value for path, value in edits if path and path[-1] == KEY and isinstance(value, str)}
    if not names:
        return edits
    made: list[Edit] = [(_named(path, names), value) for path, value in edits if not path or path[-1] != KEY]
    for base, name in names.items():
        place = _named((*base, ELEMENT), {**names, base: name})
        if not any(path[: len(place)] == place for path, _ in made):
            made.append((place, {}))
    return tuple(made)


def _named(path: KeyPath, names: dict[KeyPath, str]) -> KeyPath:
    place: KeyPath = ()
    for index, key in enumerate(path):
        known = names.get(path[:index]) if key == ELEMENT else None
        place = (*place, key if known is None else known)
    return place
