"""What the objects of one environment say about each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from migrator.graph.named_objects import bound_objects, named_objects, values_at
from migrator.graph.rules import POD_TEMPLATES
from migrator.graph.types import EdgeKind
from migrator.model import Json, ResId, Resource, mapping_of

Found = tuple[ResId, ResId, EdgeKind, str]
"""Source, target, kind, and the field that says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Workload:
    id: ResId
    labels: Mapping[str, str]


class Environment:
    """The objects of one environment by identity, and the questions that edges are made of."""

    def __init__(self, resources: Sequence[Resource]) -> None:
        self._resources = resources
        self._by_name: dict[tuple[str, str], list[ResId]] = defaultdict(list)
        self._by_kind: dict[tuple[str, str], list[Resource]] = defaultdict(list)
        self._workloads: list[_Workload] = []
        for resource in resources:
            res_id = resource.id
            self._by_name[res_id.kind, res_id.name].append(res_id)
            self._by_kind[res_id.group, res_id.kind].append(resource)
            labels = _pod_labels(resource)
            if labels is not None:
                self._workloads.append(_Workload(id=res_id, labels=labels))

    def edges(self) -> Iterator[Found]:
        """Every relation, an object to itself left out."""
        for resource in self._resources:
            for found in self._edges_of(resource):
                if found[0] != found[1]:
                    yield found

    def _edges_of(self, resource: Resource) -> Iterator[Found]:
        yield from self._references(resource)
        yield from self._selections(resource)
        if resource.id.kind == "CustomResourceDefinition":
            spec = mapping_of(resource.body.get("spec"))
            kind = str(mapping_of(spec.get("names")).get("kind") or "")
            for held in self._by_kind.get((str(spec.get("group") or ""), kind), ()):
                yield resource.id, held.id, EdgeKind.DEFINES, "spec.names.kind"

    def _references(self, resource: Resource) -> Iterator[Found]:
        for kind, names in ((EdgeKind.REFERS, named_objects), (EdgeKind.BINDS, bound_objects)):
            for each in names(resource):
                for target in self.named(each.group, each.kind, each.namespace, each.name):
                    yield resource.id, target, kind, each.via

    def named(self, group: str | None, kind: str, namespace: str, name: str) -> Iterator[ResId]:
        """The objects of that name: in the namespace, else without one (charts leave it out, clusters have none)."""
        held = [res_id for res_id in self._by_name.get((kind, name), ()) if group is None or res_id.group == group]
        exact = [res_id for res_id in held if res_id.namespace == namespace]
        loose = [res_id for res_id in held if not res_id.namespace or not namespace]
        yield from exact or loose

    def _selections(self, resource: Resource) -> Iterator[Found]:
        spec = mapping_of(resource.body.get("spec"))
        res_id = resource.id
        own = frozenset({res_id.namespace})
        match res_id.group, res_id.kind:
            case "", "Service":
                yield from self._selected_pods(res_id, {"matchLabels": spec.get("selector")}, "spec.selector", own)
            case "policy", "PodDisruptionBudget":
                yield from self._selected_pods(res_id, spec.get("selector"), "spec.selector", own)
            case "networking.k8s.io", "NetworkPolicy":
                yield from self._selected_pods(res_id, spec.get("podSelector"), "spec.podSelector", own)
            case "cilium.io", "CiliumNetworkPolicy":
                yield from self._selected_pods(res_id, spec.get("endpointSelector"), "spec.endpointSelector", own)
            case "monitoring.coreos.com", "ServiceMonitor":
                yield from self._monitored(resource, spec, self._by_kind.get(("", "Service"), ()))
            case "monitoring.coreos.com", "PodMonitor":
                places = _namespaces(spec.get("namespaceSelector"), res_id.namespace)
                yield from self._selected_pods(res_id, spec.get("selector"), "spec.selector", places)

    def _selected_pods(self, source: ResId, selector: Json, via: str, places: frozenset[str] | None) -> Iterator[Found]:
        """Workloads whose pods the selector finds in `places` (None: all); an empty one finds all and says nothing."""
        if _is_empty(selector):
            return
        for workload in self._workloads:
            if (places is None or workload.id.namespace in places) and selects(selector, workload.labels):
                yield source, workload.id, EdgeKind.SELECTS, via

    def _monitored(self, resource: Resource, spec: Mapping[str, Json], services: Sequence[Resource]) -> Iterator[Found]:
        selector = spec.get("selector")
        if _is_empty(selector):
            return
        places = _namespaces(spec.get("namespaceSelector"), resource.id.namespace)
        for service in services:
            labels = mapping_of(mapping_of(service.body.get("metadata")).get("labels"))
            if (places is None or service.id.namespace in places) and selects(selector, labels):
                yield resource.id, service.id, EdgeKind.SELECTS, "spec.selector"


def selects(selector: Json, labels: Mapping[str, Json]) -> bool:
    """Whether labels answer a LabelSelector (matchLabels and matchExpressions, all of them)."""
    held = mapping_of(selector)
    wanted = mapping_of(held.get("matchLabels"))
    if any(labels.get(key) != value for key, value in wanted.items()):
        return False
    expressions = held.get("matchExpressions")
    return all(_answers(mapping_of(item), labels) for item in (expressions if isinstance(expressions, list) else ()))


def _answers(expression: Mapping[str, Json], labels: Mapping[str, Json]) -> bool:
    key = str(expression.get("key") or "")
    held = expression.get("values")
    values = held if isinstance(held, list) else []
    match expression.get("operator"):
        case "In":
            return key in labels and labels[key] in values
        case "NotIn":
            return key not in labels or labels[key] not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
        case _:
            return False


def _pod_labels(resource: Resource) -> Mapping[str, str] | None:
    """Labels of the pods that an object makes; None for an object that makes none."""
    for prefix in POD_TEMPLATES:
        holder = prefix.rpartition(".")[0]
        for template in values_at(resource.body, holder) if holder else (resource.body,):
            spec = mapping_of(template).get("spec")
            if isinstance(spec, dict) and isinstance(spec.get("containers"), list):
                return mapping_of(mapping_of(mapping_of(template).get("metadata")).get("labels"))
    return None


def _namespaces(selector: Json, own: str) -> frozenset[str] | None:
    """Namespaces of a monitor's `namespaceSelector`; None for any."""
    held = mapping_of(selector)
    if held.get("any") is True:
        return None
    names = held.get("matchNames")
    return frozenset(map(str, names)) if isinstance(names, list) and names else frozenset({own})


def _is_empty(selector: Json) -> bool:
    held = mapping_of(selector)
    return not held.get("matchLabels") and not held.get("matchExpressions")
