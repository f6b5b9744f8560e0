"""`migrate charts` as a person sees it."""

from __future__ import annotations

import json
from pathlib import Path

from cli_support import Migrate


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
