"""Entries of maps of named objects, put in for the parts of a target that nothing prints yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice

from migrator.inference.edits import Edits, combined
from migrator.inference.entries import SENTINEL, Shape, Wanted, entry_of, probe, wanted_items
from migrator.inference.repair import Mender, ranged
from migrator.inference.trials import EPSILON, Trials
from migrator.model import Path
from migrator.templates.documents import Document
from migrator.templates.value import ELEMENT

MAX_ROUNDS = 12
MAX_PROBES = 40
MAX_WORDS = 8
"""Words of a template that are tried as the type of an entry."""
MAX_SINGLE = 6
"""Entries tried one by one where all together do not help."""
ALIKE = 4
"""Letters that the name of a map and of what it makes have in common where they speak of one thing."""


class NamedMaps:
    """Learns what entries make, once for each map, and puts in those that a target asks for."""

    def __init__(self, trials: Trials, settle: Callable[[], None]) -> None:
        self._trials, self._settle = trials, settle
        self._shapes: dict[tuple[Path, Edits], tuple[Shape | None, int]] = {}
        self._found = 0
        """Entries put in so far: with others there, one may render that did not before."""

    def run(self) -> bool:
        """Whether entries were found that bring the render nearer."""
        for number in range(MAX_ROUNDS):
            wanted = self._wanted()
            if not wanted or self._trials.late or not self._round(wanted):
                return number > 0
            self._found += 1
        return True

    def _wanted(self) -> list[Wanted]:
        bench, state = self._trials.bench, self._trials.state
        missing = [bench.targets[index] for index in bench.missing(state)]
        objects = [Wanted(kind=(item.id.group, item.id.kind), path=(), body=dict(item.body)) for item in missing]
        return [*objects, *wanted_items(bench.gaps(bench.detailed(state)))]

    def _round(self, wanted: list[Wanted]) -> bool:
        places = self._places(wanted)
        return any(self._entries(place, (), wanted) for place in places) or any(
            self._entries(place, ((path, word),), wanted) for place in places for path, word in self._types(place)
        )

    def _places(self, wanted: list[Wanted]) -> list[Path]:
        """Maps that templates go through, those first whose name resembles what is wanted."""
        words = {str(w.path[-1] if w.path else w.kind[1]).lower() for w in wanted}
        found = [path for path in ranged(self._trials.state) if not any(str(key).startswith("xq") for key in path)]
        return sorted(found, key=lambda path: (-max(_alike(str(path[-1]).lower(), w) for w in words), len(path), path))

    def _types(self, place: Path) -> Iterator[tuple[Path, str]]:
        """What may say of which type an entry is."""
        entry = (*place, SENTINEL)
        for path, words in list(self._trials.bench.interpreter.vocabulary.items()):
            if path[:-1] == entry:
                yield from ((path[-1:], word) for word in islice(list(words), MAX_WORDS) if word)

    def _entries(self, place: Path, extra: Edits, wanted: list[Wanted]) -> bool:
        """Try the entries of one map that parts of the target stand for."""
        shape = self._shape(place, extra) if not self._trials.late else None
        if shape is None:
            return False
        there = self._trials.state.tree.effective(place)
        known = set(there) if isinstance(there, Mapping) else set()
        usual = next(iter(self._trials.bench.interpreter.vocabulary.get((*place, "~key"), {})), "")
        found: dict[str, Edits] = {}
        for item in wanted:
            if item.gap is not None and len(place) > 1 and not _made_from(item.gap.document, place[:-1]):
                continue
            named = entry_of(shape, item, usual or self._trials.state.setting.release)
            if named is not None and named[0] not in known:
                found.setdefault(named[0], tuple(((*place, named[0], *path), value) for path, value in named[1]))
        together = combined(*found.values()) if found else None
        if together is None:
            return False
        return self._try(together) or (
            len(found) > 1 and sum(self._try(edits) for edits in islice(found.values(), MAX_SINGLE)) > 0
        )

    def _shape(self, place: Path, extra: Edits) -> Shape | None:
        key = (self._pattern(place), extra)
        shape, found = self._shapes.get(key, (None, -1))
        if shape is None and found < self._found and len(self._shapes) < MAX_PROBES:
            shape = probe(self._trials, place, extra)
            self._shapes[key] = (shape, self._found)
        return shape

    def _pattern(self, place: Path) -> Path:
        """The place with any entry in the stead of each that it lies in."""
        maps = ranged(self._trials.state)
        return tuple(ELEMENT if place[:index] in maps else key for index, key in enumerate(place))

    def _try(self, edits: Edits) -> bool:
        """Keep entries that bring the render nearer once the places that came with them are read, too."""
        trials = self._trials
        if repr(edits) in trials.refused or trials.late:
            return False
        before = trials.state
        mended = Mender(trials, trials.bench.interpreter.vocabulary).mend(edits, trials.measured(edits))
        if mended is not None:
            trials.state = mended[1]
            self._settle()
            if trials.state.cost < before.cost - EPSILON:
                return True
            trials.state = before
        trials.refused.add(repr(edits))
        return False


def _alike(one: str, other: str) -> int:
    same = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return same if same >= ALIKE else 0


def _made_from(document: Document, place: Path) -> bool:
    """Whether an object prints values of an entry."""
    return any(
        path[: len(place)] == place
        for piece in document.real
        if piece.source is not None
        for path in piece.source.direct[:1]
    )
