"""A plan that is saved is applied elsewhere to the same bytes, and to the same files alone."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
import typing
from enum import Enum
from pathlib import Path

import pytest
from cli_support import Migrate, committed, git, tree

from migrator.model import Difference, DifferenceKind, Impact, ReleaseContext, ResId
from migrator.plan.types import ComponentPlan, Decision, Plan
from migrator.workflow.steps.dataclass_json import from_json, to_json
from migrator.yamlio import ABSENT


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
    other = json.loads(saved.read_text()) | {"version": "0.0.0"}
    for text in ("", "[]", "{}", json.dumps(other), saved.read_text().replace('"components"', '"parts"'), "[" * 99999):
        saved.write_text(text)
        shown = migrate("apply", app, "--plan", saved, *options)
        assert (shown.code, "MIG918" in shown.err) == (1, True), text[:40]


def test_what_the_plan_has_decided_is_not_asked_again(
    migrate: Migrate, app: Path, tmp_path: Path, options: list[object]
) -> None:
    saved = tmp_path / "plan.json"
    shutil.copy(app / "base/database/db.yaml", saved)
    shown = migrate("apply", app, "--plan", saved, "--layout", "growing", *options)
    assert shown.code != 0
    assert "--layout" in shown.err


def leaves(kind: object, seen: set[object]) -> None:
    if kind in seen:
        return
    seen.add(kind)
    inner = typing.get_type_hints(kind).values() if dataclasses.is_dataclass(kind) else typing.get_args(kind)
    for each in inner:
        leaves(each, seen)


def test_everything_that_a_plan_may_hold_can_be_saved() -> None:
    seen: set[object] = set()
    leaves(Plan, seen)
    plain = {each for each in seen if isinstance(each, type) and not dataclasses.is_dataclass(each)}
    plain = {each for each in plain if not issubclass(each, Enum) and typing.get_origin(each) is None}
    assert plain <= {str, int, float, bool, type(None), typing.Any}, (
        "teach `migrator.workflow.steps.dataclass_json` about it"
    )


def test_patterns_keep_their_flags() -> None:
    pattern = re.compile("a+", re.IGNORECASE)
    held = json.loads(json.dumps(to_json(pattern)))
    assert from_json(re.Pattern[str], held) == pattern


def test_a_plan_of_one_component_goes_round() -> None:
    res_id = ResId(group="apps", kind="Deployment", namespace="n", name="x")
    difference = Difference(
        resource=res_id, path=("a", 0), kind=DifferenceKind.ADDED, before=ABSENT, after=None, impact=Impact.ROLLOUT
    )
    component = ComponentPlan(
        id="x",
        decision=Decision.ADOPT,
        reason="",
        category="",
        environments=("dev",),
        members={"dev": (res_id,)},
        confidence=1,
        differences={"dev": (difference,)},
        transforms={"dev": {"labels": [{"pairs": {"a": "b"}}]}},
        context=ReleaseContext(release="", namespace=""),
    )
    found = from_json(ComponentPlan, json.loads(json.dumps(to_json(component))))
    assert found == component
    assert found.differences["dev"][0].before is ABSENT
    with pytest.raises(TypeError):
        from_json(ComponentPlan, to_json(component) | {"id": 1})
