"""How strongly one object belongs with another, by what they say about each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from migrator.classify.nodes import Node
from migrator.graph import EdgeKind, ResourceGraph

Ties = Mapping[int, Mapping[int, float]]
"""node -> other node -> how strongly the first belongs with the second, 0 to 1. Not symmetric: a workload that
reads another's secret does not belong to it, but a secret that one workload alone reads does."""

_GUARDS = frozenset({"PodDisruptionBudget", "NetworkPolicy", "CiliumNetworkPolicy", "Service"})
_SCALERS = frozenset({"HorizontalPodAutoscaler", "VerticalPodAutoscaler", "ScaledObject"})
_HOOKED = frozenset({"ValidatingWebhookConfiguration", "MutatingWebhookConfiguration", "APIService"})
_OWNED = frozenset({"ConfigMap", "Secret", "PersistentVolumeClaim", "ServiceAccount"})


def ties_of(nodes: Sequence[Node], graph: ResourceGraph) -> Ties:
    """The ties of every node, from the edges of all environments; the strongest edge between two nodes counts."""
    at = {node.id: number for number, node in enumerate(nodes)}
    ties: dict[int, dict[int, float]] = {}
    for edge in graph.edges:
        if edge.kind == EdgeKind.DEFINES.value:
            continue
        source, target = at.get(edge.source.id), at.get(edge.target.id)
        if source is None or target is None or source == target:
            continue
        forward, backward = _strengths(nodes[source], nodes[target], edge.kind, edge.via)
        for one, other, strength in ((source, target, forward), (target, source, backward)):
            held = ties.setdefault(one, {})
            held[other] = max(held.get(other, 0.0), strength)
    return ties


def _strengths(source: Node, target: Node, kind: str, via: str) -> tuple[float, float]:
    """How much the source belongs with the target, and the target with the source."""
    if kind == EdgeKind.SELECTS.value:
        return (0.6, 0.5) if source.id.kind in _GUARDS else (0.5, 0.25)
    if kind == EdgeKind.BINDS.value:
        return (0.6, 0.3) if via == "subjects" else (0.3, 0.6)
    if source.id.kind in _SCALERS or source.id.kind in _HOOKED:
        return (0.6, 0.3)
    if target.id.kind in _OWNED:
        is_account = target.id.kind == "ServiceAccount"
        return (0.4 if is_account else 0.1, 0.5 if is_account else 0.45)
    return (0.3, 0.1)
