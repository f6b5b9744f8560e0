"""What a run is told, by the command line or by a caller; what is left out `migrate.yaml` or the default decides."""

from __future__ import annotations

from dataclasses import dataclass, fields
from os import PathLike
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a repository is read, planned and rendered. None and empty: `migrate.yaml` says it, else the default."""

    offline: bool | None = None
    """Never use the network."""
    chart_mirrors: tuple[str | PathLike[str], ...] = ()
    """Folders of chart archives `NAME-VERSION.tgz` or chart folders, asked before the network."""
    kube_version: str | None = None
    """The version of Kubernetes that charts render for: `1.32`."""
    api_versions: tuple[str, ...] = ()
    """`GROUP/VERSION` that charts find in the cluster."""
    cache: str | PathLike[str] | None = None
    """The folder of cached results; None is the user's own."""
    no_cache: bool = False
    """Read and write no cache."""
    max_impact: str | None = None
    """How far the change of a running cluster may go: none, metadata, config, rollout, recreate, data-loss."""
    only: tuple[str, ...] = ()
    """Ids of the components to migrate; the others stay. Empty means all."""
    layout: str | None = None
    """growing, enterprise, in-place, or one of the team's own."""
    gitops: str | None = None
    """The tool to write GitOps objects for; `none` is the only one yet."""
    budget: float = 45.0
    """Seconds of search for one component."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(Options):
    """The options of a run over one repository, and how far it may go."""

    root: Path
    """The repository."""
    allow_dirty: bool = False
    """Write although git has changes that are not committed."""
    diff: bool = False
    """Find out what `apply` would write, and write nothing."""
    branch: str | None = None
    """The new branch that `apply` commits to; the work tree stays as it is."""
    plan: Path | None = None
    """The file of a plan that `apply` carries out instead of planning."""

    @classmethod
    def of(cls, root: str | PathLike[str], options: Options, **further: Any) -> Settings:
        """The options for the repository at `root`."""
        chosen = {each.name: getattr(options, each.name) for each in fields(Options)}
        return cls(root=Path(root), **chosen, **further)
