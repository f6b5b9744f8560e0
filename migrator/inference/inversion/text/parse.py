"""What was read of a text: values with the ways to set them, branches taken, elements of loops."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias

from migrator.inference.assignments.values_tree import Edits
from migrator.inference.inversion.expressions import invert
from migrator.inference.inversion.inverse_functions import as_written
from migrator.inference.inversion.text.grammar import Branch, Loop, Row, Slot
from migrator.model import Json
from migrator.templates.golang.fmt import to_text

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
            self._choices = tuple(ways(self.slot, self.text))
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

    def in_order(self) -> list[tuple[Row | None, Link | bool]]:
        """The elements as they stand in the text."""
        found: list[tuple[Row | None, Link | bool]] = []
        link = self.rows
        while link is not None:
            link, row, inside = link
            found.append((row, inside))
        return found[::-1]


Event: TypeAlias = Read | Taken | Rows
Link: TypeAlias = "tuple[Link, Event] | None"
RowLink: TypeAlias = "tuple[RowLink, Row | None, Link | bool] | None"
"""Of an element: what was read in it; False for one that has to go."""


def events(link: Link) -> list[Event]:
    """What was read, in order."""
    found: list[Event] = []
    while link is not None:
        link, event = link
        found.append(event)
    return found[::-1]


def ways(slot: Slot, text: str) -> Iterator[Edits]:
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
