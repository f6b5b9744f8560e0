"""The charts of a corpus: which have no round trip, which rest on a library chart, and what they require."""

from __future__ import annotations

import csv
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from measuring.fresh.drawn import placed
from migrator.charts import sort_key
from migrator.model import Json
from migrator.yamlio import Dialect, read_value


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """An archive of the catalogue."""

    name: str
    version: str
    archive: Path
    required: Mapping[str, Json] = field(default_factory=dict)
    """Values without which helm refuses it."""
    skip_schema: bool = False
    subcharts: frozenset[str] = frozenset()

    @property
    def label(self) -> str:
        return f"{self.name}-{self.version}"


def charts_of(corpus: Path) -> tuple[Chart, ...]:
    """Every archive of the corpus' catalogue, by name, older versions first."""
    rows = list(_table(corpus / "charts" / "CATALOG.tsv"))
    found = [_chart(row, corpus / "charts") for row in rows]
    there = {chart.archive.resolve(): chart for chart in found if chart.archive.exists()}
    return tuple(sorted(there.values(), key=lambda chart: (chart.name, sort_key(chart.version), str(chart.archive))))


def _chart(row: Mapping[str, str], folder: Path) -> Chart:
    words = shlex.split(row.get("requiredValues") or "")
    required: dict[str, Json] = {}
    for setting in (",".join(words[1:2]) if words[:1] == ["--set"] else "").split(","):
        path, _, value = setting.partition("=")
        if path:
            scalar = read_value(value.encode(), dialect=Dialect.SIGS)
            required = placed(required, ((tuple(path.split(".")), scalar),))
    return Chart(
        name=row["name"],
        version=row["version"],
        archive=folder / row["file"],
        required=required,
        skip_schema="--skip-schema-validation" in words,
        subcharts=frozenset((row.get("subcharts") or "").split(",")) - {""},
    )


def _table(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines, delimiter="\t")


def without_round_trip(charts: tuple[Chart, ...], corpus: Path) -> dict[str, tuple[Chart, ...]]:
    """Name -> versions of the charts that no round trip is about."""
    known = {row["chart"] for row in _table(corpus / "roundtrip" / "INDEX.tsv")}
    found: dict[str, list[Chart]] = {}
    for chart in charts:
        if chart.name not in known:
            found.setdefault(chart.name, []).append(chart)
    return {name: tuple(versions) for name, versions in sorted(found.items())}


def newest(charts: tuple[Chart, ...]) -> tuple[Chart, ...]:
    """The newest version of each name."""
    return tuple({chart.name: chart for chart in charts}.values())
