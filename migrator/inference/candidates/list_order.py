"""Items that are in another order than in the target."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from migrator.inference.assignments.values_tree import Edits, Tree, combined
from migrator.inference.assignments.wildcards import list_rows, named_rows
from migrator.inference.candidates.extra_content import closed
from migrator.inference.candidates.missing_content import from_untaken, ranged, share
from migrator.inference.gaps.containers import container_paths
from migrator.inference.gaps.gaps import Gap
from migrator.inference.gaps.pairing import align
from migrator.model import KeyPath

MAX_MOVED = 8
"""Items moved from one list of values to another."""


def in_order(gap: Gap, tree: Tree) -> Iterator[Edits]:
    node = gap.node
    if node is None:
        return
    for path in container_paths(gap.document, node):
        yield ((path, share(gap, path)),)
    yield from _moved(gap, tree)
    for path, _ in ranged(gap.document, node):
        current = tree.effective(path)
        if not isinstance(current, list):
            continue
        places: dict[int, int] = {}
        for left, right in align(gap.now, gap.whole):
            if left is None or right is None:
                continue
            path_condition = gap.document.path_condition_at(node.items[left])
            while path_condition is not None and path not in path_condition.condition.direct:
                path_condition = path_condition.parent
            if path_condition is not None and isinstance(path_condition.element, int):
                places.setdefault(path_condition.element, right)
        if len(places) == len(current):
            yield ((path, [current[index] for index in sorted(places, key=lambda index: places[index])]),)


def _moved(gap: Gap, tree: Tree) -> Iterator[Edits]:
    """Take items in the wrong place out of the lists that print them, and put them into a list that may hold any.

    A single one is printed by another branch instead, where one would.
    """
    node = gap.node
    assert node is not None  # noqa: S101
    wrong = misplaced(gap)
    if not wrong or len(wrong) > MAX_MOVED:
        return
    closing = _without(gap, [left for left, _ in wrong], tree)
    if closing is None:
        return
    lacking = replace(
        gap, kind="missing", key=wrong[0][1], target=gap.whole[wrong[0][1]], path=(*gap.path, wrong[0][1])
    )
    read = list(islice(from_untaken(lacking), 6))
    lists = container_paths(gap.document, node)
    lists += [path for edits in read for path, _ in list_rows(named_rows(edits))]
    lists = [path for path in dict.fromkeys(lists) if all(path != other for other, _ in closing)]
    for path in lists[:3]:
        items = [gap.whole[right] for _, right in sorted(wrong, key=lambda pair: pair[1])]
        current = tree.effective(path)
        joined = combined(closing, ((path, [*items, *(current if isinstance(current, list) else [])]),))
        if joined is not None:
            yield joined
    for edits in read if len(wrong) == 1 else ():
        together = combined(closing, edits)
        if together is not None:
            yield together


def misplaced(gap: Gap) -> list[tuple[int, int]]:
    """The least items that would have to move: where each stands in the document, and where in the target."""
    placed = [(left, right) for left, right in align(gap.now, gap.whole) if left is not None and right is not None]
    right_places = _rising([right for _, right in placed])
    return [(left, right) for left, right in placed if right not in right_places]


def _without(gap: Gap, places: list[int], tree: Tree) -> Edits | None:
    """Assignments under which items of a document's list are not printed: without their values, or by a condition."""
    node = gap.node
    closing: Edits = ()
    assert node is not None  # noqa: S101
    gone: dict[KeyPath, set[int]] = {}
    for place in places:
        path_condition = gap.document.path_condition_at(node.items[place])
        while path_condition is not None and not (
            path_condition.keyword == "range" and isinstance(path_condition.element, int)
        ):
            path_condition = path_condition.parent
        path = (
            next((path for path in path_condition.condition.direct if isinstance(tree.effective(path), list)), None)
            if path_condition
            else None
        )
        if path_condition is not None and path is not None:
            gone.setdefault(path, set()).add(int(str(path_condition.element)))
            continue
        found = next(closed(gap.document, node.items[place], node, tree), None)
        joined = None if found is None else combined(closing, found)
        if joined is None:
            return None
        closing = joined
    lists = (
        (path, [item for index, item in enumerate(tree.effective(path)) if index not in out])
        for path, out in gone.items()
    )
    return combined(closing, lists)


def _rising(places: list[int]) -> set[int]:
    """The longest subsequence of the places that is in order."""
    runs: list[list[int]] = [[]]
    for place in places:
        longest = max((run for run in runs if not run or run[-1] < place), key=len)
        runs.append([*longest, place])
    longest_run: list[int] = max(runs, key=len)
    return set(longest_run)
