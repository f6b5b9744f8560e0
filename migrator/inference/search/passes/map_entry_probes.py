"""Maps of named objects: what an entry of each makes is learned from one that is put in on trial.

Provenance may not tell what a new entry prints, because templates collect, sort and check entries before they print
one. So an entry with a unique name is rendered, with whatever it needs to render. Where that name is printed, the
names of the entries can be read from the target.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from migrator.inference.assignments.values_tree import Edits, value_at
from migrator.inference.gaps.gaps import Gap
from migrator.inference.gaps.pairing import align
from migrator.inference.hypothesis.state import State
from migrator.inference.search.passes.render_errors import INNER, Mender
from migrator.inference.search.trials import Trials
from migrator.model import Json, KeyPath, Resource
from migrator.templates.provenance.value import ELEMENT

SENTINEL = "xqentry"
KEY, ENTRY = "~key", "~entry"
"""Stand for an entry of a map as parts of a body."""
_NAMES = re.compile(rf"{SENTINEL}|{INNER}\d+")
ALONE = 10
"""How much more a text counts that is exactly a name."""
Kind = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Something that an entry makes: a whole object, an item of a list or an entry of a map."""

    kind: Kind
    path: KeyPath
    """The list, with `*` for every index, or the map and a last `~key`; empty for a whole object."""
    leaves: tuple[tuple[KeyPath, str], ...]
    """Paths and texts that contain the name; none where an object does not show it."""
    keys: frozenset[KeyPath]
    """Every place in it that holds something."""
    name: str = ""
    """Of a whole object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """An entry that renders, and everything that it makes."""

    edits: Edits
    """Below the entry; the empty path is the entry itself."""
    spots: tuple[Spot, ...]
    kinds: frozenset[Kind]
    """Of the objects that there were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A part of the target that nothing prints yet."""

    kind: Kind
    path: KeyPath
    body: Json
    keys: frozenset[KeyPath]
    gap: Gap | None = None


def wanted_object(target: Resource) -> Wanted:
    """A whole object that nothing prints."""
    body = dict(target.body)
    return Wanted(kind=(target.id.group, target.id.kind), path=(), body=body, keys=_keys(body))


def probe(trials: Trials, place: KeyPath, extra: Edits, helped: dict[str, Edits]) -> Shape | None:
    """What an entry of a map makes, None where nothing makes it render; `helped` says what repairs which failure."""
    entry = (*place, SENTINEL)
    edits: Edits = ((entry, {}), *(((*entry, *path), value) for path, value in extra))
    mender = Mender(trials, helped)
    mended = mender.mend(edits, trials.measured(edits))
    if mended is None or any(path[: len(entry)] != entry for path, _ in mended[0]):
        return None
    own = tuple((path[len(entry) :], value) for path, value in mended[0])
    spots = tuple(_spots(trials.state, mended[1]))
    kinds = frozenset((key[0], key[1]) for key in trials.state.documents)
    flags = () if spots or extra else _flags(mended[1], entry)
    return probe(trials, place, flags, helped) if flags else Shape(edits=own, spots=spots, kinds=kinds)


def _flags(state: State, entry: KeyPath) -> Edits:
    """The flags that switch an entry on which prints nothing without them."""
    read = {path for template in state.run.templates.values() for path in template.dependencies}
    found = sorted(str(path[-1]) for path in read if path[:-1] == entry and str(path[-1]).startswith("enable"))
    return tuple(((name,), True) for name in found)


def entries_of(shape: Shape, wanted: Wanted, usual: str) -> Iterator[tuple[float, str, Edits]]:
    """Entries that make a part of the target: the share of what they print that it lacks, name and content.

    `usual` is the name for an entry whose objects do not show it.
    """
    for spot in shape.spots:
        if (spot.kind, spot.path) == (wanted.kind, wanted.path):
            names = _names(spot, wanted.body)
            if not any(SENTINEL in text for _, text in spot.leaves):
                names |= _unseen(spot, wanted.body, usual)
            if SENTINEL in names:
                edits = tuple((tuple(names.get(str(k), k) for k in path), value) for path, value in shape.edits)
                yield len(spot.keys - wanted.keys) / len(spot.keys), names[SENTINEL], edits


def wanted_items(gaps: Sequence[Gap]) -> Iterator[Wanted]:
    """Items that lists of printed objects lack."""
    for gap in gaps:
        res = gap.document.id
        if gap.kind != "missing" or res is None:
            continue
        kind = (res.group, res.kind)
        if isinstance(gap.key, str):
            body = {KEY: gap.key, ENTRY: gap.target}
            yield Wanted(kind=kind, path=(*_any_index(gap.path[:-1]), KEY), body=body, keys=_keys(body), gap=gap)
        items, place = ([gap.target], gap.path[:-1]) if isinstance(gap.key, int) else (gap.target, gap.path)
        if isinstance(items, list):
            for item in items:
                if isinstance(item, dict):
                    yield Wanted(kind=kind, path=_any_index(place), body=item, keys=_keys(item), gap=gap)


def _any_index(path: KeyPath) -> KeyPath:
    return tuple(ELEMENT if isinstance(key, int) else key for key in path)


def _names(spot: Spot, body: Json) -> dict[str, str]:
    """The names in a part of the target, at the places where the trial printed its own."""
    votes: dict[str, Counter[str]] = {}
    for path, text in spot.leaves:
        here = value_at(body, path)
        pattern, at = "", 0
        for number, match in enumerate(_NAMES.finditer(text)):
            pattern += re.escape(text[at : match.start()]) + rf"(?P<n{number}>[^/\s]+)"
            at = match.end()
        found = re.fullmatch(pattern + re.escape(text[at:]), here) if isinstance(here, str) else None
        if found is None:
            if path == ("metadata", "name"):
                return {}
            continue
        for number, match in enumerate(_NAMES.finditer(text)):
            votes.setdefault(match.group(), Counter())[found[f"n{number}"]] += ALONE if match.group() == text else 1
    return {name: counted.most_common(1)[0][0] for name, counted in votes.items()}


def _unseen(spot: Spot, body: Json, usual: str) -> dict[str, str]:
    name = value_at(body, ("metadata", "name"))
    if name == spot.name:
        return {SENTINEL: usual}
    if isinstance(name, str) and name.startswith(f"{spot.name}-"):
        return {SENTINEL: name.removeprefix(f"{spot.name}-")}
    return {}


def _spots(before: State, after: State) -> Iterator[Spot]:
    for key, documents in after.documents.items():
        kind = (key[0], key[1])
        for document in documents:
            body = document.resource.body if document.resource is not None else {}
            old = next((d.resource.body for d in before.documents.get(key, ()) if d.resource is not None), None)
            if old is None:
                yield Spot(kind=kind, path=(), leaves=tuple(_leaves(body, ())), keys=_keys(body), name=key[2])
            elif old is not body:
                yield from _new_items(kind, old, body, ())


def _new_items(kind: Kind, old: Json, new: Json, path: KeyPath) -> Iterator[Spot]:
    if isinstance(new, Mapping):
        for key, item in new.items():
            if isinstance(old, Mapping) and key not in old and _NAMES.search(key):
                leaves = (((KEY,), key), *_leaves(item, (ENTRY,)))
                yield Spot(kind=kind, path=(*path, KEY), leaves=leaves, keys=_keys({KEY: key, ENTRY: item}))
            yield from _new_items(kind, old.get(key) if isinstance(old, Mapping) else None, item, (*path, key))
    elif isinstance(new, list):
        listed = old if isinstance(old, list) else []
        for left, right in align(listed, new):
            if right is None:
                continue
            if left is not None:
                yield from _new_items(kind, listed[left], new[right], (*path, ELEMENT))
                continue
            leaves = tuple(_leaves(new[right], ()))
            if leaves and isinstance(new[right], dict):
                yield Spot(kind=kind, path=path, leaves=leaves, keys=_keys(new[right]))


def _keys(value: Json, path: KeyPath = ()) -> frozenset[KeyPath]:
    """Every place in a value that holds something, with `*` for indices; what bears the name of a trial is left out."""
    return frozenset(_places(value, path))


def _places(value: Json, path: KeyPath) -> Iterator[KeyPath]:
    yield path
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not _NAMES.search(key):
                yield from _places(item, (*path, key))
    elif isinstance(value, list):
        for item in value:
            yield from _places(item, (*path, ELEMENT))


def _leaves(value: Json, path: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    """Texts that hold one of the names."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _leaves(item, (*path, index))
    elif isinstance(value, str) and _NAMES.search(value):
        yield path, value
