"""Where helm would stop: values for the place that the message names, or another branch over it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from migrator.inference.assignments.values_tree import MISSING, Edits, Tree
from migrator.inference.inversion.inverter import satisfy
from migrator.model import Json, KeyPath
from migrator.templates.interpreter.failures import Failure
from migrator.templates.provenance.value import ELEMENT

PLACEHOLDER = "placeholder"
MAX_PATH_CONDITIONS = 6
_FLAGS = ("enable", "create", "use", "allow", "install", "is", "has", "disable")


def repairs(failure: Failure, tree: Tree, words: Mapping[KeyPath, Iterable[str]]) -> Iterator[Edits]:
    """Assignments that may prevent a failure, likeliest first; `words` are those that values are compared with."""
    culprit = failure.culprit
    if culprit is not None:
        for path in culprit.direct[:2]:
            if ELEMENT not in path and path:
                for value in _values(path, failure.message):
                    yield ((path, value),)
        yield from _varied(islice(satisfy(culprit, True), 2), tree, words)
    path_condition, count = failure.path_condition, 0
    while path_condition is not None and count < MAX_PATH_CONDITIONS:
        yield from _varied(islice(satisfy(path_condition.condition, not path_condition.wanted), 3), tree, words)
        path_condition, count = path_condition.parent, count + 1


def _varied(made: Iterable[Edits], tree: Tree, words: Mapping[KeyPath, Iterable[str]]) -> Iterator[Edits]:
    """Assignments with each value that only has to count as true as words and several types, where none is set yet."""
    for edits in made:
        open_paths = [p for p, value in edits if value in (True, "true") and tree.effective(p) in (MISSING, None, "")]
        if not open_paths:
            yield edits
            continue
        for word in [*words.get(open_paths[0], ())] if len(open_paths) == 1 else ():
            yield tuple((p, word if p in open_paths else value) for p, value in edits)
        for kind in range(4):
            yield tuple((p, _values(p, "")[kind] if p in open_paths else value) for p, value in edits)


def _values(path: KeyPath, message: str) -> tuple[Json, ...]:
    """Values that may stand at a place, likeliest first, by its name and the type that the message expects."""
    name = str(path[-1]).lower() if path else ""
    if "expected int" in message or "expected float" in message:
        return (1, PLACEHOLDER, {}, True)
    if "expected map" in message or "nil pointer" in message or "evaluate field" in message:
        return ({}, PLACEHOLDER, True, 1)
    if "range can't iterate" in message:
        return ([PLACEHOLDER], {PLACEHOLDER: PLACEHOLDER}, [], {})
    return (True, PLACEHOLDER, 1, {}) if name.startswith(_FLAGS) else (PLACEHOLDER, True, 1, {})


def undoes(more: Edits, edits: Edits) -> bool:
    """Whether assignments overwrite others, or a map that contains them."""
    return any(other[: len(path)] == path for path, _ in more for other, _ in edits)
