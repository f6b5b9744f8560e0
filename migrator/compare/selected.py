"""Labels that are more than decoration: something selects objects by them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from migrator.model import Json, Resource

_SELECT_PODS = frozenset(
    {
        *("DaemonSet", "Deployment", "Job", "PodDisruptionBudget", "ReplicaSet", "ReplicationController", "Service"),
        *("StatefulSet", "CronJob", "Pod", "PodMonitor", "HorizontalPodAutoscaler"),
    }
)
"""Their selectors reach pods, whose labels come from templates and are not an object's own metadata."""
_RESTRICT_PODS = frozenset({"AuthorizationPolicy", "CiliumNetworkPolicy", "NetworkPolicy", "PeerAuthentication"})
"""Their selectors reach pods as well, and whatever else they have to do with."""
_OF_OTHERS = frozenset({"namespaceSelector", "volumeClaimTemplate"})
"""Fields of pods that select something else: namespaces, volumes."""
_CONTAINERS = ("initContainers", "containers")
_LONGEST_KEY = 317
"""A prefix of 253 characters, a slash and a name of 63."""
_OF_PODS = ("selector", "podSelector", "endpointSelector")
_IN_WORDS = re.compile(r"(?<![\w./-])([A-Za-z0-9][\w./-]*)(?:\s*!?=|\s+(?:not)?in\s*\()")
"""A label in a selector as programs take it: `app=web`, `tier in (a, b)`."""


def selected_labels(resources: Iterable[Resource]) -> frozenset[str]:
    """Label keys in selectors of objects that select other objects (a ServiceMonitor its Services, a webhook its
    namespaces), and in what programs are told to select by; pods' labels do not count.
    """
    found: set[str] = set()
    for resource in resources:
        body = resource.body
        if resource.gvk.kind == "CustomResourceDefinition":
            continue
        if resource.gvk.kind in _SELECT_PODS:
            spec = body.get("spec")
            found.update(_keys(spec.get("volumeClaimTemplates")) if isinstance(spec, Mapping) else ())
            for pod in _pods(spec):
                found.update(_of_pod(pod))
        else:
            found.update(_keys([body.get("spec"), body.get("webhooks"), body.get("aggregationRule")]))
    return frozenset(found)


def labels_of_selected_pods(resources: Iterable[Resource]) -> frozenset[str]:
    """Label keys by which workloads, Services, disruption budgets and network policies select their pods."""
    found: set[str] = set()
    for resource in resources:
        spec = resource.body.get("spec") if resource.gvk.kind in _SELECT_PODS | _RESTRICT_PODS else None
        for selector in (spec.get(field) for field in _OF_PODS) if isinstance(spec, Mapping) else ():
            if isinstance(selector, Mapping):
                found.update(_keys(selector))
                found.update(key for key, value in selector.items() if isinstance(value, str))
    return frozenset(map(str, found))


def _pods(spec: Json) -> Iterator[Mapping[str, Json]]:
    """The pod, or those of templates, that a spec describes."""
    while isinstance(spec, Mapping):
        yield spec
        holder = spec.get("template", spec.get("jobTemplate"))
        spec = holder.get("spec") if isinstance(holder, Mapping) else None


def _of_pod(pod: Mapping[str, Json]) -> Iterator[str]:
    """Labels by which a pod chooses namespaces and volumes, and those in what its programs are told."""
    for selector in _under([pod.get("affinity"), pod.get("volumes")], _OF_OTHERS):
        yield from _keys(selector)
    for field in _CONTAINERS:
        for container in pod.get(field) or ():
            if isinstance(container, Mapping):
                yield from _told([container.get(each) for each in ("args", "command", "env")])


def _under(value: Json, fields: frozenset[str]) -> Iterator[Json]:
    """What stands under fields of those names, wherever they are."""
    for key, child in value.items() if isinstance(value, Mapping) else ():
        if key in fields:
            yield child
        else:
            yield from _under(child, fields)
    for child in value if isinstance(value, list) else ():
        yield from _under(child, fields)


def _told(value: Json) -> Iterator[str]:
    """Labels in arguments and variables of a container."""
    if isinstance(value, str):
        if "=" in value or " in" in value or " notin" in value:
            yield from _IN_WORDS.findall(value)
        elif len(value) <= _LONGEST_KEY:
            yield value
    elif isinstance(value, list):
        for each in value:
            yield from _told(each)
    elif isinstance(value, Mapping):
        yield from _told(value.get("value"))


def _keys(value: Json) -> Iterator[str]:
    pending: list[Json] = [value]
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
