"""Why one object belongs where it does: the charts considered for it, and what speaks for and against each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from migrator.classify.judging import Judge
from migrator.classify.nodes import Node, nodes_of
from migrator.classify.readings import Readings
from migrator.classify.seeds import Recogniser
from migrator.classify.types import Component, ComponentKind, Evidence, SourceHint
from migrator.classify.units import evidence_of, own_score
from migrator.classify.upstream import with_upstream
from migrator.graph import Edge, EdgeKind, ResourceGraph
from migrator.model import RepoPath, ResId, Resource
from migrator.signatures import (
    Manifest,
    Signature,
    SignatureIndex,
    Weights,
    index_manifests,
    index_signatures,
    load_weights,
)

_SHOWN = 5
_LEAST = 0.1
"""Less is no more than a port that everybody uses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Considered:
    """A chart that an object could be from."""

    chart: str
    repository: str
    score: float
    """Of all objects together that would be the chart's with this one; 0 where they are not enough to judge by."""
    objects: int
    evidence: tuple[Evidence, ...]
    """What these objects show for it, strongest first; what this object shows itself comes first of all."""
    against: tuple[str, ...]

    @property
    def title(self) -> str:
        return f"{self.chart} of {self.repository}" if self.repository else self.chart


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What is known of one object, over all environments."""

    resource: ResId
    environments: tuple[str, ...]
    origin: RepoPath | None
    component: Component
    considered: tuple[Considered, ...]
    """Best first."""
    ties: tuple[str, ...]
    """What it has to do with others of its component, or of the best chart."""
    needed: float
    """The score from which a chart is recognised."""


def account(
    resource: ResId,
    builds: Mapping[str, Sequence[Resource]],
    graph: ResourceGraph,
    signatures: Sequence[Signature],
    components: Sequence[Component],
    *,
    sources: Sequence[SourceHint] = (),
    manifests: Sequence[Manifest] = (),
    weights: Weights | None = None,
) -> Account:
    """The account of an object that is in one of the components which `classify` found in the same input."""
    index = index_signatures(signatures, weights or load_weights())
    nodes = with_upstream(nodes_of(builds, index, sources), index, index_manifests(manifests), sources)
    at = {node.id: number for number, node in enumerate(nodes)}
    judge = _Court(readings=Readings(nodes, index), number=at[resource])
    own = next(one for one in components if resource in _all(one))
    if own.kind is ComponentKind.THIRD_PARTY:
        held = judge.of_component(own, frozenset(at[one] for one in _all(own)))
    else:
        free = {at[one] for each in components if each.kind is ComponentKind.APPLICATION for one in _all(each)}
        held = judge.of_application(free)
    strength = nodes[at[resource]].strength
    ranked = sorted(held, key=lambda one: (-held[one][0], -strength.get(one, 0.0), one))
    return Account(
        resource=resource,
        environments=nodes[at[resource]].environments,
        origin=nodes[at[resource]].origin,
        component=own,
        considered=tuple(judge.considered(one, *held[one]) for one in ranked[:_SHOWN]),
        ties=tuple(_ties(resource, own, graph)),
        needed=index.weights.recognised,
    )


def _all(component: Component) -> list[ResId]:
    return [held for found in component.members.values() for held in found]


_Held = dict[int, tuple[float, frozenset[int]]]
"""signature -> score, and the objects that show it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Court:
    """One object before all signatures."""

    readings: Readings
    number: int

    @property
    def nodes(self) -> Sequence[Node]:
        return self.readings.nodes

    @property
    def index(self) -> SignatureIndex:
        return self.readings.index

    @property
    def node(self) -> Node:
        return self.nodes[self.number]

    def of_component(self, own: Component, members: frozenset[int]) -> _Held:
        """The charts of a component, as it has them, and others that this object shows something of."""
        named = {(one.chart, one.repository): one.score for one in own.candidates}
        charts = {at: named.get((one.chart, one.repository)) for at, one in enumerate(self.index.signatures)}
        held = {at: (score, members) for at, score in charts.items() if score is not None}
        for at in self._shown():
            held.setdefault(at, (own_score(self.nodes, members, at)[0], members))
        return held

    def of_application(self, free: Iterable[int]) -> _Held:
        """What was considered for an object that no chart was found for."""
        found = Recogniser(self.readings).considered(self.number, free)
        held = {at: pair for at, pair in found.items() if pair[0] >= _LEAST}
        for at in (*self._shown(), *self._defining()):
            held.setdefault(at, (0.0, frozenset({self.number})))
        return held

    def considered(self, signature: int, score: float, members: frozenset[int]) -> Considered:
        one = self.index.signatures[signature]
        facts = evidence_of(self.nodes, members, signature)
        shown = {(fact.kind, fact.detail) for fact in self.node.evidence.get(signature, ())}
        ranked = sorted(facts, key=lambda fact: (fact.kind, fact.detail) not in shown)
        names = frozenset(self.nodes[one].shown.instance for one in members)
        negative = [fact.detail for fact in Judge(self.readings).against(members, signature, names)]
        return Considered(
            chart=one.chart,
            repository=one.repository,
            score=round(score, 3),
            objects=len(members),
            evidence=tuple(ranked),
            against=(*negative, *self._against(signature, members)),
        )

    def _shown(self) -> list[int]:
        return [at for at, strength in self.node.strength.items() if strength >= _LEAST]

    def _defining(self) -> list[int]:
        """The signatures of charts that bring the definition of a custom resource."""
        node = self.node
        if not node.id.group:
            return []
        kind = node.id.kind.lower()
        plurals = {f"{name}.{node.id.group}" for name in (kind, f"{kind}s", f"{kind}es", f"{kind[:-1]}ies")}
        return [at for at, one in enumerate(self.index.signatures) if plurals.intersection(one.crds)]

    def _against(self, signature: int, members: frozenset[int]) -> Iterator[str]:
        node = self.node
        if signature in self._defining():
            yield f"a custom resource that the chart defines: who has a {node.id.kind} uses the chart, and is not it"
            return
        if signature not in node.strength and not self._read({self.number}, signature):
            yield "this object itself shows nothing of it"
        known = {fact.detail.partition(" ")[0] for fact in node.evidence.get(signature, ()) if fact.kind == "image"}
        foreign = sorted({image.repository for image in node.shown.images} - known)
        if foreign:
            yield f"the chart is not known to run {', '.join(foreign)}"
        core = {one.name: one.kind for one in self.index.signatures[signature].objects if one.core}
        if core and not core.keys() & self._read(members, signature):
            names = ", ".join(f"{kind} {name}" for name, kind in sorted(core.items()))
            yield f"none of the workloads that each version makes is there: {names}"
        if not Judge(self.readings).own(members, signature)[1]:
            yield "too little to judge by: it takes two kinds of facts, one of them telling by itself"

    def _read(self, members: Iterable[int], signature: int) -> set[str]:
        """The name patterns of a signature that the names of objects follow."""
        shown = [self.nodes[one].shown for one in members]
        found = {match.pattern for one in shown for match in self.index.names(one) if match.signature == signature}
        return found | {match.pattern for one in shown for match in self.index.bare_names(one, signature)}


def _ties(resource: ResId, component: Component, graph: ResourceGraph) -> Iterator[str]:
    """`selects Deployment.apps shop/web`, `referred to by ...`: the edges to others of the component, each once."""
    inside = frozenset(_all(component))
    seen: dict[str, None] = {}
    for edge in graph.edges:
        if edge.source.id == resource != edge.target.id and edge.target.id in inside:
            seen[f"{_verb(edge)} {edge.target.id}{_via(edge)}"] = None
        elif edge.target.id == resource != edge.source.id and edge.source.id in inside:
            seen[f"{edge.source.id} {_verb(edge)} it{_via(edge)}"] = None
    yield from seen


def _verb(edge: Edge) -> str:
    return "refers to" if edge.kind == EdgeKind.REFERS.value else edge.kind


def _via(edge: Edge) -> str:
    return f" ({edge.via})" if edge.via else ""
