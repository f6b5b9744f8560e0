from __future__ import annotations

import hashlib
import io
import tarfile
from dataclasses import replace
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
        chart="web",
        repository="",
        versions=versions,
        app_versions=apps,
        score=0.9,
        evidence=(fact,),
        is_stated=fact is LABEL,
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


def test_where_the_labels_version_is_not_at_hand_the_nearest_of_its_major_is_and_that_is_said(
    library: ChartLibrary,
) -> None:
    found = resolve(component(("1.1.9",), ("7",), LABEL), library, Config())
    assert [archive.ref.version for archive in found.archives] == ["1.1.0", "1.2.0", "1.0.0"]
    assert [problem.code for problem in found.diagnostics] == ["MIG420", "MIG432"]
    assert "component web" in found.diagnostics[0].summary
    assert (
        found.stand_ins[found.archives[0].digest]
        == "chart 1.1.0, which carries app version 7, stands in for 1.1.9, which is not at hand"
    )


def test_a_label_is_never_answered_with_another_major(library: ChartLibrary) -> None:
    found = resolve(component(("4.0.0",), ("7",), LABEL), library, Config())
    assert found.archives == ()
    assert [problem.code for problem in found.diagnostics] == ["MIG433", "MIG420"]
    assert "of chart version 4.0.0" in found.diagnostics[0].summary
    assert "the nearest is 3.0.0, which carries app version 9" in found.diagnostics[0].summary
    assert "helm pull web --version 4.0.0" in found.diagnostics[0].remedy


def test_versions_from_a_table_that_nobody_has_fall_back_to_the_app_version(library: ChartLibrary) -> None:
    assert tried(component(("1.0.9",), ("8",), IMAGE), library) == ["2.0.0"]


def test_an_app_version_of_another_major_than_all_at_hand_is_not_tried(library: ChartLibrary) -> None:
    found = resolve(component((), ("6.1.2",), IMAGE), library, Config())
    assert found.archives == ()
    assert [problem.code for problem in found.diagnostics] == ["MIG433"]
    assert "it runs app version 6.1.2" in found.diagnostics[0].summary
    assert found.diagnostics[0].remedy == "name the right version in migrate.yaml: components: {web: {version: ...}}"


def test_an_app_version_that_no_chart_carries_is_given_the_nearest_of_its_major(library: ChartLibrary) -> None:
    found = resolve(component((), ("8.2",), IMAGE), library, Config())
    assert [archive.ref.version for archive in found.archives] == ["2.0.0"]
    assert [problem.code for problem in found.diagnostics] == ["MIG430", "MIG432"]
    assert list(found.stand_ins.values()) == [
        "chart 2.0.0, which carries app version v8, stands in for the version that carries 8.2, which is not at hand"
    ]


def test_what_a_table_names_and_nobody_has_is_not_at_hand_and_not_unknown(library: ChartLibrary) -> None:
    other = ChartCandidate(
        chart="web",
        repository="https://charts.example.org",
        versions=("6.0.1", "6.0.0"),
        app_versions=("6",),
        score=0.9,
        evidence=(IMAGE,),
    )
    one = Component(id="web", kind=ComponentKind.THIRD_PARTY, category="core", members={}, candidates=(other,))
    found = resolve(one, library, Config())
    assert [problem.code for problem in found.diagnostics] == ["MIG433", "MIG421"]
    assert "chart web 6.0.1 is not at hand" in found.diagnostics[1].summary
    assert "as good would be 6.0.0" in found.diagnostics[1].summary
    assert "helm pull web --repo https://charts.example.org --version 6.0.1" in found.diagnostics[1].remedy


def test_what_is_at_hand_precedes_what_a_rule_says_of_the_numbers(library: ChartLibrary) -> None:
    assert tried(component(("8.0.0",), ("v8-alpine",), IMAGE), library) == ["2.0.0"]


def test_a_tag_that_is_no_version_tells_nothing(library: ChartLibrary) -> None:
    found = resolve(component((), ("latest",), IMAGE), library, Config())
    assert [one.code for one in found.diagnostics] == ["MIG431"]


def test_a_branch_tells_nothing_whatever_runs_beside_it(library: ChartLibrary) -> None:
    found = resolve(component((), ("main-2021-11-11", "1.6.12"), IMAGE), library, Config())
    assert [one.code for one in found.diagnostics] == ["MIG431"]


def test_a_chart_that_says_nothing_of_its_app_is_no_other_major(tmp_path: Path) -> None:
    chart = tmp_path / "plain-1.0.0"
    chart.mkdir()
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: plain\nversion: 1.0.0\n")
    library = ChartLibrary(ChartSources(mirrors=(tmp_path,), offline=True), Cache(None))
    candidate = replace(component((), ("4.1.0",), IMAGE).candidates[0], chart="plain")
    found = resolve(replace(component((), (), IMAGE), candidates=(candidate,)), library, Config())
    assert [archive.ref.version for archive in found.archives] == ["1.0.0"]
    assert [one.code for one in found.diagnostics] == ["MIG430", "MIG432"]


def test_a_chart_without_an_app_version_tells_it_by_its_default_tags(tmp_path: Path) -> None:
    for version, tag in (("1.0.0", "4.1.0"), ("1.1.0", "4.2.0")):
        chart = tmp_path / f"plain-{version}"
        chart.mkdir()
        (chart / "Chart.yaml").write_text(f"apiVersion: v2\nname: plain\nversion: {version}\n")
        (chart / "values.yaml").write_text(f"image: {{repository: plain, tag: v{tag}}}\n")
    library = ChartLibrary(ChartSources(mirrors=(tmp_path,), offline=True), Cache(None))
    candidate = replace(component((), ("4.1.0",), IMAGE).candidates[0], chart="plain")
    one = replace(component((), (), IMAGE), candidates=(candidate,))
    assert tried(one, library) == ["1.0.0"]


def test_a_person_may_choose_the_version(library: ChartLibrary) -> None:
    config = Config(components={"web": ComponentOverride(version="3.0.0")})
    assert tried(component(("1.0.0",), ("7",), LABEL), library, config) == ["3.0.0"]


def test_a_version_that_a_person_chose_has_no_stand_in(library: ChartLibrary) -> None:
    config = Config(components={"web": ComponentOverride(version="3.0.1")})
    found = resolve(component(("1.0.0",), ("7",), LABEL), library, config)
    assert found.archives == ()
    assert [one.code for one in found.diagnostics] == ["MIG420"]
    assert "chart web 3.0.1" in found.diagnostics[0].summary


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
        is_stated=True,
    )
    found = resolve(component(("1.0.0",), ("7",), LABEL, other), library, Config())
    assert [archive.ref.version for archive in found.archives] == ["1.0.0"]
    assert found.diagnostics == ()
    assert [
        one.code for one in resolve(component(("6.0.0",), ("7",), LABEL, other), library, Config()).diagnostics
    ] == [
        "MIG433",
        "MIG420",
        "MIG433",
        "MIG421",
    ]


def test_where_nothing_tells_the_version_some_of_all_are_tried_and_that_is_said(library: ChartLibrary) -> None:
    found = resolve(component((), (), IMAGE), library, Config())
    assert [one.ref.version for one in found.archives] == ["3.0.0", "2.0.0", "1.3.0", "1.2.0", "1.1.0", "1.0.0"]
    assert [one.code for one in found.diagnostics] == ["MIG431"]
    assert "6 of 6 are tried" in found.diagnostics[0].summary


def test_the_right_archive_that_is_broken_is_the_reason_and_not_called_far_away(tmp_path: Path) -> None:
    data = packed("web", "1.0.0")
    (tmp_path / "web-1.0.0.tgz").write_bytes(data[: len(data) * 9 // 10])
    library = ChartLibrary(ChartSources(mirrors=(tmp_path,), offline=True), Cache(None))
    assert [one.version for one in library.at_hand("web", "")] == ["1.0.0"], "what it is can still be read"
    found = resolve(component(("1.0.0",), ("7",), LABEL), library, Config())
    assert found.archives == ()
    assert [one.code for one in found.diagnostics] == ["MIG410"]


def packed(name: str, version: str) -> bytes:
    """An archive whose first kilobytes hold Chart.yaml."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for path, content in (
            ("Chart.yaml", f"apiVersion: v2\nname: {name}\nversion: {version}\n".encode()),
            ("files/noise", b"".join(hashlib.sha512(bytes([a, b])).digest() for a in range(99) for b in range(32))),
        ):
            info = tarfile.TarInfo(f"{name}/{path}")
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()
