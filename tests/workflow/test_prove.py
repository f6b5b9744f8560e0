"""What `apply` does when the staged files do not render what was planned: the last check before anything is written."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cli_support import Migrate, tree

from migrator.workflow import planned


def spoiled(monkeypatch: pytest.MonkeyPatch, path: str, old: bytes, new: bytes) -> None:
    """A fault in our own rewriting: one file of the new tree says something else than the plan."""
    rewrite = planned.rewrite

    def faulty(*arguments: Any, **named: Any) -> Any:
        made = rewrite(*arguments, **named)
        edits = [
            replace(edit, after=edit.after.replace(old, new)) if edit.path == path and edit.after else edit
            for edit in made.edits
        ]
        return replace(made, edits=tuple(edits))

    monkeypatch.setattr(planned, "rewrite", faulty)


def test_a_component_that_is_not_proved_stays_and_the_rest_goes_on(
    migrate: Migrate, app: Path, mirror: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoiled(monkeypatch, "helm-charts/databases/tiny-db/values-prod.yaml", b"replicas: 3", b"replicas: 4")
    shown = migrate("apply", app, "--offline", "--chart-mirror", mirror)

    assert shown.code == 0
    assert "MIG722" in shown.err
    assert "StatefulSet.apps/shop/shop-db#/spec/replicas" in shown.err
    assert "tiny-db  was not proved and stays in Kustomize" in shown.out
    assert (app / "base" / "database" / "db.yaml").exists()
    assert not (app / "helm-charts" / "databases").exists()
    assert (app / "helm-charts" / "monitoring" / "tiny-monitor" / "Chart.yaml").exists()


def test_an_object_that_only_the_release_has_is_told(
    migrate: Migrate, app: Path, mirror: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = b"tiny-db:\n  pdb:\n    create: true\n"
    spoiled(monkeypatch, "helm-charts/databases/tiny-db/values.yaml", b"tiny-db:\n", more)
    shown = migrate("apply", app, "--offline", "--chart-mirror", mirror)

    assert "MIG722" in shown.err
    assert "dev: PodDisruptionBudget.policy/shop/shop-db# (no allowance admits it)" in shown.err


def test_a_component_without_which_a_root_does_not_build_stays_and_the_rest_goes_on(
    migrate: Migrate, app: Path, mirror: Path
) -> None:
    with (app / "base/kustomization.yaml").open("a") as stream:
        stream.write("transformers:\n- transform.yaml\n")
    (app / "base/transform.yaml").write_text(
        "apiVersion: builtin\nkind: PatchTransformer\nmetadata:\n  name: x\npatch: |\n  apiVersion: apps/v1\n"
        "  kind: StatefulSet\n  metadata:\n    name: shop-db\n    namespace: shop\n"
        "  spec:\n    podManagementPolicy: Parallel\n"
    )
    shown = migrate("apply", app, "--offline", "--chart-mirror", mirror)

    assert shown.code == 0
    assert "MIG722" in shown.err
    assert "MIG641" not in shown.err
    assert "no resource matches" in shown.err
    assert (app / "base/database/db.yaml").exists()
    assert (app / "helm-charts/monitoring/tiny-monitor/Chart.yaml").exists()
    assert not (app / "helm-charts/databases").exists()


def test_what_no_component_explains_stops_everything(
    migrate: Migrate, app: Path, mirror: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoiled(monkeypatch, "overlays/prod/kustomization.yaml", b"count: 4", b"count: 5")
    before = tree(app)
    shown = migrate("apply", app, "--offline", "--chart-mirror", mirror)

    assert shown.code == 3
    assert "Deployment.apps/shop/api#/spec/replicas" in shown.out
    assert "Nothing was written." in shown.out
    assert tree(app) == before


def test_json_of_a_refused_apply_names_the_difference(
    migrate: Migrate, app: Path, mirror: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoiled(monkeypatch, "overlays/prod/kustomization.yaml", b"count: 4", b"count: 5")
    shown = migrate("apply", app, "--offline", "--chart-mirror", mirror, "--format", "json")
    document = json.loads(shown.out)

    assert shown.code == 3
    assert not document["written"]
    assert document["proof"]["verdict"] == "differs"
    refused = [each for each in document["proof"]["environments"]["prod"]["differences"] if not each["admitted"]]
    assert [each["id"] for each in refused] == ["Deployment.apps/shop/api#/spec/replicas"]


def test_no_staging_folder_is_left(migrate: Migrate, app: Path, mirror: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    migrate("apply", app, "--offline", "--chart-mirror", mirror)
    assert sorted(path.name for path in app.parent.iterdir()) == ["simple-app"]
