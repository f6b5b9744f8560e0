"""Matches a text with what a template can print: the cheapest reading, by dynamic programming over places."""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator
from typing import TypeAlias

from migrator.inference.inversion.text.consistency import Agreement
from migrator.inference.inversion.text.grammar import ANY, Branch, Loop, Parts, Row, Slot, Text
from migrator.inference.inversion.text.reading import Event, Link, Read, RowLink, Rows, Taken
from migrator.inference.inversion.text.value_choices import Ways

STEPS = 5_000
STEPS_PER_CHARACTER = 6
MAX_STATES = 400
MAX_BLOCK, MAX_BROKEN = 200, 3
"""Lines that one value may hold, and line breaks in one that does not stand on lines of its own."""
OWN_LINE, BROKEN_LINE, BROKEN_WORD = 0.5, 1.5, 6.0
"""For each further line of a value: of one with lines of its own, of one among others, of a word that is there now."""
CHANGED, READ, TURNED, TURNED_UNTAKEN, ELEMENT_COST, DROPPED = 1.0, 0.1, 1.0, 0.2, 0.5, 1.0
EMPTY, BREAK = 0.3, 0.5
"""More for an empty value, and for each separator in a value: the template may print what is on either side."""
UNESCAPED, UNREADABLE = 2.0, 3.0
LAST_BREAKS = "\n\n\n"
SKIPPED = 4.0
_SEPARATOR = re.compile(r"[\s,;:=]+")


State: TypeAlias = tuple[float, Link]
States: TypeAlias = dict[int, State]


class Matcher:
    """Reads one text. `skipping` lets it leave out lines that nothing explains, at a price."""

    def __init__(self, text: str, ways: Ways, *, skipping: bool = False) -> None:
        # how many line breaks a block scalar ends with is a question of its style
        self.text = text.rstrip("\n") + LAST_BREAKS
        self.least = len(self.text) - len(LAST_BREAKS)
        self.skipping = skipping
        self.strict = False
        """Whether readings must agree with their branches at once: expensive, and seldom needed."""
        self.steps = STEPS + STEPS_PER_CHARACTER * len(text)
        self.known: dict[tuple[int, int, bool], States] = {}
        self.reads: dict[tuple[int, str], Read] = {}
        self.ways, self.agreement = ways, Agreement(ways)

    def read(self, parts: Parts) -> Link | bool:
        """The cheapest reading of the whole text; False where there is none within the steps allowed."""
        states = self._agreed(parts, 0, outermost=True)
        ends = [(cost, end, link) for end, (cost, link) in states.items() if end >= self.least]
        if not ends:
            return False
        return self.agreement.agreeing(min(ends, key=lambda item: (item[0], -item[1]))[2])

    # -- parts -------------------------------------------------------------------------------------------------

    def _sequence(self, parts: Parts, start: int, *, outermost: bool = False) -> States:
        states: States = {start: (0.0, None)}
        for part in parts:
            if outermost and self.skipping:
                self._skip(states)
            following: States = {}
            self.steps -= len(states) if not isinstance(part, Text) else 0
            for place, (cost, link) in states.items():
                for end, price, event in self._part(part, place):
                    total = cost + price
                    known = following.get(end)
                    if known is None or total < known[0]:
                        following[end] = (total, (link, event) if event is not None else link)
            if self.steps < 0 or not following:
                return {}
            if len(following) > MAX_STATES:
                best = heapq.nsmallest(MAX_STATES, following.items(), key=lambda item: item[1][0])
                following = dict(best)
            states = following
        if outermost and self.skipping:
            self._skip(states)
        return states

    def _agreed(self, parts: Parts, start: int, *, outermost: bool = False) -> States:
        """The readings of parts without those that contradict the branches they took."""
        key = (id(parts), start, self.strict)
        states = self.known.get(key)
        if states is None:
            states = self._sequence(parts, start, outermost=outermost)
            if not self.strict and not all(self.agreement.agrees(link) for _, link in states.values()):
                self.strict = True
                states = self._sequence(parts, start, outermost=outermost)
                self.strict = False
            self.known[key] = states
        return states

    def _skip(self, states: States) -> None:
        """Let each state also skip the lines that follow it."""
        place = -1
        while place < len(self.text):
            nearest = min((other for other in states if other > place), default=None)
            if nearest is None:
                return
            place = nearest
            if place and self.text[place - 1] != "\n" and self.text[place : place + 1] != "\n":
                continue
            end = self.text.find("\n", place + 1)
            if place < len(self.text) and self.text[place - 1 : place] == "\n" and place:
                end = self.text.find("\n", place) + 1
            if end <= place:
                end = len(self.text)
            cost = states[place][0] + SKIPPED
            if end > place and (end not in states or states[end][0] > cost):
                states[end] = (cost, states[place][1])

    def _part(self, part: Text | Slot | Branch | Loop, place: int) -> Iterator[tuple[int, float, Event | None]]:
        if isinstance(part, Text):
            if self.text.startswith(part.text, place):
                yield place + len(part.text), 0.0, None
            elif self._ends_with(part.text, place):
                yield len(self.text), 0.0, None
            if part.edge:
                yield place, 0.0, None
            return
        if isinstance(part, Slot):
            yield from self._slot(part, place)
            return
        key = (id(part), place, self.strict)
        states = self.known.get(key)
        if states is None:
            states = self._branch(part, place) if isinstance(part, Branch) else self._loop(part, place)
            self.known[key] = states
        for end, (cost, link) in states.items():
            yield end, cost, link[1] if link is not None else None

    def _ends_with(self, text: str, place: int) -> bool:
        """Whether the rest of the text is this, apart from white space that was trimmed at its end."""
        if self.least - place > len(text):
            return False
        rest = self.text[place : self.least]
        return text.startswith(rest) and not text[len(rest) :].strip()

    def _starts(self, first: frozenset[str], place: int) -> bool:
        return ANY in first or place >= len(self.text) or self.text[place] in first

    def _branch(self, part: Branch, place: int) -> States:
        now = self._sequence(part.now, place) if self._starts(part.first_now, place) else {}
        other: States = {}
        if self._starts(part.first_other, place) and (
            part.condition.direct or part.condition.op or part.condition.pieces
        ):
            other = self._sequence(part.other, place)
        price = TURNED_UNTAKEN if part.to_come else TURNED
        found: States = {}
        for turned, states in ((False, now), (True, other)):
            for end, (cost, link) in states.items():
                inside: Link | bool = link
                if self.strict or (end in now and end in other):
                    inside = self.agreement.narrowed(link, part.condition, part.wanted != turned)
                total = cost + (price if turned else 0.0)
                if not isinstance(inside, bool) and (end not in found or total < found[end][0]):
                    event = Taken(part, turned, inside) if turned or inside is not None else None
                    found[end] = (total, (None, event) if event else None)
        return found

    def _loop(self, part: Loop, place: int) -> States:
        """Elements in order: each is one that is there, possibly changed, or a new one; the rest is dropped."""
        rows = part.rows
        best: dict[tuple[int, int], tuple[float, RowLink]] = {(place, 0): (0.0, None)}
        queue: list[tuple[int, int]] = [(place, 0)]
        found: States = {}
        while queue:
            at, index = here = heapq.heappop(queue)
            cost, link = best[here]
            self.steps -= 1
            if self.steps < 0:
                return {}
            if index == len(rows):
                if link is None:
                    found[at] = (cost, None)
                else:
                    found[at] = (cost, (None, Rows(part, link)))
            for end, following, price, row, inside in self._element(part, at, index):
                if end == at and following == index:
                    continue
                total = cost + price
                key = (end, following)
                if key not in best or total < best[key][0]:
                    if key not in best:
                        heapq.heappush(queue, key)
                    kept = row is not None and inside is None
                    best[key] = (total, link if kept else (link, row, inside))
        return found

    def _element(self, part: Loop, at: int, index: int) -> Iterator[tuple[int, int, float, Row | None, Link | bool]]:
        if index < len(part.rows):
            row = part.rows[index]
            if self.text.startswith(row.text, at):
                yield at + len(row.text), index + 1, 0.0, row, None
            yield at, index + 1, DROPPED if row.text else 0.0, row, False if row.text else None
            if row.parts and self._starts(part.first, at):
                for end, (cost, link) in self._agreed(row.parts, at).items():
                    yield end, index + 1, cost, row, link
        self.steps -= 1
        if part.pattern and at < len(self.text) and self._starts(part.first, at):
            for end, (cost, link) in self._agreed(part.pattern, at).items():
                if end > at:
                    yield end, index, cost + ELEMENT_COST, None, link
        if self.skipping and at < len(self.text):
            line = self.text.find("\n", at + 1)
            if self.text[at] == "\n" or self.text[at - 1 : at] == "\n" or not at:
                end = line if self.text[at] == "\n" else line + 1
                yield (end if end > at else len(self.text)), index, SKIPPED, None, True

    # -- values ------------------------------------------------------------------------------------------------

    def _slot(self, slot: Slot, place: int) -> Iterator[tuple[int, float, Event | None]]:
        if slot.text is not None and self.text.startswith(slot.text, place):
            yield place + len(slot.text), 0.0, None
        price = READ if slot.text is None else CHANGED
        for end, breaks in self._ends(slot, place):
            text = self.text[place:end]
            if slot.text is not None and text == slot.text:
                continue
            extra = breaks + (EMPTY if not text else 0.0)
            if slot.text is None:
                extra += BREAK * len(_SEPARATOR.findall(text))
            if slot.quoted and '"' in text.replace('\\"', ""):
                extra += UNESCAPED
            read = self._read(slot, text)
            if not slot.source.direct and not self.ways.to(read):
                extra += UNREADABLE
            yield end, price + extra, read

    def _read(self, slot: Slot, text: str) -> Read:
        key = (id(slot), text)
        if key not in self.reads:
            self.steps -= 1
            self.reads[key] = Read(slot, text)
        return self.reads[key]

    def _ends(self, slot: Slot, place: int) -> Iterator[tuple[int, float]]:
        """Where a value may end that begins here, with the price of the line breaks in it."""
        text = self.text
        line = text.find("\n", place)
        line = len(text) if line < 0 else line
        if slot.anchor:
            anchor = slot.anchor if line < self.least else slot.anchor.rstrip()
            end = text.find(anchor, place, line + len(anchor))
            while 0 <= end <= line:
                yield end, 0.0
                end = text.find(anchor, end + 1, line + len(anchor))
        else:
            anywhere = ANY in slot.stops
            yield from ((end, 0.0) for end in range(place, line) if anywhere or text[end] in slot.stops)
            yield line, 0.0
        if "\n" in (slot.anchor[:1] or "\n"):
            yield from self._more_lines(slot, line)

    def _more_lines(self, slot: Slot, line: int) -> Iterator[tuple[int, float]]:
        """Ends of the lines that a value may go on with, with their price."""
        own = slot.margin is not None or "\n" in (slot.text or "")
        margin = slot.margin or ""
        price = 0.0
        for _ in range(MAX_BLOCK if own else MAX_BROKEN):
            if line >= self.least or not (
                self.text.startswith(margin, line + 1) or self.text.startswith("\n", line + 1)
            ):
                return
            end = self.text.find("\n", line + 1)
            broken = BROKEN_LINE if slot.text is None else BROKEN_WORD
            price += OWN_LINE if own or end == line + 1 else broken
            line = end
            yield line, price
