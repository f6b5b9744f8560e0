"""What an entry of each map of named objects makes, learned once for each map and kept for the whole search."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrator.inference.assignments.values_tree import Edits
from migrator.inference.hypothesis.state import State, ranged_maps
from migrator.inference.search.passes.map_entry_probes import KEY, SENTINEL, Kind, Shape, Wanted, probe
from migrator.inference.search.passes.render_errors import Mender
from migrator.inference.search.trials import Trials
from migrator.model import KeyPath
from migrator.templates.provenance.value import ELEMENT

MAX_PROBES = 90
MAX_WORDS = 12
"""Words of a template that are tried as the type of an entry."""
TYPES = frozenset({"type", "kind"})


class EntryShapes:
    """Learns from entries that are put in on trial."""

    def __init__(self, base: State) -> None:
        self._base = base
        """The first hypothesis: it renders quickly, and shows as much of what an entry makes as any."""
        self._shapes: dict[tuple[KeyPath, Edits], tuple[Shape | None, int]] = {}
        self._probes = 0
        self._rounds = 0
        self.helped: dict[str, Edits] = {}
        """Message of a failure -> what has repaired it."""
        self.lacking: frozenset[Kind] = frozenset()
        """Kinds of the objects that lack something now."""

    def entries_found(self) -> None:
        """With other entries there, one may render that did not before: it will be tried again."""
        self._rounds += 1

    def shape(self, trials: Trials, place: KeyPath, extra: Edits) -> Shape | None:
        """What an entry of a map makes; None where nothing makes it render."""
        state, where = self._where(trials, place)
        key = (_pattern(trials.state, place), extra)
        shape, learned = self._shapes.get(key, (None, -1))
        is_settled = shape is not None and bool(shape.spots) and not self.lacking - shape.kinds
        if learned < self._rounds and not is_settled and self._probes < MAX_PROBES:
            self._probes += 1
            shape = probe(_apart(trials, state), where, extra, self.helped) or shape
            self._shapes[key] = (shape, self._rounds)
        return shape

    def may_make(self, trials: Trials, place: KeyPath, wanted: Sequence[Wanted]) -> bool:
        """Whether an entry of some type may make a part that is wanted."""
        shape = self.shape(trials, place, ())
        known = {(spot.kind, spot.path) if spot.path else () for spot in shape.spots} if shape is not None else set()
        return any(((w.kind, w.path) if w.path else ()) in known for w in wanted if w.path[-1:] != (KEY,))

    def types(self, trials: Trials, place: KeyPath) -> Iterator[Edits]:
        """Assignments that may set the type of an entry."""
        words = trials.evaluator.interpreter.vocabulary
        state, place = self._where(trials, place)
        entry = (*place, SENTINEL)
        tried: set[tuple[KeyPath, str]] = set()
        for _ in range(MAX_WORDS):
            spoken = [(path, word) for path, known in words.items() if path[:-1] == entry for word in known]
            fresh = [(path[-1:], word) for path, word in spoken if word and (path[-1:], word) not in tried]
            if not fresh:
                return
            path, word = min(fresh, key=lambda item: item[0][0] not in TYPES)
            if not any(path == known for known, _ in tried):
                shape = self.shape(trials, place, ())
                _compare_type(_apart(trials, state), entry, path, shape)
            tried.add((path, word))
            yield ((path, word),)

    def grow(self, trials: Trials, found: Sequence[Edits]) -> None:
        """Let the first hypothesis have an object of each kind that entries have added."""
        for edits in found:
            if not _kinds(trials.state) - _kinds(self._base):
                return
            there = _apart(trials, self._base)
            mended = Mender(there, self.helped).mend(edits, there.measured(edits))
            if mended is not None and _kinds(mended[1]) - _kinds(self._base):
                self._base = mended[1]

    def _where(self, trials: Trials, place: KeyPath) -> tuple[State, KeyPath]:
        """Where an entry is put in on trial: in the first hypothesis if it has such a map."""
        wanted = _pattern(trials.state, place)
        for other in sorted(ranged_maps(self._base)):
            if _pattern(trials.state, other) == wanted:
                return self._base, other
        return trials.state, place


def _apart(trials: Trials, state: State) -> Trials:
    """Trials of the same chart that share nothing with the search."""
    return Trials(trials.evaluator, state, trials.deadline)


def _compare_type(trials: Trials, entry: KeyPath, path: KeyPath, shape: Shape | None) -> None:
    """Render with a type that does not exist, so that templates compare it with all types that they know."""
    edits = tuple(((*entry, *inner), value) for inner, value in shape.edits) if shape is not None else ()
    trials.measured((*edits, ((*entry, *path), SENTINEL)))


def _pattern(state: State, place: KeyPath) -> KeyPath:
    """The path with `*` for the name of each entry around it."""
    maps = ranged_maps(state)
    return tuple(ELEMENT if place[:index] in maps else key for index, key in enumerate(place))


def _kinds(state: State) -> set[Kind]:
    return {(key[0], key[1]) for key in state.documents}
