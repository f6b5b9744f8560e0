"""A plan that is saved is applied elsewhere to the same bytes, and to the same files alone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from cli_support import Migrate, committed, git, tree


@pytest.fixture
def options(mirror: Path, tmp_path: Path) -> list[object]:
    return ["--offline", "--chart-mirror", mirror, "--cache-dir", tmp_path / "cache"]


def test_a_clone_becomes_what_the_planned_repository_becomes(
    migrate: Migrate, app: Path, tmp_path: Path, options: list[object]
) -> None:
    committed(app)
    clone, saved = tmp_path / "elsewhere" / "clone", tmp_path / "plan.json"
    git(tmp_path, "clone", "-q", str(app), str(clone))
    shown = migrate("plan", app, "--out", saved, "--layout", "enterprise", *options)
    assert shown.code == 0, shown.err
    assert saved.stat().st_mode & 0o777 == 0o600
    before = tree(app)
    assert migrate("apply", app, "--layout", "enterprise", *options).code == 0
    shown = migrate("apply", clone, "--plan", saved, *options)
    assert shown.code == 0, shown.err
    assert tree(clone) == tree(app) != before


def test_other_files_are_refused(migrate: Migrate, app: Path, tmp_path: Path, options: list[object]) -> None:
    saved = tmp_path / "plan.json"
    assert migrate("plan", app, "--out", saved, *options).code == 0
    manifest = app / "base/database/db.yaml"
    text = manifest.read_bytes()
    manifest.write_bytes(text + b"# one line more\n")
    shown = migrate("apply", app, "--plan", saved, *options)
    assert (shown.code, "MIG919" in shown.err, "base/database/db.yaml" in shown.err) == (1, True, True)
    manifest.write_bytes(text)
    (app / "migrate.yaml").write_text("max_impact: rollout\n")
    shown = migrate("apply", app, "--plan", saved, *options)
    assert (shown.code, "MIG919" in shown.err, "migrate.yaml" in shown.err) == (1, True, True)
    (app / "migrate.yaml").unlink()
    assert migrate("apply", app, "--plan", saved, *options).code == 0


def test_a_file_that_is_no_plan_of_this_version(
    migrate: Migrate, app: Path, tmp_path: Path, options: list[object]
) -> None:
    saved = tmp_path / "plan.json"
    assert migrate("plan", app, "--out", saved, *options).code == 0
    whole = saved.read_text()
    held = json.loads(whole)
    other = json.dumps(held | {"schema": "sha256:0", "version": "9.9.9"})
    wrong = json.dumps(held | {"only": [1]})
    cut = (whole[:-20], whole.replace('"components"', '"parts"'), json.dumps({"version": 1, "schema": held["schema"]}))
    for text, why in (
        *((each, "is not a plan") for each in ("", "[]", "{}", "null", "\xff", "[" * 99999, *cut)),
        (wrong, "Expected `str`, got `int` - at `$.only[0]`"),
        (other, f"was made by another migrate (9.9.9; this is {held['version']})"),
    ):
        saved.write_text(text)
        shown = migrate("apply", app, "--plan", saved, *options)
        assert (shown.code, "MIG918" in shown.err, why in shown.err) == (1, True, True), (text[:40], shown.err)


def test_a_plan_of_another_version_with_the_same_shape_is_a_plan(
    migrate: Migrate, app: Path, tmp_path: Path, options: list[object]
) -> None:
    saved = tmp_path / "plan.json"
    assert migrate("plan", app, "--out", saved, *options).code == 0
    saved.write_text(json.dumps(json.loads(saved.read_text()) | {"version": "9.9.9"}))
    assert migrate("apply", app, "--plan", saved, "--diff", *options).code == 0


def test_what_the_plan_has_decided_is_not_asked_again(
    migrate: Migrate, app: Path, tmp_path: Path, options: list[object]
) -> None:
    saved = tmp_path / "plan.json"
    shutil.copy(app / "base/database/db.yaml", saved)
    shown = migrate("apply", app, "--plan", saved, "--layout", "growing", *options)
    assert shown.code != 0
    assert "--layout" in shown.err
