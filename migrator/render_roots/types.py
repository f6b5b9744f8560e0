"""What building a root gives."""

from __future__ import annotations

from dataclasses import dataclass, field

from migrator.diagnostics import Diagnostic
from migrator.model import RepoPath, Resource

BUILT = "built"
FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """One root as kustomize rendered it, or why it did not."""

    environment: str
    root: RepoPath
    status: str
    """`built` or `failed`."""
    resources: tuple[Resource, ...] = field(default=(), repr=False)
    """In kustomize's order; empty if failed."""
    reason: Diagnostic | None = None
    """Why it failed."""
    cached: bool = False

    @property
    def is_built(self) -> bool:
        return self.status == BUILT
