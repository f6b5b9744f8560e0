"""A chart that makes what there is under other names: patches keep the names."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import yaml

from migrator.compare import compare
from migrator.engines import find_kustomize, kustomize_build
from migrator.model import Impact, Json, Resource, resource_of
from migrator.plan import Decision
from migrator.plan.types import ComponentPlan
from migrator.rewrite import post_render_yaml
from migrator.yamlio import dump
from tests.plan.test_decide import bare, one, thing
from tests.plan.test_renames import MADE, THERE, WORKLOAD, config, deployment

LABELS: dict[str, Json] = {"app": "tool"}
NAME = {"op": "replace", "path": "/metadata/name", "value": "tool"}


def service(name: str) -> Resource:
    return thing("Service", name, spec={"selector": LABELS, "ports": [{"port": 80}]})


def patched(found: ComponentPlan) -> dict[str, list[str]]:
    return {
        str(patch.target): [str(step.get("path") or "deleted") for step in patch.operations]
        for patch in found.patches.get("dev", ())
    }


def test_the_object_has_its_name_and_further_patches_call_it_by_that() -> None:
    there = (deployment("tool", labels=LABELS), THERE[1])
    chart = [bare(deployment("chart-tool", labels={**LABELS, "tier": "back"})), MADE[1]]
    found = one({"dev": there}, {"dev": chart})
    assert found.decision is Decision.ADOPT_WITH_PATCHES
    assert {each.name for each in found.members["dev"]} == {"tool", "settings"}
    assert patched(found) == {
        "Deployment.apps chart-tool": ["/metadata/name"],
        "Deployment.apps tool": ["/spec/template/metadata/labels/tier"],
    }
    assert found.patches["dev"][0].operations == (NAME,)
    assert found.reason.endswith(
        "; patches keep the name of Deployment.apps data/tool, which the chart calls chart-tool"
    )
    assert (found.companions, found.differences, found.impact) == ({}, {}, Impact.NONE)


def test_what_would_become_of_it_without_the_patch_is_told() -> None:
    (undone,) = one({"dev": THERE}, {"dev": MADE}).undone["dev"]
    assert (undone.id, undone.impact) == (WORKLOAD[0], Impact.RECREATE)
    assert undone.counterpart is not None
    assert undone.counterpart.name == "chart-tool"


def test_what_is_accepted_under_another_name_gets_no_patch() -> None:
    found = one({"dev": THERE}, {"dev": MADE}, accepted=WORKLOAD)
    assert (found.decision, patched(found)) == (Decision.ADOPT, {})


def test_names_are_kept_only_where_something_runs_under_another() -> None:
    """Else a manifest that stays says it more plainly."""
    chart = [bare(deployment("tool")), bare(config("chart-settings"))]
    found = one({"dev": THERE}, {"dev": chart})
    assert [str(each) for each in found.companions["dev"]] == ["ConfigMap data/settings"]
    assert patched(found) == {"ConfigMap chart-settings": ["deleted"]}


def test_with_what_runs_everything_else_keeps_its_name() -> None:
    there = (deployment("tool", labels=LABELS), service("tool"), config("settings"))
    chart = [bare(deployment("x-tool", labels=LABELS)), bare(service("x-tool")), bare(config("x-settings"))]
    found = one({"dev": there}, {"dev": chart})
    assert len(found.members["dev"]) == 3
    assert sorted(patched(found)) == ["ConfigMap x-settings", "Deployment.apps x-tool", "Service x-tool"]


def test_a_name_that_kustomize_keeps_up_to_date_is_not_written_into_a_patch() -> None:
    made = config("settings-abc")
    assert made.origin is not None
    generated = replace(made, origin=replace(made.origin, generated=True))
    found = one({"dev": (THERE[0], generated)}, {"dev": [MADE[0], bare(config("x-settings"))]})
    assert [str(each) for each in found.companions["dev"]] == ["ConfigMap data/settings-abc"]
    assert patched(found)["ConfigMap x-settings"] == ["deleted"]


def test_an_object_that_has_to_stay_is_left_out_by_the_name_that_the_chart_gives_it() -> None:
    secret, other = (thing("Secret", name, data={"a": text}) for name, text in (("tool", "YQ=="), ("x-tool", "Yg==")))
    found = one({"dev": (*THERE, secret)}, {"dev": [*MADE, bare(other)]})
    assert "Secret x-tool" not in patched(found) or patched(found)["Secret x-tool"] == ["deleted"]
    assert "Secret data/tool" in [str(each) for each in found.companions["dev"]]


def test_kustomize_makes_of_it_what_was_there(tmp_path: Path) -> None:
    """And lets what the chart has beside it follow the name."""
    there = (deployment("tool", labels=LABELS), service("tool"), config("settings"))
    chart = [bare(deployment("x-tool", labels=LABELS)), bare(service("x-tool")), MADE[1]]
    found = one({"dev": there}, {"dev": chart})
    scaler = {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "x"},
        "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "x-tool"}},
    }
    output = "---\n".join(map(dump, [*(each.body for each in chart), scaler]))
    (tmp_path / "chart-output.yaml").write_text(output)
    (tmp_path / "kustomization.yaml").write_text(post_render_yaml("tool", ["dev"], found.patches["dev"], {}))
    text = kustomize_build(find_kustomize(), tmp_path, network=False)
    built = [resource_of(each) for each in yaml.safe_load_all(text)]
    after = [each for each in built if each.id.kind != "HorizontalPodAutoscaler"]
    assert compare(there, after, release_namespace="data") == ()
    (follower,) = (each for each in built if each not in after)
    assert follower.body["spec"]["scaleTargetRef"]["name"] == "tool"
