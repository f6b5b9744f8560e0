"""The resources of every environment -> components, each with evidence and confidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from migrator.model import ResId


class ComponentKind(Enum):
    """Third-party means that a chart exists; everything else is an application."""

    THIRD_PARTY = "third-party"
    APPLICATION = "application"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One observed fact for (or, with a negative weight, against) a chart."""

    kind: str
    """chart-label, source-comment, release-url, crd, image, container, port, file, name."""
    detail: str
    weight: float
    resource: ResId | None = None


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

    @property
    def confidence(self) -> float:
        return self.candidates[0].score if self.candidates else 0.0
