"""The ways to set values so that places of a text print what was read there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice

from migrator.inference.assignments.values_tree import Edits
from migrator.inference.inversion.inverse_functions import as_written
from migrator.inference.inversion.protocol import Inversion
from migrator.inference.inversion.text.grammar import Slot
from migrator.inference.inversion.text.reading import Read
from migrator.model import Json
from migrator.templates.golang.fmt import to_text

_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?")


class Ways:
    """Finds them once for each place and text."""

    def __init__(self, inversion: Inversion) -> None:
        self._inversion = inversion
        self._known: dict[tuple[int, str], tuple[Edits, ...]] = {}

    def to(self, read: Read) -> tuple[Edits, ...]:
        """Assignments that make its place print what was read, those with the likeliest type first."""
        if read.ways is not None:
            return read.ways
        key = (id(read.slot), read.text)
        if key not in self._known:
            self._known[key] = tuple(self._found(read.slot, read.text))
        return self._known[key]

    def _found(self, slot: Slot, text: str) -> Iterator[Edits]:
        seen: list[Edits] = []
        for value in _typed(slot, text):
            for edits in islice(self._inversion.invert(slot.source, value, loose=isinstance(value, str)), 2):
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
