"""What the target says around a gap, in every form that a value may have which a template prints, joins or asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from migrator.inference.assignments.values_tree import MISSING, Edits, Tree
from migrator.inference.gaps.gaps import Gap
from migrator.inference.inversion.inverse_functions import number_of
from migrator.model import Json, KeyPath
from migrator.templates.golang.yaml import to_yaml
from migrator.yamlio import same

MOST_LEVELS = 4
"""Containers around a gap whose content is tried as a whole."""
MOST_WORDS = 6
"""Texts within a missing item that are tried as items of a list of words."""
Said = tuple[str | int | None, Json]
"""A key, and what the target has there."""


def probed_values(gap: Gap, path: KeyPath, tree: Tree) -> Iterator[Edits]:
    """Assignments to one place of the values, of the kind that it holds now, with what the target says around a gap."""
    now = tree.effective(path)
    if isinstance(now, bool):
        yield ((path, not now),)
        return
    if gap.kind == "extra":
        if now is not MISSING and now not in ("", {}, [], None):
            yield ((path, type(now)()),)
            yield ((path, None),)
        return
    if now in (MISSING, None):
        yield ((path, True),)  # where that opens a branch, nothing else has to be made up for it
    for key, wanted in islice(_said(gap), MOST_LEVELS):
        if isinstance(now, list):
            yield from (((path, [*now, *more]),) for more in _items(gap, key, wanted))
        yield from (((path, value),) for value in _fitting(now, wanted) if not same(now, value))
        if isinstance(key, str) and (now in (MISSING, None) or isinstance(now, Mapping)):
            yield (((*path, key), wanted),)


def _said(gap: Gap) -> Iterator[Said]:
    """The content of the gap, then that of the entries and items around it, innermost first."""
    yield gap.key if gap.key is not None else (gap.path[-1] if gap.path else None), gap.target
    for entry in gap.entries:
        if not same(entry.target, gap.target):
            yield entry.key, entry.target
    if gap.item is not None:
        yield gap.item.key, gap.item.target
    if gap.kind == "missing":
        yield None, gap.whole


def _fitting(now: Json, wanted: Json) -> Iterator[Json]:
    """A part of the target as a value of the kind that stands there; of any kind where nothing does."""
    is_open = now is MISSING or now is None
    if isinstance(wanted, dict | list):
        if is_open or type(wanted) is type(now):
            yield wanted
        if (is_open or isinstance(now, str)) and wanted:
            yield f"{to_yaml(wanted)}\n"
        return
    for each in _parts(wanted):
        if is_open or type(each) is type(now):
            yield each


def _parts(wanted: Json) -> Iterator[Json]:
    """A scalar, and what it may be made of: the text after `=`, the items of a list, the pairs of a map."""
    yield wanted
    if not isinstance(wanted, str):
        yield str(wanted)
        return
    typed = number_of(wanted)
    if typed is not None:
        yield typed
    _, mark, rest = wanted.partition("=")
    for text in (rest, wanted) if mark and rest else (wanted,):
        if text is rest:
            yield rest
        items = [item.strip() for item in text.split(",")]
        pairs = [item.partition("=") for item in items]
        if all(sign for _, sign, _ in pairs):
            yield {key: value for key, _, value in pairs}
        if len(items) > 1 or text is rest:
            yield items


def _items(gap: Gap, key: str | int | None, wanted: Json) -> Iterator[list[Json]]:
    """What the target has more than is printed now, as further items of a list."""
    if isinstance(wanted, str) and isinstance(gap.now, str):
        known = gap.now.partition("=")[2].split(",")
        more: list[Json] = [word for word in wanted.partition("=")[2].split(",") if word and word not in known]
        if more:
            yield more
    elif isinstance(key, int):
        if isinstance(wanted, Mapping) and not any(wanted.values()):
            yield [{}]
        yield [wanted]
        yield from ([word] for word in islice(_words(wanted), MOST_WORDS))


def _words(wanted: Json) -> Iterator[str]:
    if isinstance(wanted, str):
        yield wanted
    elif isinstance(wanted, Mapping | list):
        for item in wanted.values() if isinstance(wanted, Mapping) else wanted:
            yield from _words(item)
