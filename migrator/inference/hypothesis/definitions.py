"""The definitions that a chart brings along in `crds/`: helm installs them as they are, no template prints them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from migrator.inference.hypothesis.compared_objects import Key, key_of
from migrator.model import Resource, resource_of
from migrator.templates.interpreter.render import Run
from migrator.templates.output.split import plain_documents


class Definitions:
    """What stands in the files of `crds/`, each read once."""

    def __init__(self) -> None:
        self._read: dict[bytes, list[Key]] = {}

    def keys(self, run: Run, prefix: str = "") -> Counter[Key]:
        """How many there are of each key, of active charts below a prefix."""
        found: Counter[Key] = Counter()
        for path, data in run.crds.items():
            if path.startswith(prefix):
                found.update(self._keys_of(data))
        return found

    def _keys_of(self, data: bytes) -> list[Key]:
        if data not in self._read:
            values = plain_documents(data)
            self._read[data] = [key_of(resource_of(v).id) for v in values if isinstance(v, dict) and v.get("kind")]
        return self._read[data]


def beyond(keys: Counter[Key], targets: Iterable[tuple[int, Resource]]) -> list[int]:
    """Indices of the targets for which no key is left, as each stands for one object."""
    left, found = Counter(keys), []
    for index, target in targets:
        key = key_of(target.id)
        if left[key]:
            left[key] -= 1
        else:
            found.append(index)
    return found
