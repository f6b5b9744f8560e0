"""The namespace that Argo CD and Flux give to the objects of a folder which name none."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from migrator.gitops.deployed import folder_of, reaches
from migrator.gitops.deployer import Deployer
from migrator.model import RepoPath, SourceSpan

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """What one object says of the namespace of a root."""

    namespace: str
    by: str
    """Kind and name of the object."""
    span: SourceSpan | None
    moves: bool = False
    """Whether objects that name another namespace go there too, as where kustomize is told it."""


def destinations(
    deployers: Iterable[Deployer], roots: Collection[RepoPath]
) -> Mapping[RepoPath, tuple[Destination, ...]]:
    """Root -> what is said of it; several where objects disagree."""
    found: dict[RepoPath, dict[str, Destination]] = defaultdict(dict)
    for each in deployers:
        if _NAME.fullmatch(each.namespace):
            for root in sorted(roots):
                if deploys(each, root):
                    found[root].setdefault(each.namespace, _said(each))
    return {root: tuple(by_name[name] for name in sorted(by_name)) for root, by_name in sorted(found.items())}


def deploys(deployer: Deployer, root: RepoPath) -> bool:
    """Whether it deploys a root of this repository, or may: its path is a pattern as long as it is to be filled in."""
    paths = [path for each in deployer.sources for path in each.roots]
    return any(folder_of(path) == root or reaches(path, root) for path in paths)


def agreed(found: Mapping[RepoPath, Sequence[Destination]]) -> Mapping[RepoPath, str]:
    """Root -> its namespace, where all that is said of it is the same."""
    return {root: each[0].namespace for root, each in found.items() if len(each) == 1}


def _said(deployer: Deployer) -> Destination:
    of = deployer.made_by or deployer.id
    return Destination(
        namespace=deployer.namespace, by=f"{of.kind} {of.name}", span=deployer.span, moves=deployer.moves
    )
