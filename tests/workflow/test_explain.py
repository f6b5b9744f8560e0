"""`migrate explain` on the fixture: what each value shapes, and the line that it came from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli_support import Migrate, committed

SECRET = "not-a-real-password"


@pytest.fixture
def ask(migrate: Migrate, app: Path, mirror: Path):
    def call(*arguments: object, code: int = 0):
        found = migrate("explain", *arguments, "--repo", app, "--chart-mirror", mirror, "--offline")
        assert found.code == code, found.err
        assert SECRET not in found.out + found.err
        return found

    return call


def document(ask, *arguments: object) -> dict[str, Any]:
    return json.loads(ask(*arguments, "--format", "json").out)


def test_every_value_says_what_it_shapes_and_where_it_came_from(ask) -> None:
    found = document(ask, "tiny-db")
    values = {each["path"]: each for each in found["values"]}
    assert list(values)[:3] == ["/fullnameOverride", "/auth/username", "/auth/password"]
    assert all(each["effects"] and each["origins"] for each in values.values())
    replicas = values["/replicas"]
    assert replicas["environments"] == {"prod": 3}
    assert replicas["default"] == 1
    assert replicas["effects"] == [
        {"environment": "prod", "resource": "StatefulSet.apps shop/shop-db", "path": "/spec/replicas", "change": "sets"}
    ]
    (origin,) = replicas["origins"]
    assert (origin["file"], origin["line"], origin["kind"]) == ("overlays/prod/patches/db.yaml", 7, "patch")
    (size,) = values["/storage/size"]["origins"]
    assert (size["file"], size["kind"], size["environments"]) == ("base/database/db.yaml", "manifest", ["dev", "prod"])


def test_every_origin_is_a_line_that_shows_the_value(ask, app: Path) -> None:
    lines = {}
    for value in document(ask, "tiny-db")["values"]:
        held = next(iter([*value["environments"].values(), value.get("common")]))
        for origin in value["origins"]:
            lines[value["path"], str(held)] = (app / origin["file"]).read_text().splitlines()[origin["line"] - 1]
    for (path, held), line in lines.items():
        if path not in ("/pdb/create", "/auth/password", "/settings/max_connections", "/fullnameOverride"):
            assert held in line, (path, held, line)
    assert len(lines) > 8


def test_a_secret_is_no_part_of_any_format(ask) -> None:
    assert "<redacted sha256:" in ask("tiny-db", "auth.password").out
    assert "<redacted sha256:" in document(ask, "tiny-db", "auth.password")["values"][0]["common"]


@pytest.mark.parametrize("asked", ["resources.requests", "resources.requests.cpu", "/resources/requests/memory"])
def test_a_section_or_one_value_can_be_asked_for(ask, asked: str) -> None:
    text = ask("tiny-db", asked).out
    assert text.startswith("tiny-db: chart tiny-db 1.4.0, release shop-db in shop\n\nresources.requests.")
    assert ("cpu" in text) == ("memory" not in asked)
    assert "replicas" not in text
    assert "limits" not in text


def test_a_residual_tells_its_class_and_what_was_tried(ask) -> None:
    (residual,) = [
        each
        for each in document(ask, "tiny-db")["residual"]
        if each["resource"] == "PodDisruptionBudget.policy shop/shop-db" and each["path"].endswith("helm.sh~1chart")
    ]
    assert residual["class"] == "post-processing"
    assert residual["origin"]["file"] == "overlays/prod/db-pdb.yaml"
    assert [each["values"] for each in residual["tried"]] == [[{"path": "/pdb/create", "value": False}]]
    text = ask("tiny-db", "PodDisruptionBudget.policy/shop/shop-db#/metadata/labels/helm.sh~1chart").out
    assert "tried    pdb.create=false" in text
    assert "fullnameOverride" not in text


def test_a_release_is_explained_as_it_was_before(ask, migrate: Migrate, app: Path, mirror: Path) -> None:
    committed(app)
    assert migrate("apply", app, "--chart-mirror", mirror, "--offline").code == 0
    found = document(ask, "tiny-db", "replicas")
    assert len(found["commit"]) == 40
    assert found["values"][0]["origins"][0]["file"] == "overlays/prod/patches/db.yaml"
    assert "It is a release already" in ask("tiny-db", "replicas").out


def test_what_cannot_be_explained_is_said_in_words(ask) -> None:
    assert "[MIG914]" in ask("tiny-db", "no.such.value", code=1).err
    assert "fullnameOverride, auth, settings" in ask("tiny-db", "no.such.value", code=1).err
    assert "[MIG907]" in ask("api", code=1).err


def test_without_a_commit_nobody_knows_what_was_before(ask, migrate: Migrate, app: Path, mirror: Path) -> None:
    assert migrate("apply", app, "--chart-mirror", mirror, "--offline").code == 0
    assert "[MIG710]" in ask("tiny-db", code=1).err


def test_a_component_without_a_chart_has_no_values(ask, app: Path) -> None:
    (app / "migrate.yaml").write_text("components: {tiny-db: {decision: keep}}\n")
    assert "[MIG913]" in ask("tiny-db", code=1).err


def test_infer_explains_files(migrate: Migrate, mirror: Path, tmp_path: Path) -> None:
    target = tmp_path / "target.yaml"
    target.write_text(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x-tiny}\ndata:\n  # how loud\n  level: debug\n"
    )
    chart = tmp_path / "tiny"
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: tiny\nversion: 1.0.0\n")
    (chart / "values.yaml").write_text("level: info\n")
    (chart / "templates" / "all.yaml").write_text(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}-tiny}\n"
        "data:\n  level: {{ .Values.level }}\n"
    )
    given = ("infer", "--chart", chart, "--target", target, "--explain")
    found = migrate(*given, "level", "--format", "json")
    assert found.code == 0, found.err
    shown = json.loads(found.out)
    (value,) = shown["explanation"]["values"]
    assert value["effects"][0]["path"] == "/data/level"
    assert (value["origins"][0]["file"], value["origins"][0]["line"]) == (str(target), 6)
    assert "shapes   ConfigMap default/x-tiny /data/level\n" in migrate(*given).out
    assert "explanation" not in json.loads(migrate(*given[:-1], "--format", "json").out)
