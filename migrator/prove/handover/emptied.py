"""The old owners to which nothing is left in a tree."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from migrator.discover import KUSTOMIZATION_NAMES
from migrator.gitops.controllers.world import Body, CannotRenderError
from migrator.gitops.deployer import Deployer, Source
from migrator.lock import LockedOwner
from migrator.model import RepoPath
from migrator.prove.handover.commit import Commit
from migrator.prove.handover.renders import Renders
from migrator.prove.render import RenderContext


def emptied(commit: Commit, context: RenderContext) -> tuple[LockedOwner, ...]:
    """Those of the lock's owners that render nothing by what they say, wherever their file is used."""
    handover = commit.lock.handover
    renders = Renders(
        commits=[commit], context=context, environments=frozenset(commit.lock.environments), own=commit.own
    )
    return tuple(
        owner
        for owner in (handover.owners if handover is not None else ())
        if (held := list(_held(owner, commit))) and all(_is_emptied(each, commit, renders) for each in held)
    )


def _held(owner: LockedOwner, commit: Commit) -> Iterator[Deployer]:
    for each in commit.deployers:
        one = each.made_by or each.id
        if (one.kind, one.name) == (owner.kind, owner.name) and owner.file in _files(each, commit):
            yield each


def _files(deployer: Deployer, commit: Commit) -> Collection[RepoPath]:
    """Where it may be written: what a root renders may come from any file that it reads."""
    if deployer.root is not None:
        return commit.kustomizations.reach(deployer.root).files
    return () if deployer.span is None else (deployer.span.path,)


def _is_emptied(deployer: Deployer, commit: Commit, renders: Renders) -> bool:
    if deployer.unknown or not deployer.sources or not all(_is_folder(each) for each in deployer.sources):
        return False
    if all(_is_gone(RepoPath(each.path), commit) for each in deployer.sources):
        return True
    try:
        body = commit.body_of(deployer)
        bodies: list[Body] = [body] if deployer.made_by is None else list(renders(body, 0).objects)
        return not any(renders(each, 0).objects for each in bodies)
    except CannotRenderError:
        return False


def _is_folder(source: Source) -> bool:
    return source.here and bool(source.path) and source.helm is None


def _is_gone(path: RepoPath, commit: Commit) -> bool:
    """Whether a folder is not there any more, or has no kustomization and no file."""
    folder = commit.tree.folder / path
    return not any((folder / name).is_file() for name in KUSTOMIZATION_NAMES) and not any(
        each.is_file() for each in folder.rglob("*")
    )
