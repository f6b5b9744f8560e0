"""Every kind of object that is emitted, against the definitions that the charts of both tools bring along."""

from __future__ import annotations

import re
import tarfile
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from units_of_a_shop import crd, of, release_unit, unit

from migrator.discover import ArgoCd, DeployedEnvironment, Flux, GitOps
from migrator.gitops.deployer import Tool
from migrator.gitops.emit.argocd import argocd_objects
from migrator.gitops.emit.flux import flux_objects
from migrator.gitops.emit.wiring import Wiring
from migrator.model import RepoPath

_TEMPLATE_LINE = re.compile(r"^\s*\{\{.*\}\}\s*$", re.MULTILINE)
_TEMPLATE = re.compile(r"\{\{.*?\}\}")
UNITS = (
    release_unit("prod", "plain"),
    release_unit("prod", "oci", repository="oci://registry.example.org/charts"),
    release_unit("prod", "large", objects=crd("Large", 262_144), include_crds=False),
    unit("prod", "platform/namespaces", of("Namespace", "data")),
    unit("prod", "apps/web", of("Service", "web", "web"), is_infrastructure=False),
    release_unit("dev", "plain"),
)
FLUX_ONLY = (release_unit("prod", "quiet", hooks="skip", release="quiet"),)
SAID = {"prod": DeployedEnvironment(cluster="https://prod"), "dev": DeployedEnvironment(automated=True, cluster="dev")}


def definitions(corpus: Path, chart: str) -> dict[tuple[str, str], Any]:
    """(apiVersion, kind) -> schema, from the newest archive of a chart, strict about unknown fields."""
    newest = max(
        corpus.glob(f"charts/{chart}-[0-9]*.tgz"), key=lambda path: [int(n) for n in re.findall(r"\d+", path.name)]
    )
    found = {}
    with tarfile.open(newest) as archive:
        for member in archive.getmembers():
            if "crd" in member.name and member.name.endswith(".yaml") and (file := archive.extractfile(member)):
                text = _TEMPLATE.sub("x", _TEMPLATE_LINE.sub("", file.read().decode()))
                for each in yaml.safe_load_all(text):
                    if each and each.get("kind") == "CustomResourceDefinition":
                        for version in each["spec"]["versions"]:
                            name = f"{each['spec']['group']}/{version['name']}"
                            schema = _strict(version["schema"]["openAPIV3Schema"])
                            found[name, each["spec"]["names"]["kind"]] = schema
    return found


def _strict(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: _strict(value) for key, value in schema.items() if key != "format"}
    if found.get("x-kubernetes-int-or-string"):
        found.pop("type", None)
    is_known = isinstance(found.get("properties"), dict) and "apiVersion" not in found["properties"]
    if is_known and not found.get("x-kubernetes-preserve-unknown-fields"):
        found.setdefault("additionalProperties", False)
    return found


def problems(body: Any, known: dict[tuple[str, str], Any]) -> list[str]:
    schema = known[body["apiVersion"], body["kind"]]
    return [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(body)]


@pytest.fixture(scope="module")
def argo_cd(corpus: Path) -> dict[tuple[str, str], Any]:
    return definitions(corpus, "argo-cd")


@pytest.fixture(scope="module")
def flux(corpus: Path) -> dict[tuple[str, str], Any]:
    return definitions(corpus, "flux2")


@pytest.mark.corpus
@pytest.mark.parametrize("source", ["path", "chart"])
def test_argo_cd_takes_them(argo_cd: dict[tuple[str, str], Any], source: str) -> None:
    gitops = GitOps(argocd=ArgoCd(source=source), environments=SAID)
    wiring = Wiring(tool=Tool.ARGO_CD, repository="https://git.example.org/a.git", revision="main", gitops=gitops)
    bodies = [each.body for each in argocd_objects(UNITS, wiring, RepoPath("argocd")) if "kind" in each.body]
    assert {each["kind"] for each in bodies} == {"Application", "AppProject"}
    assert [problem for each in bodies for problem in problems(each, argo_cd)] == []


@pytest.mark.corpus
@pytest.mark.parametrize("source", ["git", "chart"])
def test_flux_takes_them(flux: dict[tuple[str, str], Any], source: str) -> None:
    gitops = GitOps(flux=Flux(source=source), environments=SAID)
    wiring = Wiring(tool=Tool.FLUX, repository="https://git.example.org/a.git", revision="main", gitops=gitops)
    bodies = [each.body for each in flux_objects((*UNITS, *FLUX_ONLY), wiring, RepoPath("flux"))]
    kinds = {"GitRepository", "Kustomization", "HelmRelease"}
    assert {each["kind"] for each in bodies} == kinds | (
        {"HelmRepository", "OCIRepository"} if source == "chart" else set()
    )
    assert [problem for each in bodies for problem in problems(each, flux)] == []


@pytest.mark.corpus
def test_a_field_that_no_definition_knows_is_found(flux: dict[tuple[str, str], Any]) -> None:
    body = {
        "apiVersion": "helm.toolkit.fluxcd.io/v2",
        "kind": "HelmRelease",
        "spec": {"interval": "1m", "release": "a"},
    }
    assert any("'release' was unexpected" in problem for problem in problems(body, flux))
    assert problems({**body, "spec": {"interval": "often"}}, flux) != []
