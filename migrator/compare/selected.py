"""Labels that are more than decoration: something selects objects by them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from migrator.model import Json, Resource

_SELECT_PODS = frozenset(
    {
        *("DaemonSet", "Deployment", "Job", "PodDisruptionBudget", "ReplicaSet", "ReplicationController", "Service"),
        *("StatefulSet", "CronJob", "Pod", "PodMonitor", "HorizontalPodAutoscaler"),
    }
)
"""Their selectors reach pods, whose labels come from templates and are not an object's own metadata."""


def selected_labels(resources: Iterable[Resource]) -> frozenset[str]:
    """Label keys in selectors of objects that select other objects (a ServiceMonitor its Services, a webhook its
    namespaces); pods' labels do not count.
    """
    return frozenset(
        key for resource in resources if resource.gvk.kind not in _SELECT_PODS for key in _keys(resource.body)
    )


def labels_of_selected_pods(resources: Iterable[Resource]) -> frozenset[str]:
    """Label keys by which workloads, Services and disruption budgets select their pods."""
    found: set[str] = set()
    for resource in resources:
        spec = resource.body.get("spec") if resource.gvk.kind in _SELECT_PODS else None
        selector = spec.get("selector") if isinstance(spec, Mapping) else None
        if isinstance(selector, Mapping):
            found |= set(selector.get("matchLabels") or {} if "matchLabels" in selector else selector)
    return frozenset(map(str, found))


def _keys(body: Mapping[str, Json]) -> Iterator[str]:
    if body.get("kind") == "CustomResourceDefinition":
        return
    pending: list[Json] = [body.get("spec"), body.get("webhooks"), body.get("aggregationRule")]
    while pending:
        value = pending.pop()
        if isinstance(value, list):
            pending.extend(value)
        elif isinstance(value, Mapping):
            labels, expressions = value.get("matchLabels"), value.get("matchExpressions")
            if isinstance(labels, Mapping):
                yield from labels
            if isinstance(expressions, list):
                yield from (str(item.get("key")) for item in expressions if isinstance(item, Mapping))
            pending.extend(value.values())
