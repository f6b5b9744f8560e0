"""What the deployers of kustomize roots do with their objects: where they put them, and which of them they run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from migrator.compare.stored import RELEASE_NAMESPACE, Equivalences
from migrator.diagnostics import MigrateError
from migrator.discover import discover, read_config
from migrator.gitops.destinations import agreed, destinations
from migrator.gitops.tool import knows_hooks, tool_of
from migrator.lock import Lock
from migrator.model import RepoPath
from migrator.prove.rendered_parts import Owner, Part, Rendering


def with_deployers(
    renderings: Mapping[str, Rendering], tree: Path, lock: Lock, rules: Equivalences
) -> Mapping[str, Rendering]:
    """The renderings of a tree, each kustomize root with what is known of its deployer.

    Its namespace is what objects of Argo CD and Flux say in the tree, else what was taken for it when the repository
    was migrated; nothing where that rule is switched off.
    """
    parts = [part for each in renderings.values() for part in each.parts if part.owner is Owner.KUSTOMIZE]
    roots, objects = {part.path for part in parts}, [resource for part in parts for resource in part.resources]
    namespaces, tool = dict(lock.namespaces), ""
    try:
        config = read_config(tree)
        index = discover(tree, config)
        namespaces |= agreed(destinations(index, objects, roots))
        tool = tool_of(config, index, objects, roots)
    except MigrateError:
        pass
    places = namespaces if RELEASE_NAMESPACE in rules else {}
    return {
        name: replace(each, parts=tuple(_deployed(part, places, tool) for part in each.parts))
        for name, each in renderings.items()
    }


def _deployed(part: Part, namespaces: Mapping[RepoPath, str], tool: str) -> Part:
    if part.owner is not Owner.KUSTOMIZE:
        return part
    known = knows_hooks(tool, inflates=part.inflates)
    return replace(part, namespace=namespaces.get(part.path, ""), knows_hooks=known)
