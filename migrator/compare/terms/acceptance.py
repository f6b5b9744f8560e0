"""What a person says of differences in `migrate.yaml`: these may be, or these may not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache

from migrator.model import Difference, Impact, SourceSpan

_WILDCARD = re.compile(r"/\*\*|\*\*|\*|\?")
_WIDEST = Impact.RECREATE
"""As far as an entry reaches that does not say how far: what loses data must be named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """An entry of `accept` or `refuse`: which differences it is about, and why."""

    component: str = ""
    """Only those of this component; empty for all."""
    only: tuple[str, ...] = ()
    """Ids of differences, or patterns of ids; none for all."""
    up_to: Impact | None = None
    """Only those that do no more than this to a cluster; None: up to `recreate`, and whatever is named by its id."""
    privilege: bool = False
    """Also those that widen a privilege."""
    reason: str
    span: SourceSpan | None = field(default=None, compare=False)

    def covers(self, difference: Difference, component: str = "") -> bool:
        """Whether the entry is about a difference of the component."""
        if self.component and self.component != component:
            return False
        if self.names(difference):
            return self.up_to is None or difference.impact <= self.up_to
        return (
            (not self.only or any(_matches(pattern, difference.id) for pattern in self.only))
            and (self.privilege or not difference.privilege)
            and difference.impact <= (_WIDEST if self.up_to is None else self.up_to)
        )

    def names(self, difference: Difference) -> bool:
        """Whether the id of the difference stands in the entry, letter by letter."""
        return difference.id in self.only

    def __str__(self) -> str:
        if len(self.only) == 1 and not self.component and self.up_to is None:
            return self.only[0]
        parts = [self.component or "everything", *([f"up to {self.up_to}"] if self.up_to is not None else [])]
        return " ".join(parts) + (f": {', '.join(self.only)}" if self.only else "")


def unmatched(entries: Sequence[Acceptance], found: Iterable[tuple[Difference, str]]) -> tuple[Acceptance, ...]:
    """The entries that are about none of the differences, each of which comes with its component."""
    left = list(entries)
    for difference, component in found:
        left = [entry for entry in left if not entry.covers(difference, component)]
    return tuple(left)


def _matches(pattern: str, text: str) -> bool:
    """Whether an id fits a pattern.

    `*` is any part of a name or a key, `/**` any number of keys, `?` one character. A pattern without `#` is about
    objects, with all that differs in them.
    """
    return _expression(pattern).fullmatch(text) is not None


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    resource, separator, place = pattern.partition("#")
    return re.compile(_glob(resource, "[^#]") + (f"#{_glob(place, '.')}" if separator else "#.*"), re.DOTALL)


def _glob(pattern: str, anything: str) -> str:
    """The regular expression of one half of a pattern; `anything` is what `**` may run over."""
    meanings = {"/**": f"(?:/{anything}*)?", "**": f"{anything}*", "*": "[^/#]*", "?": "[^/#]"}
    parts = []
    end = 0
    for found in _WILDCARD.finditer(pattern):
        parts += [re.escape(pattern[end : found.start()]), meanings[found[0]]]
        end = found.end()
    return "".join(parts) + re.escape(pattern[end:])
