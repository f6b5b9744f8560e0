"""What the division of monolithic overlays speaks in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from migrator.graph import Node, ResourceGraph
from migrator.load import Kustomization
from migrator.model import RepoPath, SourceSpan
from migrator.render_roots import Build
from migrator.rewrite.edits import FileEdit
from migrator.rewrite.kustomize.ownership import Placed
from migrator.rewrite.kustomize.repository_view import RepositoryView


class Part(Enum):
    """What kind of place a unit gets."""

    APPLICATION = "application"
    INFRASTRUCTURE = "infrastructure"
    PLATFORM = "platform"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Atom:
    """The least that belongs to one unit as a whole: a document of a manifest, or an entry that makes objects."""

    file: RepoPath
    """The manifest, or the kustomization file of an entry; empty for what no file of the repository holds."""
    index: int = 0
    field: str = ""
    """The field of an entry; empty for a document."""


FOREIGN = Atom(file=RepoPath(""))
"""All that comes from remote bases, charts and plugins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """What moves together: one application, or several that cannot be told apart."""

    name: str
    part: Part = Part.APPLICATION
    group: str = ""
    """The group of an application, the category of a third-party component."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """Why two names are one unit."""

    names: frozenset[str]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Roots that share kustomizations, which have to be divided together or not at all."""

    roots: Mapping[RepoPath, str]
    """Root -> the name of its overlays."""
    held: tuple[Kustomization, ...] = field(repr=False)
    """All that the roots reach, roots among them, by folder."""
    builds: tuple[Build, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A cluster and what is known of its objects."""

    cluster: Cluster
    objects: tuple[Placed, ...] = field(repr=False)
    graph: ResourceGraph = field(repr=False)
    view: RepositoryView = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """How one cluster is divided."""

    cluster: Cluster
    edits: tuple[FileEdit, ...]
    """By path."""
    roots: Mapping[RepoPath, RepoPath]
    """Root -> the folder that stands for it afterwards."""
    parts: Mapping[RepoPath, Mapping[str, RepoPath]]
    """Root -> unit -> the overlay that the unit has there."""
    names: Mapping[Node, str] = field(repr=False)
    """Object -> the name it has been given; several names may be one unit."""
    ties: tuple[Tie, ...] = ()
    folders: Mapping[str, RepoPath] = field(default_factory=dict, repr=False)
    """Name -> the folder of the unit that it became."""
    lost: tuple[SourceSpan, ...] = ()
    """Comments that have no place in the new tree."""


class NotDivided(Exception):  # noqa: N818 - an outcome that carries its reason, not a fault
    """Why a cluster cannot be divided, as a clause."""
