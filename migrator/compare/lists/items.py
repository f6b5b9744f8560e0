"""Which item of a list after is which item before: by Kubernetes' key, else by what the lists have in common."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from migrator.compare.lists.keys import Names
from migrator.model import Json
from migrator.yamlio import digest

MOST_ALIGNED = 2000
"""Items up to which lists without a key are aligned; longer ones go by index (5000 equal words take 1.7 s)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """The items of two lists, by their indexes."""

    pairs: tuple[tuple[int, int], ...]
    """One item on both sides, where it stands before and after; what is in it may differ."""
    gone: frozenset[int] = frozenset()
    """Only before."""
    come: frozenset[int] = frozenset()
    """Only after."""
    names: Names | None = None
    """The keys of all items, before and after; None for a list without a key."""

    def name(self, index: int, *, is_before: bool) -> str:
        """The key of the item at an index of one side; empty for a list without a key."""
        return self.names[0 if is_before else 1][index] if self.names is not None else ""

    @property
    def is_reordered(self) -> bool:
        """Whether items that both sides have stand in another order."""
        order = [after for _, after in self.pairs]
        return order != sorted(order)


def paired(before: Sequence[Json], after: Sequence[Json], names: Names | None) -> Items | None:
    """The items of two lists, by their keys where they have them; None where no pairing can be relied on.

    deepdiff tells what came, what went and what changed: of keys where the list has one, of digests otherwise. Its
    answer counts only where what it leaves over is the same on both sides.
    """
    if names is not None:
        return _by_key(*names)
    digests = tuple(map(digest, before)), tuple(map(digest, after))
    if digests[0] != digests[1] and sorted(digests[0]) == sorted(digests[1]):
        return _in_another_order(*digests)
    for by_index in (max(len(before), len(after)) > MOST_ALIGNED, True):
        found = _by_content(before, after, digests, by_index=by_index)
        # what went from an index and came to it again is no difference of that index
        if found is None or not any(digests[0][n] == digests[1][n] for n in found.gone & found.come):
            return found
    return None


def _by_key(old: tuple[str, ...], new: tuple[str, ...]) -> Items | None:
    """What went and what came at one index is one item under another key, where nothing changed places with it."""
    if old == new:
        return Items(pairs=tuple((index, index) for index in range(len(old))), names=(old, new))
    changes = list(_deepdiff(dict.fromkeys(old), dict.fromkeys(new), by_index=False))
    gone_keys, come_keys = (
        {key for key, other in changes if other is None},
        {key for other, key in changes if not other},
    )
    if {*old} - gone_keys != {*new} - come_keys:
        return None
    before, after = ({key: index for index, key in enumerate(keys)} for keys in (old, new))
    pairs = [(index, after[key]) for key, index in before.items() if key not in gone_keys]
    gone, come = {before[key] for key in gone_keys}, {after[key] for key in come_keys}
    renamed = {n for n in gone & come if _keeps_place((n, n), pairs)}
    return Items(
        pairs=tuple(sorted([*pairs, *((n, n) for n in renamed)])),
        gone=frozenset(gone - renamed),
        come=frozenset(come - renamed),
        names=(old, new),
    )


def _in_another_order(old: Sequence[str], new: Sequence[str]) -> Items:
    """The same items: the first of each on one side is the first of it on the other."""
    places: defaultdict[str, deque[int]] = defaultdict(deque)
    for index, each in enumerate(new):
        places[each].append(index)
    return Items(pairs=tuple((index, places[each].popleft()) for index, each in enumerate(old)))


def _by_content(
    before: Sequence[Json], after: Sequence[Json], digests: tuple[Sequence[str], Sequence[str]], *, by_index: bool
) -> Items | None:
    old, new = digests
    changes = set(_deepdiff(list(old), list(new), by_index=by_index))
    left = sorted({*range(len(old))} - {i for i, _ in changes})
    right = sorted({*range(len(new))} - {j for _, j in changes})
    if [old[i] for i in left] != [new[j] for j in right]:
        return None
    kept = list(zip(left, right, strict=True))
    # of what went from an index and came to it deepdiff makes a change, across what stayed
    both = {pair for pair in changes if None not in pair and _keeps_place(pair, kept)}
    alike = {(i, j) for i, j in both if i == j or _is_alike(before[i], after[j])}
    apart = changes - alike
    return Items(
        pairs=tuple(sorted({*kept, *alike})),
        gone=frozenset(i for i, _ in apart if i is not None),
        come=frozenset(j for _, j in apart if j is not None),
    )


def _keeps_place(pair: tuple[int, int], kept: Iterable[tuple[int, int]]) -> bool:
    """Whether everything that stayed is on the same side of the pair before and after."""
    return all((i < pair[0]) == (j < pair[1]) for i, j in kept)


def _is_alike(one: Json, other: Json) -> bool:
    """Whether there is something in both to compare: a text in the place of another is another item."""
    return any(isinstance(one, kind) and isinstance(other, kind) for kind in (dict, list))


def _deepdiff(old: Json, new: Json, *, by_index: bool) -> Iterator[tuple[Any, Any]]:
    """Indexes or keys, before and after, of what differs in two lists or maps; None for the side that lacks it."""
    from deepdiff import DeepDiff

    # without the options a map that differs in most keys is one change, a key like `__name__` none (facts E3, E4)
    found = DeepDiff(
        old,
        new,
        view="tree",
        threshold_to_diff_deeper=0,
        ignore_private_variables=False,
        zip_ordered_iterables=by_index,
    )
    for report, levels in found.items():
        for level in levels:
            before, after = (level.path(output_format="list", use_t2=is_after)[-1] for is_after in (False, True))
            yield None if report.endswith("added") else before, None if report.endswith("removed") else after
