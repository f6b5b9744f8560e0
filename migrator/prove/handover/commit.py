"""A commit of a change of hands: its tree, and the objects that deploy in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from migrator.discover import discover, read_config
from migrator.gitops.deployer import Deployer, Tool
from migrator.gitops.reading import Rendered, read_deployers
from migrator.gitops.reading.named import own_of
from migrator.gitops.reading.objects import Found, find_objects
from migrator.gitops.reading.repository import Tree
from migrator.load import Kustomizations, load
from migrator.lock import Lock
from migrator.model import NOTHING_LEFT_OUT, Json, RepoPath, ResId
from migrator.prove.closure import closure_in
from migrator.prove.render import RenderContext, render_root
from migrator.render_roots import WholeTree


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A tree, and what is written in it about who deploys what."""

    name: str
    tree: WholeTree
    lock: Lock
    """Of the tree, else (before the first stage) the one that is to come."""
    kustomizations: Kustomizations = field(repr=False)
    objects: tuple[Found, ...] = field(repr=False)
    deployers: tuple[Deployer, ...]
    own: frozenset[str]
    """Addresses by which they know the repository."""

    @property
    def tops(self) -> tuple[Deployer, ...]:
        """Those that nothing delivers but themselves."""
        return tuple(each for each in self.deployers if each.delivered_by in (None, each.id))

    def body_of(self, deployer: Deployer) -> Mapping[str, Json]:
        """The object itself; of one that a set generates the set."""
        wanted: ResId = deployer.made_by or deployer.id
        found = [each for each in self.objects if each.id == wanted]
        places = ("", deployer.environment)  # what roots render has no span, and may be called alike in another root
        return min(found, key=lambda each: (each.span != deployer.span, each.environment not in places)).body

    def beneath(self, top: Deployer) -> Iterator[Deployer]:
        """The deployers that one brings, itself among them: of its own cluster where others are called alike."""
        count = Counter(each.id for each in self.deployers)
        near, seen = [top], {top.id}
        yield top
        while near:
            named = {each.id for each in near}
            near = [
                each
                for each in self.deployers
                if each.delivered_by in named and each.id not in seen
                if count[each.delivered_by] == 1 or _is_with(each, top)
            ]
            seen |= {each.id for each in near}
            yield from near


def _is_with(deployer: Deployer, top: Deployer) -> bool:
    """Whether an object lives where another does; an object of Argo CD deploys to any cluster."""
    if deployer.tool is Tool.FLUX and deployer.cluster and top.cluster:
        return deployer.cluster == top.cluster
    return deployer.environment == top.environment


def read_commit(name: str, folder: Path, lock: Lock, context: RenderContext, *, is_before: bool = False) -> Commit:
    """What is in a tree; `is_before` where the lock is not yet of it. Raises what reading a repository raises."""
    config = read_config(folder)
    index = discover(folder, config)
    index = replace(index, own_urls=tuple(dict.fromkeys((*index.own_urls, *context.own_urls))))
    kustomizations, _ = load(index)
    context = replace(context, closure=closure_in(kustomizations))
    tree = WholeTree(folder)
    rendered = tuple(
        Rendered(root=root, environment=environment, resources=part.resources)
        for environment, root in _roots(lock, is_before=is_before)
        if (part := render_root(root, tree, context, lock.left_out.get(root, NOTHING_LEFT_OUT))).problem is None
    )
    objects = find_objects(index, rendered, kustomizations)
    return Commit(
        name=name,
        tree=tree,
        lock=lock,
        kustomizations=kustomizations,
        objects=objects,
        deployers=read_deployers(kustomizations, config, rendered).deployers,
        own=own_of(Tree(index), objects),
    )


def _roots(lock: Lock, *, is_before: bool) -> Iterator[tuple[str, RepoPath]]:
    for name, held in sorted(lock.environments.items()):
        yield from ((name, root) for root in (held.before if is_before else held.kustomize))
