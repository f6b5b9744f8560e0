"""Which objects Helm runs as hooks instead of installing them with a release."""

from __future__ import annotations

from collections.abc import Mapping

from migrator.model import Resource

HOOK = "helm.sh/hook"


def is_hook(resource: Resource) -> bool:
    """Whether Helm runs the object as a hook: it keeps no record of it, and no post-renderer sees it."""
    metadata = resource.body.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, Mapping) else None
    return isinstance(annotations, Mapping) and bool(annotations.get(HOOK))
