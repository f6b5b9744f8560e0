"""Entries of maps of named objects, put in for the parts of a target that nothing prints yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby, islice

from migrator.inference.assignments.values_tree import MISSING, Edits, Tree, combined
from migrator.inference.candidates.missing_content import from_untaken
from migrator.inference.gaps.gaps import Gap
from migrator.inference.hypothesis.state import EPSILON, ranged_maps
from migrator.inference.search.passes.gap_values import fresh_candidates
from migrator.inference.search.passes.map_entry_probes import KEY, Wanted, entries_of, wanted_items, wanted_object
from migrator.inference.search.passes.map_entry_shapes import EntryShapes
from migrator.inference.search.passes.render_errors import Mender
from migrator.inference.search.trials import Trials, Weighed, distinct
from migrator.model import KeyPath
from migrator.templates.output.documents import Document

MAX_ROUNDS = 12
MAX_SETTLED = 8
SETTLING = 3
MAX_SINGLE = 12
"""Entries tried one by one where all together do not help."""
HALF = 0.5
ALIKE = 4
"""Letters that a map's name must share with the name or kind of what it makes to count as similar."""
FLAGS = frozenset({"enabled", "enable", "create"})
Entry = tuple[KeyPath, Edits]
"""A new entry of a map, and everything that is assigned for it."""

Option = tuple[Edits, dict[int, float]]
"""What is assigned for an entry of some type, and how badly it fits each part of the target."""


class MapEntries:
    """Puts in the entries that a target asks for; what they make is learned once for the whole search."""

    def __init__(self) -> None:
        self._shapes: EntryShapes | None = None
        self._settled = 0

    def run(self, trials: Trials) -> None:
        """Put in entries for everything that is missing."""
        self._run(trials, unread=False)

    def run_for_unread(self, trials: Trials) -> None:
        """Put in entries for whole objects, and for items where not all were read through untaken branches."""
        if trials.evaluator.missing(trials.state) or trials.state.tree.beneath:
            self._run(trials, unread=True)

    def _run(self, trials: Trials, *, unread: bool) -> None:
        shapes = self._shapes = self._shapes or EntryShapes(trials.state)
        for _ in range(MAX_ROUNDS):
            wanted = _wanted(trials, unread=unread)
            if not wanted or trials.late or not self._round(trials, shapes, wanted):
                return
            shapes.entries_found()

    def _round(self, trials: Trials, shapes: EntryShapes, wanted: list[Wanted]) -> bool:
        """Whether entries bring the render nearer: all together, those of one map, or single ones."""
        entries = _entries(trials, shapes, wanted)
        if not entries:
            return False
        if self._try(trials, shapes, entries):
            return True
        helped = False
        for _, group in groupby(sorted(entries, key=lambda entry: entry[0][:-1]), key=lambda entry: entry[0][:-1]):
            found = list(group)
            helped |= self._try(trials, shapes, found) or self._singly(trials, shapes, found)
        return helped

    def _singly(self, trials: Trials, shapes: EntryShapes, entries: list[Entry]) -> bool:
        tried = entries[:MAX_SINGLE] if len(entries) > 1 else []
        return any([self._try(trials, shapes, [entry]) for entry in tried])  # noqa: C419 - all

    def _try(self, trials: Trials, shapes: EntryShapes, entries: list[Entry]) -> bool:
        """Keep entries that bring the render nearer, if need be once the gaps in what they print are closed."""
        edits = combined(*(edits for _, edits in entries))
        if edits is None or trials.is_refused(edits) or trials.late:
            return False
        before = trials.state.cost
        mended = Mender(trials, shapes.helped).mend(edits, trials.measured(edits))
        if mended is not None:
            there = trials.at(mended[1])
            if there.state.cost >= before - EPSILON and self._settled < MAX_SETTLED:
                self._settled += 1
                _settle(there, [path for path, _ in entries])
            if there.state.cost < before - EPSILON:
                trials.adopt(there.state)
                shapes.grow(trials, [edits for _, edits in entries])
                return True
        trials.refuse(edits)
        return False


def _wanted(trials: Trials, *, unread: bool) -> list[Wanted]:
    """The parts of the target that nothing prints; `unread` leaves out items that have all been read."""
    if not trials.state.costs:
        return []
    gaps = [gap for gap in trials.gaps if gap.kind == "missing"]
    items = [gap for gap in gaps if isinstance(gap.key, int) or isinstance(gap.target, list)]
    if unread and all(next(from_untaken(gap), None) is not None for gap in items):
        gaps = []
    evaluator = trials.evaluator
    objects = [wanted_object(evaluator.targets[index]) for index in evaluator.missing(trials.state)]
    return [*objects, *wanted_items(gaps)]


def _entries(trials: Trials, shapes: EntryShapes, wanted: list[Wanted]) -> list[Entry]:
    """The entries that fit parts of the target best, each of the type that fits all of them."""
    options: dict[KeyPath, list[Option]] = {}
    best: dict[int, tuple[float, KeyPath]] = {}
    for place, extra in _places(trials, shapes, wanted, best):
        shape = shapes.shape(trials, place, extra)
        if shape is None:
            continue
        made: dict[KeyPath, Option] = {}
        for index, item in enumerate(wanted):
            if item.gap is not None and len(place) > 1 and not _made_from(item.gap.document, place[:-1]):
                continue
            for misfit, name, parts in entries_of(shape, item, _usual(trials, place)):
                entry = (*place, name)
                edits = _made(trials.state.tree, entry, parts)
                if edits and not trials.is_refused(edits):
                    made.setdefault(entry, (edits, {}))[1][index] = misfit
                    best[index] = min(best.get(index, (1.0, entry)), (misfit, entry), key=lambda item: item[0])
        for entry, option in made.items():
            options.setdefault(entry, []).append(option)
    chosen = dict.fromkeys(entry for _, (misfit, entry) in sorted(best.items()) if misfit < 1)
    return [(entry, _of_best_type(options[entry])) for entry in chosen]


def _places(
    trials: Trials, shapes: EntryShapes, wanted: list[Wanted], best: Mapping[int, tuple[float, KeyPath]]
) -> Iterator[tuple[KeyPath, Edits]]:
    """Maps that templates go through, those first whose name resembles what is wanted; then with types."""
    words = {str(w.path[-1] if w.path else w.kind[1]).lower() for w in wanted}
    found = [path for path in ranged_maps(trials.state) if not any(str(key).startswith("xq") for key in path)]
    found.sort(key=lambda path: (-max(_alike(str(path[-1]).lower(), w) for w in words), len(path), path))
    for typed in (False, True):
        for place in found:
            for extra in shapes.types(trials, place) if typed else ((),):
                left = [w for index, w in enumerate(wanted) if not _explained(w, best.get(index, (1.0,))[0])]
                if not left or trials.late:
                    return
                shapes.lacking = frozenset(item.kind for item in left if item.path and item.path[-1] != KEY)
                if not typed or shapes.may_make(trials, place, left):
                    yield place, extra


def _made(tree: Tree, entry: KeyPath, edits: Edits) -> Edits:
    """The assignments for an entry of this name: only its switch where it exists and is off, nothing where it is on."""
    made = tuple(((*entry, *path), value) for path, value in edits)
    there = tree.effective(entry)
    if there is MISSING:
        return made
    flags = [key for key, on in there.items() if on is False and key in FLAGS] if isinstance(there, Mapping) else []
    return (*(((*entry, key), True) for key in flags), *made[1:]) if flags else ()


def _usual(trials: Trials, place: KeyPath) -> str:
    """The name for an entry whose objects do not show it."""
    words = trials.evaluator.interpreter.vocabulary.get((*place, KEY), {})
    return next(iter(words), "") or trials.state.setting.release


def _settle(there: Trials, entries: list[KeyPath]) -> None:
    """Close the gaps in what new entries print, with values of those entries alone."""
    for _ in range(SETTLING):
        before = there.state.cost
        batch: list[Weighed] = []
        for gap in there.evaluator.gaps(there.seen):
            if there.late:
                return
            if _speaks_of(gap, entries):
                own = (e for e in fresh_candidates(there, gap) if all(_lies_in(path, entries) for path, _ in e))
                batch += [(edits, 0.0) for edits in islice(own, 1)]
        if not batch or not there.try_batch(distinct(batch)) or there.state.cost >= before - EPSILON:
            return


def _of_best_type(options: list[Option]) -> Edits:
    parts = {index for _, misfits in options for index in misfits}
    return min(options, key=lambda option: sum(option[1].get(index, 1.0) for index in parts))[0]


def _speaks_of(gap: Gap, entries: list[KeyPath]) -> bool:
    """Whether everything at a gap was printed from one of the entries."""
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


def _explained(wanted: Wanted, misfit: float) -> bool:
    """Whether an entry makes a part of the target; a whole object need not fit exactly, other values are set later."""
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
