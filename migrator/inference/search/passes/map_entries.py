"""Entries of maps of named objects, put in for the parts of a target that nothing prints yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby, islice

from migrator.inference.assignments.values_tree import MISSING, Edits, combined
from migrator.inference.candidates.missing_content import from_untaken
from migrator.inference.gaps.gaps import Gap
from migrator.inference.hypothesis.state import EPSILON, State
from migrator.inference.search.passes.map_entry_probes import (
    KEY,
    SENTINEL,
    Kind,
    Shape,
    Wanted,
    entries_of,
    probe,
    wanted_items,
    wanted_object,
)
from migrator.inference.search.passes.render_errors import Mender, ranged
from migrator.inference.search.trials import Trials, Weighed, distinct
from migrator.model import KeyPath
from migrator.templates.output.documents import Document
from migrator.templates.provenance.value import ELEMENT

MAX_ROUNDS = 12
MAX_PROBES = 90
MAX_WORDS = 12
"""Words of a template that are tried as the type of an entry."""
MAX_SETTLED = 8
SETTLING = 3
MAX_SINGLE = 12
"""Entries tried one by one where all together do not help."""
HALF = 0.5
ALIKE = 4
"""Letters that the name of a map and of what it makes have in common where they speak of one thing."""
FLAGS = frozenset({"enabled", "enable", "create"})
TYPES = frozenset({"type", "kind"})
Entry = tuple[KeyPath, Edits]
"""A new entry of a map, and everything that is assigned for it."""

Option = tuple[Edits, dict[int, float]]
"""What is assigned for an entry of some type, and how ill it suits each part of the target."""


class NamedMaps:
    """Learns what entries make, once for each map, and puts in those that a target asks for."""

    def __init__(self, trials: Trials, propose: Callable[[Gap], Iterable[Edits]]) -> None:
        self._trials, self._propose = trials, propose
        self._base: State | None = None
        """The first hypothesis: it renders quickly, and shows as much of what an entry makes as any."""
        self._shapes: dict[tuple[KeyPath, Edits], tuple[Shape | None, int]] = {}
        self._helped: dict[str, Edits] = {}
        self._asked: frozenset[Kind] = frozenset()
        """Kinds of the objects that lack something."""
        self._probes = self._settled = 0
        self._found = 0
        """Entries put in so far: with others there, one may render that did not before."""

    def run(self, *, unread: bool = False) -> bool:
        """Whether entries were found that bring the render nearer; `unread` leaves out what has all been read."""
        self._base = self._base or self._trials.state
        for number in range(MAX_ROUNDS):
            wanted = self._wanted(unread)
            if not wanted or self._trials.late or not self._round(wanted):
                return number > 0
            self._found += 1
        return True

    def _wanted(self, unread: bool) -> list[Wanted]:
        evaluator, state = self._trials.evaluator, self._trials.state
        if not state.costs:
            return []
        gaps = [gap for gap in evaluator.gaps(evaluator.detailed(state)) if gap.kind == "missing"]
        items = [gap for gap in gaps if isinstance(gap.key, int) or isinstance(gap.target, list)]
        if unread and all(next(from_untaken(gap), None) is not None for gap in items):
            gaps = []
        objects = [wanted_object(evaluator.targets[index]) for index in evaluator.missing(state)]
        return [*objects, *wanted_items(gaps)]

    def _round(self, wanted: list[Wanted]) -> bool:
        entries = self._entries(wanted)
        if not entries:
            return False
        if self._try(entries):
            return True
        grouped = groupby(sorted(entries, key=lambda entry: entry[0][:-1]), key=lambda entry: entry[0][:-1])
        helped = [self._try(group) or self._singly(group) for group in (list(found) for _, found in grouped)]
        return any(helped)

    def _singly(self, entries: list[Entry]) -> bool:
        return len(entries) > 1 and any([self._try([entry]) for entry in entries[:MAX_SINGLE]])  # noqa: C419 - all

    def _entries(self, wanted: list[Wanted]) -> list[Entry]:
        """Entries that print least besides a part of the target, each of the type that suits all of its parts best."""
        options: dict[KeyPath, list[Option]] = {}
        best: dict[int, tuple[float, KeyPath]] = {}
        for place, extra in self._kinds(wanted, best):
            shape = self._shape(place, extra)
            if shape is None:
                continue
            made: dict[KeyPath, Option] = {}
            for index, item in enumerate(wanted):
                if item.gap is not None and len(place) > 1 and not _made_from(item.gap.document, place[:-1]):
                    continue
                for misfit, name, parts in entries_of(shape, item, self._usual(place)):
                    entry = (*place, name)
                    edits = self._made(entry, parts)
                    if edits and repr(edits) not in self._trials.refused:
                        made.setdefault(entry, (edits, {}))[1][index] = misfit
                        best[index] = min(best.get(index, (1.0, entry)), (misfit, entry), key=lambda item: item[0])
            for entry, option in made.items():
                options.setdefault(entry, []).append(option)
        chosen = dict.fromkeys(entry for _, (misfit, entry) in sorted(best.items()) if misfit < 1)
        return [(entry, _best_of(options[entry])) for entry in chosen]

    def _made(self, entry: KeyPath, edits: Edits) -> Edits:
        """What an entry of this name takes: less where there is one that is switched off, nothing where it is on."""
        made = tuple(((*entry, *path), value) for path, value in edits)
        there = self._trials.state.tree.effective(entry)
        if there is MISSING:
            return made
        flags = [key for key, on in there.items() if on is False and key in FLAGS] if isinstance(there, Mapping) else []
        return (*(((*entry, key), True) for key in flags), *made[1:]) if flags else ()

    def _kinds(
        self, wanted: list[Wanted], best: Mapping[int, tuple[float, KeyPath]]
    ) -> Iterator[tuple[KeyPath, Edits]]:
        """Maps that templates go through, those first whose name resembles what is wanted; then with types."""
        words = {str(w.path[-1] if w.path else w.kind[1]).lower() for w in wanted}
        found = [path for path in ranged(self._trials.state) if not any(str(key).startswith("xq") for key in path)]
        found.sort(key=lambda path: (-max(_alike(str(path[-1]).lower(), w) for w in words), len(path), path))
        for typed in (False, True):
            for place in found:
                for extra in self._types(place) if typed else ((),):
                    left = [w for index, w in enumerate(wanted) if not _explained(w, best.get(index, (1.0,))[0])]
                    if not left or self._trials.late:
                        return
                    self._asked = frozenset(item.kind for item in left if item.path and item.path[-1] != KEY)
                    if not typed or self._may_make(place, left):
                        yield place, extra

    def _may_make(self, place: KeyPath, wanted: list[Wanted]) -> bool:
        """Whether an entry of a type makes what one without makes elsewhere or otherwise."""
        shape = self._shape(place, ())
        known = {(spot.kind, spot.path) if spot.path else () for spot in shape.spots} if shape is not None else set()
        return any(((w.kind, w.path) if w.path else ()) in known for w in wanted if w.path[-1:] != (KEY,))

    def _types(self, place: KeyPath) -> Iterator[Edits]:
        """What may say of which type an entry is."""
        words = self._trials.evaluator.interpreter.vocabulary
        state, place = self._where(place)
        entry = (*place, SENTINEL)
        tried: set[tuple[KeyPath, str]] = set()
        for _ in range(MAX_WORDS):
            spoken = [(path, word) for path, known in words.items() if path[:-1] == entry for word in known]
            fresh = [(path[-1:], word) for path, word in spoken if word and (path[-1:], word) not in tried]
            if not fresh:
                return
            path, word = min(fresh, key=lambda item: item[0][0] not in TYPES)
            if not any(path == known for known, _ in tried):
                self._ask(state, entry, path)
            tried.add((path, word))
            yield ((path, word),)

    def _ask(self, state: State, entry: KeyPath, path: KeyPath) -> None:
        """Have templates compare what says the type with all that it may be: with a word that is none of them."""
        shape = self._shape(entry[:-1], ())
        edits = tuple(((*entry, *inner), value) for inner, value in shape.edits) if shape is not None else ()
        Trials(self._trials.evaluator, state, self._trials.deadline).measured((*edits, ((*entry, *path), SENTINEL)))

    def _usual(self, place: KeyPath) -> str:
        """The name of an entry that shows nothing of it."""
        words = self._trials.evaluator.interpreter.vocabulary.get((*place, "~key"), {})
        return next(iter(words), "") or self._trials.state.setting.release

    def _shape(self, place: KeyPath, extra: Edits) -> Shape | None:
        state, where = self._where(place)
        key = (self._pattern(place), extra)
        shape, found = self._shapes.get(key, (None, -1))
        if (
            found < self._found
            and (shape is None or not shape.spots or self._misses(shape))
            and self._probes < MAX_PROBES
        ):
            self._probes += 1
            shape = (
                probe(Trials(self._trials.evaluator, state, self._trials.deadline), where, extra, self._helped) or shape
            )
            self._shapes[key] = (shape, self._found)
        return shape

    def _misses(self, shape: Shape) -> bool:
        """Whether an entry may make something in objects of which there were none when it was put in on trial."""
        return not shape.spots or bool(self._asked - shape.kinds)

    def _where(self, place: KeyPath) -> tuple[State, KeyPath]:
        """Where an entry is put in on trial: in the small hypothesis if it has a map like that."""
        wanted = self._pattern(place)
        for other in sorted(ranged(self._base)) if self._base is not None else ():
            if self._pattern(other) == wanted:
                assert self._base is not None  # noqa: S101
                return self._base, other
        return self._trials.state, place

    def _pattern(self, place: KeyPath) -> KeyPath:
        """The place with any entry in the stead of each that it lies in."""
        maps = ranged(self._trials.state)
        return tuple(ELEMENT if place[:index] in maps else key for index, key in enumerate(place))

    def _grow(self, entries: list[Entry]) -> None:
        """Let the small hypothesis have an object of each kind that entries have brought."""
        for _, edits in entries:
            if self._base is None or not _kinds(self._trials.state) - _kinds(self._base):
                return
            trials = Trials(self._trials.evaluator, self._base, self._trials.deadline)
            mender = Mender(trials, trials.evaluator.interpreter.vocabulary, self._helped)
            mended = mender.mend(edits, trials.measured(edits))
            if mended is not None and _kinds(mended[1]) - _kinds(self._base):
                self._base = mended[1]

    def _try(self, entries: list[Entry]) -> bool:
        """Keep entries that bring the render nearer, if need be once the places that came with them are read, too."""
        trials = self._trials
        edits = combined(*(edits for _, edits in entries))
        if edits is None or repr(edits) in trials.refused or trials.late:
            return False
        before = trials.state
        mender = Mender(trials, trials.evaluator.interpreter.vocabulary, self._helped)
        mended = mender.mend(edits, trials.measured(edits))
        if mended is not None:
            trials.state = mended[1]
            if trials.state.cost >= before.cost - EPSILON and self._settled < MAX_SETTLED:
                self._settled += 1
                self._settle([path for path, _ in entries])
            if trials.state.cost < before.cost - EPSILON:
                self._grow(entries)
                return True
            trials.state = before
        trials.refused.add(repr(edits))
        return False

    def _settle(self, entries: list[KeyPath]) -> None:
        """Read what new entries print beyond what is wanted, and where it is printed otherwise."""
        trials = self._trials
        for _ in range(SETTLING):
            before = trials.state
            batch: list[Weighed] = []
            for gap in trials.evaluator.gaps(trials.evaluator.detailed(trials.state)):
                if trials.late:
                    return
                if _speaks_of(gap, entries):
                    found = self._propose(gap)
                    own = (edits for edits in found if all(_lies_in(path, entries) for path, _ in edits))
                    batch += [(edits, 0.0) for edits in islice(own, 1)]
            if not batch or not trials.try_batch(distinct(batch)) or trials.state.cost >= before.cost - EPSILON:
                return


def _best_of(options: list[Option]) -> Edits:
    parts = {index for _, misfits in options for index in misfits}
    return min(options, key=lambda option: sum(option[1].get(index, 1.0) for index in parts))[0]


def _speaks_of(gap: Gap, entries: list[KeyPath]) -> bool:
    """Whether all that stands at a gap comes from one of the entries."""
    node = gap.node
    if node is None:
        return False
    if gap.kind == "extra" and gap.key is not None:
        node = node.items[gap.key] if isinstance(gap.key, int) else node.entries[gap.key]
    sources = [piece.source for piece in gap.document.under(node) if piece.source is not None]
    return any(source.direct for source in sources) and all(
        any(_lies_in(path, entries) for path in source.direct) for source in sources if source.direct
    )


def _lies_in(path: KeyPath, entries: list[KeyPath]) -> bool:
    named = tuple(key for key in path if key != KEY)
    return any(named[: len(entry)] == entry for entry in entries)


def _kinds(state: State) -> set[Kind]:
    return {(key[0], key[1]) for key in state.documents}


def _explained(wanted: Wanted, misfit: float) -> bool:
    """Whether an entry is what makes a part of the target: an object has still to become it, by its other values."""
    return misfit <= 0 or (not wanted.path and misfit < HALF)


def _alike(one: str, other: str) -> int:
    same = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return same if same >= ALIKE else 0


def _made_from(document: Document, place: KeyPath) -> bool:
    """Whether an object prints values of an entry."""
    return any(
        path[: len(place)] == place
        for piece in document.real
        if piece.source is not None
        for path in piece.source.direct[:1]
    )
