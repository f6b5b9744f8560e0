"""Whether a release has the chart's CRDs and hooks: the same in every environment, and said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from infer_support import archive_of, inferred, rendered

from migrator.charts.types import ChartArchive
from migrator.engines import Cache, Toolchain, find_helm
from migrator.inference import Inference, InferenceRequest, infer
from migrator.model import Json, Resource, resource_of

CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: main}\ndata: {size: {{ .Values.size | quote }}}\n"
HOOK = """apiVersion: batch/v1
kind: Job
metadata: {name: migrate, annotations: {helm.sh/hook: post-install}}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: main, image: "example/app:1"}]}}}
"""
TEST = "apiVersion: v1\nkind: Pod\nmetadata: {name: check, annotations: {helm.sh/hook: test}}\n"


def _crd(name: str) -> str:
    spec = f"{{group: example.org, scope: Cluster, names: {{kind: {name.title()}, plural: {name}}}}}"
    return (
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
        f"metadata: {{name: {name}.example.org}}\nspec: {spec}\n"
    )


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> ChartArchive:
    files = {
        "values.yaml": "size: 1\n",
        "templates/all.yaml": CONFIG,
        "templates/hook.yaml": HOOK,
        "templates/test.yaml": TEST,
        "crds/tables.yaml": _crd("tables"),
        "charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 1.0.0\n",
        "charts/sub/crds/chairs.yaml": _crd("chairs"),
    }
    return archive_of(tmp_path_factory.mktemp("charts"), files)


def _parts(archive: ChartArchive) -> dict[str, Resource]:
    return {each.id.name: each for each in rendered(archive, {"size": 2})}


def _other(resource: Resource, **spec: Json) -> Resource:
    return resource_of({**resource.body, "spec": {**resource.body["spec"], **spec}})


def _bare(resource: Resource) -> Resource:
    return resource_of({**resource.body, "metadata": {"name": resource.id.name}})


def test_a_release_has_the_crds_and_hooks_that_the_target_has(archive: ChartArchive) -> None:
    found, _ = inferred(archive, list(_parts(archive).values()))
    assert found.identical
    assert (found.options.include_crds, found.options.hooks, found.options.reasons) == (True, "run", ())


def test_without_the_chart_s_crds_and_hooks_the_target_is_identical_all_the_same(archive: ChartArchive) -> None:
    found, _ = inferred(archive, [_parts(archive)["main"]])
    assert found.identical
    assert [each.id.name for each in found.rendered["prod"]] == ["main"]
    assert (found.options.include_crds, found.options.hooks) == (False, "skip")
    assert found.options.reasons == (
        "includeCRDs: false: nothing of the chart's crds/ is here (2 objects); whoever installs it goes on doing so",
        "hooks: skip: none of the chart's hooks is here (1)",
    )


@pytest.mark.parametrize(
    ("crds", "said"),
    [(["tables"], "(1 of 2 objects)"), (["tables", "chairs"], "are not as the chart's crds/ has them")],
)
def test_other_crds_than_the_chart_s_stay_where_they_are(archive: ChartArchive, crds: list[str], said: str) -> None:
    parts = _parts(archive)
    kept = [_other(parts[f"{name}.example.org"], scope="Namespaced") for name in crds]
    found, _ = inferred(archive, [parts["main"], parts["migrate"], *kept])
    assert not found.differences["prod"]
    assert not found.options.include_crds
    assert said in found.options.reasons[0]
    ids = tuple(sorted(each.id for each in kept))
    assert (found.companions["prod"], found.left_out["prod"]) == (ids, ids)


def test_all_environments_have_the_crds_or_none(archive: ChartArchive) -> None:
    parts = _parts(archive)
    every = tuple(parts.values())
    request = InferenceRequest(
        chart=archive, targets={"dev": every, "prod": (parts["main"], parts["migrate"])}, budget=20
    )
    found = infer(request, tools=Toolchain(kustomize=None, helm=find_helm()), cache=Cache(None))[0]
    assert not found.options.include_crds
    assert {name: len(each) for name, each in found.left_out.items()} == {"dev": 2}


def test_what_is_settled_is_not_asked_again(archive: ChartArchive) -> None:
    parts = _parts(archive)
    with_crds, _ = inferred(archive, [parts["main"], parts["migrate"]], include_crds=True)
    assert with_crds.options.include_crds
    without, _ = inferred(archive, list(parts.values()), include_crds=False)
    assert not without.options.include_crds
    assert len(without.left_out["prod"]) == 2


def _hooks(archive: ChartArchive, job: Resource | None, *, can_skip: bool = True) -> Inference:
    parts = _parts(archive)
    target = [parts["main"], parts["tables.example.org"], parts["chairs.example.org"], *([job] if job else [])]
    return inferred(archive, target, can_skip_hooks=can_skip)[0]


def test_a_plain_object_never_becomes_a_hook(archive: ChartArchive) -> None:
    job = _bare(_parts(archive)["migrate"])
    found = _hooks(archive, job)
    assert found.options.hooks == "skip"
    assert "would become hooks of the chart (1 of 1)" in found.options.reasons[0]
    assert [each.name for each in found.left_out["prod"]] == ["migrate"]
    assert found.left_out == found.companions


def test_where_hooks_cannot_be_skipped_they_are_told_as_differences(archive: ChartArchive) -> None:
    for job in (None, _bare(_parts(archive)["migrate"])):
        found = _hooks(archive, job, can_skip=False)
        assert found.options.hooks == "run"
        assert {each.resource.name for each in found.differences["prod"]} == {"migrate"}


def test_what_stands_on_every_object_does_not_bring_the_crds_into_the_release(archive: ChartArchive) -> None:
    """A kustomization after the chart does not reach what lies in crds/."""

    def labelled(each: Resource) -> Resource:
        return resource_of({**each.body, "metadata": {**each.body["metadata"], "labels": {"team": "blue"}}})

    target = tuple(map(labelled, _parts(archive).values()))
    found, _ = inferred(archive, target, has_post_render=True)
    assert not found.options.include_crds
    assert {each.name for each in found.left_out["prod"]} == {"tables.example.org", "chairs.example.org"}


def test_the_folder_alone_is_no_crd(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, {"values.yaml": "size: 1\n", "templates/a.yaml": CONFIG, "crds/README.md": "none"})
    main = replace(rendered(archive, {"size": 3})[0])
    found, _ = inferred(archive, [_other_data(main)])
    assert found.options.include_crds


def _other_data(resource: Resource) -> Resource:
    return resource_of({**resource.body, "data": {**resource.body["data"], "more": "x"}})
