"""Which rendered objects are compared with the target, and the key that pairs them."""

from __future__ import annotations

from collections.abc import Mapping

from migrator.model import Json, ResId

HOOKS = frozenset(f"{when}-{what}" for when in ("pre", "post") for what in ("install", "delete", "upgrade", "rollback"))
HOOKS |= {"test", "test-success"}

Key = tuple[str, str, str]
"""Group, kind and name: what pairs a document with its target; namespaces are compared as content."""


def key_of(res: ResId) -> Key:
    """The pairing key of an object."""
    return (res.group, res.kind, res.name)


def is_skipped(body: Mapping[str, Json]) -> bool:
    """Whether Helm leaves the object out of what it renders: it is a hook of a kind that Helm 3 does not know."""
    annotations = (body.get("metadata") or {}).get("annotations") or {}
    hook = annotations.get("helm.sh/hook") if isinstance(annotations, dict) else None
    return isinstance(hook, str) and any(part.strip().lower() not in HOOKS for part in hook.split(","))
