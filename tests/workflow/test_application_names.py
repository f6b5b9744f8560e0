"""What applications are called when a monolith is divided, and the group that they go to."""

from __future__ import annotations

from pathlib import Path

from divided_tree import divide, workload, written


def folders(root: Path, top: str = "applications") -> set[str]:
    return {path.parent.relative_to(root).as_posix() for path in (root / top).glob("**/overlays")}


def test_an_order_in_front_of_a_folder_and_an_environment_name_nothing(tmp_path: Path) -> None:
    files = {
        "shop/1-base/kustomization.yaml": "resources: [shop.yaml]\n",
        "shop/1-base/shop.yaml": workload("shop").replace("app:", "unit:"),
        "shop/envs/dev/kustomization.yaml": "resources: [debug.yaml]\n",
        "shop/envs/dev/debug.yaml": workload("debug").replace("app:", "unit:"),
        "2-web/kustomization.yaml": "resources: [web.yaml]\n",
        "2-web/web.yaml": workload("web").replace("app:", "unit:"),
        "overlays/dev/kustomization.yaml": "resources: [../../shop/1-base, ../../shop/envs/dev, ../../2-web]\nnamespace: shop\n",
        "overlays/prod/kustomization.yaml": "resources: [../../shop/1-base, ../../2-web]\nnamespace: shop\n",
    }
    outcome = divide(written(tmp_path / "repository", files))
    assert folders(outcome.root) == {"applications/shop", "applications/web"}


RELEASE = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: cache}
spec:
  chart: {spec: {chart: cache, sourceRef: {kind: HelmRepository, name: tiny}}}
"""


def test_a_release_of_flux_is_an_application_of_its_own(tmp_path: Path) -> None:
    files = {
        "base/kustomization.yaml": "resources: [cache.yaml, web.yaml]\n",
        "base/cache.yaml": RELEASE,
        "base/web.yaml": workload("web"),
        "overlays/prod/kustomization.yaml": "resources: [../../base]\nnamespace: shop\n",
    }
    outcome = divide(written(tmp_path / "repository", files))
    assert folders(outcome.root) == {"applications/cache", "applications/web"}


DEFINITION = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: ships.example.org
  labels: {app.kubernetes.io/name: ships.example.org}
spec:
  group: example.org
  names: {kind: Ship, plural: ships}
  scope: Namespaced
"""


def test_a_definition_that_is_labelled_with_its_own_name_is_no_application(tmp_path: Path) -> None:
    files = {
        "base/kustomization.yaml": "resources: [ship.yaml, api.yaml, web.yaml]\n",
        "base/ship.yaml": DEFINITION,
        "base/api.yaml": workload("api"),
        "base/web.yaml": workload("web"),
        "overlays/prod/kustomization.yaml": "resources: [../../base]\nnamespace: shop\n",
    }
    outcome = divide(written(tmp_path / "repository", files))
    assert folders(outcome.root) == {"applications/api", "applications/web"}
    assert outcome.text("platform/crds/base/ship.yaml") == DEFINITION


def part_of(name: str, group: str) -> str:
    return workload(name).replace("labels: {app:", f"labels: {{app.kubernetes.io/part-of: {group}, app:", 1)


def test_a_group_of_one_with_its_own_name_is_none(tmp_path: Path) -> None:
    files = {
        "base/kustomization.yaml": "resources: [api.yaml, web.yaml, queue.yaml]\n",
        "base/api.yaml": part_of("api", "api"),
        "base/web.yaml": part_of("web", "web"),
        "base/queue.yaml": part_of("queue", "web"),
        "overlays/prod/kustomization.yaml": "resources: [../../base]\nnamespace: shop\n",
    }
    outcome = divide(written(tmp_path / "repository", files), "enterprise")
    assert folders(outcome.root) == {"applications/shop/api", "applications/web/web", "applications/web/queue"}


def test_overlays_keep_their_names_where_one_is_no_usual_environment(tmp_path: Path) -> None:
    files = {
        "base/kustomization.yaml": "resources: [api.yaml, web.yaml]\n",
        "base/api.yaml": workload("api"),
        "base/web.yaml": workload("web"),
        "prod/kustomization.yaml": "resources: [../base]\n",
        "non-prod/kustomization.yaml": "resources: [../base]\n",
    }
    outcome = divide(written(tmp_path / "repository", files))
    assert {path.name for path in (outcome.root / "applications/api/overlays").iterdir()} == {"non-prod", "prod"}


SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: web, labels: {app: web}}\n"


def test_folders_by_kind_and_of_environments_name_nothing(tmp_path: Path) -> None:
    account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: NAME}\n"
    files = {
        "api/kustomization.yaml": "resources: [core/serviceaccounts, apps/deployments]\n",
        "api/core/serviceaccounts/kustomization.yaml": "resources: [api.yaml]\n",
        "api/core/serviceaccounts/api.yaml": account.replace("NAME", "api"),
        "api/apps/deployments/kustomization.yaml": "resources: [api.yaml]\n",
        "api/apps/deployments/api.yaml": workload("one"),
        "web/kustomization.yaml": "resources: [web.yaml]\n",
        "web/web.yaml": workload("web"),
        "overlays/south/kustomization.yaml": "resources: [../../api, ../../web]\nnamespace: shop\n",
        "overlays/north/east/kustomization.yaml": "resources: [../../../api, ../../../web, ../secrets]\nnamespace: shop\n",
        "overlays/north/secrets/kustomization.yaml": "resources: [web.yaml]\n",
        "overlays/north/secrets/web.yaml": SECRET,
    }
    outcome = divide(written(tmp_path / "repository", files))
    assert folders(outcome.root) == {"applications/api", "applications/web"}


def test_parts_of_one_name_from_two_monoliths_are_told_apart(tmp_path: Path) -> None:
    files = {"migrate.yaml": "environments:\n  prod: [shop/overlays/prod, blog/overlays/prod]\n"}
    for name, parts in {"shop": ("api", "web"), "blog": ("posts", "search")}.items():
        files |= {
            f"{name}/base/kustomization.yaml": f"resources: [namespace.yaml, {parts[0]}.yaml, {parts[1]}.yaml]\n",
            f"{name}/base/namespace.yaml": f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}}}\n",
            f"{name}/overlays/prod/kustomization.yaml": f"resources: [../../base]\nnamespace: {name}\n",
        } | {f"{name}/base/{part}.yaml": workload(part) for part in parts}
    outcome = divide(written(tmp_path / "repository", files))
    assert outcome.codes() == []
    assert folders(outcome.root) == {f"applications/{name}" for name in ("api", "web", "posts", "search")}
    assert folders(outcome.root, "platform") == {"platform/namespaces", "platform/namespaces-shop"}
