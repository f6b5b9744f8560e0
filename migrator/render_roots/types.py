"""What building roots takes, and what building one gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from migrator.diagnostics import Diagnostic, Diagnostics
from migrator.engines import Cache, Tool
from migrator.model import NOTHING_LEFT_OUT, LeftOut, RepoPath, Resource
from migrator.render_roots.additions import Addition
from migrator.render_roots.inflation import Inflater
from migrator.render_roots.remotes import Remotes

BUILT = "built"
FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Renderer:
    """What builds roots: the program, what it may reach, and where results are remembered."""

    kustomize: Tool
    cache: Cache
    network: bool = False
    inflater: Inflater | None = None
    """None where charts are not inflated."""
    remotes: Remotes = field(default_factory=Remotes)
    """Remote bases that are at hand."""
    additions: Mapping[RepoPath, Addition] = field(default_factory=dict)
    """Root -> what its deployer adds to it."""


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
    notices: Diagnostics = ()
    """What it was built without: then it is not all that the root would render."""
    left_out: LeftOut = NOTHING_LEFT_OUT
    added: bool = False
    """Whether it is of the kustomization with what its deployer adds."""
    notes: Diagnostics = ()
    """Where its remote bases came from, as far as that has to be said."""

    @property
    def is_built(self) -> bool:
        return self.status == BUILT
