"""The search over all environments of a component: the one with most objects first, the others from what was found."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from migrator.diagnostics import MigrateError
from migrator.inference.assignments.values_tree import Tree, leaves, value_at
from migrator.inference.attempts import Tried
from migrator.inference.budget import LimitError, limited
from migrator.inference.candidates.release_names import namespaces, releases
from migrator.inference.hypothesis.evaluator import Evaluator
from migrator.inference.hypothesis.helm_probes import Ask, Probes
from migrator.inference.hypothesis.random_values import generated_rank
from migrator.inference.hypothesis.state import State
from migrator.inference.internal_errors import FAULTS
from migrator.inference.rendered_chart import chart_of, defaults_of
from migrator.inference.search.answer import Answer
from migrator.inference.search.loop import GRACE, Search, all_passes
from migrator.inference.search.passes.kubernetes_version import fitting, other_versions
from migrator.inference.search.passes.object_names import name_objects
from migrator.inference.search.passes.render_errors import repair
from migrator.inference.search.refused import refused
from migrator.inference.search.trials import Trials
from migrator.inference.search.written_namespaces import with_written_namespaces
from migrator.inference.types import InferenceRequest, Start
from migrator.model import ReleaseContext
from migrator.templates.chart import Chart
from migrator.yamlio import same

NAMED_RELEASES = 2
"""How many of the likeliest release names are tried together with name overrides of the chart."""
LETTERS = 3.0
"""Seconds in which what is right to a cluster may become right to the letter."""
FIRST_SHARE = 0.6
"""Part of the budget that the first of several environments may take."""


def solve(
    request: InferenceRequest,
    untrusted: frozenset[str] = frozenset(),
    ask: Ask | None = None,
    start: Start | None = None,
) -> Answer:
    """The best values found for every environment within the budget, beginning somewhere where that is given.

    `ask` renders with helm, for the templates that the interpreter does not follow.
    """
    started, working = time.monotonic(), time.process_time()
    chart = chart_of(request)
    if not request.kube_is_given and not request.as_dependency:  # an umbrella hides what its dependency asks for
        request = replace(request, kube_version=fitting(chart, request.kube_version))
    probes = Probes(untrusted, defaults_of(chart), ask) if untrusted and ask else None
    found = _in_turn(request, chart, probes, start, working)
    return Answer(
        context=_context(found)
        or ReleaseContext(
            release=request.release or chart.name,
            namespace=request.namespace or "default",
            kube_version=request.kube_version,
            api_versions=request.api_versions,
        ),
        values={name: dict(each.state.tree.overrides) for name, each in found.items()},
        renders=sum(each.renders for each in found.values()),
        seconds=time.monotonic() - started,
        spent=time.process_time() - working,
        late=any(each.late for each in found.values()),
        is_cut=any(each.is_cut for each in found.values()),
        tried={name: each.tried for name, each in found.items()},
        out_of_memory=any(each.out_of_memory for each in found.values()),
        faults=tuple(dict.fromkeys(fault for each in found.values() for fault in each.faults)),
        untrusted=tuple(sorted(untrusted)),
    )


def _in_turn(
    request: InferenceRequest, chart: Chart, probes: Probes | None, start: Start | None, working: float
) -> dict[str, _Found]:
    """The environments in turn: the one with most objects from the start or its names, the others from its answer.

    Or from that of another one that was searched before, where it is nearer.
    """
    defaults = defaults_of(chart)
    order = sorted(request.targets, key=lambda name: (-len(request.targets[name]), name))
    found: dict[str, _Found] = {}
    setting = start.context if start is not None else None
    for place, name in enumerate(order):
        twin = _twin(request, name, found, setting) if setting is not None else None
        if twin is not None:
            found[name] = replace(found[twin], renders=0)
            continue
        evaluator = Evaluator(
            chart, request.targets[name], probes, rules=request.equivalences, knows_hooks=request.knows_hooks
        )
        deadline = _deadline(working, request.budget, place, len(order))
        begun: Iterator[State]
        if setting is None:
            begun = _beginnings(request, evaluator, Tree(defaults, {}), name, deadline)
        else:
            known = Tree(defaults, start.values[name]) if start is not None else None
            trees = [known] if known is not None else [each.state.tree for each in found.values()]
            begun = _begun_as(setting.within(name), request, evaluator, trees)
        state = _first(request, begun, deadline + GRACE)
        is_known = setting is not None or bool(request.first_values and state.tree.overrides)
        found[name] = _searched(request, evaluator, state, deadline, is_first=not place, is_known=is_known)
        setting = replace(found[name].state.setting, elsewhere=setting.elsewhere if setting is not None else ())
    return found


def _twin(request: InferenceRequest, name: str, found: Collection[str], setting: ReleaseContext) -> str | None:
    """An environment that was searched and has the very same objects, in the same namespaces."""
    targets = request.targets[name]
    ids, bodies = [each.id for each in targets], [dict(each.body) for each in targets]
    for other in found:
        held = request.targets[other]
        alike = setting.within(other) == setting.within(name) and [each.id for each in held] == ids
        if alike and same([dict(each.body) for each in held], bodies):
            return other
    return None


def _begun_as(
    setting: ReleaseContext, request: InferenceRequest, evaluator: Evaluator, trees: Sequence[Tree]
) -> Iterator[State]:
    """A release that is known, in its namespace or, if that is nearer, in that of most of the targets.

    Then with other values that come nearer, of the environments before and first values: each better than the one
    before.
    """
    spaces = () if request.namespace else namespaces(evaluator.targets)[:1]
    best = evaluator.measure(trees[0], setting)
    yield best
    for namespace in spaces:
        if namespace != setting.namespace:
            state = evaluator.measure(trees[0], replace(setting, namespace=namespace), best)
            if state.cost < best.cost:
                yield (best := state)
    tried = [trees[0].overrides]
    for tree in trees[1:]:
        if not best.is_right and tree.overrides not in tried:
            tried.append(tree.overrides)
            state = evaluator.measure(tree, best.setting, best)
            if state.cost < best.cost:
                yield (best := state)
    for state in _with_first_values(request, evaluator, best.setting):
        if state.cost < best.cost:
            yield (best := state)


def _context(found: Mapping[str, _Found]) -> ReleaseContext | None:
    """The release, in the namespace of the first environment, and what the others have; None where there is none."""
    settings = {name: each.state.setting for name, each in found.items()}
    if not settings:
        return None
    first, last = (list(settings.values())[at] for at in (0, -1))
    elsewhere = ((name, each.namespace) for name, each in sorted(settings.items()))
    return replace(
        last,
        namespace=first.namespace,
        elsewhere=tuple((name, there) for name, there in elsewhere if there != first.namespace),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What the search of one environment ended with."""

    state: State
    tried: Tried
    renders: int
    late: bool
    is_cut: bool
    out_of_memory: bool
    faults: tuple[str, ...]


def _searched(
    request: InferenceRequest, evaluator: Evaluator, state: State, deadline: float, *, is_first: bool, is_known: bool
) -> _Found:
    """The search of one environment from a state; `is_known` where that is the answer to another question."""
    trials = Trials(evaluator, state, deadline, release_is_fixed=not is_first or request.release is not None)
    may_vary = is_first and not request.kube_is_given
    versions = other_versions(evaluator.interpreter.chart, request.kube_version) if may_vary else ()
    search = Search(trials, all_passes(versions, holds_objects=request.holds_objects))
    state = _to_the_letter(evaluator, search.run(tidy_first=is_known), deadline)
    _check_size(request, state)
    return _Found(
        state=state,
        tried=_tried(trials, state),
        renders=evaluator.count,
        late=trials.late,
        is_cut=evaluator.untaken_runs.is_cut,
        out_of_memory=search.out_of_memory,
        faults=tuple(trials.memory.faults),
    )


def _tried(trials: Trials, state: State) -> Tried:
    """What was tried for the places that differ; what would make one right comes first."""
    tried = dict(trials.memory.journal.attempts(trials.evaluator.unequal(state)))
    for place, attempts in refused(trials).items() if state.costs else ():
        tried[place] = (*attempts, *tried.get(place, ()))
    return tried


def _to_the_letter(evaluator: Evaluator, state: State, deadline: float) -> State:
    """What is right to a cluster and prints more objects to the letter, where it is found near; else the state."""
    if not (state.is_right or _is_drawn_else(evaluator, state)):
        return state
    state = with_written_namespaces(evaluator, state)
    strict = evaluator.to_the_letter()
    begun = strict.measure(state.tree, state.setting)
    if len(begun.costs) <= len(state.costs):
        return state
    trials = Trials(strict, begun, min(deadline, time.process_time() + LETTERS), release_is_fixed=True)
    found = Search(trials, all_passes()).run()
    if found.is_right:
        return found
    same = evaluator.measure(found.tree, found.setting)
    return found if len(found.costs) < len(begun.costs) and same.serves_as_well_as(state) else state


def _is_drawn_else(evaluator: Evaluator, state: State) -> bool:
    """Whether it is right but for what the chart draws anew."""
    others = state.extra or state.errors or state.broken or state.unwanted or evaluator.missing(state)
    return not others and all(map(generated_rank, evaluator.gaps(state)))


def _deadline(started: float, budget: float, place: int, count: int) -> float:
    if count == 1 or place == count - 1:
        return started + budget
    return started + budget * (FIRST_SHARE + (1 - FIRST_SHARE) * place / (count - 1))


def _first(request: InferenceRequest, begun: Iterator[State], deadline: float) -> State:
    """The last of ever better hypotheses that there is time and memory for. MIG504 where there is for none."""
    state: State | None = None
    try:
        with limited(deadline):
            for better in begun:
                state = better
    except LimitError:
        pass
    if state is None:
        raise MigrateError.of(
            "MIG504",
            f"{request.chart.ref.name} takes more time or memory to render once than the search may have",
            remedy="give it longer with --budget, or look for a loop without bound in the chart",
        )
    return state


def _check_size(request: InferenceRequest, state: State) -> None:
    """MIG504 where the chart asks for too much even under the best values: helm must not be asked to render that."""
    for template in state.errors:
        if template.too_large:
            raise MigrateError.of(
                "MIG504",
                f"{request.chart.ref.name} asks for more than a render may cost: {template.path}: {template.error}",
                remedy="look for a loop or a number without bound in that template or in the values that it reads",
            )


def estimate(request: InferenceRequest, start: Start | None) -> tuple[float, Start]:
    """The distance of a chart from the largest target, with the values of an answer or before a search.

    Beside it comes the start for the next chart: those values, or the release that was found.
    """
    chart = chart_of(request)
    defaults = defaults_of(chart)
    environment = min(request.targets, key=lambda name: (-len(request.targets[name]), name))
    evaluator = Evaluator(chart, request.targets[environment], rules=request.equivalences)
    if start is not None:
        overrides = start.values[environment]
        # what is a default here needs no value
        tree = Tree(defaults, {}).assign((path, value_at(overrides, path)) for path in leaves(overrides))
        begun = (evaluator.measure(each, start.context.within(environment)) for each in (tree,))
        return _first(request, begun, time.process_time() + request.budget + GRACE).cost, start
    deadline = time.process_time() + request.budget
    state = _first(
        request, _beginnings(request, evaluator, Tree(defaults, {}), environment, deadline), deadline + GRACE
    )
    values = {name: dict(state.tree.overrides) for name in request.targets}
    return state.cost, Start(context=state.setting, values=values)


def _beginnings(
    request: InferenceRequest, evaluator: Evaluator, tree: Tree, environment: str, deadline: float
) -> Iterator[State]:
    """The likeliest release and namespace, by what the defaults render under them: each better than the one before."""
    targets = request.targets[environment]
    names = (request.release,) if request.release else releases(targets, request.chart.ref.name)
    spaces = (request.namespace,) if request.namespace else namespaces(targets)
    best: State | None = None
    for place, release in enumerate(names):
        setting = ReleaseContext(
            release=release,
            namespace=spaces[0],
            kube_version=request.kube_version,
            api_versions=request.api_versions,
        )
        state = evaluator.measure(tree, setting, best)
        if best is None or state.cost < best.cost:
            yield (best := state)
        if place < NAMED_RELEASES and not _is_named(evaluator, state):
            # a chart with fullnameOverride renders right names only once that is known
            trials = Trials(evaluator, state, deadline, release_is_fixed=True)
            repair(trials)
            name_objects(trials)
            if trials.state.cost < best.cost:
                yield (best := _named_plainly(evaluator, trials.state, names[:place]))
        if _is_named(evaluator, best):
            break
    assert best is not None  # noqa: S101
    for namespace in spaces[1:]:
        state = evaluator.measure(tree, replace(best.setting, namespace=namespace), best)
        if state.cost < best.cost:
            yield (best := state)
    for setting in dict.fromkeys((best.setting, replace(best.setting, release=names[0]))):
        for state in _with_first_values(request, evaluator, setting):
            if state.cost < best.cost:
                yield (best := state)


def _named_plainly(evaluator: Evaluator, state: State, likelier: Sequence[str]) -> State:
    """What else was set, under a likelier release name that needs no override of names, where that comes as near."""
    tree = Tree(state.tree.defaults, {}).assign(
        (path, value_at(state.tree.overrides, path))
        for path in leaves(state.tree.overrides)
        if not str(path[-1]).lower().endswith("nameoverride")
    )
    for release in likelier:
        other = evaluator.measure(tree, replace(state.setting, release=release))
        if other.cost <= state.cost:
            return other
    return state


def _is_named(evaluator: Evaluator, state: State) -> bool:
    """Whether every object has its name, and most of them are right: it is not the release that the others want."""
    return not evaluator.missing(state) and 2 * state.exact > len(evaluator.targets)


def _with_first_values(request: InferenceRequest, evaluator: Evaluator, setting: ReleaseContext) -> Iterator[State]:
    """What the chart renders with the values that somebody may have used; those that it cannot take give nothing."""
    defaults = defaults_of(evaluator.interpreter.chart)
    for values in request.first_values:
        state = None
        with suppress(*FAULTS):
            # what is a default here needs no value
            tree = Tree(defaults, {}).assign((path, value_at(values, path)) for path in leaves(values))
            state = evaluator.measure(tree, setting)
        if state is not None:
            yield state
