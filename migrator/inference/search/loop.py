"""The search: passes that each bring the best hypothesis nearer to the target, in rounds until none does any more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from migrator.inference.budget import LimitError, OutOfMemoryError, limited
from migrator.inference.hypothesis.state import EPSILON, State
from migrator.inference.internal_errors import FAULTS
from migrator.inference.search.passes.checksum_annotations import settle_checksums
from migrator.inference.search.passes.gap_values import close_gaps
from migrator.inference.search.passes.held_objects import hold_objects
from migrator.inference.search.passes.hook_objects import switch_off_hooks
from migrator.inference.search.passes.kubernetes_version import KubernetesVersions
from migrator.inference.search.passes.library_values import learn_merges
from migrator.inference.search.passes.map_entries import MapEntries
from migrator.inference.search.passes.needless_values import drop_needless_values
from migrator.inference.search.passes.object_names import name_objects
from migrator.inference.search.passes.placeholders import drop_placeholders
from migrator.inference.search.passes.render_errors import repair
from migrator.inference.search.passes.stuck.backtracking import backtrack
from migrator.inference.search.passes.stuck.every_value import try_every_value
from migrator.inference.search.passes.stuck.look_ahead import look_ahead
from migrator.inference.search.passes.stuck.probing import probe
from migrator.inference.search.passes.whole_objects import switch_objects, switch_subcharts
from migrator.inference.search.trials import Trials
from migrator.templates.bounds import TooLargeError

GRACE = 3.0
"""Seconds after the budget in which the search may still take needless values out."""
MAX_ROUNDS = 24


class Pass(Protocol):
    """One way to come nearer to the target: it tries candidates, and the trials keep what helps."""

    def __call__(self, trials: Trials, /) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Passes:
    """What a search does, in order."""

    first: tuple[Pass, ...]
    rounds: tuple[Pass, ...]
    """Again and again, as long as something helps."""
    last: tuple[Pass, ...]
    """When nothing of that helps any more."""
    wider: tuple[Pass, ...] = ()
    """What takes longer; where it helps, all of the others may do so again."""
    end: tuple[Pass, ...] = ()


def all_passes(kube_versions: tuple[str, ...] = (), *, holds_objects: bool = False) -> Passes:
    """The passes of one search.

    `kube_versions` are other versions of Kubernetes that may be tried; with `holds_objects` whole objects may be put
    into lists that print anything.
    """
    versions, entries = KubernetesVersions(kube_versions), MapEntries()
    return Passes(
        first=(learn_merges, repair, switch_subcharts, name_objects),
        rounds=(repair, versions.run, switch_objects, entries.run_for_unread, close_gaps, entries.run),
        last=(
            backtrack,
            try_every_value,
            drop_placeholders,
            settle_checksums,
            drop_needless_values,
        ),
        wider=(look_ahead, probe),
        end=(switch_off_hooks, *([hold_objects] if holds_objects else [])),
    )


class Search:
    """An anytime search: the state of its trials is the best hypothesis so far, whatever the clock says."""

    def __init__(self, trials: Trials, passes: Passes) -> None:
        self.trials, self._passes = trials, passes
        self.out_of_memory = False
        """Whether the search ended for want of memory."""

    def run(self, *, tidy_first: bool = False) -> State:
        """Go on until nothing helps or time is up; a step that does not end is interrupted a little later.

        `tidy_first` where the search begins with the answer to another question.
        """
        try:
            with limited(self.trials.deadline + GRACE):
                if tidy_first:
                    drop_needless_values(self.trials)
                self._run()
        except (TooLargeError, RecursionError):
            pass  # a value of the chart unfolds without end, or deeper than can be followed
        except LimitError as error:
            self.out_of_memory = isinstance(error, OutOfMemoryError)
        return self.trials.state

    def _run(self) -> None:
        self._take(*self._passes.first)
        self._go_round()
        self._take(*self._passes.last)
        while self._helps(self._go_round) or any(self._helps(partial(self._take, step)) for step in self._passes.wider):
            pass
        self._take(*self._passes.end)

    def _helps(self, step: Callable[[], None]) -> bool:
        """Whether something brings the render nearer, what was refused before included, and the last passes keep it."""
        trials, before = self.trials, self.trials.state.cost
        if trials.state.is_right or trials.late:
            return False
        trials.give_another_chance()
        step()
        if trials.state.cost < before - EPSILON:
            self._take(*self._passes.last)
        return trials.state.cost < before - EPSILON

    def _take(self, *steps: Pass) -> None:
        """Passes in turn; a fault of our own code ends one of them, and the others go on from what it has found."""
        for step in steps:
            try:
                step(self.trials)
            except (TooLargeError, RecursionError):
                raise
            except FAULTS as error:
                self.trials.memory.meets(error)

    def _go_round(self) -> None:
        trials = self.trials
        for _ in range(MAX_ROUNDS):
            if trials.state.is_right:
                return
            before = trials.state.cost
            trials.give_another_chance(to_idle_ones=True)
            self._take(*self._passes.rounds)
            if trials.late or trials.state.cost >= before - EPSILON:
                return
