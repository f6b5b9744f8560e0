"""Which objects Helm runs as hooks instead of installing them with a release."""

from __future__ import annotations

from collections.abc import Mapping

from migrator.model import Json, Resource

HOOK = "helm.sh/hook"
_TEST_HOOKS = frozenset({"test", "test-success", "test-failure"})


def is_hook(resource: Resource) -> bool:
    """Whether Helm runs the object as a hook: it keeps no record of it, and no post-renderer sees it."""
    return bool(_events(resource.body))


def is_test_hook(body: Mapping[str, Json]) -> bool:
    """Whether all that an object is for is `helm test`: it is never part of a comparison, nor a measure of anything."""
    return {event.strip() for event in _events(body).split(",")} <= _TEST_HOOKS


def _events(body: Mapping[str, Json]) -> str:
    metadata = body.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, Mapping) else None
    return str(annotations.get(HOOK) or "") if isinstance(annotations, Mapping) else ""
