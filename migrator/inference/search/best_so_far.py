"""How far a search has got: the best hypothesis so far, and what was refused against it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Self

from migrator.inference.assignments.values_tree import Edits, filled
from migrator.inference.assignments.wildcards import KEY
from migrator.inference.attempts import Journal
from migrator.inference.candidates.failures import repairs
from migrator.inference.gaps.gaps import Gap
from migrator.inference.hypothesis.evaluator import Evaluator
from migrator.inference.hypothesis.state import State, apply_edits
from migrator.inference.internal_errors import told
from migrator.model import KeyPath
from migrator.templates.interpreter.failures import Failure
from migrator.templates.provenance.value import ELEMENT

_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")


@dataclass(slots=True)
class Memory:
    """What is remembered of every trial, whichever hypothesis it was made from."""

    journal: Journal = field(default_factory=Journal)
    idle: set[str] = field(default_factory=set)
    """Refused assignments that changed nothing: they may do so later."""
    relieved: int = 0
    """Trials from which side effects were taken away."""
    faults: dict[str, None] = field(default_factory=dict)
    """Holes in our own code that the search has met, and gone on."""

    def meets(self, error: Exception) -> None:
        """Note a fault that costs a candidate or a pass, not the search; with MIGRATE_DEBUG it raises the error."""
        self.faults[told(error)] = None


class Standing:
    """The best hypothesis of a search, within its limits.

    `release_is_fixed` where somebody has settled release and namespace; `forbidden` are values that may not be set.
    """

    def __init__(
        self,
        evaluator: Evaluator,
        state: State,
        deadline: float,
        *,
        release_is_fixed: bool = False,
        forbidden: frozenset[KeyPath] = frozenset(),
        memory: Memory | None = None,
        refused: set[str] | None = None,
    ) -> None:
        self.evaluator, self.deadline = evaluator, deadline
        self.release_is_fixed, self.forbidden = release_is_fixed, forbidden
        self.memory = memory or Memory()
        self._state = state
        self._refused = set() if refused is None else refused

    @property
    def state(self) -> State:
        """The best hypothesis so far."""
        return self._state

    def adopt(self, state: State) -> None:
        """Go on from another hypothesis."""
        self._state = state

    def begin_anew(self, state: State) -> None:
        """Go on from another hypothesis, against which nothing was tried yet."""
        self._state = state
        self._refused.clear()
        self.memory.journal = Journal()

    def at(self, state: State, *, afresh: bool = False, forbidden: Iterable[KeyPath] = ()) -> Self:
        """The same search seen from another hypothesis; `afresh` where nothing counts as refused there.

        With `forbidden` values, which it must not set, it is afresh as well.
        """
        kept = self.forbidden.union(forbidden)
        return type(self)(
            self.evaluator,
            state,
            self.deadline,
            release_is_fixed=self.release_is_fixed,
            forbidden=kept,
            memory=self.memory,
            refused=set() if afresh or kept != self.forbidden else self._refused,
        )

    def without(self, *paths: KeyPath) -> Self:
        """Another search, from the same hypothesis without some values, which it must not set again."""
        tree = self.state.tree
        for path in paths:
            tree = tree.without(path)
        state = self.evaluator.measure(tree, self.state.setting, self.state)
        return type(self)(
            self.evaluator, state, self.deadline, release_is_fixed=True, forbidden=self.forbidden.union(paths)
        )

    @property
    def late(self) -> bool:
        """Whether the budget is used up."""
        return time.process_time() > self.deadline

    @property
    def seen(self) -> State:
        """The best hypothesis with its untaken branches."""
        return self.evaluator.detailed(self.state, self.deadline)

    @property
    def gaps(self) -> list[Gap]:
        """What the best hypothesis prints otherwise; where it prints all as it should, no untaken branch is run."""
        return self.evaluator.gaps(self.seen) if self.state.costs else []

    def measured(self, edits: Edits) -> State:
        """The best hypothesis with some assignments, rendered and measured."""
        tree, setting = apply_edits(self.state.tree, self.state.setting, edits)
        return self.evaluator.measure(tree, setting, self.state)

    def filled(self, candidates: Iterable[Edits]) -> Iterator[Edits]:
        """Candidates with words that the templates know, set in the chart's own values rather than its library's."""
        for edits in candidates:
            upper = tuple((self.state.tree.above(path), value) for path, value in edits)
            if not self.is_forbidden(upper):
                yield from filled(upper, self.evaluator.with_untaken.vocabulary)

    def repairs(self, failure: Failure) -> Iterator[Edits]:
        """Assignments that may prevent a failure of the best hypothesis, likeliest first."""
        return self.filled(repairs(failure, self.state.tree, self.evaluator.with_untaken.vocabulary))

    # -- what may be tried, and what was refused ---------------------------------------------------------------

    def allowed(self, edits: Edits) -> bool:
        """Whether assignments may be tried: a release that somebody has settled stays."""
        if any(not path or ELEMENT in path or KEY in path for path, _ in edits) or self.is_forbidden(edits):
            return False
        release = [value for path, value in edits if path[0] == "@Release"]
        if any(not isinstance(value, str) or not _NAME.fullmatch(value) for value in release):
            return False
        return bool(edits) and not (self.release_is_fixed and release)

    def is_forbidden(self, edits: Edits) -> bool:
        """Whether one of the assignments sets a value that may not be set."""
        return bool(self.forbidden) and any(related(path, other) for path, _ in edits for other in self.forbidden)

    def is_refused(self, edits: Edits) -> bool:
        """Whether these assignments were tried without success, or may not be tried."""
        return not self.allowed(edits) or repr(edits) in self._refused

    def refuse(self, edits: Edits) -> None:
        """They brought the render no nearer to the target."""
        self._refused.add(repr(edits))

    def give_another_chance(self, *, to_idle_ones: bool = False) -> None:
        """What was refused may be tried again; or only what changed nothing when it was."""
        if to_idle_ones:
            self._refused -= self.memory.idle
            self.memory.idle.clear()
        else:
            self._refused.clear()


def related(one: KeyPath, other: KeyPath) -> bool:
    """Whether one of two paths lies at or below the other."""
    return one[: len(other)] == other or other[: len(one)] == one
