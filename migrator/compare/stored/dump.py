"""Objects read out of a cluster -> the objects as somebody wrote them, and what the cluster had put beside."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from migrator.compare.stored.cluster import is_from_cluster, without_cluster_fields
from migrator.compare.stored.types import types
from migrator.model import Json, KeyPath, ResId, Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class Dump:
    """Objects without what a cluster adds."""

    resources: tuple[Resource, ...]
    """The very objects where none shows that it was read out of a cluster."""
    fields: Mapping[str, int]
    """Field -> how many objects had it: `metadata.uid`."""
    made: tuple[ResId, ...]
    """Objects that the cluster or a controller made by itself."""


def without_cluster(resources: Sequence[Resource]) -> Dump:
    """What somebody wrote of objects that may have been read out of a cluster."""
    claims = frozenset(_claims(resources))
    kept: list[Resource] = []
    made: list[ResId] = []
    fields: Counter[str] = Counter()
    for resource in resources:
        if is_from_cluster(resource.body) and (_is_made(resource) or _is_claim(resource, claims)):
            made.append(resource.id)
            continue
        applied: list[tuple[str, KeyPath]] = []
        body = without_cluster_fields(resource.gvk, resource.body, applied, is_dump=True)
        fields.update({".".join(map(str, path)) for _, path in applied})
        kept.append(resource if body is resource.body else replace(resource, body=body))
    return Dump(resources=tuple(kept), fields=dict(sorted(fields.items())), made=tuple(sorted(made)))


def _is_made(resource: Resource) -> bool:
    metadata = resource.body.get("metadata")
    owners = metadata.get("ownerReferences") if isinstance(metadata, Mapping) else None
    if any(isinstance(each, Mapping) and each.get("controller") is True for each in owners or ()):
        return True
    kind = f"{resource.gvk.kind}.{resource.gvk.group}" if resource.gvk.group else resource.gvk.kind
    told: Mapping[str, Json] = {"kind": kind, "name": resource.id.name, "type": resource.body.get("type")}
    return any(all(told[key] == value for key, value in each.items()) for each in types().made)


def _claims(resources: Sequence[Resource]) -> Iterator[tuple[str, str]]:
    """Namespace and the start of the names of the claims that StatefulSets make for their pods."""
    for resource in resources:
        spec = resource.body.get("spec") if resource.gvk.kind == "StatefulSet" else None
        templates = spec.get("volumeClaimTemplates") if isinstance(spec, Mapping) else None
        for each in templates or ():
            metadata = each.get("metadata") if isinstance(each, Mapping) else None
            if isinstance(metadata, Mapping):
                yield resource.id.namespace, f"{metadata.get('name')}-{resource.id.name}"


def _is_claim(resource: Resource, claims: frozenset[tuple[str, str]]) -> bool:
    start = re.sub(r"-\d+$", "", resource.id.name)
    is_claim = resource.gvk.kind == "PersistentVolumeClaim" and start != resource.id.name
    return is_claim and (resource.id.namespace, start) in claims
