"""What the objects of one environment say about each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from migrator.graph.rules import POD_REFERENCES, POD_TEMPLATES, REFERENCES, Rule
from migrator.graph.types import EdgeKind
from migrator.model import Json, ResId, Resource

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
        yield from self._bindings(resource)
        if resource.id.kind == "CustomResourceDefinition":
            spec = _mapping(resource.body.get("spec"))
            kind = str(_mapping(spec.get("names")).get("kind") or "")
            for held in self._by_kind.get((str(spec.get("group") or ""), kind), ()):
                yield resource.id, held.id, EdgeKind.DEFINES, "spec.names.kind"

    def _references(self, resource: Resource) -> Iterator[Found]:
        rules = [rule for rule in REFERENCES if rule.applies(resource.id)]
        for rule in rules:
            yield from self._by_rule(resource, rule, resource.body, "")
        for prefix in POD_TEMPLATES:
            for template in values_at(resource.body, prefix):
                # a custom resource may hold a pod template too; anything with containers counts
                if isinstance(template, dict) and isinstance(template.get("containers"), list):
                    for rule in POD_REFERENCES:
                        yield from self._by_rule(resource, rule, template, f"{prefix}.")

    def _by_rule(self, resource: Resource, rule: Rule, holder: Json, prefix: str) -> Iterator[Found]:
        for item in values_at(holder, rule.path):
            if isinstance(item, dict):
                name = item.get(rule.name)
                kind = str(item.get("kind") or "") if not rule.kind else rule.kind
                namespace = str(item.get("namespace") or "")
                group = _group_of(item) if not rule.kind else rule.group
            else:
                name, kind, namespace, group = item, rule.kind, "", rule.group
            if not isinstance(name, str) or not name or not kind:
                continue
            for target in self.named(group, kind, namespace or resource.id.namespace, name):
                yield resource.id, target, EdgeKind.REFERS, f"{prefix}{rule.path}"

    def named(self, group: str | None, kind: str, namespace: str, name: str) -> Iterator[ResId]:
        """The objects of that name: in the namespace, else without one (charts leave it out, clusters have none)."""
        held = [res_id for res_id in self._by_name.get((kind, name), ()) if group is None or res_id.group == group]
        exact = [res_id for res_id in held if res_id.namespace == namespace]
        loose = [res_id for res_id in held if not res_id.namespace or not namespace]
        yield from exact or loose

    def _selections(self, resource: Resource) -> Iterator[Found]:
        spec = _mapping(resource.body.get("spec"))
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
            labels = _mapping(_mapping(service.body.get("metadata")).get("labels"))
            if (places is None or service.id.namespace in places) and selects(selector, labels):
                yield resource.id, service.id, EdgeKind.SELECTS, "spec.selector"

    def _bindings(self, resource: Resource) -> Iterator[Found]:
        if resource.id.group != "rbac.authorization.k8s.io" or not resource.id.kind.endswith("Binding"):
            return
        role = _mapping(resource.body.get("roleRef"))
        place = resource.id.namespace if role.get("kind") == "Role" else ""
        for target in self.named(resource.id.group, str(role.get("kind") or ""), place, str(role.get("name") or "")):
            yield resource.id, target, EdgeKind.BINDS, "roleRef"
        subjects = resource.body.get("subjects")
        for subject in subjects if isinstance(subjects, list) else ():
            held = _mapping(subject)
            if held.get("kind") == "ServiceAccount":
                namespace = str(held.get("namespace") or resource.id.namespace)
                for target in self.named("", "ServiceAccount", namespace, str(held.get("name") or "")):
                    yield resource.id, target, EdgeKind.BINDS, "subjects"


def selects(selector: Json, labels: Mapping[str, Json]) -> bool:
    """Whether labels answer a LabelSelector (matchLabels and matchExpressions, all of them)."""
    held = _mapping(selector)
    wanted = _mapping(held.get("matchLabels"))
    if any(labels.get(key) != value for key, value in wanted.items()):
        return False
    expressions = held.get("matchExpressions")
    return all(_answers(_mapping(item), labels) for item in (expressions if isinstance(expressions, list) else ()))


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


def values_at(value: Json, path: str) -> Iterator[Json]:
    """The values at a dotted path; `[]` behind a key stands for every element of its list, `*` for every key."""
    pending = [value]
    for part in path.split(".") if path else ():
        name = part.removesuffix("[]")
        found: list[Json] = []
        for holder in pending:
            if not isinstance(holder, dict):
                continue
            inner = list(holder.values()) if name == "*" else [holder[name]] if name in holder else []
            for item in inner:
                found += (item if isinstance(item, list) else []) if part.endswith("[]") else [item]
        pending = found
    yield from (item for item in pending if item is not None)


def _pod_labels(resource: Resource) -> Mapping[str, str] | None:
    """Labels of the pods that an object makes; None for an object that makes none."""
    for prefix in POD_TEMPLATES:
        holder = prefix.rpartition(".")[0]
        for template in values_at(resource.body, holder) if holder else (resource.body,):
            spec = _mapping(template).get("spec")
            if isinstance(spec, dict) and isinstance(spec.get("containers"), list):
                return _mapping(_mapping(_mapping(template).get("metadata")).get("labels"))
    return None


def _namespaces(selector: Json, own: str) -> frozenset[str] | None:
    """Namespaces of a monitor's `namespaceSelector`; None for any."""
    held = _mapping(selector)
    if held.get("any") is True:
        return None
    names = held.get("matchNames")
    return frozenset(map(str, names)) if isinstance(names, list) and names else frozenset({own})


def _group_of(item: Mapping[str, Json]) -> str | None:
    """Group of a typed reference by `apiVersion`, `apiGroup` or `group`; None where it does not say."""
    if isinstance(item.get("apiVersion"), str):
        return str(item["apiVersion"]).rpartition("/")[0]
    held = item.get("apiGroup", item.get("group"))
    return str(held) if isinstance(held, str) else None


def _is_empty(selector: Json) -> bool:
    held = _mapping(selector)
    return not held.get("matchLabels") and not held.get("matchExpressions")


def _mapping(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}
