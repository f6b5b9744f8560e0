"""Keep what Secrets hold out of the words of a proof, wherever else it may stand."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from migrator.model import Resource

SHORTEST = 6
"""Characters from which on a datum is looked for in other texts; a shorter one would blank half of them."""

HIDDEN = "(hidden)"


@dataclass(frozen=True, slots=True)
class Hiding:
    """What the Secrets of both sides hold, longest first."""

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
        if resource.gvk.kind == "Secret" and not resource.gvk.group
        for datum in _data(resource.body)
        for line in (datum, *datum.splitlines())
    }
    return Hiding(tuple(sorted((text for text in found if len(text) >= SHORTEST), key=lambda text: (-len(text), text))))


def _data(body: Mapping[str, object]) -> Iterator[str]:
    for field in ("data", "stringData"):
        held = body.get(field)
        for value in held.values() if isinstance(held, Mapping) else ():
            text = str(value)
            yield text
            if field == "data":
                try:
                    yield base64.b64decode(text, validate=True).decode()
                except (binascii.Error, ValueError):
                    continue
