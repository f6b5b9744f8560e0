"""What may not leave a root that is built without a remote base: what that base may have to do with."""

from __future__ import annotations

import pytest
from small_repository import Make, Repository, deployment, manifest, named

from migrator.plan.failed import files_of_failed
from migrator.plan.types import Decision

FAR = "https://github.com/acme/infra//deploy?ref=v1"
FILE = "https://example.org/releases/crds.yaml"


def reason(repository: Repository, name: str = "redis") -> str:
    """Why the component stays; empty where it goes."""
    assert [each.reason for each in repository.builds if not each.left_out] == []
    plan, _ = repository.settled(redis=named(name))
    (found,) = plan.components
    return found.reason if found.decision is Decision.PROPOSE else ""


def of(make: Make, redis: str, more: str = "", far: str = FAR) -> Repository:
    return make(
        {
            "kustomization.yaml": f"resources: [app.yaml, redis.yaml, '{far}']\n{more}",
            "app.yaml": deployment("app", "data"),
            "redis.yaml": redis,
        }
    )


REDIS = deployment("redis", "data")
NAMING = REDIS.replace("- name: main", "- envFrom: [{configMapRef: {name: settings}}]\n          name: main")
VARIABLE = REDIS.replace("- name: main", "- args: [--at, $(PLACE)]\n          name: main")
SET = VARIABLE.replace("name: main", "env: [{name: PLACE, value: x}]\n          name: main")
WIDGET = "apiVersion: example.org/v1\nkind: Widget\nmetadata: {name: redis, namespace: data}\n"


@pytest.mark.parametrize(
    ("redis", "more", "far", "says"),
    [
        (REDIS, "", FAR, ""),
        (NAMING, "", FAR, "names ConfigMap settings, which that may add under another name"),
        (NAMING, "", FILE, ""),
        (NAMING, "nameSuffix: ''\n", FILE, ""),
        (VARIABLE, "", FAR, "holds $(PLACE), which that may set"),
        (SET, "", FAR, ""),
        (VARIABLE, "", FILE, ""),
        (WIDGET, "", FAR, ""),
        (WIDGET, "commonAnnotations: {a: b}\n", FAR, "kustomization.yaml transforms Widget.example.org data/redis"),
        (WIDGET, "commonAnnotations: {a: b}\n", FILE, ""),
        (manifest("ServiceAccount", "redis", "data"), "namespace: other\n", FILE, "moves to another namespace"),
    ],
)
def test_what_the_base_may_have_to_do_with(make: Make, redis: str, more: str, far: str, says: str) -> None:
    found = reason(of(make, redis, more, far))
    assert says in found
    assert bool(says) == bool(found)
    assert not found or f"is built without {far}" in found


def test_a_new_name_that_the_base_may_use(make: Make) -> None:
    repository = of(make, REDIS, "namePrefix: eu-\n", FILE)
    assert "which kustomize renames" in reason(repository, "eu-redis")


def test_names_in_namespaces_in_which_the_base_adds_nothing(make: Make) -> None:
    files = {
        "kustomization.yaml": "resources: [app.yaml, redis.yaml, inner]\n",
        "app.yaml": deployment("app", "data"),
        "redis.yaml": NAMING,
        "inner/kustomization.yaml": f"resources: ['{FAR}']\nnamespace: elsewhere\n",
    }
    assert reason(make(files)) == ""
    for more in ("namespace: data\n", "namespace: elsewhere\ncomponents: [../moving]\n"):
        files["inner/kustomization.yaml"] = f"resources: ['{FAR}']\n{more}"
        files["moving/kustomization.yaml"] = (
            "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnamespace: data\n"
        )
        assert "names ConfigMap settings" in reason(make(files))


def test_entries_that_may_be_for_the_base_stay(make: Make) -> None:
    replicas = "- {op: add, path: /spec/replicas, value: 2}"
    files = {
        "kustomization.yaml": f"""\
            resources: [app.yaml, redis.yaml, '{FAR}']
            images:
            - {{name: redis, newTag: '8'}}
            patches:
            - {{target: {{kind: Deployment, name: redis}}, patch: '{replicas}'}}
            - {{target: {{kind: Deployment, name: redis.*}}, patch: '{replicas}'}}
            """,
        "app.yaml": deployment("app", "data"),
        "redis.yaml": deployment("redis", "data", "redis:7"),
    }
    repository = make(files)
    assert reason(repository) == ""
    edits, lock, _ = repository.rewrite(redis=named("redis"))
    after = edits["kustomization.yaml"].after
    assert after is not None
    text = after.decode()
    assert FAR in text
    assert "images:" in text
    assert "name: redis.*" in text
    assert "name: redis}" not in text
    assert lock.environments["default"].left_out["."].remotes == (FAR,)


def test_files_of_a_base_that_is_left_out_stay_as_they_are(make: Make) -> None:
    repository = make(
        {
            "one/kustomization.yaml": "resources: [../shared, ../inner, own.yaml]\n",
            "one/own.yaml": deployment("own"),
            "inner/kustomization.yaml": f"resources: ['{FAR}', ../shared]\nnamePrefix: in-\n"
            "patches: [{patch: '{apiVersion: v1, kind: Secret, metadata: {name: far}, data: {a: Yg==}}'}]\n",
            "shared/kustomization.yaml": "resources: [redis.yaml]\n",
            "shared/redis.yaml": REDIS,
        }
    )
    assert files_of_failed(repository.builds, repository.kustomizations)["shared/redis.yaml"] == "inner"
    assert "also part of inner, which does not build" in reason(repository)
