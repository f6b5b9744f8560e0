"""Charts at hand that stand in for one that is not: the nearest of the same major, and what to say of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.charts.choosing.nearest import MINORS, is_near, is_same_major, nearest_first, numbers
from migrator.charts.choosing.pull import helm_pull
from migrator.charts.types import ChartArchive, ChartRef, ChartVersion
from migrator.diagnostics import Diagnostic, Severity

if TYPE_CHECKING:
    from migrator.classify import ChartCandidate, Component

MOST = 3
"""Stand-ins that are tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIn:
    """What a chart stands in for: a version of the chart that the objects name, or of what they run."""

    chart: str
    wanted: str
    is_chart_version: bool

    def version_of(self, one: ChartVersion) -> str:
        """The version that is held against the wanted one."""
        return one.version if self.is_chart_version else one.app_version

    def said_of(self, archive: ChartArchive) -> str:
        """`chart 1.2.0, which carries app version 3.4.0, stands in for the one of 3.4.1, which is not at hand`."""
        carries = f", which carries app version {archive.app_version}," if archive.app_version else ""
        wanted = self.wanted if self.is_chart_version else f"the version that carries {self.wanted}"
        return f"chart {archive.ref.version}{carries} stands in for {wanted}, which is not at hand"


def nearest(held: Sequence[ChartVersion], wanted: StandIn) -> Sequence[ChartVersion]:
    """The versions at hand that are nearest, else those that say nothing, a few of them.

    None where all are of another major, or of an app version that is far away.
    """
    fits = is_same_major if wanted.is_chart_version else is_near
    fitting = [one for one in held if fits(wanted.version_of(one), wanted.wanted)]
    fitting = fitting or [one for one in held if not numbers(wanted.version_of(one))]
    return nearest_first(fitting, wanted.wanted, wanted.version_of)[:MOST]


def stand_in_note(component: Component, archives: Sequence[ChartArchive], wanted: StandIn) -> Diagnostic:
    """That the version itself is not what the component is compared with."""
    tried = ", ".join(f"{one.ref.version} ({one.app_version or 'no app version'})" for one in archives)
    what = f"version {wanted.wanted}" if wanted.is_chart_version else f"app version {wanted.wanted}"
    return Diagnostic(
        code="MIG432",
        severity=Severity.INFO,
        summary=f"{about(component)}chart {wanted.chart} of {what} is not at hand; nearest to it and tried: {tried}",
        remedy="get the right archive for --chart-mirror DIR; an image that differs is pinned by values",
    )


def another_major(
    component: Component, candidate: ChartCandidate, held: Sequence[ChartVersion], wanted: StandIn
) -> Diagnostic:
    """Why nothing is tried: every version at hand is of another major than what the objects are of, or far away."""
    first = nearest_first(held, wanted.wanted, wanted.version_of)[0]
    carries = f", which carries app version {first.app_version}" if first.app_version else ""
    is_far = is_same_major(wanted.version_of(first), wanted.wanted)
    away = f"more than {MINORS} minor versions away" if is_far else "of another major"
    runs = "its objects are of chart version" if wanted.is_chart_version else "it runs app version"
    remedy = f"name the right version in migrate.yaml: components: {{{component.id}: {{version: ...}}}}"
    if candidate.versions:
        right = ChartRef(name=candidate.chart, version=candidate.versions[0], repository=candidate.repository)
        remedy = f"{helm_pull(right)} gets the right one for --chart-mirror DIR"
    return Diagnostic(
        code="MIG433",
        severity=Severity.WARNING,
        summary=f"{about(component)}{runs} {wanted.wanted}, and every version of chart {wanted.chart} at hand is "
        f"{away}; the nearest is {first.version}{carries}",
        remedy=remedy,
    )


def about(component: Component) -> str:
    """How a message begins that concerns a component."""
    return f"component {component.id}: "
