"""By what Kubernetes tells the items of a list (fact E5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from migrator.model import Json

Names: TypeAlias = tuple[tuple[str, ...], tuple[str, ...]]
"""What tells the items of two lists, before and after."""

_NAME = ("name",)
"""Of containers, env, volumes, imagePullSecrets, resourceClaims, schedulingGates, webhooks, matchConditions, versions
of a definition, listeners of a gateway, groups of Prometheus rules, and of most lists of custom resources.
"""
_KEYS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    # k8s.io/api/core/v1: Container, then Service; NetworkPolicy and EndpointSlice are told in the second way
    "ports": (("containerPort", "protocol"), ("port", "protocol")),
    # k8s.io/api/core/v1
    "volumeMounts": (("mountPath",),),
    "volumeDevices": (("devicePath",),),
    "hostAliases": (("ip",),),
    "hostIPs": (("ip",),),
    "podIPs": (("ip",),),
    "topologySpreadConstraints": (("topologyKey", "whenUnsatisfiable"),),
    # k8s.io/apimachinery/pkg/apis/meta/v1
    "ownerReferences": (("uid",),),
    "conditions": (("type",),),
    # no keys to Kubernetes, which replaces these lists whole; people tell their items by this
    "volumeClaimTemplates": (("metadata",),),
    "rules": (("host",),),
    "subjects": (("kind", "namespace", "name"),),
    "paths": (("path", "pathType"),),
    "items": (("key",),),
}
"""Field -> the fields of an item that are its key. The first key counts that every item has; the last is the name.
Of a map the name counts, as of `metadata`.
"""
_DEFAULTS = {"protocol": "TCP", "pathType": "", "namespace": ""}
"""What a field of a key is where an item leaves it out."""


def item_keys(field: str, before: Sequence[Json], after: Sequence[Json]) -> Names | None:
    """The keys of all items of two lists that a field of this name holds.

    None where some item does not have the key, or two items of one list share it.
    """
    for fields in (*_KEYS.get(field, ()), _NAME):
        old = _keys(before, fields)
        new = _keys(after, fields) if old is not None else None
        if old is not None and new is not None:
            return old, new
    return None


def _keys(items: Sequence[Json], fields: Sequence[str]) -> tuple[str, ...] | None:
    if items and not isinstance(items[0], dict):
        return None
    found = tuple(_key(item, fields) for item in items)
    return found if all(found) and len(set(found)) == len(found) else None


def _key(item: Json, fields: Sequence[str]) -> str:
    """The key as people write it: `LOG_LEVEL`, `8080/TCP`; empty where the item does not have it."""
    if not isinstance(item, dict):
        return ""
    if len(fields) == 1:
        return _part(item, fields[0]) or ""
    parts = [_part(item, field) for field in fields]
    return "/".join(filter(None, parts)) if parts[0] and None not in parts else ""


def _part(item: Mapping[str, Json], field: str) -> str | None:
    value = item.get(field)
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return _part(value, "name")
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else _DEFAULTS.get(field)
