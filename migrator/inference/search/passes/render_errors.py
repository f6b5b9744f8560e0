"""Templates that helm would stop at: what the messages ask for is set, step by step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from operator import itemgetter

from migrator.inference.assignments.values_tree import MISSING, Edits
from migrator.inference.candidates.failures import PLACEHOLDER
from migrator.inference.hypothesis.state import State, failures_of, ranged_maps
from migrator.inference.search.trials import Trials
from migrator.model import KeyPath
from migrator.templates.interpreter.failures import Failure

INNER = "xqinner"
"""Prefix of the names of entries that only a repair needed."""
MAX_REPAIRED = 12
MAX_STEPS = 8
"""Failures repaired one after the other for one trial."""
MAX_TRIALS = 30
MAX_AT_ONCE = 2
"""Failures looked at where nothing prevents the first one: what prevents another may prevent both."""


def repair(trials: Trials) -> None:
    """Make a chart render that fails: set the value that the error names, or turn a path condition over it."""
    for _ in range(MAX_REPAIRED):
        failures = failures_of(trials.state)
        if not failures or trials.late or not any(_mended(trials, failure) for failure in failures):
            return


def _mended(trials: Trials, failure: Failure) -> bool:
    """Whether something prevents a failure: what sets values before what takes some away, then by what it prints."""
    known = {failure.message for failure in failures_of(trials.state)} - {failure.message}
    ranked: list[tuple[tuple[bool, bool, float], Edits]] = []
    enough: set[tuple[KeyPath, ...]] = set()
    """Places at which something prevents it without another failure: no further value is tried there."""
    for edits in trials.repairs(failure):
        paths = tuple(path for path, _ in edits)
        if paths in enough or trials.late or trials.is_refused(edits):
            continue
        state = trials.measured(edits)
        is_clear = {failure.message for failure in failures_of(state)} <= known
        ranked.append(((not is_clear, not all(value for _, value in edits), state.cost), edits))
        if is_clear:
            enough.add(paths)
            if failure.culprit is not None and state.cost < trials.state.cost:
                break
    return any(trials.try_one(edits) for _, edits in sorted(ranked, key=itemgetter(0)))


class Mender:
    """Repairs what assignments make fail, step by step; a step counts if its failure is gone or another one comes."""

    def __init__(self, trials: Trials, helped: dict[str, Edits]) -> None:
        self._trials, self._helped = trials, helped
        self._words = trials.evaluator.interpreter.vocabulary
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
        for failure in failing[:MAX_AT_ONCE]:
            found = self._without(failure, edits, state, steps)
            if found is not None or self._left < 0:
                return found
        return None

    def _without(self, failure: Failure, edits: Edits, state: State, steps: int) -> tuple[Edits, State] | None:
        """The assignments with what prevents one failure, and all that then still fails; None where nothing does."""
        for more in self._candidates(failure, edits, state) if failure.message not in self._dead else ():
            joined = tuple({**dict(edits), **dict(more)}.items())
            if repr(joined) in self._seen or not self._trials.allowed(joined) or _replaces(more, edits):
                continue
            self._seen.add(repr(joined))
            self._left -= 1
            if self._left < 0 or self._trials.late:
                return None
            after = self._trials.measured(joined)
            if failure.message not in {failure.message for failure in failures_of(after)}:
                found = self.mend(joined, after, steps - 1)
                if found is not None:
                    self._helped[failure.message] = tuple(edit for edit in found[0] if edit not in edits)
                    return found
        self._dead.add(failure.message)
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
        yield from self._trials.at(state).repairs(failure)

    def _others(self, path: KeyPath, state: State) -> Iterator[str]:
        """What a value may be where free text fails: a word of the templates, or the name of an entry elsewhere."""
        yield from list(self._words.get(path, ()))
        for place in sorted(ranged_maps(state), key=len):
            if isinstance(path[-1], str) and str(place[-1]).lower().startswith(path[-1].lower()):
                entries = state.tree.effective(place)
                yield from sorted(entries) if isinstance(entries, Mapping) else ()


def _replaces(more: Edits, edits: Edits) -> bool:
    """Whether assignments replace a map that contains others."""
    return any(len(path) < len(other) and other[: len(path)] == path for path, _ in more for other, _ in edits)


def _empty_maps(state: State) -> list[KeyPath]:
    found = [path for path in ranged_maps(state) if state.tree.effective(path) in (MISSING, None, {})]
    return sorted(found, key=lambda path: (len(path), repr(path)))
