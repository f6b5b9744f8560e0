"""Values -> the Application and the AppProject that say them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from migrator.gitops.deployer import Deployer, HelmOptions, Project, Source
from migrator.model import Json, ResId

API_VERSION = "argoproj.io/v1alpha1"
FINALIZER = "resources-finalizer.argocd.argoproj.io"
WAVE = "argocd.argoproj.io/sync-wave"


def application(deployer: Deployer) -> Mapping[str, Json]:
    """The Application of a deployer."""
    sources = [_source(each) for each in deployer.sources]
    one_or_more = {"source": sources[0]} if len(sources) == 1 else {"sources": sources}
    metadata: dict[str, Json] = _metadata(deployer.id)
    if deployer.wave:
        metadata["annotations"] = {WAVE: str(deployer.wave)}
    if deployer.policy.cascade:
        metadata["finalizers"] = [FINALIZER]
    spec: dict[str, Json] = {
        "project": deployer.project,
        **one_or_more,
        "destination": _destination(deployer.cluster, deployer.namespace),
    }
    if policy := _sync_policy(deployer):
        spec["syncPolicy"] = policy
    return {"apiVersion": API_VERSION, "kind": "Application", "metadata": metadata, "spec": spec}


def app_project(project: Project) -> Mapping[str, Json]:
    """The AppProject of a project."""
    return {
        "apiVersion": API_VERSION,
        "kind": "AppProject",
        # there before the Applications that are of it
        "metadata": {**_metadata(project.id), "annotations": {WAVE: "-1"}},
        "spec": {
            "sourceRepos": list(project.repositories),
            "destinations": [_destination(cluster, namespace) for cluster, namespace in project.destinations],
            "clusterResourceWhitelist": _kinds(project.cluster_kinds),
            "namespaceResourceWhitelist": _kinds(project.namespaced_kinds or ()),
        },
    }


def _metadata(res_id: ResId) -> dict[str, Json]:
    return {"name": res_id.name, "namespace": res_id.namespace}


def _kinds(kinds: Iterable[tuple[str, str]]) -> list[Json]:
    return [{"group": group, "kind": kind} for group, kind in kinds]


def _destination(cluster: str, namespace: str) -> dict[str, Json]:
    """A cluster by its address or, without `://`, by the name that Argo CD knows it by."""
    place = {"server" if "://" in cluster else "name": cluster}
    return {**place, "namespace": namespace} if namespace else place


def _source(source: Source) -> dict[str, Json]:
    found: dict[str, Json] = {"repoURL": source.repository, "targetRevision": source.version or source.revision}
    if source.chart:
        found["chart"] = source.chart
    if source.path:
        found["path"] = source.path
    if source.ref:
        found["ref"] = source.ref
    if source.helm is not None:
        found["helm"] = _helm(source.helm)
    directory: dict[str, Json] = {"recurse": True} if source.recurse else {}
    if source.include:
        directory["include"] = source.include
    return {**found, "directory": directory} if directory else found


def _helm(options: HelmOptions) -> dict[str, Json]:
    found: dict[str, Json] = {"releaseName": options.release_name}
    if options.value_files:
        found["valueFiles"] = list(options.value_files)
    if not options.include_crds:
        found["skipCrds"] = True
    return found


def _sync_policy(deployer: Deployer) -> dict[str, Json]:
    policy, found = deployer.policy, dict[str, Json]()
    if policy.automated:
        found["automated"] = {"prune": policy.prune, "selfHeal": policy.self_heal}
    options = {"CreateNamespace=true": policy.create_namespace, "ServerSideApply=true": policy.server_side}
    if chosen := [name for name, wanted in options.items() if wanted]:
        found["syncOptions"] = chosen
    return found
