"""What cannot be taken out of the files cleanly stays, is proposed, and the reason names the file."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_repository import Make, Repository, deployment, manifest, named, seen

from migrator.lock import LOCK_PATH
from migrator.model import ResId
from migrator.plan.failed import files_of_failed
from migrator.plan.types import Decision
from migrator.rewrite import load_layout, rewrite

BOTH = f"{deployment('redis', 'data')}---\n{deployment('app', 'data')}"


def blocked(repository: Repository, says: str, code: str = "MIG610", **adopted: object) -> None:
    """The component is proposed with such a reason, and no file is touched."""
    wanted = adopted or {"redis": named("redis")}
    plan, notes = repository.settled(**wanted)  # type: ignore[arg-type]
    assert [each.decision for each in plan.components] == [Decision.PROPOSE] * len(wanted)
    assert says in plan.components[0].reason
    assert code in {note.code for note in notes}
    assert plan.changes == ()
    edits, lock, _ = repository.rewrite(**wanted)  # type: ignore[arg-type]
    assert edits == {}
    assert lock.components == {}


def test_a_document_that_stays_elsewhere(make: Make) -> None:
    repository = make(
        {
            "base/kustomization.yaml": "resources: [all.yaml]\n",
            "base/all.yaml": BOTH,
            "overlays/dev/kustomization.yaml": "resources: [../../base]\n",
            "overlays/prod/kustomization.yaml": "resources: [../../base]\nnamePrefix: eu-\n",
        }
    )
    blocked(repository, "stays in prod (overlays/prod)")


def test_an_item_of_a_list_that_stays(make: Make) -> None:
    repository = make(
        {
            "kustomization.yaml": "resources: [all.yaml]\n",
            "all.yaml": """\
                apiVersion: v1
                kind: List
                items:
                - {apiVersion: v1, kind: ConfigMap, metadata: {name: redis}}
                - {apiVersion: v1, kind: ConfigMap, metadata: {name: app}}
                """,
        }
    )
    blocked(repository, "item of a List in all.yaml")
    adopted = {"redis": named("redis", "app")}
    edits, _, notes = repository.rewrite(**adopted)
    assert (edits["all.yaml"].after, notes) == (None, ())


def test_a_variable_that_reads_from_it(make: Make) -> None:
    repository = make(
        {
            "kustomization.yaml": """\
                resources: [all.yaml]
                vars:
                - name: REDIS
                  objref: {apiVersion: apps/v1, kind: Deployment, name: redis, namespace: data}
                """,
            "all.yaml": BOTH,
        }
    )
    assert repository.builds[0].is_built, repository.builds[0].reason
    blocked(repository, "the variable REDIS in kustomization.yaml reads from")


@pytest.mark.parametrize("inline", [True, False])
def test_a_replacement_that_reads_from_it(make: Make, inline: bool) -> None:
    entry = """\
- source: {kind: Deployment, name: redis, fieldPath: metadata.name}
  targets:
  - select: {kind: Deployment, name: app}
    fieldPaths: [metadata.labels.app]
"""
    repository = make(
        {
            "kustomization.yaml": "resources: [all.yaml]\nreplacements:\n"
            + (entry if inline else "- path: replace.yaml\n"),
            "all.yaml": BOTH,
            "replace.yaml": entry,
        }
    )
    assert repository.builds[0].is_built, repository.builds[0].reason
    blocked(repository, "a replacement in kustomization.yaml reads from")


def test_a_reference_that_kustomize_keeps_in_step(make: Make) -> None:
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "app"}, "spec": {"serviceAccountName": "redis"}}
    from migrator.yamlio import dump

    repository = make(
        {
            "kustomization.yaml": "resources: [all.yaml]\nnamePrefix: my-\n",
            "all.yaml": f"{manifest('ServiceAccount', 'redis')}---\n{dump(pod)}",
        }
    )
    blocked(repository, "refers to ServiceAccount my-redis, which kustomize renames or moves", redis=named("my-redis"))


def test_a_subject_whose_namespace_kustomize_keeps_in_step(make: Make) -> None:
    repository = make(
        {
            "kustomization.yaml": "resources: [all.yaml]\nnamespace: data\n",
            "all.yaml": """\
                apiVersion: v1
                kind: ServiceAccount
                metadata: {name: redis}
                ---
                apiVersion: rbac.authorization.k8s.io/v1
                kind: RoleBinding
                metadata: {name: app}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: app}
                subjects: [{kind: ServiceAccount, name: redis}]
                """,
        }
    )
    assert repository.builds[0].resources[1].body["subjects"][0]["namespace"] == "data"
    blocked(repository, "RoleBinding.rbac.authorization.k8s.io data/app refers to ServiceAccount data/redis")


@pytest.mark.parametrize("is_free", [True, False])
def test_a_service_whose_namespace_kustomize_writes_anyway(make: Make, is_free: bool) -> None:
    api = """\
        apiVersion: apiregistration.k8s.io/v1
        kind: APIService
        metadata: {name: v1.acme.io}
        spec: {service: {name: redis, namespace: default}}
        """
    webhook = """\
        apiVersion: admissionregistration.k8s.io/v1
        kind: ValidatingWebhookConfiguration
        metadata: {name: acme}
        webhooks: [{name: a.acme.io, clientConfig: {service: {name: redis, namespace: default}}}]
        """
    repository = make(
        {
            "kustomization.yaml": "resources: [redis.yaml, other.yaml]\nnamespace: data\n",
            "redis.yaml": manifest("Service", "redis"),
            "other.yaml": api if is_free else webhook,
        }
    )
    assert "'namespace': 'data'" in str(repository.builds[0].resources[1].body)
    if is_free:
        edits, *_ = repository.rewrite(redis=named("redis"))
        repository.check(edits, redis=named("redis"))
        assert edits
    else:
        blocked(repository, "refers to Service data/redis, which kustomize renames or moves")


def test_a_generator_in_place_of_a_manifest(make: Make) -> None:
    repository = make(
        {
            "kustomization.yaml": (
                "resources: [redis.yaml]\nconfigMapGenerator:\n- {name: redis, behavior: replace, literals: [A=b]}\n"
            ),
            "redis.yaml": manifest("ConfigMap", "redis", data={"a": "b"}),
        }
    )
    (resource,) = repository.builds[0].resources
    blocked(repository, "a generator takes the place of ConfigMap redis", redis=named(resource.id.name))


def test_markers_of_an_image_automation(make: Make) -> None:
    text = deployment("redis", "data").replace("nginx:1", 'nginx:1 # {"$imagepolicy": "flux-system:nginx"}')
    assert "$imagepolicy" in text
    blocked(make({"kustomization.yaml": "resources: [all.yaml]\n", "all.yaml": text}), "the image marker")


def test_a_linked_manifest(make: Make) -> None:
    repository = make({"a/kustomization.yaml": "resources: [all.yaml]\n", "a/all.yaml": deployment("redis")})
    (repository.root / "a/other.yaml").symlink_to("all.yaml")
    blocked(seen(repository.root), "symbolic link leads to a/all.yaml")


def test_a_manifest_that_is_data_too(make: Make) -> None:
    repository = make(
        {
            "kustomization.yaml": "resources: [all.yaml]\nconfigMapGenerator:\n- name: x\n  files: [all.yaml]\n",
            "all.yaml": deployment("redis"),
        }
    )
    blocked(repository, "all.yaml is a manifest and the input of something else")


SHARED = {
    "base/kustomization.yaml": "resources: [all.yaml]\n",
    "base/all.yaml": BOTH,
    "base2/kustomization.yaml": "resources: [all.yaml]\n",
    "base2/all.yaml": BOTH,
    "shared/kustomization.yaml": (
        "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches: [{path: both.yaml}]\n"
    ),
    "shared/both.yaml": "---\n".join(
        f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}, namespace: data}}\nspec: {{paused: true}}\n"
        for name in ("redis", "app")
    ),
    "overlays/dev/kustomization.yaml": "resources: [../../base]\ncomponents: [../../shared]\n",
    "overlays/prod/kustomization.yaml": "resources: [../../base2]\ncomponents: [../../shared]\n",
}


def test_patches_shared_by_roots_that_agree(make: Make) -> None:
    repository = make(SHARED)
    edits, _, notes = repository.rewrite(redis=named("redis"))
    assert notes == ()
    assert b"redis" not in (edits["shared/both.yaml"].after or b"")
    repository.check(edits, redis=named("redis"))


def test_patches_shared_with_a_root_that_needs_them(make: Make) -> None:
    from dataclasses import replace

    repository = make(SHARED)
    plan = repository.plan(redis=named("redis"))
    (component,) = plan.components
    plan = replace(plan, components=(replace(component, members={"dev": component.members["dev"]}),))
    made = rewrite(plan, repository.view, load_layout("growing"))
    found, notes = made.plan, made.diagnostics
    assert found.components[0].decision is Decision.PROPOSE
    assert "patches[0] in shared/kustomization.yaml is for Deployment.apps data/redis" in found.components[0].reason
    assert [note.code for note in notes] == ["MIG610"]


def test_a_root_that_does_not_build_keeps_its_files(make: Make) -> None:
    repository = make(
        {
            "base/kustomization.yaml": "resources: [all.yaml]\n",
            "base/all.yaml": BOTH,
            "overlays/dev/kustomization.yaml": "resources: [../../base]\n",
            "overlays/dr/kustomization.yaml": "resources: [../../base, gone.yaml]\n",
        }
    )
    assert files_of_failed(repository.builds, repository.kustomizations)["base/all.yaml"] == "overlays/dr"
    blocked(repository, "base/all.yaml is also part of overlays/dr, which does not build")


def test_a_root_that_cannot_be_parsed_keeps_what_it_seems_to_name(make: Make) -> None:
    repository = make(
        {
            "base/kustomization.yaml": "resources: [all.yaml]\n",
            "base/all.yaml": BOTH,
            "overlays/dev/kustomization.yaml": "resources: [../../base]\n",
            "overlays/dr/kustomization.yaml": "resources: [../../base\nx: }\n",
        }
    )
    assert "base/all.yaml" in files_of_failed(repository.builds, repository.kustomizations)


def test_a_target_path_that_exists(make: Make) -> None:
    repository = make({"kustomization.yaml": "resources: [all.yaml]\n", "all.yaml": BOTH})
    chart = repository.root / "helm-charts/databases/redis/Chart.yaml"
    chart.parent.mkdir(parents=True)
    chart.write_text("name: ours\n")
    blocked(seen(repository.root), "helm-charts/databases/redis/Chart.yaml exists already", "MIG611")


def test_a_target_file_that_is_the_same_already(make: Make) -> None:
    repository = make({"kustomization.yaml": "resources: [all.yaml]\n", "all.yaml": BOTH})
    edits, _, _ = repository.rewrite(redis=named("redis"))
    path = "helm-charts/databases/redis/values.yaml"
    (repository.root / path).parent.mkdir(parents=True)
    (repository.root / path).write_bytes(edits[path].after or b"")
    again, _, notes = seen(repository.root).rewrite(redis=named("redis"))
    assert notes == ()
    assert again.keys() == edits.keys() - {path}


def test_the_others_go_on(make: Make) -> None:
    repository = make(
        {
            "kustomization.yaml": "resources: [all.yaml, linked.yaml]\n",
            "all.yaml": BOTH,
            "linked.yaml": deployment("web"),
        }
    )
    (repository.root / "other.yaml").symlink_to("linked.yaml")
    repository = seen(repository.root)
    adopted = {"redis": named("redis"), "web": named("web")}
    plan, notes = repository.settled(**adopted)
    assert [each.decision for each in plan.components] == [Decision.ADOPT, Decision.PROPOSE]
    assert [note.code for note in notes] == ["MIG610"]
    edits, lock, _ = repository.rewrite(**adopted)
    assert sorted(lock.components) == ["redis"]
    assert LOCK_PATH in edits
    repository.check(edits, redis=named("redis"))


def test_a_chart_without_repository_is_said(make: Make) -> None:
    from dataclasses import replace

    from migrator.charts.types import ChartRef

    repository = make({"kustomization.yaml": "resources: [all.yaml]\n", "all.yaml": BOTH})
    plan = repository.plan(redis=named("redis"))
    (component,) = plan.components
    plan = replace(plan, components=(replace(component, chart=ChartRef(name="redis", version="1")),))
    made = rewrite(plan, repository.view, load_layout("growing"))
    found, notes = made.plan, made.diagnostics
    assert found.components[0].decision is Decision.ADOPT
    assert [note.code for note in notes] == ["MIG612"]


def test_an_object_of_unknown_origin(make: Make, tmp_path: Path) -> None:
    from dataclasses import replace

    repository = make({"kustomization.yaml": "resources: [all.yaml]\n", "all.yaml": BOTH})
    (build,) = repository.builds
    lost = tuple(
        replace(each, origin=None)
        if each.id == ResId(group="apps", kind="Deployment", namespace="data", name="redis")
        else each
        for each in build.resources
    )
    blocked(replace(repository, builds=(replace(build, resources=lost),)), "does not say where")
