"""An object that is emitted, and the file that it is written to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from migrator.gitops.deployer import Deployer
from migrator.gitops.emit.units import Unit
from migrator.model import Json, KeyPath, RepoPath
from migrator.yamlio import dump


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One object of a GitOps tool."""

    file: RepoPath
    body: Mapping[str, Json] = field(repr=False)
    about: str = ""
    """What a reader of the file is told above the object."""
    deployer: Deployer | None = None
    """The value that it says; None for what deploys nothing by itself: projects and sources."""
    unit: Unit | None = field(default=None, repr=False)
    """What it deploys, where that is a part of an environment."""
    inflated: RepoPath | None = None
    """The kustomization of the repository that it deploys, where that inflates the chart of a release."""
    is_by_hand: bool = False
    """Whether somebody applies it, as nothing delivers it."""


def texts(objects: Iterable[Written]) -> Mapping[RepoPath, bytes]:
    """File -> its bytes: the objects in their order."""
    found: dict[RepoPath, list[str]] = {}
    for each in objects:
        first: KeyPath = tuple(each.body)[:1]
        comments: dict[KeyPath, str] = {first: each.about} if each.about else {}
        found.setdefault(each.file, []).append(dump(dict(each.body), comments=comments))
    return {file: "---\n".join(documents).encode() for file, documents in sorted(found.items())}
