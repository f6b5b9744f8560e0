"""The kustomization that inflates the chart of a release for Argo CD, and what is read of it again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from units_of_a_shop import release_unit

from migrator.discover import ArgoCd, GitOps
from migrator.gitops.agreement import disagreements
from migrator.gitops.deployer import Tool
from migrator.gitops.emit.argocd import argocd_objects
from migrator.gitops.emit.units import Unit
from migrator.gitops.emit.wiring import Wiring
from migrator.gitops.emit.written import texts
from migrator.model import RepoPath

FOLDER = RepoPath("platform/argocd")
PLACE = "platform/argocd/charts/prod/store"
PATCH = {"target": {"kind": "Service", "name": "store"}, "patch": "- op: remove\n  path: /spec/type\n"}


def patched(**options: object) -> Unit:
    unit = release_unit("prod", "store", repository="oci://registry.example.org/charts", **options)
    assert unit.release is not None
    context = replace(unit.release.context, kube_version="1.32", api_versions=("example.org/v1",))
    return replace(unit, release=replace(unit.release, context=context), patches={"patches": [PATCH]})


def wiring(source: str = "path") -> Wiring:
    gitops = GitOps(argocd=ArgoCd(source=source))
    return Wiring(tool=Tool.ARGO_CD, repository="https://git.example.org/shop.git", revision="main", gitops=gitops)


def written(tree: Path, unit: Unit) -> dict[str, object]:
    found = texts(argocd_objects([unit], wiring(), FOLDER))
    for path, data in found.items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_bytes(data)
    return {str(path): yaml.safe_load(data) for path, data in found.items()}


@pytest.mark.parametrize("source", ["path", "chart"])
def test_the_application_names_the_folder_and_the_project_no_other_source(source: str) -> None:
    found = {
        path: yaml.safe_load(data) for path, data in texts(argocd_objects([patched()], wiring(source), FOLDER)).items()
    }
    spec = found[RepoPath(f"{FOLDER}/applications/prod/store.yaml")]["spec"]
    assert spec["source"] == {
        "repoURL": "https://git.example.org/shop.git",
        "targetRevision": "main",
        "path": "platform/argocd/charts/prod/store",
    }
    project = found[RepoPath(f"{FOLDER}/projects/infrastructure.yaml")]["spec"]
    assert project["sourceRepos"] == ["https://git.example.org/shop.git"]
    assert RepoPath(f"{FOLDER}/values/prod/store.yaml") not in found


def test_the_kustomization_says_all_that_the_lock_says(tmp_path: Path) -> None:
    found = written(tmp_path, patched(hooks="skip"))
    assert found[f"{PLACE}/kustomization.yaml"] == {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "helmCharts": [
            {
                "name": "store",
                "version": "1.2.3",
                "repo": "oci://registry.example.org/charts",
                "releaseName": "main",
                "namespace": "data",
                "valuesFile": "values.yaml",
                "includeCRDs": True,
                "skipHooks": True,
                "kubeVersion": "1.32",
                "apiVersions": ["example.org/v1"],
            }
        ],
        "patches": [PATCH],
    }
    assert found[f"{PLACE}/values.yaml"] == {"size": 3}
    (chart,) = written(tmp_path, patched(include_crds=False))[f"{PLACE}/kustomization.yaml"]["helmCharts"]
    assert not {"includeCRDs", "skipHooks"} & chart.keys()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("releaseName: main", "releaseName: other", "release name"),
        ("namespace: data", "namespace: other", "namespace"),
        ("includeCRDs: true", "includeCRDs: false", "definitions"),
        ("skipHooks: true", "skipHooks: false", "hooks"),
        ("version: 1.2.3", "version: 1.2.4", "version"),
        ("registry.example.org", "other.example.org", "repository"),
        ('kubeVersion: "1.32"', 'kubeVersion: "1.33"', "version of Kubernetes"),
        ("example.org/v1", "example.org/v2", "API versions"),
        ("valuesFile: values.yaml", "valuesFile: others.yaml", "values"),
        ("kind: Service", "kind: Secret", "post-renderers"),
        ("patches:", "namePrefix: other-\npatches:", "post-renderers"),
        ("helmCharts:", "charts:", "chart"),
    ],
)
def test_each_word_of_it_is_held_against_the_lock(tmp_path: Path, old: str, new: str, said: str) -> None:
    unit = patched(hooks="skip", post_render="post-render/prod")
    assert unit.release is not None
    written(tmp_path, unit)
    post = tmp_path / "charts/store/post-render/prod"
    post.mkdir(parents=True)
    (post / "kustomization.yaml").write_text(yaml.safe_dump({"resources": ["chart.yaml"], "patches": [PATCH]}))
    (tmp_path / "charts/store/values.yaml").write_text("store: {size: 3}\n")
    deployer = next(each.deployer for each in argocd_objects([unit], wiring(), FOLDER) if each.unit is unit)
    assert deployer is not None
    assert list(disagreements(unit.release, deployer, tmp_path)) == []
    file = tmp_path / PLACE / "kustomization.yaml"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new, 1))
    assert [each[0] for each in disagreements(unit.release, deployer, tmp_path)] == [said]


def test_a_folder_that_leads_out_of_the_repository_is_not_read(tmp_path: Path) -> None:
    tree, unit = tmp_path / "repository", patched()
    written(tree, unit)
    assert unit.release is not None
    (tmp_path / "outside").mkdir()
    (tree / PLACE / "kustomization.yaml").rename(tmp_path / "outside/kustomization.yaml")
    (tree / PLACE / "values.yaml").unlink()
    (tree / PLACE).rmdir()
    (tree / PLACE).symlink_to(tmp_path / "outside")
    deployer = next(each.deployer for each in argocd_objects([unit], wiring(), FOLDER) if each.unit is unit)
    assert deployer is not None
    assert list(disagreements(unit.release, deployer, tree)) == [("chart", "none", "store")]
