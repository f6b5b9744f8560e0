"""`migrate charts` as a person sees it."""

from __future__ import annotations

import json
from pathlib import Path

from cli_support import Migrate

from migrator import api
from migrator.progress import StepAdvanced


def test_charts_that_are_there_and_their_json(migrate: Migrate, app: Path, mirror: Path) -> None:
    found = migrate(
        "charts", app, "--offline", "--chart-mirror", mirror, "--format", "json", "--detailed-exitcode", "--no-cache"
    )
    assert found.code == 0
    listed = {(one["name"], one["at_hand"], *one["components"]) for one in json.loads(found.out)["charts"]}
    assert ("tiny-db", True, "tiny-db") in listed


def test_a_missing_archive_is_a_finding_where_somebody_asks(migrate: Migrate, app: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    asked = ("charts", app, "--offline", "--chart-mirror", tmp_path / "empty", "--no-cache")
    assert migrate(*asked).code == 0
    found = migrate(*asked, "--format", "helm", "--detailed-exitcode")
    assert "component tiny-db: " in found.err
    assert found.code == 2
    assert found.out == (
        "helm pull tiny-monitor --repo https://tiny.example.org/charts --version 2.3.1 --destination ."
        "  # for tiny-monitor\n"
    )
    refused = migrate(*asked, "--fetch", tmp_path / "new")
    assert refused.code == 1
    assert "MIG927" in refused.err


def test_a_mirror_that_is_filled_says_how_far_it_is(app: Path, mirror: Path, tmp_path: Path) -> None:
    events: list[object] = []
    options = api.Options(offline=True, chart_mirrors=(mirror,), cache=tmp_path / "cache")
    api.charts(app, options, fetch=tmp_path / "new", progress=events.append)
    fetched = [each for each in events if isinstance(each, StepAdvanced) and each.step == "fetch"]
    assert [each.done for each in fetched] == list(range(len(fetched)))
    assert fetched[0].total == len(fetched) > 1
    assert all(len(each.running) == 1 for each in fetched)
