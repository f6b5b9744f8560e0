"""Components and what speaks for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from migrator.model import RepoPath, ResId
from migrator.signatures.manifests import Upstream
from migrator.signatures.types import Evidence

__all__ = ["ChartCandidate", "Component", "ComponentKind", "Evidence", "SourceHint"]


class ComponentKind(Enum):
    """Third-party means that a chart exists; everything else is an application."""

    THIRD_PARTY = "third-party"
    APPLICATION = "application"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartCandidate:
    """A chart that may have made a component's resources."""

    chart: str
    repository: str
    versions: tuple[str, ...]
    """Exact chart versions, most likely first; empty where only the app version is known."""
    app_versions: tuple[str, ...]
    score: float
    """0 to 1."""
    evidence: tuple[Evidence, ...]
    successor: str = ""
    """The chart that its publisher wants in its place, where it is deprecated."""
    is_stated: bool = False
    """Whether labels, comments or files name the versions: then it is one of them and no other."""

    @property
    def title(self) -> str:
        """The chart, and its publisher where one is known."""
        return f"{self.chart} of {self.repository}" if self.repository else self.chart


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """Resources that one team installs and upgrades as a unit, over all environments."""

    id: str
    kind: ComponentKind
    category: str
    members: Mapping[str, tuple[ResId, ...]]
    """environment -> its resources there."""
    candidates: tuple[ChartCandidate, ...] = ()
    release: str | None = None
    """From instance labels, where they agree."""
    namespace: str | None = None
    upstream: Upstream | None = None
    """The release manifest that its objects come from, where that is known."""

    @property
    def confidence(self) -> float:
        return self.candidates[0].score if self.candidates else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHint:
    """What a vendored file says about where it comes from, outside its objects."""

    path: RepoPath
    """The file, as origins name it."""
    text: str
    """`# Source: chart/templates/x.yaml`, or a comment line at the head of the file."""
    kind: str = ""
    """Kind and name of the one object that it is about; empty for the whole file."""
    name: str = ""
