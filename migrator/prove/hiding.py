"""Keep what Secrets hold out of the words of a proof, wherever else it may stand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from migrator.compare.redaction import secret_texts
from migrator.model import Resource

SHORTEST = 6
"""Characters from which on a datum is looked for in other texts; a shorter one would blank half of them."""

HIDDEN = "(hidden)"


@dataclass(frozen=True, slots=True)
class Hiding:
    """What the Secrets of both sides hold, and what stands where secrets do, longest first."""

    data: tuple[str, ...]

    def hide(self, line: str) -> str:
        """The line without any of it."""
        for datum in self.data:
            line = line.replace(datum, HIDDEN)
        return line


def hiding(resources: Iterable[Resource]) -> Hiding:
    """Knows every datum of the Secrets among the resources, encoded and decoded, and each line of the longer ones."""
    found = {
        line.strip()
        for resource in resources
        for datum in secret_texts(resource)
        for line in (datum, *datum.splitlines())
    }
    return Hiding(tuple(sorted((text for text in found if len(text) >= SHORTEST), key=lambda text: (-len(text), text))))
