"""Adopted objects leave the Kustomize part and take along what existed only for them; every other byte stays."""

from __future__ import annotations

import pytest
from small_repository import Make, deployment, manifest, named, seen

from migrator.lock import LOCK_PATH, read_lock
from migrator.plan.types import Decision
from migrator.rewrite import commit

BASE = {
    "base/kustomization.yaml": """\
        # everything
        resources:
        - namespaces.yaml
        - redis   # the cache
        - app
        """,
    "base/namespaces.yaml": manifest("Namespace", "data"),
    "base/redis/kustomization.yaml": """\
        resources: [redis.yaml]
        """,
    "base/redis/redis.yaml": f"{manifest('ConfigMap', 'redis', 'data')}---\n{deployment('redis', 'data')}",
    "base/app/kustomization.yaml": """\
        resources:
        - app.yaml
        """,
    "base/app/app.yaml": deployment("app", "shop"),
    "overlays/dev/kustomization.yaml": """\
        resources:
        - ../../base
        """,
    "overlays/prod/kustomization.yaml": """\
        apiVersion: kustomize.config.k8s.io/v1beta1
        kind: Kustomization
        resources:
          - ../../base
        # scaled for the season
        replicas:
          - {name: redis, count: 3}
          - {name: app,   count: 2}   # odd spacing stays
        patches:
          - path: app.yaml
          # more memory for the cache
          - path: redis.yaml
            target: {kind: Deployment, name: redis}
        """,
    "overlays/prod/redis.yaml": """\
        - op: add
          path: /metadata/labels
          value: {tier: cache}
        """,
    "overlays/prod/app.yaml": """\
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: app, namespace: shop}
        spec: {paused: true}
        """,
}


def test_a_component_leaves_with_all_that_was_only_for_it(make: Make) -> None:
    repository = make(BASE)
    adopted = {"redis": named("redis")}
    edits, lock, notes = repository.rewrite(**adopted)
    assert [note.code for note in notes] == ["MIG613"]
    assert {(edit.action, path) for path, edit in edits.items()} == {
        ("create", LOCK_PATH),
        ("create", "helm-charts/databases/redis/Chart.lock"),
        ("create", "helm-charts/databases/redis/Chart.yaml"),
        ("create", "helm-charts/databases/redis/values.yaml"),
        ("edit", "base/kustomization.yaml"),
        ("edit", "overlays/prod/kustomization.yaml"),
        ("delete", "base/redis/kustomization.yaml"),
        ("delete", "base/redis/redis.yaml"),
        ("delete", "overlays/prod/redis.yaml"),
    }
    assert list(edits) == sorted(edits)
    assert edits["base/kustomization.yaml"].after == b"# everything\nresources:\n- namespaces.yaml\n- app\n"
    assert (edits["overlays/prod/kustomization.yaml"].after or b"").decode() == (
        "apiVersion: kustomize.config.k8s.io/v1beta1\n"
        "kind: Kustomization\n"
        "resources:\n"
        "  - ../../base\n"
        "# scaled for the season\n"
        "replicas:\n"
        "  - {name: app,   count: 2}   # odd spacing stays\n"
        "patches:\n"
        "  - path: app.yaml\n"
    )
    assert {edit.cause for path, edit in edits.items() if path != LOCK_PATH} == {"redis"}
    repository.check(edits, **adopted)
    assert sorted(lock.environments) == ["dev", "prod"]
    assert lock.environments["prod"].before == ("overlays/prod",)
    assert lock.environments["prod"].helm[0].path == "helm-charts/databases/redis"
    assert lock.components["redis"].resources == 4
    assert lock.tree.startswith("sha256:")


def test_running_again_changes_nothing(make: Make) -> None:
    repository = make(BASE)
    edits, _, _ = repository.rewrite(redis=named("redis"))
    commit(repository.root, tuple(edits.values()))
    again = seen(repository.root)
    assert again.rewrite()[0] == {}
    assert again.rewrite(redis=named("redis"))[0].keys() <= {LOCK_PATH, *edits}
    plan, notes = again.settled()
    assert plan.changes == ()
    assert notes == ()


def test_a_second_migration_adds_to_the_lock(make: Make) -> None:
    repository = make(BASE)
    edits, _, _ = repository.rewrite(redis=named("redis"))
    commit(repository.root, tuple(edits.values()))
    again = seen(repository.root)
    edits, lock, notes = again.rewrite(app=named("app"))
    assert [note.code for note in notes] == ["MIG613"]
    assert sorted(lock.components) == ["app", "redis"]
    assert [each.component for each in lock.environments["prod"].helm] == ["app", "redis"]
    assert edits[LOCK_PATH].action == "edit"
    assert read_lock(edits[LOCK_PATH].after or b"") == lock
    again.check(edits, app=named("app"))


def test_documents_of_several_components_share_a_file(make: Make) -> None:
    redis, web, issuer = deployment("redis"), deployment("web"), manifest("ConfigMap", "issuer")
    text = f"# all in one\n\n{redis}---\n# the web\n{web}---\n# ours\n{issuer}"
    repository = make({"kustomization.yaml": "resources: [all.yaml]\n", "all.yaml": text})
    adopted = {"redis": named("redis"), "web": named("web")}
    edits, _, notes = repository.rewrite(**adopted)
    assert [note.code for note in notes] == ["MIG613"]
    assert (edits["all.yaml"].after or b"").decode() == f"# all in one\n\n# ours\n{issuer}"
    assert edits["all.yaml"].cause == "redis, web"
    assert "kustomization.yaml" not in edits
    repository.check(edits, **adopted)


def test_a_root_that_renders_nothing_stays(make: Make) -> None:
    repository = make(
        {
            "infra/kustomization.yaml": "namespace: data\nresources:\n- redis.yaml\n",
            "infra/redis.yaml": deployment("redis"),
        }
    )
    edits, lock, _ = repository.rewrite(redis=named("redis"))
    assert edits["infra/kustomization.yaml"].after == b"namespace: data\nresources: []\n"
    assert edits["infra/redis.yaml"].after is None
    assert lock.environments["default"].kustomize == ("infra",)
    repository.check(edits, redis=named("redis"))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("# a\n\nresources:\n\n- redis.yaml # b\n\nnamespace: data\n", "# a\n\nresources: []\n\nnamespace: data\n"),
        (
            "resources:\n# - old.yaml\n- redis.yaml\n\nnamespace: data\n",
            "# - old.yaml\n\nnamespace: data\nresources: []\n",
        ),
        ("resources:\n- redis.yaml\n", "resources: []\n"),
    ],
)
def test_the_empty_list_stands_where_the_list_stood(make: Make, before: str, after: str) -> None:
    repository = make({"infra/kustomization.yaml": before, "infra/redis.yaml": deployment("redis")})
    edits, _, _ = repository.rewrite(redis=named("redis"))
    assert (edits["infra/kustomization.yaml"].after or b"").decode() == after
    repository.check(edits, redis=named("redis"))


def test_what_only_a_removed_kustomization_named_goes_with_it(make: Make) -> None:
    redis = "resources: [redis.yaml]\ntransformers: [only.yaml]\n"
    transformer = "apiVersion: builtin\nkind: LabelTransformer\nmetadata: {name: x}\nlabels: {a: b}\n"
    repository = make(
        {
            "kustomization.yaml": "resources: [redis, app]\n",
            "redis/kustomization.yaml": redis,
            "redis/redis.yaml": deployment("redis"),
            "redis/only.yaml": transformer,
            "app/kustomization.yaml": "resources: [app.yaml]\n",
            "app/app.yaml": deployment("app"),
        }
    )
    edits, _, _ = repository.rewrite(redis=named("redis"))
    assert edits["redis/only.yaml"].action == "delete"
    repository.check(edits, redis=named("redis"))


def test_folders_that_became_empty_go_up_to_the_root(make: Make) -> None:
    repository = make(
        {
            "kustomization.yaml": "resources:\n- a\n- app.yaml\n",
            "app.yaml": deployment("app"),
            "a/kustomization.yaml": "resources:\n- b\n",
            "a/b/kustomization.yaml": "namespace: data\nlabels:\n- pairs: {x: y}\nresources:\n- ../../redis.yaml\n",
            "redis.yaml": deployment("redis"),
        }
    )
    if not any(build.is_built for build in repository.builds):  # kustomize's load restrictor refuses ../../redis.yaml
        repository = make(
            {
                "a/b/kustomization.yaml": "namespace: data\nresources:\n- redis.yaml\n",
                "a/b/redis.yaml": deployment("redis"),
            }
        )
    edits, _, _ = repository.rewrite(redis=named("redis"))
    assert edits["a/kustomization.yaml"].after is None
    assert edits["a/b/kustomization.yaml"].after is None
    assert edits["kustomization.yaml"].after == b"resources:\n- app.yaml\n"
    repository.check(edits, redis=named("redis"))


PATCHED = {
    "base/kustomization.yaml": "resources: [all.yaml]\n",
    "base/all.yaml": f"{deployment('redis', 'data')}---\n{deployment('app', 'data')}",
}


def patched(make: Make, kustomization: str, **files: str) -> str:
    """The overlay's kustomization after redis has left, which then still builds."""
    named_files = {f"over/{name.replace('_', '.')}": text for name, text in files.items()}
    repository = make({**PATCHED, "over/kustomization.yaml": f"resources: [../base]\n{kustomization}", **named_files})
    assert all(build.is_built for build in repository.builds), repository.builds
    edits, _, notes = repository.rewrite(redis=named("redis"))
    assert notes == ()
    repository.check(edits, redis=named("redis"))
    if "over/kustomization.yaml" not in edits:
        return f"resources: [../base]\n{kustomization}"
    return (edits["over/kustomization.yaml"].after or b"").decode()


def smp(name: str) -> str:
    return (
        f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}, namespace: data}}\nspec: {{paused: true}}\n"
    )


def test_every_spelling_of_a_patch_goes(make: Make) -> None:
    inline = "\n".join(f"    {line}" for line in smp("redis").splitlines())
    found = patched(
        make,
        f"""\
patchesStrategicMerge:
- |-
{inline}
- app.yaml
patchesJSON6902:
- target: {{version: v1, group: apps, kind: Deployment, name: redis, namespace: data}}
  path: ops.yaml
patches:
- patch: |-
{inline}
- target: {{kind: Deploy.*, name: red.s}}
  patch: '[{{"op": "add", "path": "/metadata/labels", "value": {{"a": "b"}}}}]'
- target: {{labelSelector: app=redis}}
  patch: '[{{"op": "add", "path": "/spec/minReadySeconds", "value": 3}}]'
""",
        app_yaml=smp("app"),
        ops_yaml="- {op: add, path: /spec/replicas, value: 3}\n",
    )
    assert found == "resources: [../base]\npatchesStrategicMerge:\n- app.yaml\n"


def test_a_patch_that_deletes_goes_with_the_manifest_that_it_deletes(make: Make) -> None:
    gone = "$patch: delete\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: NAME, namespace: data}\n"
    inline = "".join(f"    {line}\n" for line in gone.replace("NAME", "any").splitlines())
    repository = make(
        {
            "base/kustomization.yaml": "resources: [redis.yaml, app.yaml]\n",
            "base/redis.yaml": f"{manifest('ConfigMap', 'redis', 'data')}---\n{manifest('ConfigMap', 'more', 'data')}",
            "base/app.yaml": f"{manifest('ConfigMap', 'app', 'data')}---\n{manifest('ConfigMap', 'rest', 'data')}",
            "dev/kustomization.yaml": "resources: [../base]\n",
            "prod/kustomization.yaml": (
                "resources: [../base]\npatches:\n- path: redis.yaml\n- path: app.yaml\n"
                f"- target: {{kind: ConfigMap, name: more}}\n  patch: |\n{inline}"
            ),
            "prod/redis.yaml": gone.replace("NAME", "redis"),
            "prod/app.yaml": gone.replace("NAME", "app"),
        }
    )
    adopted = {"redis": named("redis", "more")}
    edits, _, notes = repository.rewrite(**adopted)
    assert notes == ()
    after = edits["prod/kustomization.yaml"].after or b""
    assert after.decode() == "resources: [../base]\npatches:\n- path: app.yaml\n"
    assert edits["prod/redis.yaml"].action == "delete"
    assert "prod/app.yaml" not in edits
    repository.check(edits, **adopted)


def test_a_patch_that_meets_others_too_stays(make: Make) -> None:
    patch = (
        'patches:\n- target: {kind: Deployment}\n  patch: \'[{"op": "add", "path": "/spec/paused", "value": true}]\'\n'
    )
    assert patched(make, patch) == f"resources: [../base]\n{patch}"


def test_a_patch_file_loses_only_its_documents(make: Make) -> None:
    repository = make(
        {
            **PATCHED,
            "over/kustomization.yaml": "resources: [../base]\npatches:\n- path: both.yaml\n",
            "over/both.yaml": f"{smp('redis')}---\n# why\n{smp('app')}",
        }
    )
    edits, _, _ = repository.rewrite(redis=named("redis"))
    assert (edits["over/both.yaml"].after or b"").decode() == f"# why\n{smp('app')}"
    assert "over/kustomization.yaml" not in edits
    repository.check(edits, redis=named("redis"))


def test_an_inline_patch_loses_only_its_documents(make: Make) -> None:
    inline = "\n".join(f"    {line}" for line in f"{smp('redis')}---\n{smp('app')}".splitlines())
    found = patched(make, f"patches:\n- patch: |\n{inline}\n")
    assert "redis" not in found
    assert "name: app" in found


def test_a_patch_file_of_two_users_goes_with_the_last(make: Make) -> None:
    repository = make(
        {
            **PATCHED,
            "overlays/dev/kustomization.yaml": "resources: [../../base]\ncomponents: [../../more]\n",
            "overlays/prod/kustomization.yaml": "resources: [../../base]\ncomponents: [../../more]\n",
            "more/kustomization.yaml": (
                "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches:\n- path: redis.yaml\n"
            ),
            "more/redis.yaml": smp("redis"),
        }
    )
    assert all(build.is_built for build in repository.builds)
    edits, _, _ = repository.rewrite(redis=named("redis"))
    assert edits["more/redis.yaml"].after is None
    assert edits["more/kustomization.yaml"].after is None
    assert edits["overlays/dev/kustomization.yaml"].after == b"resources: [../../base]\n"
    repository.check(edits, redis=named("redis"))


def test_images_and_replicas_of_adopted_objects_go(make: Make) -> None:
    files = {
        "base/kustomization.yaml": "resources: [all.yaml]\nimages:\n- {name: cache, newName: redis}\n- {name: web, newName: nginx}\n",
        "base/all.yaml": f"{deployment('redis', 'data', 'cache:1')}---\n{deployment('app', 'data', 'web:1')}",
        "over/kustomization.yaml": (
            "resources: [../base]\n"
            "images:\n"
            "- name: redis\n"
            '  newTag: "7"\n'
            "- name: nginx\n"
            '  newTag: "2"\n'
            "- name: nobody\n"
            '  newTag: "3"\n'
            "replicas:\n"
            "- name: redis\n"
            "  count: 2\n"
        ),
    }
    repository = make(files)
    edits, _, _ = repository.rewrite(redis=named("redis"))
    assert (edits["over/kustomization.yaml"].after or b"").decode() == (
        'resources: [../base]\nimages:\n- name: nginx\n  newTag: "2"\n- name: nobody\n  newTag: "3"\n'
    )
    assert (edits["base/kustomization.yaml"].after or b"").decode() == (
        "resources: [all.yaml]\nimages:\n- {name: web, newName: nginx}\n"
    )
    repository.check(edits, redis=named("redis"))


def test_generators_of_adopted_objects_go_with_their_files(make: Make) -> None:
    repository = make(
        {
            "base/kustomization.yaml": (
                "resources: [all.yaml]\n"
                "generatorOptions: {disableNameSuffixHash: true}\n"
                "configMapGenerator:\n"
                "- name: redis-config\n"
                "  files: [redis.conf, shared.txt]\n"
                "- name: app-config\n"
                "  files: [shared.txt]\n"
            ),
            "base/redis.conf": "maxmemory 1\n",
            "base/shared.txt": "x\n",
            "base/all.yaml": f"{deployment('redis')}---\n{deployment('app')}",
            "over/kustomization.yaml": (
                "resources: [../base]\n"
                "configMapGenerator:\n"
                "- {name: redis-config, behavior: merge, literals: [A=b]}\n"
                "- {name: app-config, behavior: merge, literals: [A=b]}\n"
            ),
        }
    )
    assert all(build.is_built for build in repository.builds)
    adopted = {"redis": named("redis", "redis-config")}
    edits, _, notes = repository.rewrite(**adopted)
    assert notes == ()
    assert edits["base/redis.conf"].after is None
    assert "base/shared.txt" not in edits
    assert b"redis" not in (edits["over/kustomization.yaml"].after or b"")
    repository.check(edits, **adopted)


def test_a_generator_that_adds_to_a_manifest_goes_with_it(make: Make) -> None:
    repository = make(
        {
            "kustomization.yaml": (
                "resources: [redis.yaml, app.yaml]\n"
                "configMapGenerator:\n"
                "- {name: redis, behavior: merge, literals: [A=b], options: {disableNameSuffixHash: true}}\n"
            ),
            "redis.yaml": manifest("ConfigMap", "redis", data={"a": "b"}),
            "app.yaml": deployment("app"),
        }
    )
    assert repository.builds[0].is_built, repository.builds[0].reason
    edits, _, notes = repository.rewrite(redis=named("redis"))
    assert notes == ()
    assert edits["kustomization.yaml"].after == b"resources: [app.yaml]\n"
    repository.check(edits, redis=named("redis"))


def test_old_spellings_are_edited_where_they_stand(make: Make) -> None:
    repository = make(
        {
            "base/Kustomization": "Resources:\n- app.yaml\n- redis.yaml\n",
            "base/redis.yaml": deployment("redis"),
            "base/app.yaml": deployment("app"),
            "infra/kustomization.yml": "resources: [web.yaml]\n",
            "infra/web.yaml": deployment("web"),
            "over/kustomization.yaml": (
                "resources: [own.yaml]\nbases:\n- ../base\n- ../infra\nimageTags:\n- {name: nginx, newTag: '2'}\n"
            ),
            "over/own.yaml": manifest("ConfigMap", "own"),
        }
    )
    built = [build for build in repository.builds if build.is_built]
    if not built:  # newer kustomize gave up imageTags
        repository = make({"over/kustomization.yaml": "resources: [own.yaml]\nbases:\n- ../base\n- ../infra\n"})
    adopted = {"redis": named("redis"), "web": named("web")}
    edits, _, notes = repository.rewrite(**adopted)
    assert notes == ()
    assert edits["base/Kustomization"].after == b"Resources:\n- app.yaml\n"
    assert (edits["over/kustomization.yaml"].after or b"").startswith(b"resources: [own.yaml]\nbases:\n- ../base\n")
    assert edits["infra/kustomization.yml"].after is None
    repository.check(edits, **adopted)


def test_names_and_namespaces_given_on_the_way(make: Make) -> None:
    repository = make(
        {
            "base/kustomization.yaml": "resources: [all.yaml]\n",
            "base/all.yaml": f"{deployment('redis')}---\n{deployment('app')}---\n{manifest('ConfigMap', 'redis')}",
            "mid/kustomization.yaml": (
                "resources: [../base]\nnamePrefix: my-\npatches:\n- target: {name: redis}\n"
                '  patch: \'[{"op": "add", "path": "/metadata/labels", "value": {"a": "b"}}]\'\n'
            ),
            "over/kustomization.yaml": "resources: [../mid]\nnamespace: data\nnameSuffix: -x\nreplicas:\n- {name: my-redis, count: 2}\n",
        }
    )
    assert all(build.is_built for build in repository.builds), repository.builds
    edits, _, notes = repository.rewrite(redis=named("my-redis-x"))
    assert notes == ()
    assert (edits["mid/kustomization.yaml"].after or b"").decode() == "resources: [../base]\nnamePrefix: my-\n"
    assert b"replicas" not in (edits["over/kustomization.yaml"].after or b"")
    repository.check(edits, redis=named("my-redis-x"))


def test_crlf_and_byte_order_marks_stay(make: Make) -> None:
    repository = make({"kustomization.yaml": "resources: [all.yaml]\n", "all.yaml": "x: 1\n"})
    text = f"\ufeff{deployment('redis')}---\n{deployment('app')}".replace("\n", "\r\n")
    (repository.root / "all.yaml").write_bytes(text.encode())
    repository = seen(repository.root)
    edits, _, _ = repository.rewrite(redis=named("redis"))
    after = edits["all.yaml"].after or b""
    assert after.decode() == "\ufeff" + deployment("app").replace("\n", "\r\n")
    repository.check(edits, redis=named("redis"))


def test_in_place_puts_the_chart_where_the_manifests_were(make: Make) -> None:
    repository = make(BASE)
    edits, lock, _ = repository.rewrite("in-place", redis=named("redis"))
    assert edits["base/redis/redis/Chart.yaml"].action == "create"
    assert lock.environments["dev"].helm[0].path == "base/redis/redis"
    repository.check(edits, redis=named("redis"))


def test_a_plan_says_what_happens_to_which_file(make: Make) -> None:
    repository = make(BASE)
    plan, notes = repository.settled(redis=named("redis"))
    assert [note.code for note in notes] == ["MIG613"]
    assert plan.components[0].decision is Decision.ADOPT
    assert ("delete", "base/redis/redis.yaml", "redis") in {
        (each.action, each.path, each.cause) for each in plan.changes
    }
    assert ("create", LOCK_PATH, "lock") in {(each.action, each.path, each.cause) for each in plan.changes}


def test_a_folder_that_a_gitops_object_deploys_stays(make: Make) -> None:
    repository = make(
        {
            "kustomization.yaml": "resources: [infra, more, apps.yaml]\n",
            "infra/kustomization.yaml": "resources: [redis.yaml]\n",
            "infra/redis.yaml": deployment("redis"),
            "more/kustomization.yaml": "resources: [web.yaml]\n",
            "more/web.yaml": deployment("web"),
            "apps.yaml": """\
                apiVersion: argoproj.io/v1alpha1
                kind: Application
                metadata: {name: infra}
                spec: {source: {repoURL: x, path: infra}}
                ---
                apiVersion: kustomize.toolkit.fluxcd.io/v1
                kind: Kustomization
                metadata: {name: more}
                spec: {path: ./more}
                """,
        }
    )
    adopted = {"redis": named("redis"), "web": named("web")}
    edits, _, notes = repository.rewrite(**adopted)
    assert notes == ()
    assert edits["infra/kustomization.yaml"].after == b"resources: []\n"
    assert edits["more/kustomization.yaml"].after == b"resources: []\n"
    assert "kustomization.yaml" not in edits
    repository.check(edits, **adopted)
