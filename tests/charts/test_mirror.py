from __future__ import annotations

from pathlib import Path

import pytest

from migrator.charts import ChartLibrary
from migrator.charts.types import ChartRef, ChartSources
from migrator.diagnostics import MigrateError
from migrator.engines import Cache

CHARTS = Path(__file__).resolve().parents[2] / "fixtures" / "charts"


def library(*mirrors: Path) -> ChartLibrary:
    return ChartLibrary(ChartSources(mirrors=mirrors, offline=True), Cache(None))


def test_a_mirror_may_hold_unpacked_charts() -> None:
    found = library(CHARTS)

    assert [(one.version, one.app_version) for one in found.versions("tiny-db", "")] == [("1.4.0", "15.4")]
    archive = found.fetch(ChartRef(name="tiny-db", version="1.4.0"))
    assert archive.path == CHARTS / "tiny-db"
    assert "templates/statefulset.yaml" in archive.files


def test_a_folder_of_another_version_is_not_taken() -> None:
    with pytest.raises(MigrateError, match="MIG420"):
        library(CHARTS).fetch(ChartRef(name="tiny-db", version="9.9.9"))


def test_a_folder_named_with_its_version_is_found(tmp_path: Path) -> None:
    for version in ("1.0.0", "1.1.0"):
        chart = tmp_path / f"web-{version}"
        chart.mkdir()
        (chart / "Chart.yaml").write_text(f"apiVersion: v2\nname: web\nversion: {version}\n")
    (tmp_path / "web-notes").mkdir()

    found = library(tmp_path)
    assert [one.version for one in found.versions("web", "")] == ["1.1.0", "1.0.0"]
    assert found.fetch(ChartRef(name="web", version="1.0.0")).path == tmp_path / "web-1.0.0"
