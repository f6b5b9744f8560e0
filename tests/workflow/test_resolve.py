from __future__ import annotations

from pathlib import Path

import pytest

from migrator.charts import ChartLibrary
from migrator.charts.types import ChartSources
from migrator.classify import ChartCandidate, Component, ComponentKind, Evidence
from migrator.discover import ComponentOverride, Config
from migrator.engines import Cache
from migrator.workflow.steps import resolve as resolve_step
from migrator.workflow.steps.resolve import resolve

LABEL = Evidence(kind="chart-label", detail="web-1.0.0", weight=1.0)
IMAGE = Evidence(kind="image", detail="web", weight=0.6)


@pytest.fixture
def library(tmp_path: Path) -> ChartLibrary:
    """Six versions of a chart; four carry app version 7, one carries v8."""
    for version, app in (
        ("1.0.0", "7"),
        ("1.1.0", "7"),
        ("1.2.0", "7"),
        ("1.3.0", "7"),
        ("2.0.0", "v8"),
        ("3.0.0", "9"),
    ):
        chart = tmp_path / f"web-{version}"
        chart.mkdir()
        (chart / "Chart.yaml").write_text(f'apiVersion: v2\nname: web\nversion: {version}\nappVersion: "{app}"\n')
    return ChartLibrary(ChartSources(mirrors=(tmp_path,), offline=True), Cache(None))


def component(versions: tuple[str, ...], apps: tuple[str, ...], fact: Evidence, *more: ChartCandidate) -> Component:
    first = ChartCandidate(
        chart="web", repository="", versions=versions, app_versions=apps, score=0.9, evidence=(fact,)
    )
    return Component(id="web", kind=ComponentKind.THIRD_PARTY, category="core", members={}, candidates=(first, *more))


def tried(component: Component, library: ChartLibrary, config: Config | None = None) -> list[str]:
    return [archive.ref.version for archive in resolve(component, library, config or Config()).archives]


def test_a_label_names_the_one_version(library: ChartLibrary) -> None:
    assert tried(component(("1.0.0",), ("7",), LABEL), library) == ["1.0.0"]


def test_an_app_version_leaves_all_its_chart_versions_to_try_newest_first(library: ChartLibrary) -> None:
    assert tried(component((), ("7",), IMAGE), library) == ["1.3.0", "1.2.0", "1.1.0", "1.0.0"]


def test_of_many_versions_some_are_tried_from_the_newest_to_the_oldest(
    library: ChartLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolve_step, "VERSIONS", 3)
    assert tried(component((), ("7",), IMAGE), library) == ["1.3.0", "1.1.0", "1.0.0"]


def test_a_leading_v_means_nothing(library: ChartLibrary) -> None:
    assert tried(component((), ("8",), IMAGE), library) == ["2.0.0"]


def test_a_label_is_never_answered_with_another_version(library: ChartLibrary) -> None:
    found = resolve(component(("1.0.9",), ("7",), LABEL), library, Config())
    assert found.archives == ()
    assert [problem.code for problem in found.diagnostics] == ["MIG420"]
    assert "component web" in found.diagnostics[0].summary


def test_versions_from_a_table_that_nobody_has_fall_back_to_the_app_version(library: ChartLibrary) -> None:
    assert tried(component(("1.0.9",), ("8",), IMAGE), library) == ["2.0.0"]


def test_an_app_version_that_no_chart_carries_is_said(library: ChartLibrary) -> None:
    found = resolve(component((), ("6",), IMAGE), library, Config())
    assert [problem.code for problem in found.diagnostics] == ["MIG430"]


def test_a_person_may_choose_the_version(library: ChartLibrary) -> None:
    config = Config(components={"web": ComponentOverride(version="3.0.0")})
    assert tried(component(("1.0.0",), ("7",), LABEL), library, config) == ["3.0.0"]


def test_a_distant_second_candidate_is_not_tried(library: ChartLibrary) -> None:
    other = ChartCandidate(chart="web", repository="x", versions=("2.0.0",), app_versions=(), score=0.5, evidence=())
    near = ChartCandidate(chart="web", repository="x", versions=("2.0.0",), app_versions=(), score=0.85, evidence=())
    assert tried(component(("1.0.0",), (), IMAGE, other), library) == ["1.0.0"]
    assert tried(component(("1.0.0",), (), IMAGE, near), library) == ["1.0.0", "2.0.0"]


def test_a_second_publisher_that_cannot_be_had_is_no_news_where_the_first_can(library: ChartLibrary) -> None:
    other = ChartCandidate(
        chart="web",
        repository="https://other.example.org",
        versions=("9.9.9",),
        app_versions=(),
        score=0.9,
        evidence=(LABEL,),
    )
    found = resolve(component(("1.0.0",), ("7",), LABEL, other), library, Config())
    assert [archive.ref.version for archive in found.archives] == ["1.0.0"]
    assert found.diagnostics == ()
    assert len(resolve(component(("1.0.9",), ("7",), LABEL, other), library, Config()).diagnostics) == 2


def test_where_nothing_tells_the_version_some_of_all_are_tried_and_that_is_said(library: ChartLibrary) -> None:
    found = resolve(component((), (), IMAGE), library, Config())
    assert [one.ref.version for one in found.archives] == ["3.0.0", "2.0.0", "1.3.0", "1.2.0", "1.1.0", "1.0.0"]
    assert [one.code for one in found.diagnostics] == ["MIG431"]
    assert "6 of 6 are tried" in found.diagnostics[0].summary
