"""What the deployers of kustomize roots do with their objects: what they add, where they put them, which they run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from migrator.compare.stored import RELEASE_NAMESPACE, Equivalences
from migrator.diagnostics import MigrateError
from migrator.discover import Config, discover, read_config
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
    try:
        config = read_config(tree)
        index = discover(tree, config)
        kustomizations, _ = load(replace(index, own_urls=tuple(dict.fromkeys((*index.own_urls, *context.own_urls)))))
        deployers = read_deployers(kustomizations, config, _rendered(renderings)).deployers
    except MigrateError:
        deployers, config = (), Config()
    roots = {part.path for each in renderings.values() for part in each.parts if part.owner is Owner.KUSTOMIZE}
    if additions := additions_of(deployers, roots)[0]:
        renderings = _anew(renderings, tree, lock, replace(context, additions=additions))
    namespaces = {**lock.namespaces, **agreed(destinations(deployers, roots))}
    places = namespaces if RELEASE_NAMESPACE in rules else {}
    # a tool that was chosen deploys both sides: its hooks are no news
    tool = lock.handover.tool if lock.handover is not None else tool_of(config, deployers, roots)
    return {
        name: replace(each, parts=tuple(_deployed(part, places, tool) for part in each.parts), deployers=deployers)
        for name, each in renderings.items()
    }


def _rendered(renderings: Renderings) -> Iterator[Rendered]:
    for name, each in renderings.items():
        for part in each.parts:
            if part.owner is Owner.KUSTOMIZE and part.problem is None:
                yield Rendered(root=part.path, environment=name, resources=part.resources)


def _anew(renderings: Renderings, tree: Path, lock: Lock, context: RenderContext) -> Renderings:
    """The renderings, those roots anew to which something is added."""
    whole = WholeTree(tree)

    def again(part: Part) -> Part:
        if part.owner is not Owner.KUSTOMIZE or part.path not in context.additions:
            return part
        return render_root(part.path, whole, context, lock.left_out.get(part.path, NOTHING_LEFT_OUT))

    return {name: replace(each, parts=tuple(map(again, each.parts))) for name, each in renderings.items()}


def _deployed(part: Part, namespaces: Mapping[RepoPath, str], tool: str) -> Part:
    if part.owner is not Owner.KUSTOMIZE:
        return part
    known = knows_hooks(tool, inflates=part.inflates)
    return replace(part, namespace=namespaces.get(part.path, ""), knows_hooks=known)
