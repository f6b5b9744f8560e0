"""Renders hypotheses of one chart and measures how far each is from the target."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace

from migrator.compare import ALL, Equivalences, is_hook, is_test_hook
from migrator.inference.assignments.values_tree import Tree, leaves
from migrator.inference.gaps.containers import is_held
from migrator.inference.gaps.distance import below, cost, extent, leaf_count, worth_of_leaf
from migrator.inference.gaps.gaps import Gap, Sides, gaps_between
from migrator.inference.hypothesis.compared_objects import Key, is_skipped, key_of
from migrator.inference.hypothesis.definitions import Definitions, beyond
from migrator.inference.hypothesis.helm_probes import Probed, Probes
from migrator.inference.hypothesis.name_inputs import name_inputs
from migrator.inference.hypothesis.random_values import Leaf, generated_leaves, generated_rank, masked
from migrator.inference.hypothesis.stand_ins import (
    NAME_SHARE,
    NONE_COST,
    NOTHING_COST,
    SIDECAR_COST,
    is_workload,
    sidecars,
    stand_in_cost,
    stand_ins,
)
from migrator.inference.hypothesis.state import State
from migrator.inference.hypothesis.stored_bodies import StoredBodies
from migrator.inference.hypothesis.untaken_runs import UntakenRuns
from migrator.inference.inversion.unify import READING_STEPS, Reader, Reading
from migrator.model import Json, KeyPath, ReleaseContext, ResId, Resource
from migrator.templates.chart import Chart
from migrator.templates.interpreter.render import Interpreter, Run, TemplateRun
from migrator.templates.output.documents import Document
from migrator.templates.output.split import split_documents, untaken_documents
from migrator.templates.provenance.randomness import draws
from migrator.templates.provenance.value import Region

ERROR_COST = 500.0
"""Of a template at which Helm would stop, or of an object that is no YAML."""
FAILURE_COST = 20.0
"""For each different thing that Helm would stop at in one template."""
MISSING_SHARE = 0.8
EXTRA_COST = 1.0
OVERRIDE_COST = 0.002
CRD_COST = 0.3
"""Of a definition in `crds/` that the target lacks: no template prints it, yet it would be installed."""
KUBE_COST = 0.5
"""Of a version of Kubernetes other than the expected one."""
GENERATED_COST = 0.3
"""Of a place that is generated at random: little, yet enough to make finding a value that pins it worth while."""

MAX_KEPT = 500_000
"""Pieces of rendered templates that are kept, in case the same trial comes again."""
MAX_ALIKE = 40


class Evaluator:
    """Measures hypotheses for one chart against one environment's target."""

    def __init__(
        self,
        chart: Chart,
        targets: Iterable[Resource],
        probes: Probes | None = None,
        *,
        rules: Equivalences = ALL,
        knows_hooks: bool = True,
    ) -> None:
        self.knows_hooks = knows_hooks
        self.interpreter = Probed(chart, probes, untaken=False) if probes else Interpreter(chart, untaken=False)
        self.with_untaken = Probed(chart, probes) if probes else Interpreter(chart)
        self.untaken_runs = UntakenRuns(
            lambda state, last: self._measure(self.with_untaken, state.tree, state.setting, last)
        )
        self._chart, self._probes = chart, probes
        self._given = [target for target in targets if not is_test_hook(target.body)]
        self._stored = StoredBodies(self._given, rules)
        self.targets = [self._stored.as_written(target) for target in self._given]
        self.with_untaken.asked_kinds = frozenset(target.id.kind for target in self.targets)
        self.sizes = [leaf_count(target.body) + 1.0 for target in self.targets]
        self._runs_something = any(is_workload(target.id) for target in self.targets)
        self._extents = [extent(self._stored.of(target)) + 1.0 for target in self.targets]
        self._aside: frozenset[int] = frozenset()
        self.by_key: dict[Key, list[int]] = {}
        self.set_aside(frozenset())
        self._split: dict[int, tuple[TemplateRun, list[Document]]] = {}
        self._kept = 0
        """Pieces of the templates in `split`."""
        self._bodies: dict[str, Resource | None] = {}
        self._measured: dict[tuple[int, int, str], tuple[object, float]] = {}
        self.definitions = Definitions()
        self._untaken_of: dict[int, tuple[TemplateRun, list[tuple[Region, Document]]]] = {}
        self._read: dict[tuple[int, int], tuple[Document, Reading]] = {}
        self._leaves: dict[int, tuple[Document, tuple[Leaf, ...]]] = {}
        self._draws = draws(chart)
        self._kube_version = ""
        """The version to be expected: that of the first hypothesis."""
        self._names: dict[int, tuple[Document, frozenset[KeyPath]]] = {}
        self._last_name_inputs: tuple[State | None, frozenset[KeyPath]] = (None, frozenset())
        self._last_untaken: tuple[State | None, dict[tuple[str, str], list[tuple[Region, Document]]]] = (None, {})
        self.count = 0
        self._writes_namespaces: bool | None = None
        """Known after the first render."""

    def set_aside(self, indices: frozenset[int]) -> None:
        """Measure without these targets from now on: no object stands for them, and they are not missed."""
        self._aside = indices
        self.by_key = {}
        for index, target in enumerate(self.targets):
            if index not in indices:
                self.by_key.setdefault(key_of(target.id), []).append(index)

    def to_the_letter(self) -> Evaluator:
        """One that measures what is the same to a cluster as well."""
        strict = Evaluator(self._chart, self._given, self._probes, rules=frozenset(), knows_hooks=self.knows_hooks)
        strict.set_aside(self._aside)
        return strict

    def measure(self, tree: Tree, setting: ReleaseContext, previous: State | None = None) -> State:
        """Render and compare, without untaken branches: quick, and all that a trial needs."""
        return self._measure(self.interpreter, tree, setting, previous)

    def detailed(self, state: State, deadline: float = math.inf) -> State:
        """The same hypothesis with the untaken branches that candidates are read from, if there is time for them."""
        return self.untaken_runs.of(state, deadline)

    def _measure(self, interpreter: Interpreter, tree: Tree, setting: ReleaseContext, previous: State | None) -> State:
        self.count += 1
        run = interpreter.run(tree.overrides, setting, previous.run if previous else None)
        documents: dict[Key, list[Document]] = {}
        broken = 0
        for template in run.templates.values():
            for document in self._documents(template):
                res = document.resource
                broken += bool(document.error)
                if res is not None and not is_test_hook(res.body) and not is_skipped(res.body):
                    documents.setdefault(key_of(res.id), []).append(document)
        if self._writes_namespaces is None and documents:
            self._writes_namespaces = self._most_write_namespaces(documents)
        state = self._compare(tree, setting, run, documents)
        return replace(state, cost=state.cost + ERROR_COST * broken, broken=broken) if broken else state

    def _most_write_namespaces(self, documents: Mapping[Key, list[Document]]) -> bool:
        """Whether the chart writes a namespace into most objects for which the target has one."""
        kinds = {(target.id.group, target.id.kind) for target in self.targets if target.id.namespace}
        placed = [d.id for found in documents.values() for d in found if d.id and (d.id.group, d.id.kind) in kinds]
        return 2 * sum(1 for res in placed if res.namespace) > len(placed)

    def _documents(self, template: TemplateRun) -> list[Document]:
        found = self._split.get(id(template))
        if found is None:
            if self._kept > MAX_KEPT:
                self._kept = 0
                for known in (
                    self._split,
                    self._bodies,
                    self._measured,
                    self._leaves,
                    self._names,
                    self._untaken_of,
                    self._read,
                ):
                    known.clear()
            self._kept += len(template.pieces)
            found = self._split[id(template)] = (template, split_documents(template))
            for document in found[1]:
                document.read(self._bodies)
        return found[1]

    def readings(self, state: State, index: int) -> list[tuple[Region, Document, Reading]]:
        """Objects of untaken branches that could be a target, each read through its branch.

        For a target that is printed already, only objects of its name in another branch: what a new element of a loop
        would print comes in addition.
        """
        target = self.targets[index]
        found = []
        for region, document in self._untaken(state).get((target.id.group, target.id.kind), ()):
            is_other = document.id is None or key_of(document.id) != key_of(target.id)
            if index in state.pairs and (is_other or region.path_condition.keyword == "range"):
                continue
            if document.root is None:
                continue
            memo = (id(document), index)
            if memo not in self._read:
                reader = Reader(READING_STEPS, self.name_inputs(state))
                self._read[memo] = (document, reader.read(document, document.root, target.body))
            found.append((region, document, self._read[memo][1]))
        return found

    def prints_by_name(self, state: State, index: int) -> bool:
        """Whether an untaken branch prints an object of the kind and the very name of a target."""
        own = self.targets[index].id
        documents = self._untaken(state).get((own.group, own.kind), ())
        return any(document.id is not None and key_of(document.id) == key_of(own) for _, document in documents)

    def _untaken(self, state: State) -> dict[tuple[str, str], list[tuple[Region, Document]]]:
        """Objects of untaken branches, by group and kind."""
        if self._last_untaken[0] is not state:
            by_kind: dict[tuple[str, str], list[tuple[Region, Document]]] = {}
            for template in state.run.templates.values():
                if id(template) not in self._untaken_of:
                    self._untaken_of[id(template)] = (template, untaken_documents(template))
                for region, document in self._untaken_of[id(template)][1]:
                    if document.id is not None:
                        by_kind.setdefault((document.id.group, document.id.kind), []).append((region, document))
            self._last_untaken = (state, by_kind)
        return self._last_untaken[1]

    def name_inputs(self, state: State) -> frozenset[KeyPath]:
        """The values that determine the names of paired documents."""
        if self._last_name_inputs[0] is not state:
            for document in state.pairs.values():
                if id(document) not in self._names:
                    self._names[id(document)] = (document, name_inputs(document))
            found = {path for document in state.pairs.values() for path in self._names[id(document)][1]}
            self._last_name_inputs = (state, frozenset(found))
        return self._last_name_inputs[1]

    def _compare(self, tree: Tree, setting: ReleaseContext, run: Run, documents: dict[Key, list[Document]]) -> State:
        self._kube_version = self._kube_version or setting.kube_version
        total = OVERRIDE_COST * len(leaves(tree.overrides))
        total += KUBE_COST if setting.kube_version != self._kube_version else 0.0
        pairs, left = self._paired(documents, setting)
        hooks = [each for each in left if each.resource is not None and is_hook(each.resource)]
        extra = [each for each in left if not any(each is hook for hook in hooks)]
        found = {index: self._cost(index, document, setting) for index, document in pairs.items()}
        costs = {index: value for index, value in found.items() if value}
        fixed = self.definitions.keys(run)
        found_for = pairs.keys() | self._aside
        missing = beyond(fixed, ((i, target) for i, target in enumerate(self.targets) if i not in found_for))
        alone = [each for each in extra if each.id is not None and _is_alone(each.id, documents)]
        instead = stand_ins(self.targets, missing, alone, lambda index, found: self._cost(index, found, setting))
        for index in missing:
            costs[index] = self._missing_cost(index, instead.get(index), setting)
        total += sum(costs.values())
        if self._runs_something and not any(d.id and is_workload(d.id) for each in documents.values() for d in each):
            total += NOTHING_COST
        unwanted = len(fixed - self.by_key.keys())
        total += CRD_COST * unwanted
        taken = {id(document) for document in instead.values()}
        for document in extra:
            if id(document) not in taken:
                total += EXTRA_COST + 0.3 * leaf_count(document.resource.body) if document.resource else EXTRA_COST
        errors = [template for template in run.templates.values() if template.error]
        total += sum(ERROR_COST + FAILURE_COST * len({f.message for f in template.failures}) for template in errors)
        total += NONE_COST * self._broken_off(errors, [*pairs.items(), *instead.items()])
        return State(
            tree=tree,
            setting=setting,
            run=run,
            documents=documents,
            pairs=pairs,
            costs=costs,
            extra=extra,
            hooks=hooks,
            stand_ins=instead,
            cost=total,
            errors=errors,
            unwanted=unwanted,
        )

    def _broken_off(self, errors: list[TemplateRun], printed: list[tuple[int, Document]]) -> int:
        """How many workloads stand where a template stops: helm prints none of them."""
        failing = {template.path for template in errors}
        return sum(is_workload(self.targets[index].id) for index, each in printed if each.template in failing)

    def _missing_cost(self, index: int, instead: Document | None, setting: ReleaseContext) -> float:
        most, own = MISSING_SHARE * self._extents[index], self.targets[index].id
        if instead is not None and instead.id is not None:
            return stand_in_cost(own, instead.id, most, self._cost(index, instead, setting))
        return most + NONE_COST if is_workload(own) else most

    def _paired(
        self, documents: Mapping[Key, list[Document]], setting: ReleaseContext
    ) -> tuple[dict[int, Document], list[Document]]:
        """Index of a target -> the nearest document of its kind and name; and the documents that are left."""
        pairs: dict[int, Document] = {}
        extra: list[Document] = []
        for key, found in documents.items():
            free = list(self.by_key.get(key, ()))
            for document in found:
                if not free:
                    extra.append(document)
                    continue
                choices = free if len(free) <= MAX_ALIKE else self._alike(free, document, setting)
                best = min(choices, key=lambda index: self._cost(index, document, setting))
                free.remove(best)
                pairs[best] = document
        return pairs, extra

    def _alike(self, free: list[int], document: Document, setting: ReleaseContext) -> list[int]:
        """Of very many targets of one kind and name those in the document's namespace, else the first ones."""
        namespace = (document.id.namespace if document.id else "") or setting.namespace
        return [index for index in free if self.targets[index].id.namespace == namespace] or free[:MAX_ALIKE]

    def _cost(self, index: int, document: Document, setting: ReleaseContext) -> float:
        # random content is known by its pieces; anything else by the object alone, which another run may share
        drawn = self._generated(document)
        whole: object = document if drawn or document.resource is None else document.resource
        memo = (index, id(whole), setting.namespace)
        found = self._measured.get(memo)
        if found is None:
            body, target = self._met(index, document, setting)
            wanted, count = masked(document, drawn, target)
            value = cost(body, wanted)
            if value and document.resource is not None:
                value += self._stored.nulls(document.resource, self.targets[index])
            value += GENERATED_COST * count
            more = SIDECAR_COST * min(sidecars(self.targets[index].body, body), 2)
            found = self._measured[memo] = (whole, below(self._most(index), value) + more)
        return found[1]

    def _worth_of_leaf(self, index: int, document: Document, setting: ReleaseContext) -> float:
        return worth_of_leaf(self._most(index), self._cost(index, document, setting))

    def _most(self, index: int) -> float:
        """The cost that an object stays below which is printed, however far it is."""
        return MISSING_SHARE * self._extents[index] - 0.05

    def _generated(self, document: Document) -> tuple[Leaf, ...]:
        if not self._draws:
            return ()
        if id(document) not in self._leaves:
            self._leaves[id(document)] = (document, generated_leaves(document))
        return self._leaves[id(document)][1]

    def _met(
        self, index: int, document: Document, setting: ReleaseContext
    ) -> tuple[Mapping[str, Json], Mapping[str, Json]]:
        """A document and its target as a cluster holds them.

        A namespace that Helm fills in at install is no difference (fact C4). Where a chart mostly writes it, it may be
        a value, unless values hold the whole object. A target that names none is where the release is.
        """
        target = self.targets[index]
        if document.resource is None:
            return {}, self._stored.of(target)
        now, wanted = self._stored.met(document.resource, target)
        if target.is_placed:
            printed = (now.get("metadata") or {}).get("namespace")
            is_there = bool(printed) and printed == target.id.namespace
            metadata = {**(wanted.get("metadata") or {}), "namespace": printed}
            return now, {**wanted, "metadata": metadata} if is_there else wanted
        is_due = "namespace" in (now.get("metadata") or {}) or target.id.namespace != setting.namespace
        if is_due or (self._writes_namespaces and not is_held(document)):
            return now, wanted
        metadata = {key: value for key, value in (wanted.get("metadata") or {}).items() if key != "namespace"}
        return now, {**wanted, "metadata": metadata}

    def gaps(self, state: State) -> list[Gap]:
        """All places where paired documents differ from their targets: nearly right ones first, random content last.

        Checksums of random content are left out: no value brings them back.
        """
        if state.gaps is None:
            state.gaps = self._gaps(state)
        return state.gaps

    def _gaps(self, state: State) -> list[Gap]:
        found: list[Gap] = []
        name_inputs = self.name_inputs(state)
        printed = {**state.stand_ins, **state.pairs}
        order = sorted((value, index) for index, value in state.costs.items() if index in printed)
        for _, index in order:
            document = printed[index]
            worth = self._worth_of_leaf(index, document, state.setting) * (
                1 if index in state.pairs else 1 - NAME_SHARE
            )
            now, wanted = self._met(index, document, state.setting)
            sides = Sides(now=now, target=wanted, written=self.targets[index].body)
            for gap in gaps_between(document, sides):
                gap.owner, gap.name_inputs, gap.worth = self.targets[index].id, name_inputs, worth
                found.append(gap)
        if not self._draws:
            return found
        ranked = [(generated_rank(gap), gap) for gap in found]
        return [gap for rank in (0, 1) for own, gap in ranked if own == rank]

    def unequal(self, state: State) -> set[ResId]:
        """The objects of either side that the other lacks or has otherwise."""
        extra = {document.id for document in state.extra if document.id is not None}
        return {self.targets[index].id for index in state.costs} | extra

    def missing(self, state: State) -> list[int]:
        """Targets for which the chart prints nothing now."""
        return [index for index in sorted(state.costs) if index not in state.pairs]


def _is_alone(own: ResId, documents: Mapping[Key, list[Document]]) -> bool:
    """Whether nothing else is printed under the name: a cluster holds one of them."""
    return sum(each.id == own for each in documents.get(key_of(own), ())) == 1
