"""What may make a template render that Helm stops at: the value it speaks of, or a gate over the place."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from migrator.inference.edits import MISSING, Edits, Tree
from migrator.inference.gates import make
from migrator.model import Json, Path
from migrator.templates.evaluator import Failure
from migrator.templates.value import ELEMENT

PLACEHOLDER = "placeholder"
MAX_GATES = 6
_FLAGS = ("enable", "create", "use", "allow", "install", "is", "has", "disable")


def repairs(failure: Failure, tree: Tree) -> Iterator[Edits]:
    """Assignments that may take a failure away, likeliest first."""
    culprit = failure.culprit
    if culprit is not None:
        for path in culprit.direct[:2]:
            if ELEMENT not in path and path:
                for value in _values(path, failure.message):
                    yield ((path, value),)
        yield from _varied(islice(make(culprit, True), 2), tree)
    gate, count = failure.gate, 0
    while gate is not None and count < MAX_GATES:
        yield from _varied(islice(make(gate.condition, not gate.wanted), 3), tree)
        gate, count = gate.parent, count + 1


def _varied(made: Iterator[Edits], tree: Tree) -> Iterator[Edits]:
    """What only has to count as true may be any value where there is none yet."""
    for edits in made:
        open_paths = [path for path, value in edits if value is True and tree.effective(path) in (MISSING, None)]
        if not open_paths:
            yield edits
            continue
        for kind in range(4):
            yield tuple((p, _values(p, "")[kind] if p in open_paths else value) for p, value in edits)


def _values(path: Path, message: str) -> tuple[Json, ...]:
    """Values that may stand at a place, likeliest first, by its name and what the template says it expects."""
    name = str(path[-1]).lower() if path else ""
    if "expected int" in message or "expected float" in message:
        return (1, PLACEHOLDER, {}, True)
    if "expected map" in message or "nil pointer" in message or "evaluate field" in message:
        return ({}, PLACEHOLDER, True, 1)
    if "range can't iterate" in message:
        return ([], {}, PLACEHOLDER, 1)
    return (True, PLACEHOLDER, 1, {}) if name.startswith(_FLAGS) else (PLACEHOLDER, True, 1, {})
