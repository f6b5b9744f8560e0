"""Values -> the objects of Flux that say them, as Flux 2.6 and later serve them."""

from __future__ import annotations

from collections.abc import Mapping

from migrator.gitops.deployer import Deployer, HelmOptions, Source
from migrator.model import Json, ResId
from migrator.yamlio import dump

_INTERVAL, _RARELY = "10m", "1h"
_CHART_LAYER = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"


def kustomization(deployer: Deployer) -> Mapping[str, Json]:
    """The Kustomization of a deployer."""
    (source,) = deployer.sources
    policy = deployer.policy
    spec: dict[str, Json] = {
        "interval": _INTERVAL,
        "sourceRef": {"kind": "GitRepository", "name": source.ref},
        "path": f"./{source.path}" if source.path != "." else "./",
        "prune": policy.prune,
        "wait": policy.wait,
    }
    if deployer.moves:
        spec["targetNamespace"] = deployer.namespace
    if not policy.cascade:  # else taking it away takes its objects along
        spec["deletionPolicy"] = "Orphan"
    return _object("kustomize.toolkit.fluxcd.io/v1", deployer.id, {**spec, **_depends_on(deployer)})


def helm_release(deployer: Deployer) -> Mapping[str, Json]:
    """The HelmRelease of a deployer."""
    (source,) = deployer.sources
    helm = source.helm
    if helm is None:
        raise ValueError(f"{deployer.id} deploys no chart")
    spec: dict[str, Json] = {
        "interval": _INTERVAL,
        "releaseName": helm.release_name,
        "targetNamespace": helm.namespace,
        "storageNamespace": helm.storage_namespace,
        **_chart(source, helm),
        **_depends_on(deployer),
        "install": _action(helm, create_namespace=deployer.policy.create_namespace),
        "upgrade": _action(helm),
        # what leaves with the HelmRelease runs nothing on its way
        "uninstall": {"disableHooks": True},
        "driftDetection": {"mode": "warn"},
    }
    if not helm.hooks:
        spec["rollback"] = {"disableHooks": True}
    if helm.post_renderers:
        spec["postRenderers"] = [_post_renderer(each) for each in helm.post_renderers]
    if has_null(helm.values):
        spec["valuesFrom"] = [{"kind": "ConfigMap", "name": f"{deployer.id.name}-values"}]
    elif helm.values:
        spec["values"] = dict(helm.values)
    return _object("helm.toolkit.fluxcd.io/v2", deployer.id, spec)


def has_null(value: Json) -> bool:
    """Whether a null is in it: it deletes a chart's default (fact D5), and is lost on the way of an object's field."""
    if isinstance(value, Mapping):
        return any(map(has_null, value.values()))
    return any(map(has_null, value)) if isinstance(value, list) else value is None


def values_config(release: ResId, values: Mapping[str, Json]) -> Mapping[str, Json]:
    """The ConfigMap that holds values of a HelmRelease as a text."""
    metadata = {"name": f"{release.name}-values", "namespace": release.namespace}
    data = {"values.yaml": dump(dict(values))}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


def git_repository(res_id: ResId, url: str, branch: str) -> Mapping[str, Json]:
    """The source that reads a branch of a repository."""
    spec = {"interval": _INTERVAL, "url": url, "ref": {"branch": branch}}
    return _object("source.toolkit.fluxcd.io/v1", res_id, spec)


def helm_repository(res_id: ResId, url: str) -> Mapping[str, Json]:
    """The source of the charts of an HTTP repository."""
    return _object("source.toolkit.fluxcd.io/v1", res_id, {"interval": _RARELY, "url": url})


def oci_repository(res_id: ResId, source: Source) -> Mapping[str, Json]:
    """The source of one chart in a registry."""
    spec = {
        "interval": _RARELY,
        "url": source.repository,
        # a tag knows no plus sign, helm pushes an underscore for it
        "ref": {"tag": source.version.replace("+", "_")},
        "layerSelector": {"mediaType": _CHART_LAYER, "operation": "copy"},
    }
    return _object("source.toolkit.fluxcd.io/v1", res_id, spec)


def _object(api_version: str, res_id: ResId, spec: Mapping[str, Json]) -> Mapping[str, Json]:
    metadata = {"name": res_id.name, "namespace": res_id.namespace}
    return {"apiVersion": api_version, "kind": res_id.kind, "metadata": metadata, "spec": spec}


def _depends_on(deployer: Deployer) -> Mapping[str, Json]:
    names = [{"name": each.name} for each in deployer.depends_on]
    return {"dependsOn": names} if names else {}


def _chart(source: Source, helm: HelmOptions) -> Mapping[str, Json]:
    if source.repository.startswith("oci://"):
        return {"chartRef": {"kind": "OCIRepository", "name": source.ref}}
    spec: dict[str, Json] = {"chart": source.chart or f"./{source.path}"}
    if source.chart:
        spec["version"] = source.version
        spec["sourceRef"] = {"kind": "HelmRepository", "name": source.ref}
    else:
        spec["sourceRef"] = {"kind": "GitRepository", "name": source.ref}
        # else nothing is packaged again before Chart.yaml has another version (fact F9)
        spec["reconcileStrategy"] = "Revision"
        spec["valuesFiles"] = list(helm.value_files)
    return {"chart": {"spec": {**spec, "interval": _RARELY if source.chart else _INTERVAL}}}


def _action(helm: HelmOptions, *, create_namespace: bool = False) -> dict[str, Json]:
    """An install or upgrade: definitions as the release has them (fact C1), no attempt that uninstalls (fact H6)."""
    found: dict[str, Json] = {"crds": "CreateReplace" if helm.include_crds else "Skip"}
    if create_namespace:
        found["createNamespace"] = True
    if not helm.hooks:
        found["disableHooks"] = True
    return {**found, "remediation": {"retries": 0}}


def _post_renderer(value: Json) -> Json:
    """A post-renderer, whose patches are texts."""
    patches = value["kustomize"]["patches"]
    texts = [{**each, "patch": _text(each["patch"])} for each in patches]
    return {"kustomize": {"patches": texts}}


def _text(patch: Json) -> str:
    return patch if isinstance(patch, str) else dump(patch)
