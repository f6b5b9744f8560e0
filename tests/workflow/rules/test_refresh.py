"""`migrate rules refresh`, against a real server on this machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from chart_server import Server, running

from migrator import api
from migrator.charts import ChartLibrary
from migrator.charts.types import ChartSources
from migrator.classify import ChartCandidate, Component, ComponentKind
from migrator.cli.app import run
from migrator.diagnostics import MigrateError
from migrator.discover import Config
from migrator.engines import Cache
from migrator.progress import StepAdvanced
from migrator.signatures.versions import charts_with_versions, load_versions
from migrator.workflow.steps.resolve import resolve

CHART = "kured"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Server]:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    with running() as started:
        yield started


@pytest.fixture
def root(tmp_path: Path, server: Server) -> Path:
    """A repository in which the server stands for the chart's publisher, who has one version more."""
    (publisher,) = load_versions([CHART])[CHART].publishers
    (root := tmp_path / "repository").mkdir()
    (root / "kustomization.yaml").write_text("")
    (root / "migrate.yaml").write_text(f"url_mirrors: {{{publisher}: {server.url}/charts}}\n")
    entry = {"version": "99.1.0", "appVersion": "98.7", "urls": ["x.tgz"], "created": "2031-02-03T04:05:06Z"}
    server.pages["/charts/index.yaml"] = json.dumps({"apiVersion": "v1", "entries": {CHART: [entry]}}).encode()
    return root


def test_a_renewed_table_adds_to_ours_and_holds_its_day_as_data(root: Path, tmp_path: Path) -> None:
    arguments = ["rules", "refresh", str(root), "--chart", CHART, "--cache-dir", str(tmp_path / "cache")]
    assert run(arguments) == 0
    folder = root / ".migrate/rules/versions"
    text = (folder / f"{CHART}.yaml").read_text()
    assert 'until: "2031-02-03"' in text
    ours, both = load_versions([CHART])[CHART], load_versions([CHART], [folder])[CHART]
    assert both.chart_versions("98.7") == ("99.1.0",)
    assert set(ours.all_versions()) < set(both.all_versions())
    assert run(arguments) == 0
    assert (folder / f"{CHART}.yaml").read_text() == text


def test_the_users_own_folder(root: Path, tmp_path: Path) -> None:
    found = api.refresh_rules(root, api.Options(no_cache=True), charts=[CHART], is_own=True)
    assert list(found.files) == [tmp_path / "data/migrate/rules/versions" / f"{CHART}.yaml"]


def test_a_publisher_that_cannot_be_asked_is_said_and_its_table_stays(root: Path, server: Server) -> None:
    del server.pages["/charts/index.yaml"]
    found = api.refresh_rules(root, api.Options(no_cache=True), charts=[CHART])
    assert (found.files, [one.code for one in found.diagnostics], found.exit_code) == ({}, ["MIG421"], 1)


def test_how_far_it_is_is_told(root: Path) -> None:
    events: list[object] = []
    found = api.refresh_rules(root, api.Options(no_cache=True), charts=[CHART], progress=events.append)
    assert (found.answered, found.exit_code) == (1, 0)
    assert [(one.done, one.total) for one in events if isinstance(one, StepAdvanced)] == [(0, 1), (1, 1)]


def test_offline_is_refused_and_nobody_is_asked(root: Path, server: Server) -> None:
    with pytest.raises(MigrateError, match="MIG928"):
        api.refresh_rules(root, api.Options(offline=True))
    assert server.paths == []


def test_a_chart_without_a_table_is_refused(root: Path) -> None:
    with pytest.raises(MigrateError, match="MIG911"):
        api.refresh_rules(root, charts=["nobody-knows-it"])


def test_a_plan_says_how_old_the_tables_are_where_that_matters() -> None:
    library = ChartLibrary(
        ChartSources(offline=True), Cache(None), aged=lambda _, app: "2031-02-03" if app == "9.0.0" else ""
    )

    def said(app: str) -> str:
        candidate = ChartCandidate(chart="web", repository="", versions=(), app_versions=(app,), score=0.9, evidence=())
        one = Component(id="web", kind=ComponentKind.THIRD_PARTY, category="", members={}, candidates=(candidate,))
        return resolve(one, library, Config()).diagnostics[0].summary

    assert "the tables end on 2031-02-03" in said("9.0.0")
    assert "the tables" not in said("8.0.0").replace("the tables of migrate", "")


def test_most_tables_that_ship_say_their_day() -> None:
    tables = load_versions(charts_with_versions())
    dated = [one for one in tables.values() if one.until]
    assert len(dated) * 2 > len(tables)
    assert all(len(one.until) == len("2031-02-03") for one in dated)
