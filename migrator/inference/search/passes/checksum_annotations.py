"""Checksums of what other templates print: they tell how the texts in it end, and how entries are called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain, islice, product

from migrator.inference.assignments.values_tree import MISSING, Edits, Tree, leaves, value_at
from migrator.inference.candidates.entry_names import renamed
from migrator.inference.gaps.checksums import is_checksum
from migrator.inference.gaps.gaps import Gap
from migrator.inference.hypothesis.random_values import generated_rank
from migrator.inference.hypothesis.state import EPSILON, State, ranged_maps
from migrator.inference.search.passes.gap_values import close_gaps
from migrator.inference.search.trials import Trials
from migrator.model import KeyPath
from migrator.yamlio import dump

MAX_ENDS = 6
"""Texts whose ends are tried for one checksum."""
MAX_NAMES = 24
"""Other names of entries, each with other ends of texts, that are tried for one checksum."""
MAX_SOURCES = 12
"""Entries of maps for anything whose text is looked for in other values."""


def settle_checksums(trials: Trials) -> None:
    """Add or drop line breaks of texts, and rename entries, that a wrong checksum depends on, where that helps.

    Where a block of text in the target ends with such a text, the block does not show whether there was one; and a
    plain scalar shows a blank for one. An entry whose objects do not show its name may be called like one elsewhere.
    """
    for gap in trials.gaps:
        if is_checksum(gap):
            ends = islice(_other_ends(gap, trials.state.tree), MAX_ENDS)
            texts = islice(_as_texts(gap, trials.state.tree), MAX_ENDS)
            for edits in chain(ends, texts, islice(_other_names(gap, trials.state), MAX_NAMES)):
                if trials.try_one(edits):
                    break
    left = [gap for gap in trials.gaps if not generated_rank(gap)]
    if left and all(map(is_checksum, left)):
        _take_other_sources(trials, left)


def _take_other_sources(trials: Trials, wrong: list[Gap]) -> None:
    """Have other values print what entries of maps for anything print, one after the other, where that settles it."""
    tree, read = trials.state.tree, {path for gap in wrong for path in _read(gap)}
    entries = (path for path in leaves(tree.overrides) if tree.default(path) is MISSING)
    now = trials
    for path in islice((path for path in entries if any(path[: len(each)] == each for each in read)), MAX_SOURCES):
        other = now.without(path)
        close_gaps(other)
        if other.state.cost < now.state.cost + EPSILON:
            now = other
        if now.state.cost < trials.state.cost - EPSILON:
            trials.adopt(now.state)
            return


def _other_names(gap: Gap, state: State) -> Iterator[Edits]:
    tree, read = state.tree, _read(gap)
    entries = {place: tree.effective(place) for place in sorted(ranged_maps(state))}
    names = dict.fromkeys(name for each in entries.values() if isinstance(each, Mapping) for name in each)
    for place, each in entries.items():
        if not isinstance(each, Mapping) or not any(path[: len(place)] == place for path in read):
            continue
        for entry, name in product(each, names):
            edits = renamed(tree, (*place, entry), name)
            if edits:
                yield edits
                yield from ((*edits, *more) for more in islice(_other_ends(gap, tree.assign(edits)), MAX_ENDS))


def _read(gap: Gap) -> set[KeyPath]:
    pieces = gap.document.under(gap.node) if gap.node is not None else []
    return {path for piece in pieces if piece.source is not None for path in piece.source.taint}


def _as_texts(gap: Gap, tree: Tree) -> Iterator[Edits]:
    """Maps in the place of a text, as the text that it was: its entries may stand in another order than a map's."""
    read = _read(gap)
    places = dict.fromkeys(path[:end] for path in leaves(tree.overrides) for end in range(1, len(path)))
    for path in places:
        if isinstance(tree.default(path), str) and any(path == each[: len(path)] for each in read):
            text = dump(value_at(tree.overrides, path))
            yield ((path, text),)
            yield ((path, text.rstrip("\n")),)


def _other_ends(gap: Gap, tree: Tree) -> Iterator[Edits]:
    read = _read(gap)
    single: list[Edits] = []
    for path in leaves(tree.overrides):
        text = value_at(tree.overrides, path)
        if not isinstance(text, str) or not any(path[: len(other)] == other[: len(path)] for other in read):
            continue
        if "\n" in text:
            single.append(((path, text[:-1] if text.endswith("\n") else text + "\n"),))
        elif " " in text:
            lines = text.replace(" ", "\n")
            single += [((path, f"{lines}\n"),), ((path, lines),)]
    if len(single) > 1:
        yield tuple(edit for edits in single for edit in edits)
    yield from single
