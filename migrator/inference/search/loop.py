"""The search: driven by the residual, in batches that are bisected, each proposal judged by a render."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice, zip_longest

from migrator.inference.assignments.values_tree import MISSING, Edits, Tree, filled, leaves, value_at
from migrator.inference.attempts import Journal
from migrator.inference.budget import LimitError, OutOfMemoryError, limited
from migrator.inference.candidates.extra_content import close
from migrator.inference.candidates.for_gaps import proposals
from migrator.inference.candidates.missing_objects import listed, openings
from migrator.inference.candidates.object_kinds import other_kinds
from migrator.inference.candidates.repeat_counts import more_objects
from migrator.inference.candidates.subcharts import switched
from migrator.inference.gaps.gaps import Gap, cost, promise
from migrator.inference.gaps.scalar_content import content_pieces
from migrator.inference.hypothesis.needed_overrides import shown_overrides
from migrator.inference.hypothesis.state import EPSILON, State
from migrator.inference.hypothesis.unset_reads import switches
from migrator.inference.inversion.inverter import invert_text, satisfy
from migrator.inference.search.passes.backtracking import reconsider
from migrator.inference.search.passes.checksum_annotations import settle_digests
from migrator.inference.search.passes.kubernetes_version import try_versions
from migrator.inference.search.passes.map_entries import NamedMaps
from migrator.inference.search.passes.render_errors import repairs, undoes
from migrator.inference.search.trials import Trials, Weighed, distinct
from migrator.model import KeyPath, Resource
from migrator.templates.bounds import TooLargeError
from migrator.templates.interpreter.evaluator import Failure
from migrator.templates.output.documents import Document
from migrator.templates.provenance.value import ELEMENT, PathCondition

GRACE = 3.0
"""Seconds after the budget in which the search may still take needless values out."""
MAX_ROUNDS = 24
ALTERNATIVES = 7
FEW = 6
"""Gaps left at the end for which everything is tried once more."""
MAX_NAMED = 400
"""Documents with a wrong name that are asked for the right one: they mostly say the same."""
MAX_MENDS = 60
MAX_GUARDS = 3
MAX_REPAIRS = 10
CLEAR = 0.3
"""A name that leaves so little of the cost is right: no need to try the others."""


class Search(Trials):
    """An anytime search: `state` is the best hypothesis so far, whatever the clock says."""

    kube_versions: tuple[str, ...] = ()
    """Other versions of Kubernetes that may be tried."""
    dated: frozenset[int] = frozenset()
    """Targets for which they have been tried."""

    def run(self, *, tidy_first: bool = False) -> State:
        """Go on until nothing helps or time is up; a step that does not end is interrupted a little later."""
        try:
            with limited(self.deadline + GRACE):
                if tidy_first:
                    self.minimise()
                self._run()
        except (TooLargeError, RecursionError):
            pass  # a value of the chart unfolds without end, or deeper than can be followed
        except LimitError as error:
            self.full = isinstance(error, OutOfMemoryError)
        return self.state

    def _run(self) -> None:
        entries = NamedMaps(self, self._fresh)
        self._learn_merges()
        self.repair()
        for _ in range(2):  # what subcharts print is better read once they are there, and no others
            self.try_batch([(edits, 1.0) for edits in switched(self.evaluator, self.state)])
        self.names()
        again = True
        for _ in range(MAX_ROUNDS):
            if self.state.is_right:
                break
            before = self.state.cost
            self.refused -= self.idle
            self.idle.clear()
            self.repair()
            try_versions(self)
            self.documents()
            if self.evaluator.missing(self.state) or self.state.tree.beneath:
                entries.run(unread=True)
            self.values()
            entries.run()
            if self.late or self.state.cost >= before - EPSILON:
                if self.late or not again or not 0 < len(self.gaps) <= FEW:
                    break
                again = False
                self.refused.clear()  # what did not help at first may do so now
        while not self.late and reconsider(self):
            pass
        settle_digests(self)
        self.minimise()

    def _learn_merges(self) -> None:
        """A library chart's values lie beneath those of the chart that the templates merge over them."""
        self.evaluator.detailed(self.state)
        merged = self.evaluator.as_untaken.merged
        self.state.tree = self.state.tree.over((up, low) for up, low in merged if low[: len(up)] == up != low)

    @property
    def seen(self) -> State:
        """The best hypothesis with its untaken branches."""
        return self.evaluator.detailed(self.state)

    @property
    def gaps(self) -> list[Gap]:
        """What the best hypothesis prints otherwise; where it prints all as it should, no untaken branch is run."""
        return self.evaluator.gaps(self.seen) if self.state.costs else []

    def mended(self, trial: State, edits: Edits) -> State:
        """A trial that would help but for what it brings along, with that taken away again where it is better so.

        A volume of a claim, say, comes with the claim, unless the value says that there is one; and the claim may fail
        for want of a size.
        """
        before = self.state
        self.mends += 1
        if self.mends > MAX_MENDS or len(before.errors) > len(trial.errors):
            return trial
        try:
            if len(trial.errors) > len(before.errors):
                return self._with_guards(trial, edits)
            return self._without_new_objects(trial, before)
        finally:
            self.state = before

    def _with_guards(self, trial: State, edits: Edits) -> State:
        """A trial that makes templates fail, with what they ask for."""
        for _ in range(MAX_GUARDS):
            self.state = trial
            failures = [failure for error in trial.errors for failure in error.failures][:1]
            proposed = self.filled(more for failure in failures for more in self._asked_for(failure))
            fresh = (more for more in proposed if self.allowed(more) and not undoes(more, edits))
            tried = [self.measured(more) for more in islice(fresh, MAX_REPAIRS)]
            best = min(tried, key=lambda state: state.cost, default=trial)
            if best.cost >= trial.cost:
                break
            trial = best
            if not trial.errors:
                break
        return trial

    def _asked_for(self, failure: Failure) -> Iterator[Edits]:
        """The value that a failure speaks of, or one of the nearest path conditions over it shut."""
        yield from islice(repairs(failure, self.state.tree), 3)
        for path_condition in (failure.path_condition.chain() if failure.path_condition is not None else [])[:3]:
            yield from islice(satisfy(path_condition.condition, not path_condition.wanted), 3)

    def _without_new_objects(self, trial: State, before: State) -> State:
        known = {document.id for document in before.extra}
        new = [document for document in trial.extra if document.id not in known]
        if not new or len(new) > 2 or trial.cost - 20 * len(new) > before.cost:
            return trial
        self.state = best = trial
        for document in self.seen.extra:
            if document.id in known:
                continue
            for edits in islice(self._closing(document), 4):
                state = self.measured(edits)
                if state.cost < best.cost:
                    best = state
        return best

    # -- phases --------------------------------------------------------------------------------------------------

    def repair(self) -> None:
        """Make a chart render that refuses: the value that the error speaks of, or a path condition over it."""
        for _ in range(12):
            if not self.state.errors or self.late:
                return
            failures = [failure for template in self.state.errors for failure in template.failures]
            tried = (edits for failure in failures for edits in self.filled(repairs(failure, self.state.tree)))
            if not any(self.try_one(edits) for edits in tried):
                return

    def names(self) -> None:
        """Find what makes the names right: nearly everything else depends on it."""
        for _ in range(4):
            votes = Counter[Edits]()
            for document, index in islice(self._likely_pairs(), MAX_NAMED):
                name = document.root.entries.get("metadata") if document.root else None
                node = name.entries.get("name") if name is not None else None
                if node is None:
                    continue
                target = self.evaluator.targets[index].id.name
                for rank, edits in enumerate(islice(invert_text(content_pieces(document, node), target), 5)):
                    votes[edits] += 5 - rank
            candidates = self.filled(edits for edits, _ in votes.most_common(8))
            if not self._best_of(candidates):
                return

    def _best_of(self, candidates: Iterable[Edits]) -> bool:
        best: State | None = None
        for edits in candidates:
            if self.late:
                break
            if not self.allowed(edits) or repr(edits) in self.refused:
                continue
            state = self.measured(edits)
            if best is None or state.cost < best.cost:
                best = state
            if best.cost < CLEAR * self.state.cost:
                break
        if best is None or best.cost >= self.state.cost - EPSILON:
            return False
        self.state = best
        self.refused.clear()
        self.journal = Journal()
        return True

    def _likely_pairs(self) -> Iterator[tuple[Document, int]]:
        """Documents without a target and targets without a document, of one kind and alike in content."""
        missing = self.evaluator.missing(self.seen)
        by_kind: dict[tuple[str, str], list[int]] = {}
        for index in missing:
            res = self.evaluator.targets[index].id
            by_kind.setdefault((res.group, res.kind), []).append(index)
        for document in self.seen.extra:
            wanted = document.id
            choices = by_kind.get((wanted.group, wanted.kind), []) if wanted is not None else []
            body = document.resource.body if document.resource else {}
            ranked = sorted(
                (cost(body, self.evaluator.targets[i].body) / self.evaluator.sizes[i], i) for i in choices[:40]
            )
            for _, index in ranked[:2]:
                yield document, index

    def documents(self) -> None:
        """Switch whole objects on and off."""
        for _ in range(6):
            if self.state.is_right:
                return
            missing = self.evaluator.missing(self.seen)
            batch: list[tuple[Edits, float]] = []
            lacking = [self.evaluator.targets[index] for index in missing]
            closing = (islice(chain(self._of_other_kind(d, lacking), self._closing(d)), 1) for d in self.seen.extra)
            batch += [(edits, 1.0) for found in closing for edits in found]
            batch += self._together([*missing, *self._wrong()])
            turned = chain(switched(self.evaluator, self.state), more_objects(self.evaluator, self.state))
            batch += [(edits, 1.0) for edits in turned if repr(edits) not in self.refused]
            before = self.state.cost
            self.try_batch(distinct(batch))
            if self.state.cost >= before - EPSILON:
                self._singly(missing)
                if self.state.cost >= before - EPSILON:
                    return

    def _wrong(self) -> list[int]:
        """Targets that are printed, but not as they should be."""
        return sorted(index for index in self.state.costs if index in self.state.pairs)

    def _singly(self, missing: list[int]) -> None:
        for document in list(self.seen.extra):
            for edits in islice(self._closing(document), 5):
                if self.try_one(edits):
                    return
        for edits, _ in self._listed(self._openings(missing, per_target=4)):
            if self.try_one(edits):
                return

    def _of_other_kind(self, document: Document, lacking: list[Resource]) -> Iterator[Edits]:
        for edits in self.filled(other_kinds(document, lacking, self.state.tree, self.seen.asked)):
            if repr(edits) not in self.refused:
                yield edits

    def _closing(self, document: Document) -> Iterator[Edits]:
        path_conditions: dict[int, PathCondition] = {}
        for piece in document.pieces:
            if piece.region is None and piece.text.strip():
                for path_condition in piece.path_condition.chain() if piece.path_condition else ():
                    path_conditions.setdefault(id(path_condition), path_condition)
                break
        each = [
            list(self.filled(close(path_condition, self.state.tree))) for path_condition in path_conditions.values()
        ]
        found = [edits for row in zip_longest(*each) for edits in row if edits is not None]
        found += [((path, False),) for path in islice(switches(document.real, self.seen.asked), 5)]
        # to take back what was found is the last resort
        found.sort(key=lambda edits: any(value_at(self.state.tree.overrides, path) is not MISSING for path, _ in edits))
        for edits in found:
            if repr(edits) not in self.refused:
                if document.id is not None:
                    self.journal.asks((document.id, ()), edits)
                yield edits

    def _together(self, missing: list[int]) -> list[Weighed]:
        """The likeliest opening of each missing object; of those whose rows one list holds, all at once."""
        groups: dict[str, list[tuple[int, Edits]]] = {}
        for index, edits in self._openings(missing, per_target=1):
            lists = [path for path, _ in edits if ELEMENT in path]
            groups.setdefault(repr(lists or edits), []).append((index, edits))
        found: list[Weighed] = []
        for group in groups.values():
            made = listed([edits for _, edits in group], self.state.tree)
            if made is None or repr(made) in self.refused:
                found += self._listed(group)
            else:
                found.append((made, 0.1 * sum(self.evaluator.sizes[index] for index, _ in group)))
        return found

    def _listed(self, group: Iterable[tuple[int, Edits]]) -> Iterator[Weighed]:
        for index, edits in group:
            made = listed([edits], self.state.tree)
            if made is not None:
                self.journal.asks((self.evaluator.targets[index].id, ()), made)
                yield made, 0.1 * self.evaluator.sizes[index]

    def _openings(self, missing: list[int], per_target: int) -> Iterator[tuple[int, Edits]]:
        """For each missing object the likeliest ways to have it printed that were not refused alone."""
        for index in missing:
            if self.late:
                return
            name = self.evaluator.targets[index].id.name
            ranked = [
                (document.id is None or document.id.name != name, reading.misses, order, region, reading.edits)
                for order, (region, document, reading) in enumerate(self.evaluator.readings(self.seen, index))
            ]
            ranked.sort(key=lambda item: item[:3])
            fresh = (
                edits
                for _, misses, _, region, bound in ranked[:3]
                if misses <= self._bearable(index)
                for edits in islice(self.filled(openings(region, bound)), 3)
                if repr(listed([edits], self.state.tree)) not in self.refused
            )
            for edits in islice(fresh, per_target):
                yield index, edits

    def _bearable(self, index: int) -> float:
        """How much of a target a way to print it may miss and still be worth a trial."""
        return 0.5 * self.state.costs[index] if index in self.state.pairs else 0.7 * self.evaluator.sizes[index]

    def values(self) -> None:
        """Close the gaps inside documents, alternative by alternative."""
        stuck = 0
        while stuck < ALTERNATIVES and not self.late:
            gaps = self.gaps
            if not gaps:
                return
            batch: list[tuple[Edits, float]] = []
            for gap in gaps:
                if self.late:
                    break
                edits = self._next(gap)
                if edits:
                    self.journal.asks(gap.place, edits)
                    batch.append((edits, promise(gap)))
            before = self.state.cost
            batch = distinct(batch)
            if batch:
                self.try_batch(batch)
            if self.state.cost < before - EPSILON:
                stuck = 0
            else:
                stuck += 1

    def _next(self, gap: Gap) -> Edits | None:
        """The first proposal that was not refused yet."""
        return next(self._fresh(gap), None)

    def _fresh(self, gap: Gap) -> Iterator[Edits]:
        proposed = self.filled(proposals(gap, self.state.tree, self.seen.asked))
        return (edits for edits in proposed if repr(edits) not in self.refused)

    def filled(self, proposed: Iterable[Edits]) -> Iterator[Edits]:
        """Proposals with the words that the templates know."""
        for edits in proposed:
            upper = tuple((self.state.tree.above(path), value) for path, value in edits)
            if not self.is_forbidden(upper):
                yield from filled(upper, self.evaluator.as_untaken.vocabulary)

    def without(self, path: KeyPath) -> Search:
        """A search from the same hypothesis without one value, which it must not set again."""
        state = self.evaluator.measure(self.state.tree.without(path), self.state.setting, self.state)
        other = Search(self.evaluator, state, self.deadline, release_is_fixed=True)
        other.forbidden = self.forbidden | {path}
        return other

    def minimise(self) -> None:
        """Say it where a person would, and take out every override without which the render is as near."""
        libraries = [sub.name for sub in self.evaluator.interpreter.chart.charts if sub.is_library]
        self._change([path for path in leaves(self.state.tree.overrides) if path[0] in libraries], _hoisted)
        exact = [document for index, document in self.state.pairs.items() if index not in self.state.costs]
        shown = shown_overrides(exact, self.state.tree)
        self._change([path for path in leaves(self.state.tree.overrides) if path not in shown], Tree.without)

    def _change(self, paths: list[KeyPath], change: Callable[[Tree, KeyPath], Tree]) -> None:
        """Change overrides, all at once where no object gets worse, else by halves."""
        if not paths:
            return
        tree = self.state.tree
        for path in paths:
            tree = change(tree, path)
        state = self.evaluator.measure(tree, self.state.setting, self.state)
        # that an object which nobody wants is smaller is worth no value
        if state.serves_as_well_as(self.state):
            self.state = state
            return
        if len(paths) > 1:
            middle = len(paths) // 2
            self._change(paths[:middle], change)
            self._change(paths[middle:], change)


def _hoisted(tree: Tree, path: KeyPath) -> Tree:
    """A library chart's value as one of the chart that it serves."""
    value = value_at(tree.overrides, path)
    return tree.without(path).assign([(path[1:], value)]) if len(path) > 1 else tree
