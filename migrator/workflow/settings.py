"""What a run is told: by the command line or by a caller; `None` leaves the choice to `migrate.yaml` or the default."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a run is told; None where `migrate.yaml` or the default decides."""

    root: Path
    offline: bool | None = None
    chart_mirrors: tuple[Path, ...] = ()
    kube_version: str | None = None
    api_versions: tuple[str, ...] = ()
    cache: Path | None = None
    no_cache: bool = False
    max_impact: str | None = None
    only: tuple[str, ...] = ()
    layout: str | None = None
    gitops: str | None = None
    allow_dirty: bool = False
    diff: bool = False
    """Show what `apply` would write, and write nothing."""
    relock: bool = False
    """Write no more than the lock, which follows what was changed on purpose."""
    branch: str | None = None
    """The new branch that `apply` commits to; the work tree stays as it is."""
    out: Path | None = None
    """Where `plan` leaves the plan for a later `apply`."""
    plan: Path | None = None
    """The file of a plan that `apply` carries out instead of planning."""
    budget: float = 45.0
    """Seconds of search for one component."""
    quiet: bool = False
    verbose: bool = False
    timings: Path | None = None
