"""The search over all environments of a component: the richest first, the others from its answer."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from migrator.inference.edits import Tree
from migrator.inference.journal import Tried, from_json, to_json
from migrator.inference.names import namespaces, releases
from migrator.inference.search import Search
from migrator.inference.state import Bench, State, defaults_of
from migrator.inference.types import InferenceRequest
from migrator.model import Json
from migrator.templates.chart import as_dependency, load_chart
from migrator.templates.render import Setting

NAMED_RELEASES = 2
"""How many of the likeliest releases are tried with names of the chart overridden."""
FIRST_SHARE = 0.6
"""Part of the budget that the first of several environments may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the search found: values of each environment, not yet split, not yet judged."""

    release: str
    namespace: str
    api_versions: tuple[str, ...]
    values: Mapping[str, Mapping[str, Json]]
    renders: int
    seconds: float
    late: bool
    tried: Mapping[str, Tried] = field(default_factory=dict)
    """Environment -> place that is still open -> what was tried there."""

    def to_bytes(self) -> bytes:
        """For the cache."""
        return json.dumps(
            {
                "release": self.release,
                "namespace": self.namespace,
                "api_versions": list(self.api_versions),
                "values": self.values,
                "renders": self.renders,
                "seconds": self.seconds,
                "late": self.late,
                "tried": {name: to_json(found) for name, found in self.tried.items()},
            }
        ).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Answer:
        """From the cache."""
        found = json.loads(data)
        tried = {name: from_json(places) for name, places in found["tried"].items()}
        return cls(**{**found, "api_versions": tuple(found["api_versions"]), "tried": tried})


def solve(request: InferenceRequest) -> Answer:
    """The best values found for every environment within the budget."""
    started, working = time.monotonic(), time.process_time()
    chart = load_chart(request.chart.files)
    if request.as_dependency:
        chart = as_dependency(chart)
    defaults = defaults_of(chart)
    order = sorted(request.targets, key=lambda name: (-len(request.targets[name]), name))
    states: dict[str, State] = {}
    tried: dict[str, Tried] = {}
    renders, late = 0, False
    setting: Setting | None = None
    for place, name in enumerate(order):
        bench = Bench(chart, request.targets[name])
        deadline = _deadline(working, request.budget, place, len(order))
        if setting is None:
            state = _first(request, bench, Tree(defaults, {}), name, deadline)
        else:
            state = bench.measure(states[order[0]].tree, setting)
        search = Search(bench, state, deadline, release_is_fixed=setting is not None or request.release is not None)
        states[name] = search.run()
        tried[name] = search.journal.attempts({bench.targets[index].id for index in states[name].costs})
        setting = states[name].setting
        renders += bench.count
        late = late or search.late
    assert setting is not None or not order  # noqa: S101
    return Answer(
        release=setting.release if setting else request.release or chart.name,
        namespace=setting.namespace if setting else request.namespace or "default",
        api_versions=setting.api_versions if setting else request.api_versions,
        values={name: dict(state.tree.overrides) for name, state in states.items()},
        renders=renders,
        seconds=time.monotonic() - started,
        late=late,
        tried=tried,
    )


def _deadline(started: float, budget: float, place: int, count: int) -> float:
    if count == 1 or place == count - 1:
        return started + budget
    return started + budget * (FIRST_SHARE + (1 - FIRST_SHARE) * place / (count - 1))


def _first(request: InferenceRequest, bench: Bench, tree: Tree, environment: str, deadline: float) -> State:
    """The likeliest release and namespace, by what the defaults render under them."""
    targets = request.targets[environment]
    names = (request.release,) if request.release else releases(targets, request.chart.ref.name)
    spaces = (request.namespace,) if request.namespace else namespaces(targets)
    best: State | None = None
    for place, release in enumerate(names):
        setting = Setting(
            release=release,
            namespace=spaces[0],
            kube_version=request.kube_version,
            api_versions=request.api_versions,
        )
        state = bench.measure(tree, setting, best)
        if place < NAMED_RELEASES and state.exact < len(bench.targets):
            # a chart whose full name is overridden renders right names only once that is known
            search = Search(bench, state, deadline, release_is_fixed=True)
            search.repair()
            search.names()
            state = search.state
        if best is None or state.cost < best.cost:
            best = state
        if best.exact == len(bench.targets):
            break
    for namespace in spaces[1:]:
        assert best is not None  # noqa: S101
        setting = Setting(
            release=best.setting.release,
            namespace=namespace,
            kube_version=request.kube_version,
            api_versions=request.api_versions,
        )
        state = bench.measure(tree, setting, best)
        if state.cost < best.cost:
            best = state
    assert best is not None  # noqa: S101
    return best
