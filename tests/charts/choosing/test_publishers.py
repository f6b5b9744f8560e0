from __future__ import annotations

from pathlib import Path

import pytest

from migrator.charts import ChartLibrary
from migrator.charts.choosing.publishers import marks_of, whose
from migrator.charts.types import ChartRef, ChartSources
from migrator.diagnostics import MigrateError
from migrator.engines import Cache
from migrator.model import Json

ACME = "oci://registry.example.org/acmecharts"
OLD = "https://steady.github.io/charts"
KNOWN = {ACME: frozenset({"9.0.0", "9.1.0"}), OLD: frozenset({"1.0.0", "9.1.0"})}


@pytest.mark.parametrize(
    ("version", "metadata", "owners"),
    [
        ("9.0.0", {}, {ACME}),
        ("v1.0.0", {}, {OLD}),
        ("9.1.0", {}, {ACME, OLD}),
        ("7.0.0", {}, {ACME, OLD}),
        ("7.0.0", {"home": "https://acme.com"}, {ACME}),
        ("7.0.0", {"maintainers": [{"name": "Acme", "email": "charts@somewhere.example"}]}, {ACME}),
        ("7.0.0", {"icon": "https://acme.com/db.png"}, {ACME}),
        ("7.0.0", {"dependencies": [{"name": "common", "repository": ACME}]}, {ACME}),
        # what it installs is another project's; where the chart lies is the publisher's
        ("9.0.0", {"sources": ["https://github.com/steady/charts", "https://github.com/acme/db"]}, {OLD}),
    ],
)
def test_whose_chart_an_archive_is(version: str, metadata: dict[str, Json], owners: set[str]) -> None:
    assert whose(version, marks_of(metadata), KNOWN) == owners


def library(folder: Path, **charts: str) -> ChartLibrary:
    for version, marks in charts.items():
        chart = folder / f"db-{version.replace('_', '.')}"
        chart.mkdir()
        (chart / "Chart.yaml").write_text(f"apiVersion: v2\nname: db\nversion: {version.replace('_', '.')}\n{marks}")
    return ChartLibrary(
        ChartSources(mirrors=(folder,), offline=True),
        Cache(None),
        publishers=lambda name: KNOWN if name == "db" else {},
    )


def test_a_mirrors_archive_is_not_given_out_as_another_publishers(tmp_path: Path) -> None:
    found = library(tmp_path, **{"9_0_0": "", "7_0_0": "home: https://acme.com\n"})

    assert [one.version for one in found.at_hand("db", ACME)] == ["9.0.0", "7.0.0"]
    assert found.at_hand("db", OLD) == ()
    with pytest.raises(MigrateError, match="MIG421"):
        found.fetch(ChartRef(name="db", version="9.0.0", repository=OLD))
    assert found.fetch(ChartRef(name="db", version="9.0.0", repository=ACME)).ref.repository == ACME


def test_a_publisher_that_nobody_knows_may_have_any(tmp_path: Path) -> None:
    found = library(tmp_path, **{"9_0_0": ""})

    assert [one.version for one in found.at_hand("db", "https://charts.company.example")] == ["9.0.0"]
    assert [one.version for one in found.at_hand("db", "")] == ["9.0.0"]


def test_a_folder_that_stands_for_a_repository_is_its_publishers(tmp_path: Path) -> None:
    library(tmp_path, **{"9_0_0": ""})
    sources = ChartSources(url_mirrors={OLD: str(tmp_path)}, offline=True)
    found = ChartLibrary(sources, Cache(None), publishers=lambda _: KNOWN)

    assert found.fetch(ChartRef(name="db", version="9.0.0", repository=OLD)).ref.version == "9.0.0"
