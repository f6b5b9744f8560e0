"""A release with patches behind its chart, for Argo CD: a kustomization that inflates the chart and patches it.

An Application that names a chart has no place for patches, and cannot leave hooks out (fact A4).
https://argo-cd.readthedocs.io/en/stable/user-guide/kustomize/#kustomizing-helm-charts,
https://github.com/kubernetes-sigs/kustomize, `api/types/helmchartargs.go` (the fields of `helmCharts`)
"""

from __future__ import annotations

from collections.abc import Iterator

from migrator.gitops.emit.units import Unit
from migrator.gitops.emit.written import Written
from migrator.lock import LockedRelease
from migrator.model import Json, RepoPath

_KUSTOMIZATION, _VALUES = "kustomization.yaml", "values.yaml"


def is_inflated(unit: Unit) -> bool:
    """Whether it is a release that an Application cannot deploy by naming its chart."""
    return unit.release is not None and (any(unit.patches.values()) or unit.release.hooks != "run")


def inflating_folder(unit: Unit, folder: RepoPath) -> RepoPath:
    """Where the kustomization of a release lies, below the folder of the tool's objects."""
    return RepoPath(f"{folder}/charts/{unit.environment}/{unit.name}")


def inflating_files(folder: RepoPath) -> tuple[RepoPath, ...]:
    """What is written into such a folder."""
    return RepoPath(f"{folder}/{_KUSTOMIZATION}"), RepoPath(f"{folder}/{_VALUES}")


def inflating(unit: Unit, folder: RepoPath) -> Iterator[Written]:
    """The kustomization, and the values as the public chart takes them; nothing for what is no release."""
    if unit.release is None:
        return
    release = unit.release
    kustomization, values = inflating_files(inflating_folder(unit, folder))
    about = (
        f"{release.name} {release.version} in {unit.environment}, and what no value of it expresses: "
        f"as {release.path} has it.\nArgo CD builds this with `kustomize.buildOptions: --enable-helm` in argocd-cm."
    )
    body: dict[str, Json] = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "helmCharts": [_chart(release)],
        **unit.patches,
    }
    yield Written(file=kustomization, body=body, about=about)
    about = f"Values of {release.name} in {unit.environment}, as the public chart takes them."
    yield Written(file=values, body=unit.values, about=about)


def _chart(release: LockedRelease) -> Json:
    """The versions of Kubernetes and its interfaces are those of the proof: else kustomize takes helm's own."""
    context = release.context
    found: dict[str, Json] = {
        "name": release.name,
        "version": release.version,
        "repo": release.repository,
        "releaseName": context.release,
        "namespace": context.namespace,
        "valuesFile": _VALUES,  # inline values are merged by kustomize, which loses what a null deletes (fact D5)
    }
    if release.include_crds:
        found["includeCRDs"] = True
    if release.hooks != "run":
        found["skipHooks"] = True
    if context.kube_version:
        found["kubeVersion"] = context.kube_version
    if context.api_versions:
        found["apiVersions"] = list(context.api_versions)
    return found
