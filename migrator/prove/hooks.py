"""Which objects are hooks to what deploys them: the same manifest may be one on one side, and plain on the other."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from migrator.compare import is_hook
from migrator.compare.hooks import HOOK
from migrator.model import Json, ResId, Resource
from migrator.prove.rendered_parts import Owner, Rendering


def told_apart(before: Rendering, after: Rendering) -> tuple[Rendering, Rendering]:
    """Both sides, where what only one of them runs as a hook says so on that side alone (fact F7).

    kubectl and Flux's kustomize-controller apply a hook like any object, and Helm deletes that before it runs its own.
    """
    ran, runs = _run(before), _run(after)
    return _plain(before, runs - ran), _plain(after, ran - runs)


def _run(side: Rendering) -> frozenset[ResId]:
    running = (part for part in side.parts if part.owner is Owner.HELM or part.knows_hooks)
    return frozenset(each.id for part in running for each in part.resources if is_hook(each))


def _plain(side: Rendering, found: Collection[ResId]) -> Rendering:
    """The side with these objects as it has them: plain."""
    parts = (
        replace(part, resources=tuple(_unmarked(each) if each.id in found else each for each in part.resources))
        for part in side.parts
    )
    return replace(side, parts=tuple(parts)) if found else side


def _unmarked(resource: Resource) -> Resource:
    metadata: Mapping[str, Json] = resource.body["metadata"]
    if not is_hook(resource):
        return resource
    annotations = {key: text for key, text in metadata["annotations"].items() if key != HOOK}
    return replace(resource, body={**resource.body, "metadata": {**metadata, "annotations": annotations}})
