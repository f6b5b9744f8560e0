"""Match a text with what a template can print: the cheapest way to read it, by dynamic programming over places."""

from __future__ import annotations

import heapq
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias

from migrator.inference.codecs import as_written
from migrator.inference.edits import Edits
from migrator.inference.grammar import ANY, Branch, Loop, Parts, Row, Slot, Text
from migrator.inference.invert import invert
from migrator.inference.outcome import UNKNOWN, outcome, touched
from migrator.model import Json, Path
from migrator.templates.gofmt import to_text
from migrator.templates.value import Value

STEPS = 5_000
STEPS_PER_CHARACTER = 4
MAX_STATES = 400
MAX_BLOCK = 200
"""Lines of a text that one value may hold."""
CHANGED, READ, TURNED, TURNED_GHOST, ELEMENT_COST, DROPPED = 1.0, 0.1, 1.0, 0.2, 0.5, 1.0
EMPTY, BREAK = 0.3, 0.5
"""More for a value that is empty, and for each separator in one: the template may know what stands on either side."""
UNESCAPED, UNREADABLE = 2.0, 3.0
LAST_BREAKS = "\n\n\n"
SKIPPED = 4.0
_SEPARATOR = re.compile(r"[\s,;:=]+")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?")


class Read:
    """A value that was read."""

    __slots__ = ("_choices", "slot", "text")

    def __init__(self, slot: Slot, text: str, choices: tuple[Edits, ...] | None = None) -> None:
        self.slot, self.text, self._choices = slot, text, choices

    @property
    def choices(self) -> tuple[Edits, ...]:
        """The ways to set it so."""
        if self._choices is None:
            self._choices = tuple(readings(self.slot, self.text))
        return self._choices


@dataclass(slots=True, eq=False)
class Taken:
    """One way of a branch, with what was read on it."""

    branch: Branch
    turned: bool
    inside: Link


@dataclass(slots=True, eq=False)
class Rows:
    """The elements of a loop: what was read in those that are there (None: dropped) and in new ones (row None)."""

    loop: Loop
    rows: RowLink


Event: TypeAlias = Read | Taken | Rows
Link: TypeAlias = "tuple[Link, Event] | None"
RowLink: TypeAlias = "tuple[RowLink, Row | None, Link | bool] | None"
"""Of an element: what was read in it; False for one that has to go."""
State: TypeAlias = tuple[float, Link]
States: TypeAlias = dict[int, State]


def events(link: Link) -> list[Event]:
    """What was read, in order."""
    found: list[Event] = []
    while link is not None:
        link, event = link
        found.append(event)
    return found[::-1]


class Matcher:
    """Reads one text. `skipping` lets it leave out lines that nothing explains, at a price."""

    def __init__(self, text: str, *, skipping: bool = False) -> None:
        # how many line breaks a block scalar ends with is a question of its style
        self.text = text.rstrip("\n") + LAST_BREAKS
        self.least = len(self.text) - len(LAST_BREAKS)
        self.skipping = skipping
        self.steps = STEPS + STEPS_PER_CHARACTER * len(text)
        self.known: dict[tuple[int, int], States] = {}
        self.reads: dict[tuple[int, str], Read] = {}
        self.touching: dict[tuple[int, tuple[Path, ...]], bool] = {}

    def read(self, parts: Parts) -> Link | bool:
        """The cheapest reading of the whole text; False where there is none within the steps allowed."""
        states = self._sequence(parts, 0, outermost=True)
        ends = [(cost, end, link) for end, (cost, link) in states.items() if end >= self.least]
        if not ends:
            return False
        return min(ends, key=lambda item: (item[0], -item[1]))[2]

    # -- parts -------------------------------------------------------------------------------------------------

    def _sequence(self, parts: Parts, start: int, *, outermost: bool = False) -> States:
        states: States = {start: (0.0, None)}
        for part in parts:
            if outermost and self.skipping:
                self._skip(states)
            following: States = {}
            for place, (cost, link) in states.items():
                self.steps -= 1
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

    def _skip(self, states: States) -> None:
        """Let each state go on behind the lines that follow it as well."""
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
        key = (id(part), place)
        states = self.known.get(key)
        if states is None:
            states = self._branch(part, place) if isinstance(part, Branch) else self._loop(part, place)
            self.known[key] = states
        for end, (cost, link) in states.items():
            yield end, cost, link[1] if link is not None else None

    def _ends_with(self, text: str, place: int) -> bool:
        """Whether what is left of the text is this, but for white space that fell away behind it."""
        rest = self.text[place : self.least]
        return text.startswith(rest) and not text[len(rest) :].strip()

    def _starts(self, first: frozenset[str], place: int) -> bool:
        return ANY in first or place >= len(self.text) or self.text[place] in first

    def _branch(self, part: Branch, place: int) -> States:
        found: States = {}
        ways = [(part.now, False, part.first_now)]
        if part.condition.direct or part.condition.op or part.condition.pieces:
            ways.append((part.other, True, part.first_other))
        for parts, turned, first in ways:
            if not self._starts(first, place):
                continue
            price = 0.0 if not turned else TURNED if part.condition.v is not None else TURNED_GHOST
            for end, (cost, link) in self._sequence(parts, place).items():
                inside = self._narrowed(link, part.condition, part.wanted != turned)
                if isinstance(inside, bool):
                    continue
                total = cost + price
                if end not in found or total < found[end][0]:
                    event = Taken(part, turned, inside) if turned or inside is not None else None
                    found[end] = (total, (None, event) if event else None)
        return found

    def _loop(self, part: Loop, place: int) -> States:
        """Elements in order, each the one that is there, with changes perhaps, or a new one; the rest is dropped."""
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
                for end, (cost, link) in self._sequence(row.parts, at).items():
                    yield end, index + 1, cost, row, link
        self.steps -= 1
        if part.pattern and at < len(self.text) and self._starts(part.first, at):
            for end, (cost, link) in self._sequence(part.pattern, at).items():
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
        for end, lines in self._ends(slot, place):
            text = self.text[place:end]
            if slot.text is not None and text == slot.text:
                continue
            breaks = 0.0 if slot.text is not None else BREAK * len(_SEPARATOR.findall(text))
            if slot.quoted and '"' in text.replace('\\"', ""):
                breaks += UNESCAPED
            read = self._read(slot, text)
            if not slot.source.direct and not read.choices:
                breaks += UNREADABLE
            yield end, price + (breaks if text else EMPTY) + 0.5 * lines, read

    def _read(self, slot: Slot, text: str) -> Read:
        key = (id(slot), text)
        if key not in self.reads:
            self.reads[key] = Read(slot, text)
        return self.reads[key]

    def _ends(self, slot: Slot, place: int) -> Iterator[tuple[int, int]]:
        """Where a value may end that begins here, with the number of line breaks in it."""
        text = self.text
        line = text.find("\n", place)
        line = len(text) if line < 0 else line
        if slot.anchor:
            anchor = slot.anchor if line < self.least else slot.anchor.rstrip()
            end = text.find(anchor, place, line + len(anchor))
            while 0 <= end <= line:
                yield end, 0
                end = text.find(anchor, end + 1, line + len(anchor))
        elif ANY in slot.stops:
            for end in range(place, line + 1):
                yield end, 0
        else:
            for end in range(place, line):
                if text[end] in slot.stops:
                    yield end, 0
            yield line, 0
        if slot.margin is None and "\n" not in (slot.text or ""):
            return
        margin = slot.margin or ""
        for lines in range(1, MAX_BLOCK):
            following = text[line + 1 : line + 1 + len(margin)]
            if line >= len(text) or (following.strip(" ") and following != margin and following[:1] != "\n"):
                return
            if following != margin and not following.startswith("\n"):
                return
            end = text.find("\n", line + 1)
            line = len(text) if end < 0 else end
            yield line, lines

    # -- conditions --------------------------------------------------------------------------------------------

    def _narrowed(self, link: Link, condition: Value, wanted: bool) -> Link | bool:
        """The readings that leave a condition as it has to be; False where there are none."""
        if link is None:
            return None
        reads = [read for read in _reads(link) if read.choices]
        near = [read for read in reads if self._touches(condition, read.choices[0])]
        if not near:
            return link
        fits = _allows(condition, wanted, _first_choices(reads))
        kept: dict[int, Read] = {}
        for read in near:
            if len(read.choices) > 1:
                others = _first_choices([other for other in reads if other is not read])
                choices = tuple(choice for choice in read.choices if _allows(condition, wanted, (*others, *choice)))
                if choices and len(choices) < len(read.choices):
                    kept[id(read)] = Read(read.slot, read.text, choices)
                    if not fits:
                        break
        if kept:
            return _replaced(link, kept)
        return link if fits else False

    def _touches(self, condition: Value, edits: Edits) -> bool:
        key = (id(condition), tuple(path for path, _ in edits))
        if key not in self.touching:
            self.touching[key] = touched(condition.taint, edits)
        return self.touching[key]


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


def _allows(condition: Value, wanted: bool, edits: Edits) -> bool:
    found = outcome(condition, edits)
    return found is UNKNOWN or bool(found) == wanted


def readings(slot: Slot, text: str) -> Iterator[Edits]:
    """Assignments that make a slot print a text, those with the likeliest type first."""
    seen: list[Edits] = []
    for value in _typed(slot, text):
        for edits in islice(invert(slot.source, value, loose=isinstance(value, str)), 2):
            if edits and not any(path[0] == "@Release" for path, _ in edits) and repr(edits) not in map(repr, seen):
                seen.append(edits)
                yield edits


def _typed(slot: Slot, text: str) -> Iterator[Json]:
    source = slot.source
    if "\n" in text:
        text = _without_margin(text, slot.margin or "")
    if source.op == "key":
        yield text
        return
    if source.op in ("quote", "squote") and source.v is None:
        inner = _unquoted(text)
        if inner is not None:
            yield inner
        return
    if slot.quoted:
        if "\\" in text:
            inner = _unquoted(f'"{text}"')
            if inner is not None:
                yield inner
        yield text
        return
    if slot.text is None or isinstance(source.v, (bool, int, float)) or source.v is None:
        if text in ("true", "false"):
            yield text == "true"
        elif _NUMBER.fullmatch(text) and to_text(float(text)) == text:
            yield float(text) if "." in text else int(text)
    tree = as_written(text) if source.v is None or isinstance(source.v, (dict, list)) else None
    if tree is not None:
        yield tree
    yield text


def _without_margin(text: str, margin: str) -> str:
    return text.replace("\n" + margin, "\n")


def _unquoted(text: str) -> str | None:
    if len(text) < 2 or text[0] != text[-1] or text[0] not in "\"'":
        return None
    if text[0] == "'":
        return text[1:-1]
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, str) else None
