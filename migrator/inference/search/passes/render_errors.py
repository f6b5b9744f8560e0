"""What may make a template render that Helm stops at: the value it speaks of, a condition over the place, an entry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from migrator.inference.assignments.values_tree import MISSING, Edits, Tree
from migrator.inference.hypothesis.state import State
from migrator.inference.inversion.inverter import satisfy
from migrator.inference.search.trials import Trials
from migrator.model import Json, KeyPath
from migrator.templates.interpreter.evaluator import Failure
from migrator.templates.provenance.value import ELEMENT

PLACEHOLDER = "placeholder"
INNER = "xqinner"
"""Begins the names of entries that only a repair has asked for."""
MAX_PATH_CONDITIONS = 6
MAX_STEPS = 8
"""Failures repaired one after the other for one trial."""
MAX_TRIALS = 30
_FLAGS = ("enable", "create", "use", "allow", "install", "is", "has", "disable")


def repairs(failure: Failure, tree: Tree) -> Iterator[Edits]:
    """Assignments that may take a failure away, likeliest first."""
    culprit = failure.culprit
    if culprit is not None:
        for path in culprit.direct[:2]:
            if ELEMENT not in path and path:
                for value in _values(path, failure.message):
                    yield ((path, value),)
        yield from _varied(islice(satisfy(culprit, True), 2), tree)
    path_condition, count = failure.path_condition, 0
    while path_condition is not None and count < MAX_PATH_CONDITIONS:
        yield from _varied(islice(satisfy(path_condition.condition, not path_condition.wanted), 3), tree)
        path_condition, count = path_condition.parent, count + 1


def _varied(made: Iterable[Edits], tree: Tree) -> Iterator[Edits]:
    """What only has to count as true may be any value where there is none yet."""
    for edits in made:
        open_paths = [p for p, value in edits if value in (True, "true") and tree.effective(p) in (MISSING, None, "")]
        if not open_paths:
            yield edits
            continue
        for kind in range(4):
            yield tuple((p, _values(p, "")[kind] if p in open_paths else value) for p, value in edits)


def _values(path: KeyPath, message: str) -> tuple[Json, ...]:
    """Values that may stand at a place, likeliest first, by its name and what the template says it expects."""
    name = str(path[-1]).lower() if path else ""
    if "expected int" in message or "expected float" in message:
        return (1, PLACEHOLDER, {}, True)
    if "expected map" in message or "nil pointer" in message or "evaluate field" in message:
        return ({}, PLACEHOLDER, True, 1)
    if "range can't iterate" in message:
        return ([PLACEHOLDER], {PLACEHOLDER: PLACEHOLDER}, [], {})
    return (True, PLACEHOLDER, 1, {}) if name.startswith(_FLAGS) else (PLACEHOLDER, True, 1, {})


class Mender:
    """Repairs what assignments make fail, step by step; a step counts where its failure is gone or another one."""

    def __init__(self, trials: Trials, words: Mapping[KeyPath, Iterable[str]], helped: dict[str, Edits]) -> None:
        self._trials, self._words, self._helped = trials, words, helped
        self._known = {failure.message for failure in failures_of(trials.state)}
        self._left = MAX_TRIALS
        self._seen: set[str] = set()
        self._dead: set[str] = set()
        """Failures for which nothing has helped."""

    def mend(self, edits: Edits, state: State, steps: int = MAX_STEPS) -> tuple[Edits, State] | None:
        """The assignments with what they need besides, and the render; None where they still fail."""
        failing = [failure for failure in failures_of(state) if failure.message not in self._known]
        if not failing:
            return edits, state
        if not steps:
            return None
        first = failing[0]
        for more in self._candidates(first, edits, state) if first.message not in self._dead else ():
            joined = tuple({**dict(edits), **dict(more)}.items())
            if repr(joined) in self._seen or not self._trials.allowed(joined) or _replaces(more, edits):
                continue
            self._seen.add(repr(joined))
            self._left -= 1
            if self._left < 0 or self._trials.late:
                return None
            after = self._trials.measured(joined)
            if first.message not in {failure.message for failure in failures_of(after)}:
                found = self.mend(joined, after, steps - 1)
                if found is not None:
                    self._helped[first.message] = tuple(edit for edit in found[0] if edit not in edits)
                    return found
        self._dead.add(first.message)
        return None

    def _candidates(self, failure: Failure, edits: Edits, state: State) -> Iterator[Edits]:
        if failure.message in self._helped:
            yield self._helped[failure.message]
        if PLACEHOLDER in failure.message:
            for path, value in edits:
                if value == PLACEHOLDER:
                    yield from (((path, other),) for other in self._others(path, state))
                elif value == [PLACEHOLDER]:
                    yield from (((path, [other]),) for other in self._others((*path, 0), state))
        empty = [path for path in _empty_maps(state) if any(path[: len(p)] == p for p, _ in edits)]
        named = [path for path in empty if str(path[-1]).lower().rstrip("s") in failure.message.lower()]
        inner = f"{INNER}{sum(1 for path, _ in edits for key in path if str(key).startswith(INNER))}"
        yield from (((((*path, inner), {})),) for path in named)
        yield from repairs(failure, state.tree)

    def _others(self, path: KeyPath, state: State) -> Iterator[str]:
        """What a value may be that is none of any text: a word of the templates, or the name of an entry elsewhere."""
        yield from list(self._words.get(path, ()))
        for place in sorted(ranged(state), key=len):
            if isinstance(path[-1], str) and str(place[-1]).lower().startswith(path[-1].lower()):
                entries = state.tree.effective(place)
                yield from sorted(entries) if isinstance(entries, Mapping) else ()


def undoes(more: Edits, edits: Edits) -> bool:
    """Whether assignments take others back, or replace a map that those are set in."""
    return any(other[: len(path)] == path for path, _ in more for other, _ in edits)


def _replaces(more: Edits, edits: Edits) -> bool:
    """Whether assignments replace a map that others are set in."""
    return any(len(path) < len(other) and other[: len(path)] == path for path, _ in more for other, _ in edits)


def failures_of(state: State) -> list[Failure]:
    """Everything that Helm would stop at."""
    return [failure for template in state.errors for failure in template.failures]


def ranged(state: State) -> set[KeyPath]:
    """Maps whose entries, whatever their names, templates go through."""
    places = {path for template in state.run.templates.values() for path in template.ranged}
    return {path for path in places if path and not {ELEMENT, "~key"} & set(path) and not str(path[0]).startswith("@")}


def _empty_maps(state: State) -> list[KeyPath]:
    found = [path for path in ranged(state) if state.tree.effective(path) in (MISSING, None, {})]
    return sorted(found, key=lambda path: (len(path), repr(path)))
