"""The objects that an object names, whether they are there or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from migrator.graph.rules import POD_REFERENCES, POD_TEMPLATES, REFERENCES, Rule
from migrator.model import Json, Resource, mapping_of


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedObject:
    """What one field names."""

    group: str | None
    """None where the field does not say."""
    kind: str
    namespace: str
    name: str
    via: str
    """The field."""
    is_optional: bool = False
    """Kubernetes goes on without it."""


def named_objects(resource: Resource) -> Iterator[NamedObject]:
    """Every object that the fields of an object name, those of its pods among them; those of bindings are not."""
    for rule in REFERENCES:
        if rule.applies(resource.id):
            yield from _by_rule(resource, rule, resource.body, "")
    for prefix in POD_TEMPLATES:
        for template in values_at(resource.body, prefix):
            # a custom resource may hold a pod template too; anything with containers counts
            if isinstance(template, dict) and isinstance(template.get("containers"), list):
                for rule in POD_REFERENCES:
                    yield from _by_rule(resource, rule, template, f"{prefix}.")


def bound_objects(resource: Resource) -> Iterator[NamedObject]:
    """The role and the accounts of a binding; none of another object."""
    if resource.id.group != "rbac.authorization.k8s.io" or not resource.id.kind.endswith("Binding"):
        return
    role = mapping_of(resource.body.get("roleRef"))
    kind, name = str(role.get("kind") or ""), str(role.get("name") or "")
    place = resource.id.namespace if kind == "Role" else ""
    yield NamedObject(group=resource.id.group, kind=kind, namespace=place, name=name, via="roleRef")
    subjects = resource.body.get("subjects")
    for subject in subjects if isinstance(subjects, list) else ():
        held = mapping_of(subject)
        if held.get("kind") == "ServiceAccount":
            namespace = str(held.get("namespace") or resource.id.namespace)
            name = str(held.get("name") or "")
            yield NamedObject(group="", kind="ServiceAccount", namespace=namespace, name=name, via="subjects")


def _by_rule(resource: Resource, rule: Rule, holder: Json, prefix: str) -> Iterator[NamedObject]:
    for item in values_at(holder, rule.path):
        held = item if isinstance(item, dict) else {rule.name: item}
        name, kind = held.get(rule.name), rule.kind or str(held.get("kind") or "")
        if isinstance(name, str) and name and kind:
            yield NamedObject(
                group=rule.group if rule.kind else _group_of(held),
                kind=kind,
                namespace=str(held.get("namespace") or "") or resource.id.namespace,
                name=name,
                via=f"{prefix}{rule.path}",
                is_optional=held.get("optional") is True,
            )


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


def _group_of(item: Mapping[str, Json]) -> str | None:
    """Group of a typed reference by `apiVersion`, `apiGroup` or `group`; None where it does not say."""
    if isinstance(item.get("apiVersion"), str):
        return str(item["apiVersion"]).rpartition("/")[0]
    held = item.get("apiGroup", item.get("group"))
    return str(held) if isinstance(held, str) else None
