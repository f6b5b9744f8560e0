"""What an audit looks at, and what a rule finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from migrator.classify import Component
from migrator.diagnostics import Diagnostic, Diagnostics
from migrator.discover import GitOps, Index
from migrator.gitops.deployer import Deployer
from migrator.load import Kustomizations
from migrator.lock import Lock
from migrator.model import Json, KeyPath, RepoPath, SourceSpan
from migrator.prove import Rendering
from migrator.render_roots import Build


@dataclass(frozen=True, slots=True, kw_only=True)
class Umbrella:
    """A chart folder that only stands for public charts: dependencies, and no templates of its own."""

    path: RepoPath
    file: RepoPath
    """Its Chart.yaml."""
    dependencies: tuple[Mapping[str, Json], ...]
    lock_problem: str = ""
    """Why its Chart.lock does not lock its dependencies; empty where it does, or where there is none."""
    is_ours: bool = False
    """Whether a migration made it, as it says itself."""
    spans: Mapping[KeyPath, SourceSpan] = field(default_factory=dict, repr=False)

    def at(self, *path: str | int) -> SourceSpan:
        """The place of a node of Chart.yaml, or of the nearest node above it."""
        while path and path not in self.spans:
            path = path[:-1]
        return self.spans.get(path) or SourceSpan(path=self.file)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Everything that the rules may look at; they compute from it and touch nothing."""

    kustomizations: Kustomizations
    builds: tuple[Build, ...]
    lock: Lock | None
    lock_problem: Diagnostic | None = None
    """Why there is no lock although there is a file."""
    components: tuple[Component, ...] = ()
    """What was recognised in the kustomize builds."""
    renders: Mapping[str, Rendering] = field(default_factory=dict)
    """environment -> what the lock's recipe renders from this tree (`prove.render_lock`); empty without a lock."""
    umbrellas: tuple[Umbrella, ...] = ()
    engines: Mapping[str, str] = field(default_factory=dict)
    """Versions of the engines that rendered."""
    kept: frozenset[str] = frozenset()
    """Components that `migrate.yaml` keeps in Kustomize."""

    was_migrated: bool = False
    """Whether there is a lock, or the history of the repository has one."""
    deployed: frozenset[RepoPath] = frozenset()
    """Folders that objects of Argo CD and Flux deploy."""

    deployers: tuple[Deployer, ...] = ()
    """The objects of Argo CD and Flux that deploy them."""
    gitops: GitOps = field(default_factory=GitOps)
    """What `migrate.yaml` says of them."""
    widened: tuple[tuple[str, str, SourceSpan | None], ...] = ()
    """What admits more than changed metadata, up to which impact, and where that is written."""
    uncovered: Diagnostics = ()
    """What the lock leaves out of what is there."""

    @property
    def index(self) -> Index:
        return self.kustomizations.index


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing a rule found: its words come from the rule's text in `rules/audit/`."""

    code: str
    span: SourceSpan | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    """What the placeholders of the summary and the remedy stand for."""
    evidence: tuple[str, ...] = ()
    is_note: bool = False
    """Told as a note, whatever severity the rule has."""
