"""Roots that do not build: what their files hold is recognised, and a plan of nothing else is still a plan."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cli_support import Migrate

CACHE = """\
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: sessions-redis
      labels: {helm.sh/chart: redis-17.3.2, app.kubernetes.io/name: redis, app.kubernetes.io/instance: sessions}
    spec:
      selector: {matchLabels: {app.kubernetes.io/name: redis}}
      template:
        metadata: {labels: {app.kubernetes.io/name: redis}}
        spec: {containers: [{name: redis, image: "docker.io/bitnami/redis:7.0.5"}]}
    """
OWN = """\
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: own}
    data: {a: b}
    """
WITHOUT_FILE = """\
    resources: [cache.yaml, gone.yaml]
    """


@pytest.fixture
def broken(tree: Callable[..., Path]) -> Path:
    """One root, whose base lacks a file of a generator."""
    return tree(
        {
            "base/kustomization.yaml": WITHOUT_FILE,
            "base/cache.yaml": CACHE,
            "overlays/prod/kustomization.yaml": "resources: [../../base]\n",
        }
    )


def planned(migrate: Migrate, root: Path) -> tuple[int, dict[str, Any]]:
    shown = migrate("plan", root, "--offline", "--format", "json")
    return shown.code, json.loads(shown.out)


class TestEveryRootFails:
    def test_json_is_the_whole_document(self, migrate: Migrate, broken: Path) -> None:
        code, document = planned(migrate, broken)
        assert code == 1
        assert document["complete"] is False
        assert document["environments"]["prod"]["status"] == "failed"
        assert "base/gone.yaml does not exist" in document["environments"]["prod"]["reason"]
        assert [each["code"] for each in document["diagnostics"]] == ["MIG210"]

    def test_components_are_proposed_with_what_has_to_be_repaired(self, migrate: Migrate, broken: Path) -> None:
        (found,) = planned(migrate, broken)[1]["components"]
        assert (found["id"], found["decision"]) == ("redis", "propose")
        assert found["reason"] == (
            "repair this root first: overlays/prod does not build: base/gone.yaml does not exist"
        )
        assert (found["chart"]["name"], found["chart"]["version"]) == ("redis", "17.3.2")
        assert found["objects"] == {"prod": ["Deployment.apps sessions-redis"]}

    @pytest.mark.parametrize("form", ["text", "markdown", "github", "gitlab"])
    def test_every_format_says_why(self, migrate: Migrate, broken: Path, form: str) -> None:
        shown = migrate("plan", broken, "--offline", "--format", form)
        assert shown.code == 1
        assert "base/gone.yaml does not exist" in shown.out

    def test_apply_writes_nothing_and_is_an_error(self, migrate: Migrate, broken: Path) -> None:
        assert migrate("apply", broken, "--offline").code == 1
        assert not (broken / ".migrate").exists()

    def test_audit_finds_that_nothing_builds(self, migrate: Migrate, broken: Path) -> None:
        shown = migrate("audit", broken, "--offline", "--format", "json")
        assert shown.code == 2
        assert "MIG210" in [each["code"] for each in json.loads(shown.out)["findings"]]

    def test_the_graph_is_empty_and_an_error(self, migrate: Migrate, broken: Path) -> None:
        shown = migrate("graph", broken, "--offline")
        assert (shown.code, shown.out) == (1, "flowchart LR\n")
        assert "base/gone.yaml does not exist" in shown.err

    def test_an_object_is_explained(self, migrate: Migrate, broken: Path) -> None:
        shown = migrate("explain", "deployment/sessions-redis", "--repo", broken, "--offline")
        assert shown.code == 0
        assert "from base/cache.yaml" in shown.out
        assert "base/gone.yaml does not exist" in shown.err

    def test_an_object_that_is_nowhere_is_not(self, migrate: Migrate, broken: Path) -> None:
        assert "[MIG920]" in migrate("explain", "deployment/other", "--repo", broken, "--offline").err

    def test_without_any_root_it_is_an_error_alone(self, migrate: Migrate, tree: Callable[..., Path]) -> None:
        files = {"a/kustomization.yaml": "resources: [../b]\n", "b/kustomization.yaml": "resources: [../a]\n"}
        shown = migrate("plan", tree(files), "--offline", "--format", "json")
        assert (shown.code, shown.out) == (1, "")
        assert "[MIG906]" in shown.err


class TestSomeRootsFail:
    def test_what_other_roots_render_is_recognised_there_alone(
        self, migrate: Migrate, tree: Callable[..., Path]
    ) -> None:
        root = tree(
            {
                "cache/kustomization.yaml": "resources: [cache.yaml]\n",
                "cache/cache.yaml": CACHE,
                "own/kustomization.yaml": "resources: [own.yaml]\n",
                "own/own.yaml": OWN,
                "overlays/dev/kustomization.yaml": "resources: [../../cache]\n",
                "overlays/prod/kustomization.yaml": "resources: [../../cache, ../../own, gone.yaml]\n",
            }
        )
        code, document = planned(migrate, root)
        assert code == 3
        assert {each["id"]: each["environments"] for each in document["components"]} == {"redis": ["dev"]}

    def test_an_id_that_is_taken_is_not_taken_again(self, migrate: Migrate, broken: Path) -> None:
        (broken / "dev").mkdir()
        (broken / "dev" / "kustomization.yaml").write_text("resources: [cache.yaml]\n")
        (broken / "dev" / "cache.yaml").write_text((broken / "base" / "cache.yaml").read_text())
        found = {each["id"]: each["environments"] for each in planned(migrate, broken)[1]["components"]}
        assert found == {"redis": ["dev"], "redis-unbuilt": ["prod"]}


class TestWhatFilesAreRead:
    def written(self, migrate: Migrate, root: Path) -> list[str]:
        components = planned(migrate, root)[1]["components"]
        return [name for each in components for found in each["objects"].values() for name in found]

    def test_a_remote_component_hides_nothing_beside_it(self, migrate: Migrate, broken: Path) -> None:
        remote = "resources: [cache.yaml]\ncomponents: ['https://github.com/example/x//deploy?ref=v1']\n"
        (broken / "base" / "kustomization.yaml").write_text(remote)
        assert self.written(migrate, broken) == ["Deployment.apps sessions-redis"]

    def test_what_a_broken_kustomization_lists_is_read_and_its_patches_are_not(
        self, migrate: Migrate, broken: Path
    ) -> None:
        text = "resources:\n- cache.yaml\n- ../more\npatches:\n- path: x\n- patch.yaml\nimages: [broken\n"
        (broken / "base" / "kustomization.yaml").write_text(text)
        (broken / "base" / "patch.yaml").write_text(CACHE.replace("sessions", "patched"))
        (broken / "more").mkdir()
        (broken / "more" / "kustomization.yaml").write_text("resources: [list.yaml]\n")
        listed = "apiVersion: v1\nkind: List\nitems:\n- " + CACHE.replace("sessions", "listed").replace("\n", "\n  ")
        (broken / "more" / "list.yaml").write_text(listed)
        assert self.written(migrate, broken) == ["Deployment.apps listed-redis", "Deployment.apps sessions-redis"]

    def test_a_manifest_that_does_not_parse_leaves_the_others(self, migrate: Migrate, broken: Path) -> None:
        (broken / "base" / "kustomization.yaml").write_text("resources: [cache.yaml, bad.yaml, values.yaml]\n")
        (broken / "base" / "bad.yaml").write_text("a: [\n")
        (broken / "base" / "values.yaml").write_text("replicas: 3\n")
        assert self.written(migrate, broken) == ["Deployment.apps sessions-redis"]
