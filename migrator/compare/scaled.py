"""What something else than its manifest gives its replicas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from migrator.model import ResId, Resource

Scaled = frozenset[tuple[str, str]]
"""Kind and name of what is scaled; in whichever namespace, as a chart may leave that out."""


def scaled_by(resources: Iterable[Resource]) -> Scaled:
    """What the autoscalers among the resources scale: whatever says so in `spec.scaleTargetRef`."""
    found = set()
    for resource in resources:
        spec = resource.body.get("spec")
        target = spec.get("scaleTargetRef") if isinstance(spec, Mapping) else None
        if isinstance(target, Mapping):
            found.add((str(target.get("kind") or "Deployment"), str(target.get("name") or "")))
    return frozenset(found)


def is_scaled(resource: ResId, scaled: Scaled) -> bool:
    """Whether an object is among what is scaled."""
    return (resource.kind, resource.name) in scaled
