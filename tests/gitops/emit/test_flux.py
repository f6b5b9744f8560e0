"""What is emitted for Flux, as values and as objects."""

from __future__ import annotations

from dataclasses import replace

import pytest
import yaml
from units_of_a_shop import crd, of, release_unit, unit

from migrator.discover import DeployedEnvironment, Flux, GitOps
from migrator.gitops.deployer import Tool
from migrator.gitops.emit.flux import KEEP, flux_objects
from migrator.gitops.emit.wiring import Wiring
from migrator.gitops.emit.written import texts
from migrator.model import RepoPath

FOLDER = RepoPath("platform/flux")
URL = "https://git.example.org/team/shop.git"


def emitted(*units, prefix: str = "", **gitops) -> dict[str, list[dict]]:
    wiring = Wiring(tool=Tool.FLUX, repository=URL, revision="main", prefix=prefix, gitops=GitOps(**gitops))
    found = texts(flux_objects(units, wiring, FOLDER))
    return {path.removeprefix(f"{FOLDER}/"): list(yaml.safe_load_all(data)) for path, data in found.items()}


def release_of(made: dict[str, list[dict]], name: str = "store") -> dict:
    (found,) = (each for each in made[f"releases/prod/{name}.yaml"] if each["kind"] == "HelmRelease")
    return found["spec"]


def test_a_release_is_frozen_takes_over_and_never_uninstalls_what_it_took() -> None:
    spec = release_of(emitted(release_unit("prod", "store")))
    assert (spec["releaseName"], spec["targetNamespace"], spec["storageNamespace"]) == ("main", "data", "data")
    assert spec["install"] == {"crds": "CreateReplace", "createNamespace": True, "remediation": {"retries": 0}}
    assert spec["upgrade"] == {"crds": "CreateReplace", "remediation": {"retries": 0}}
    assert spec["uninstall"] == {"disableHooks": True}
    assert spec["driftDetection"] == {"mode": "warn"}
    assert "disableTakeOwnership" not in str(spec)
    (marks,) = spec["postRenderers"][0]["kustomize"]["patches"]
    assert yaml.safe_load(marks["patch"])["metadata"]["annotations"] == KEEP


def test_a_chart_comes_from_its_repository() -> None:
    made = emitted(release_unit("prod", "store"))
    chart = release_of(made)["chart"]["spec"]
    (repository,) = made["releases/prod/repositories.yaml"]
    assert (chart["chart"], chart["version"]) == ("store", "1.2.3")
    assert chart["sourceRef"] == {"kind": "HelmRepository", "name": repository["metadata"]["name"]}
    assert repository["spec"]["url"] == "https://charts.example.org"
    assert release_of(made)["values"] == {"size": 3}


def test_a_chart_of_a_registry_comes_by_its_tag() -> None:
    unit_ = release_unit("prod", "store", repository="oci://registry.example.org/charts")
    assert unit_.release is not None
    made = emitted(replace(unit_, release=replace(unit_.release, version="1.2.3+4")))
    source, _ = made["releases/prod/store.yaml"]
    assert (source["kind"], source["spec"]["url"]) == ("OCIRepository", "oci://registry.example.org/charts/store")
    assert source["spec"]["ref"] == {"tag": "1.2.3_4"}
    assert release_of(made)["chartRef"] == {"kind": "OCIRepository", "name": source["metadata"]["name"]}


def test_the_umbrella_comes_from_git_with_its_value_files() -> None:
    made = emitted(release_unit("prod", "store"), prefix="deploy/", flux=Flux(source="git", namespace="gitops"))
    chart = release_of(made)["chart"]["spec"]
    (source,) = made["prod/source.yaml"]
    assert chart["chart"] == "./deploy/charts/store"
    assert chart["valuesFiles"] == ["deploy/charts/store/values.yaml"]
    assert chart["reconcileStrategy"] == "Revision"
    assert chart["sourceRef"] == {"kind": "GitRepository", "name": source["metadata"]["name"]}
    assert source["metadata"] == {"name": "shop", "namespace": "gitops"}
    assert "values" not in release_of(made)


def test_a_null_goes_through_a_text() -> None:
    made = emitted(replace(release_unit("prod", "store"), values={"a": [{"limits": None}]}))
    _, config = made["releases/prod/store.yaml"]
    assert release_of(made)["valuesFrom"] == [{"kind": "ConfigMap", "name": config["metadata"]["name"]}]
    assert yaml.safe_load(config["data"]["values.yaml"]) == {"a": [{"limits": None}]}
    assert "values" not in release_of(made)


def test_options_of_the_lock_are_said() -> None:
    spec = release_of(emitted(release_unit("prod", "store", include_crds=False, hooks="skip")))
    assert [spec[each]["crds"] for each in ("install", "upgrade")] == ["Skip", "Skip"]
    assert all(spec[each]["disableHooks"] for each in ("install", "upgrade", "uninstall", "rollback"))


def test_what_is_pinned_comes_before_the_marks() -> None:
    pin = {"target": {"kind": "Service", "name": "a"}, "patch": "- op: remove\n  path: /spec/x\n"}
    spec = release_of(emitted(replace(release_unit("prod", "store"), patches={"patches": [pin]})))
    assert spec["postRenderers"][0]["kustomize"]["patches"] == [pin]
    assert len(spec["postRenderers"]) == 2


def test_releases_have_a_kustomization_that_prunes_and_the_others_leave_their_objects() -> None:
    made = emitted(
        release_unit("prod", "operator", objects=crd("Bread")),
        release_unit("prod", "oven", objects=of("Bread", "b", "data", group="example.org"), release="oven"),
        unit("prod", "platform/namespaces", of("Namespace", "data")),
        unit("prod", "apps/bakery", of("Service", "rye", "data"), is_infrastructure=False),
        environments={"prod": DeployedEnvironment(automated=True)},
    )
    (releases,), (names,), (bakery,) = (made[f"prod/{each}.yaml"] for each in ("helm-releases", "namespaces", "bakery"))
    assert (releases["spec"]["path"], releases["spec"]["prune"]) == ("./platform/flux/releases/prod", True)
    assert releases["spec"]["dependsOn"] == [{"name": "namespaces"}]
    assert "deletionPolicy" not in releases["spec"]
    assert bakery["spec"]["dependsOn"] == [{"name": "helm-releases"}, {"name": "namespaces"}]
    assert (bakery["spec"]["prune"], bakery["spec"]["wait"], bakery["spec"]["deletionPolicy"]) == (True, True, "Orphan")
    assert names["spec"]["prune"] is False
    assert release_of(made, "oven")["dependsOn"] == [{"name": "operator"}]


def test_a_flux_that_knows_no_deletion_policy_prunes_nothing_that_shall_stay() -> None:
    units = (
        release_unit("prod", "store", repository="oci://charts.example.org/all"),
        unit("prod", "apps/bakery", of("Service", "rye", "data"), is_infrastructure=False),
    )
    gitops = GitOps(environments={"prod": DeployedEnvironment(automated=True)})
    wiring = Wiring(tool=Tool.FLUX, repository=URL, revision="main", gitops=gitops, flux=(2, 4))
    found = {each.file.rpartition("/")[2]: each for each in flux_objects(units, wiring, FOLDER)}
    bakery = found["bakery.yaml"]
    assert "deletionPolicy" not in bakery.body["spec"]
    assert bakery.body["spec"]["prune"] is False
    assert bakery.deployer is not None
    assert bakery.deployer.policy.prune is False
    kinds = {each.body["kind"]: each.body["apiVersion"] for each in flux_objects(units, wiring, FOLDER)}
    assert kinds["OCIRepository"] == "source.toolkit.fluxcd.io/v1beta2"
    assert kinds["HelmRelease"] == "helm.toolkit.fluxcd.io/v2"
    newer = {
        each.body["kind"]: each.body["apiVersion"] for each in flux_objects(units, replace(wiring, flux=(2, 6)), FOLDER)
    }
    assert newer["OCIRepository"] == "source.toolkit.fluxcd.io/v1"


def test_an_environment_without_a_word_does_not_prune() -> None:
    (found,) = emitted(unit("prod", "apps/web", of("Service", "a", "web")))["prod/web.yaml"]
    assert found["spec"]["prune"] is False


def test_two_releases_of_one_name_in_one_namespace_are_stored_apart() -> None:
    made = emitted(release_unit("prod", "one"), release_unit("prod", "two"))
    assert {release_of(made, name)["storageNamespace"] for name in ("one", "two")} == {"data", "flux-system"}


def test_the_folder_of_the_cluster_deploys_the_environment() -> None:
    wiring = Wiring(
        tool=Tool.FLUX,
        repository=URL,
        revision="main",
        gitops=GitOps(environments={"prod": DeployedEnvironment(cluster="clusters/prod")}),
    )
    found = texts(flux_objects((release_unit("prod", "store"),), wiring, FOLDER))
    body = yaml.safe_load(found[RepoPath("clusters/prod/platform.yaml")])
    assert body["spec"]["path"] == "./platform/flux/prod"
    assert body["spec"]["sourceRef"] == {"kind": "GitRepository", "name": "flux-system"}


@pytest.mark.parametrize(("cluster", "names"), [("one", {"store-dev", "store-prod"}), ("", {"store"})])
def test_names_tell_environments_apart_where_they_share_a_cluster(cluster: str, names: set[str]) -> None:
    said = {name: DeployedEnvironment(cluster=cluster) for name in ("dev", "prod")}
    made = emitted(release_unit("dev", "store"), release_unit("prod", "store"), environments=said)
    assert {made[f"releases/{name}/store.yaml"][0]["metadata"]["name"] for name in ("dev", "prod")} == names
