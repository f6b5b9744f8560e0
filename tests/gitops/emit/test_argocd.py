"""What is emitted for Argo CD, as values and as objects."""

from __future__ import annotations

import re

import pytest
import yaml
from units_of_a_shop import crd, of, release_unit, unit

from migrator.diagnostics import MigrateError
from migrator.discover import ArgoCd, DeployedEnvironment, GitOps
from migrator.gitops.deployer import Tool
from migrator.gitops.emit.argocd import argocd_objects
from migrator.gitops.emit.wiring import Wiring
from migrator.gitops.emit.written import texts
from migrator.model import RepoPath

FOLDER = RepoPath("platform/argocd")
URL = "https://git.example.org/shop.git"


def emitted(*units, prefix: str = "", **gitops) -> dict[str, dict]:
    wiring = Wiring(tool=Tool.ARGO_CD, repository=URL, revision="main", prefix=prefix, gitops=GitOps(**gitops))
    found = texts(argocd_objects(units, wiring, FOLDER))
    return {path.removeprefix(f"{FOLDER}/"): yaml.safe_load(data) for path, data in found.items()}


def test_a_release_is_an_application_of_the_umbrella_with_its_value_files_and_its_name() -> None:
    made = emitted(release_unit("prod", "store", values=("values.yaml", "values-prod.yaml")))
    assert made["applications/prod/store.yaml"] == {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": "store-prod", "namespace": "argocd"},
        "spec": {
            "project": "infrastructure",
            "source": {
                "repoURL": URL,
                "targetRevision": "main",
                "path": "charts/store",
                "helm": {"releaseName": "main", "valueFiles": ["values.yaml", "values-prod.yaml"]},
            },
            "destination": {"server": "https://kubernetes.default.svc", "namespace": "data"},
            "syncPolicy": {"syncOptions": ["CreateNamespace=true"]},
        },
    }


def test_a_public_chart_takes_its_values_from_a_second_source() -> None:
    made = emitted(release_unit("prod", "store"), prefix="deploy/", argocd=ArgoCd(source="chart"))
    spec = made["applications/prod/store.yaml"]["spec"]
    assert spec["sources"] == [
        {
            "repoURL": "https://charts.example.org",
            "targetRevision": "1.2.3",
            "chart": "store",
            "helm": {
                "releaseName": "main",
                "valueFiles": ["$values/deploy/platform/argocd/values/prod/store.yaml"],
            },
        },
        {"repoURL": URL, "targetRevision": "main", "ref": "values"},
    ]
    assert made["values/prod/store.yaml"] == {"size": 3}
    assert made["projects/infrastructure.yaml"]["spec"]["sourceRepos"] == [URL, "https://charts.example.org"]


def test_an_environment_is_automated_only_where_somebody_says_so() -> None:
    units = [
        release_unit(name, "store", objects=of("Service", f"s-{name}", "data")) for name in ("dev", "prod", "test")
    ]
    said = {"dev": DeployedEnvironment(automated=True), "prod": DeployedEnvironment(automated=False)}
    made = emitted(*units, environments=said)
    policies = {name: made[f"applications/{name}/store.yaml"]["spec"]["syncPolicy"] for name in ("dev", "prod", "test")}
    assert policies["dev"]["automated"] == {"prune": True, "selfHeal": True}
    assert "automated" not in policies["prod"]
    assert "automated" not in policies["test"]


def test_namespaces_are_never_pruned() -> None:
    made = emitted(
        unit("dev", "platform/namespaces", of("Namespace", "data")),
        environments={"dev": DeployedEnvironment(automated=True)},
    )
    policy = made["applications/dev/namespaces.yaml"]["spec"]["syncPolicy"]
    assert policy["automated"] == {"prune": False, "selfHeal": True}


def test_what_comes_first_has_the_lower_wave() -> None:
    made = emitted(
        release_unit("prod", "operator", objects=crd("Bread")),
        unit("prod", "platform/namespaces", of("Namespace", "data")),
        unit("prod", "apps/bakery", of("Bread", "rye", "data", group="example.org"), is_infrastructure=False),
    )
    waves = {
        name: made[f"applications/prod/{name}.yaml"]["metadata"]
        .get("annotations", {})
        .get("argocd.argoproj.io/sync-wave", "0")
        for name in ("operator", "namespaces", "bakery")
    }
    assert waves == {"namespaces": "0", "operator": "1", "bakery": "2"}
    assert "syncOptions" not in made["applications/prod/operator.yaml"]["spec"].get("syncPolicy", {})


def test_large_definitions_are_applied_by_the_server() -> None:
    made = emitted(
        release_unit("prod", "small", objects=crd("Small")),
        release_unit("prod", "large", objects=crd("Large", 262_144)),
    )
    options = {
        name: made[f"applications/prod/{name}.yaml"]["spec"]["syncPolicy"]["syncOptions"] for name in ("small", "large")
    }
    assert options == {
        "small": ["CreateNamespace=true"],
        "large": ["CreateNamespace=true", "ServerSideApply=true"],
    }


def test_definitions_that_stay_out_of_the_release_are_skipped() -> None:
    made = emitted(release_unit("prod", "store", include_crds=False))
    assert made["applications/prod/store.yaml"]["spec"]["source"]["helm"]["skipCrds"] is True


def test_projects_allow_what_is_deployed_and_nothing_else() -> None:
    made = emitted(
        release_unit("prod", "store", objects=(*of("ClusterRole", "r", group="rbac.authorization.k8s.io"),)),
        unit("prod", "apps/web", of("Deployment", "web", "web", group="apps"), is_infrastructure=False),
    )
    assert made["projects/infrastructure.yaml"]["spec"] == {
        "sourceRepos": [URL],
        "destinations": [{"server": "https://kubernetes.default.svc", "namespace": "data"}],
        "clusterResourceWhitelist": [
            {"group": "", "kind": "Namespace"},
            {"group": "rbac.authorization.k8s.io", "kind": "ClusterRole"},
        ],
        "namespaceResourceWhitelist": [],
    }
    assert made["projects/applications.yaml"]["spec"]["clusterResourceWhitelist"] == []
    assert made["projects/applications.yaml"]["spec"]["destinations"] == [
        {"server": "https://kubernetes.default.svc", "namespace": "web"}
    ]


def test_only_the_root_takes_its_objects_with_it() -> None:
    made = emitted(release_unit("prod", "store"))
    assert made["root-app.yaml"]["metadata"]["finalizers"] == ["resources-finalizer.argocd.argoproj.io"]
    assert "finalizers" not in made["applications/prod/store.yaml"]["metadata"]


@pytest.mark.parametrize(
    ("said", "roots"),
    [
        ({}, ["root-app-dev.yaml", "root-app-prod.yaml"]),
        ({"dev": "https://one", "prod": "https://two"}, ["root-app-dev.yaml", "root-app-prod.yaml"]),
        ({"dev": "https://one", "prod": "https://one"}, ["root-app.yaml"]),
    ],
)
def test_a_root_per_cluster(said: dict[str, str], roots: list[str]) -> None:
    """Without a word two environments with an object in common are two clusters."""
    clusters = {name: DeployedEnvironment(cluster=cluster) for name, cluster in said.items()}
    made = emitted(release_unit("dev", "store"), release_unit("prod", "store"), environments=clusters)
    assert [path for path in made if path.startswith("root")] == roots
    spec = made["applications/dev/store.yaml"]["spec"]
    assert spec["destination"]["server"] == said.get("dev", "https://kubernetes.default.svc")
    assert f"projects/{spec['project']}.yaml" in made


def test_with_tracking_by_label_an_application_is_called_as_its_release() -> None:
    made = emitted(release_unit("prod", "store"), argocd=ArgoCd(tracking="label", namespace="cd"))
    assert made["applications/prod/store.yaml"]["metadata"] == {"name": "main", "namespace": "cd"}


def test_two_applications_of_one_name_are_refused_where_one_argo_cd_has_both() -> None:
    label = ArgoCd(tracking="label")
    hub = {name: DeployedEnvironment(cluster=f"https://{name}") for name in ("dev", "prod")}
    units = (release_unit("dev", "store"), release_unit("prod", "store"))
    with pytest.raises(MigrateError, match=r"Application main.*MIG667"):
        emitted(*units, argocd=label, environments=hub)
    assert "applications/dev/store.yaml" in emitted(*units, argocd=label)
    with pytest.raises(MigrateError, match="MIG667"):
        emitted(release_unit("dev", "one"), release_unit("dev", "two"), argocd=label)


def test_names_are_such_as_kubernetes_takes_whatever_an_environment_is_called() -> None:
    clusters = {name: DeployedEnvironment(cluster=f"https://{name}.example.org") for name in ("prod_EU", "dev")}
    made = emitted(release_unit("prod_EU", "store"), release_unit("dev", "store"), environments=clusters)
    names = {each["metadata"]["name"] for each in made.values()}
    assert {"store-prod-eu", "infrastructure-prod-eu", "root-app-prod-eu"} <= names
    assert all(re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", name) for name in names)


def test_every_application_is_one_that_its_project_takes() -> None:
    units = [
        release_unit("prod", "store"),
        unit("prod", "platform/namespaces", of("Namespace", "data")),
        unit("prod", "apps/web", of("Deployment", "web", "shop", "apps"), is_infrastructure=False),
        unit(
            "prod", "apps/roles", of("ClusterRole", "web", group="rbac.authorization.k8s.io"), is_infrastructure=False
        ),
    ]
    made = emitted(*units)
    projects = {each["metadata"]["name"]: each for each in made.values() if each["kind"] == "AppProject"}
    apps = [each for each in made.values() if each["kind"] == "Application" and each["spec"]["project"] in projects]
    assert len(apps) == len(units)
    for each in apps:  # one that names no namespace fits no entry that names one (fact A14)
        assert each["spec"]["destination"] in projects[each["spec"]["project"]]["spec"]["destinations"]


def test_what_has_no_namespace_alone_widens_no_project_that_has_one() -> None:
    alone = unit("prod", "platform/namespaces", of("Namespace", "data"))
    assert emitted(alone)["applications/prod/namespaces.yaml"]["spec"]["destination"]["namespace"] == "default"
    beside = emitted(alone, release_unit("prod", "store"))
    assert beside["applications/prod/namespaces.yaml"]["spec"]["destination"]["namespace"] == "data"
    assert len(beside["projects/infrastructure.yaml"]["spec"]["destinations"]) == 1
