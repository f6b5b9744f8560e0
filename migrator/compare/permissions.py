"""Rules of a role as the set of what they permit: how they are grouped and ordered is nothing to Kubernetes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from migrator.model import Json, ResId

RULES = ("rules",)
"""Where a role has them."""
SUBJECTS = ("subjects",)
"""Where a binding names who is permitted."""

_GROUP = "rbac.authorization.k8s.io"
_FIELDS = frozenset({"apiGroups", "nonResourceURLs", "resourceNames", "resources", "verbs"})


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Permission:
    """One verb on one resource, or on one URL that is none."""

    resource: str
    """`pods`, `/healthz`."""
    group: str = ""
    name: str = ""
    """Of the one object; empty for all."""
    verb: str
    is_url: bool = False

    @property
    def what(self) -> str:
        """For people: `pods`, `deployments.apps`, `/healthz`."""
        return f"{self.resource}.{self.group}" if self.group else self.resource


def is_role(resource: ResId) -> bool:
    """Whether the object is a Role or a ClusterRole."""
    return resource.group == _GROUP and resource.kind in {"ClusterRole", "Role"}


def is_role_binding(resource: ResId) -> bool:
    """Whether the object binds a role within one namespace."""
    return resource.group == _GROUP and resource.kind == "RoleBinding"


def with_accounts_in(body: Mapping[str, Json], namespace: str) -> dict[str, Json]:
    """A RoleBinding of the namespace, whose accounts that name none are in it (registry/rbac/validation)."""
    subjects = body.get("subjects")
    if not namespace or not isinstance(subjects, list):
        return dict(body)
    return {**body, "subjects": [_in_namespace(each, namespace) for each in subjects]}


def _in_namespace(subject: Json, namespace: str) -> Json:
    is_account = isinstance(subject, Mapping) and subject.get("kind") == "ServiceAccount"
    return {**subject, "namespace": subject.get("namespace") or namespace} if is_account else subject


def permissions(rules: Json) -> frozenset[Permission] | None:
    """What rules permit; None for what is written in a way that the API server does not take."""
    found: set[Permission] = set()
    for rule in rules if isinstance(rules, list) else [None]:
        if not isinstance(rule, Mapping) or not rule.keys() <= _FIELDS:
            return None
        held = {key: value for key, value in rule.items() if value is not None}
        if not all(isinstance(value, list) and all(isinstance(item, str) for item in value) for value in held.values()):
            return None
        if "" in held.get("resourceNames", ()):
            return None
        permitted = set(_of_rule(held))
        if not permitted:
            return None
        found |= permitted
    return frozenset(found)


def _of_rule(rule: Mapping[str, list[str]]) -> Iterator[Permission]:
    for verb in rule.get("verbs", ()):
        for url in rule.get("nonResourceURLs", ()):
            yield Permission(resource=url, verb=verb, is_url=True)
        for group in rule.get("apiGroups", ()):
            for resource in rule.get("resources", ()):
                for name in rule.get("resourceNames", ()) or ("",):
                    yield Permission(resource=resource, group=group, name=name, verb=verb)


def permission_lines(before: Json, after: Json) -> list[str]:
    """What is permitted no longer and what is permitted now, a line for each resource; empty where none can tell."""
    old, new = (frozenset() if not side else permissions(side) for side in (before, after))
    if old is None or new is None:
        return []
    return [*_lines("-", old - new), *_lines("+", new - old)]


def _lines(sign: str, found: frozenset[Permission]) -> Iterator[str]:
    verbs: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for each in sorted(found):
        verbs[each.what, each.name].append(each.verb)
    for (what, name), held in verbs.items():
        yield f"{sign} {', '.join(held)} {what}{f' named {name}' if name else ''}"
