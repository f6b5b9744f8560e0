"""Kustomizations that inflate Helm charts (`helmCharts`), built on a copy with the charts that the repository lacks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from migrator.charts import ChartLibrary
from migrator.charts.types import ChartRef
from migrator.diagnostics import MigrateError
from migrator.engines import Tool
from migrator.load import Kustomization
from migrator.model import Json, SourceSpan


@dataclass(frozen=True, slots=True, kw_only=True)
class Inflater:
    """What it takes to inflate charts: helm, and where charts come from."""

    helm: Tool
    library: ChartLibrary

    def supply(self, stage: Path, inflating: Iterable[Kustomization]) -> Mapping[str, str]:
        """Put every chart that the kustomizations of a staged copy name into it, where kustomize looks for it.

        `NAME VERSION` -> digest of each chart that the repository does not hold itself.
        Raises what the library raises, and MIG212 for an entry without the version that would make it one chart.
        """
        fetched: dict[str, str] = {}
        for held in inflating:
            for entry in held.helm_charts:
                name, version, repository = entry.name, entry.version, entry.repository
                home = stage / held.path / _home(held)
                # kustomize before 5.3 looks below the name alone, later ones do so where no repository is named
                places = [home / name, *([home / f"{name}-{version}" / name] if version and repository else [])]
                if not places[-1].is_dir():
                    chart = ChartRef(name=name, version=version, repository=repository)
                    fetched[f"{name} {version}"] = self._unpacked(chart, held, places)
        return fetched

    def _unpacked(self, chart: ChartRef, held: Kustomization, places: Iterable[Path]) -> str:
        """The digest of the chart, once its files are there."""
        if not (chart.name and chart.version):
            raise MigrateError.of(
                "MIG212",
                f"the chart {chart.name or '?'} is not in the repository, and no version of it is named",
                span=SourceSpan(path=held.file),
                remedy="name its version, or put the chart beside the kustomization",
            )
        archive = self.library.fetch(chart)
        for place in (each for each in places if not each.is_dir()):
            for path, data in archive.files.items():
                (place / path).parent.mkdir(parents=True, exist_ok=True)
                (place / path).write_bytes(data)
        return archive.digest


def _home(held: Kustomization) -> str:
    found: Json = held.fields.get("helmGlobals")
    return str((found.get("chartHome") if isinstance(found, Mapping) else None) or "charts")
