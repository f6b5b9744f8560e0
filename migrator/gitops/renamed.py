"""Files of deploying objects that got another name in their folder, which is nothing to whoever reads the folder."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from dataclasses import replace

from migrator.gitops.deployer import Deployer
from migrator.lock import Lock, LockedDeployer
from migrator.model import RepoPath


def with_files_of(lock: Lock, deployers: Iterable[Deployer]) -> Lock:
    """The lock with the files in which its objects lie now, where exactly one other file of the folder holds one."""
    ids = ((each.made_by or each.id, each.span.path) for each in deployers if each.span is not None)
    places: dict[tuple[str, str], set[RepoPath]] = {}
    for of, path in ids:
        places.setdefault((of.kind, of.name), set()).add(path)
    named = {each.file for held in lock.environments.values() for each in held.deployed_by}

    def followed(held: LockedDeployer) -> LockedDeployer:
        there = places.get((held.kind, held.name), set())
        folder = posixpath.dirname(held.file)
        others = [path for path in there - named if posixpath.dirname(path) == folder]
        return replace(held, file=others[0]) if held.file not in there and len(others) == 1 else held

    environments = {
        name: replace(each, deployed_by=tuple(map(followed, each.deployed_by)))
        for name, each in lock.environments.items()
    }
    return replace(lock, environments=environments)
