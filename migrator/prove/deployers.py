"""What the deployers of kustomize roots do with their objects: what they add, where they put them, which they run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from migrator.compare.stored import RELEASE_NAMESPACE, Equivalences
from migrator.diagnostics import MigrateError
from migrator.discover import discover, read_config
from migrator.gitops.additions import additions_of
from migrator.gitops.destinations import agreed, destinations
from migrator.gitops.reading import Rendered, read_deployers
from migrator.gitops.tool import knows_hooks, tool_of
from migrator.load import load
from migrator.lock import Lock
from migrator.model import NOTHING_LEFT_OUT, RepoPath
from migrator.prove.render import RenderContext, render_root
from migrator.prove.rendered_parts import Owner, Part, Rendering
from migrator.render_roots import WholeTree

Renderings = Mapping[str, Rendering]


def with_deployers(
    renderings: Renderings, tree: Path, lock: Lock, rules: Equivalences, context: RenderContext
) -> Renderings:
    """The renderings of a tree, each kustomize root with what is known of its deployer.

    What objects of Argo CD and Flux in the tree add to a root is part of what it renders. Its namespace is what they
    say, else what was taken for it when the repository was migrated; nothing where that rule is switched off.
    """
    renderings = _with_additions(renderings, tree, lock, context)
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


def _with_additions(renderings: Renderings, tree: Path, lock: Lock, context: RenderContext) -> Renderings:
    """The renderings, those roots anew to which something is added."""
    try:
        config = read_config(tree)
        index = discover(tree, config)
        kustomizations, _ = load(replace(index, own_urls=tuple(dict.fromkeys((*index.own_urls, *context.own_urls)))))
        rendered = [
            Rendered(root=part.path, environment=name, resources=part.resources)
            for name, each in renderings.items()
            for part in each.parts
            if part.owner is Owner.KUSTOMIZE and part.problem is None
        ]
        reading = read_deployers(kustomizations, config, rendered)
    except MigrateError:
        return renderings
    additions, _ = additions_of(reading.deployers, {each.root for each in rendered})
    if not additions:
        return renderings
    whole, there = WholeTree(tree), replace(context, additions=additions)

    def again(part: Part) -> Part:
        if part.owner is not Owner.KUSTOMIZE or part.path not in additions:
            return part
        return render_root(part.path, whole, there, lock.left_out.get(part.path, NOTHING_LEFT_OUT))

    return {name: replace(each, parts=tuple(map(again, each.parts))) for name, each in renderings.items()}


def _deployed(part: Part, namespaces: Mapping[RepoPath, str], tool: str) -> Part:
    if part.owner is not Owner.KUSTOMIZE:
        return part
    known = knows_hooks(tool, inflates=part.inflates)
    return replace(part, namespace=namespaces.get(part.path, ""), knows_hooks=known)
