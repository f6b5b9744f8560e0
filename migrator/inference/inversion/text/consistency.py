"""Whether the values read in a text agree with the branches that were taken to read it."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.inference.assignments.values_tree import Edits
from migrator.inference.inversion.partial_evaluation import UNKNOWN, Outcomes
from migrator.inference.inversion.text.reading import Event, Link, Read, RowLink, Rows, Taken, events
from migrator.inference.inversion.text.value_choices import Ways
from migrator.templates.provenance.value import Value


class Agreement:
    """Checks readings against the conditions of the branches in them."""

    def __init__(self, ways: Ways) -> None:
        self._ways = ways
        self._outcomes = Outcomes()

    def narrowed(self, link: Link, condition: Value, wanted: bool) -> Link | bool:
        """The reading with only the ways under which a condition is as it has to be; False where there are none."""
        if link is None:
            return None
        near = [read for read in _reads(link) if self._touches(condition, read)]
        if not near:
            return link
        fits = self._allows(condition, wanted, self._first(near))
        kept: dict[int, Read] = {}
        for read in near:
            ways = self._ways.to(read)
            if len(ways) > 1:
                others = self._first([other for other in near if other is not read])
                left = tuple(way for way in ways if self._allows(condition, wanted, (*others, *way)))
                if left and len(left) < len(ways):
                    kept[id(read)] = Read(read.slot, read.text, left)
                    if not fits:
                        break
        if kept:
            return _replaced(link, kept)
        return link if fits else False

    def agrees(self, link: Link) -> bool:
        """Whether no value that was read contradicts a branch that was taken; elements of loops were checked before."""
        return all(
            self.narrowed(event.inside, event.branch.condition, event.branch.wanted != event.turned) is not False
            and self.agrees(event.inside)
            for event in events(link)
            if isinstance(event, Taken)
        )

    def agreeing(self, link: Link) -> Link:
        """The reading with the ways to set each value: those of a type that the branches taken ask for."""
        made: Link = None
        for event in events(link):
            changed: Event = event
            if isinstance(event, Taken):
                inside = self.agreeing(event.inside)
                narrowed = self.narrowed(inside, event.branch.condition, event.branch.wanted != event.turned)
                changed = Taken(event.branch, event.turned, inside if isinstance(narrowed, bool) else narrowed)
            elif isinstance(event, Read):
                changed = Read(event.slot, event.text, self._ways.to(event))
            else:
                rows: RowLink = None
                for row, read in event.in_order():
                    rows = (rows, row, read if isinstance(read, bool) else self.agreeing(read))
                changed = Rows(event.loop, rows)
            made = (made, changed)
        return made

    def _touches(self, condition: Value, read: Read) -> bool:
        """Whether what was read may decide a condition."""
        paths = read.slot.source.direct or tuple(path for path, _ in next(iter(self._ways.to(read)), ()))
        return self._outcomes.touched(condition, paths) and bool(self._ways.to(read))

    def _first(self, reads: list[Read]) -> Edits:
        return tuple(edit for read in reads for edit in self._ways.to(read)[0])

    def _allows(self, condition: Value, wanted: bool, edits: Edits) -> bool:
        found = self._outcomes.of(condition, edits)
        return found is UNKNOWN or bool(found) == wanted


def _reads(link: Link) -> Iterator[Read]:
    for event in events(link):
        if isinstance(event, Read):
            yield event
        elif isinstance(event, Taken):
            yield from _reads(event.inside)


def _replaced(link: Link, kept: dict[int, Read]) -> Link:
    made: Link = None
    for event in events(link):
        changed: Event = event
        if isinstance(event, Read):
            changed = kept.get(id(event), event)
        elif isinstance(event, Taken):
            changed = Taken(event.branch, event.turned, _replaced(event.inside, kept))
        made = (made, changed)
    return made
