"""Where the deployers of kustomize roots put objects that name no namespace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from migrator.compare.stored import RELEASE_NAMESPACE, Equivalences
from migrator.diagnostics import MigrateError
from migrator.discover import Config, discover
from migrator.gitops.destinations import agreed, destinations
from migrator.lock import Lock
from migrator.model import RepoPath
from migrator.prove.rendered_parts import Owner, Rendering


def with_deployers(
    renderings: Mapping[str, Rendering], tree: Path, lock: Lock, rules: Equivalences
) -> Mapping[str, Rendering]:
    """The renderings of a tree, each kustomize root with its namespace; as they are where that rule is switched off.

    It is what objects of Argo CD and Flux say in the tree, else what was taken for it when the repository was migrated.
    """
    if RELEASE_NAMESPACE not in rules:
        return renderings
    namespaces = dict(lock.namespaces)
    parts = [part for each in renderings.values() for part in each.parts if part.owner is Owner.KUSTOMIZE]
    try:
        objects = (resource for part in parts for resource in part.resources)
        said = destinations(discover(tree, Config()), objects, {part.path for part in parts})
    except MigrateError:
        said = {}
    namespaces |= agreed(said)
    return {name: _with_namespaces(each, namespaces) for name, each in renderings.items()}


def _with_namespaces(rendering: Rendering, namespaces: Mapping[RepoPath, str]) -> Rendering:
    parts = (
        replace(part, namespace=namespaces.get(part.path, "")) if part.owner is Owner.KUSTOMIZE else part
        for part in rendering.parts
    )
    return replace(rendering, parts=tuple(parts))
