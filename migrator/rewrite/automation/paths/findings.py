"""What reading one automation file found: spans to replace, and places that a person has to look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Splice:
    """Characters of a text and what stands there instead."""

    start: int
    end: int
    text: str


@dataclass(slots=True)
class Book:
    """Gathers findings while a file is read; offsets are characters of the whole file."""

    splices: list[Splice] = field(default_factory=list)
    notes: list[tuple[int, str]] = field(default_factory=list)

    def replace(self, start: int, end: int, text: str) -> None:
        """Replace a span, once: two readings of one text agree or the first one counts."""
        if not any(each.start < end and start < each.end for each in self.splices):
            self.splices.append(Splice(start=start, end=end, text=text))

    def note(self, offset: int, summary: str) -> None:
        if (offset, summary) not in self.notes:
            self.notes.append((offset, summary))

    def take(self, inner: Book, origin: Sequence[int]) -> None:
        """What was found in a text whose characters stand at these offsets here."""
        for splice in inner.splices:
            start = origin[splice.start]
            end = origin[splice.end - 1] + 1 if splice.end > splice.start else start
            if end - start == splice.end - splice.start:
                self.replace(start, end, splice.text)
            else:
                self.note(start, f"a path that is broken over lines should read {splice.text}")
        for offset, summary in inner.notes:
            self.note(origin[min(offset, len(origin) - 1)], summary)


def spliced(text: str, splices: Sequence[Splice]) -> str:
    """The text with the spans replaced."""
    for each in sorted(splices, key=lambda each: each.start, reverse=True):
        text = text[: each.start] + each.text + text[each.end :]
    return text
