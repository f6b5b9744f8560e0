"""Whole objects that are missing: assignments that make a template print them, alone or several from one list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from migrator.inference.assignments.values_tree import Edits, Tree, combined, value_at
from migrator.inference.assignments.wildcards import generalised, list_rows, named_rows
from migrator.inference.inversion.inverter import open_region
from migrator.model import Json, KeyPath
from migrator.templates.provenance.value import ELEMENT, Region


def openings(region: Region, bound: Edits) -> Iterator[Edits]:
    """Assignments that have an object of an untaken branch printed; a new item of a list stands below `*`.

    What was read of it may be wrong: the other ways to open the branch come last, without that.
    """
    yield from _bound(bound, islice(open_region(region, generalised(bound)), 3))
    if bound:
        yield from _bound((), islice(open_region(region, ()), 3))


def _bound(bound: Edits, ways: Iterable[Edits]) -> Iterator[Edits]:
    for path_conditions in ways:
        joined = combined(bound, path_conditions)
        for edits in (joined, path_conditions) if joined != path_conditions else (path_conditions,):
            named = named_rows(edits or ())
            rows = list_rows(named)
            lists = {path for path, _ in rows}
            plain = tuple((path, value) for path, value in named if ELEMENT not in path and path not in lists)
            made = (*plain, *(((*path, ELEMENT), row) for path, row in rows))
            if made:
                yield made


def listed(edits: Iterable[Edits], tree: Tree) -> Edits | None:
    """All of these together, each list with the items that are set already and the new ones.

    Items of one list that share a field and do not contradict each other are one item, from which several objects are
    printed. None where the assignments contradict each other.
    """
    rows: dict[KeyPath, list[Json]] = {}
    plain: list[Edits] = []
    for each in edits:
        plain.append(tuple((path, value) for path, value in each if ELEMENT not in path))
        for path, value in each:
            if path[-1:] == (ELEMENT,) and ELEMENT not in path[:-1]:
                _add(rows.setdefault(path[:-1], []), value)
    joined = combined(*plain)
    if joined is None:
        return None
    made = dict(joined)
    for path, found in rows.items():
        by_hand = value_at(tree.overrides, path)
        made[path] = [*(by_hand if isinstance(by_hand, list) else []), *found]
    return tuple(made.items())


def _add(rows: list[Json], row: Json) -> None:
    for index, other in enumerate(rows):
        if not isinstance(row, dict) or not isinstance(other, dict):
            continue
        shared = row.keys() & other.keys()
        if shared and all(row[key] == other[key] for key in shared):
            rows[index] = {**other, **row}
            return
    rows.append(row)
