"""What is wrong with a split of values into a common file and one for each environment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from measuring.effect import KeyPath, leaves
from migrator.model import Json
from migrator.yamlio import ABSENT, Absent, same


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """Places by fault; a good split has none."""

    twice: tuple[str, ...] = ()
    """A value that stands in two files where one would do."""
    torn: tuple[str, ...] = ()
    """A list that does not lie wholly in one file: Helm replaces lists, it does not merge them."""


def faults_of(
    common: Mapping[str, Json], environments: Mapping[str, Mapping[str, Json]], names: Sequence[str]
) -> Faults:
    """The faults of a split; `names` are all environments, those without a file of their own among them."""
    files = {name: environments.get(name, {}) for name in names}
    return Faults(twice=tuple(_twice(common, files)), torn=tuple(_torn(common, files)))


def _twice(common: Mapping[str, Json], files: Mapping[str, Mapping[str, Json]]) -> Iterator[str]:
    for name, own in files.items():
        for path in leaves(own):
            if same_at(common, own, path):
                yield f"{name}: {_shown(path)} is the common value"
    if len(files) < 2:
        return
    first, *others = files.values()
    for path in leaves(first):
        if all(same_at(other, first, path) for other in others):
            yield f"{_shown(path)} is the same in every environment"


def _torn(common: Mapping[str, Json], files: Mapping[str, Mapping[str, Json]]) -> Iterator[str]:
    for name, own in files.items():
        for path in _lists(common):
            if look(own, path) is not ABSENT:
                yield f"{name}: {_shown(path)} is a list of the common file"
        for path in _lists(own):
            value = look(common, path)
            if value is not ABSENT and not isinstance(value, list):
                yield f"{name}: {_shown(path)} is not a list in the common file"


def same_at(values: Mapping[str, Json], others: Mapping[str, Json], path: KeyPath) -> bool:
    """Whether both have one value at the path."""
    left, right = look(values, path), look(others, path)
    return left is not ABSENT and right is not ABSENT and same(left, right)


def look(values: Json, path: KeyPath) -> Json | Absent:
    """The value at the path, ABSENT where there is none."""
    for key in path:
        if not isinstance(values, Mapping) or key not in values:
            return ABSENT
        values = values[key]
    return values


def _lists(values: Mapping[str, Json]) -> Iterator[KeyPath]:
    return (path for path in leaves(values) if isinstance(look(values, path), list))


def _shown(path: KeyPath) -> str:
    return ".".join(path)
