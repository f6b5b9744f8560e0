"""Whether what was read of a text agrees with the branches taken to read it, and values of a type that does."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.inference.assignments.values_tree import Edits
from migrator.inference.inversion.partial_evaluation import UNKNOWN, Outcomes
from migrator.inference.inversion.text.parse import Event, Link, Read, RowLink, Rows, Taken, events
from migrator.templates.provenance.value import Value


class Agreement:
    """Holds readings against conditions."""

    def __init__(self) -> None:
        self.outcomes = Outcomes()

    def narrowed(self, link: Link, condition: Value, wanted: bool) -> Link | bool:
        """The readings that leave a condition as it has to be; False where there are none."""
        if link is None:
            return None
        near = [read for read in _reads(link) if self._touches(condition, read)]
        if not near:
            return link
        fits = self._allows(condition, wanted, _first_choices(near))
        kept: dict[int, Read] = {}
        for read in near:
            if len(read.choices) > 1:
                others = _first_choices([other for other in near if other is not read])
                choices = tuple(way for way in read.choices if self._allows(condition, wanted, (*others, *way)))
                if choices and len(choices) < len(read.choices):
                    kept[id(read)] = Read(read.slot, read.text, choices)
                    if not fits:
                        break
        if kept:
            return _replaced(link, kept)
        return link if fits else False

    def agrees(self, link: Link) -> bool:
        """Whether nothing that was read turns a branch that was taken; elements are looked at one by one before."""
        return all(
            self.narrowed(event.inside, event.branch.condition, event.branch.wanted != event.turned) is not False
            and self.agrees(event.inside)
            for event in events(link)
            if isinstance(event, Taken)
        )

    def agreeing(self, link: Link) -> Link:
        """The reading with values of a type that the branches taken ask for."""
        made: Link = None
        for event in events(link):
            if isinstance(event, Taken):
                inside = self.agreeing(event.inside)
                narrowed = self.narrowed(inside, event.branch.condition, event.branch.wanted != event.turned)
                event.inside = inside if isinstance(narrowed, bool) else narrowed
            elif isinstance(event, Rows):
                rows: RowLink = None
                for row, read in event.in_order():
                    rows = (rows, row, read if isinstance(read, bool) else self.agreeing(read))
                event.rows = rows
            made = (made, event)
        return made

    def _touches(self, condition: Value, read: Read) -> bool:
        """Whether what was read may decide a condition."""
        paths = read.slot.source.direct or tuple(path for path, _ in next(iter(read.choices), ()))
        return self.outcomes.touched(condition, paths) and bool(read.choices)

    def _allows(self, condition: Value, wanted: bool, edits: Edits) -> bool:
        found = self.outcomes.of(condition, edits)
        return found is UNKNOWN or bool(found) == wanted


def _reads(link: Link) -> Iterator[Read]:
    for event in events(link):
        if isinstance(event, Read):
            yield event
        elif isinstance(event, Taken):
            yield from _reads(event.inside)


def _first_choices(reads: list[Read]) -> Edits:
    return tuple(edit for read in reads for edit in read.choices[0])


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
