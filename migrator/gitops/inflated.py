"""The charts that a deployer names, and those that the kustomizations inflate which it deploys."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from migrator.discover import KUSTOMIZATION_NAMES
from migrator.gitops.deployer import Deployer, HelmOptions, Source, Tool
from migrator.gitops.emit.chart_values import yaml_of
from migrator.model import Json, mapping_of

_PLAIN = {"apiVersion", "kind", "helmCharts"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Inflated:
    """What `helmCharts` of a kustomization says."""

    source: Source
    """The chart, as an Application would name it; its value files lie where they are named, below the repository."""
    kube_version: str = ""
    api_versions: tuple[str, ...] = ()


def chart_sources(deployer: Deployer, tree: Path) -> Iterator[Source]:
    """The sources of which helm renders a chart, be it for kustomize."""
    for each in deployer.sources:
        if each.helm is not None:
            yield each
        elif (inflated := inflated_by(deployer, each, tree)) is not None:
            yield inflated.source


def inflated_by(deployer: Deployer, source: Source, tree: Path) -> Inflated | None:
    """The one chart that a folder of the repository inflates for Argo CD, with all else that its kustomization does."""
    if deployer.tool is not Tool.ARGO_CD or not (source.here and source.path) or source.kustomize is not None:
        return None
    folder = tree / source.path
    if not folder.resolve().is_relative_to(tree.resolve()):
        return None
    file = next((folder / name for name in KUSTOMIZATION_NAMES if (folder / name).is_file()), folder)
    fields = mapping_of(yaml_of(file))
    charts = fields.get("helmCharts")
    if not isinstance(charts, list) or len(charts) != 1:
        return None
    further = {key: value for key, value in fields.items() if key not in _PLAIN}
    return _read(mapping_of(charts[0]), source, further)


def _read(chart: Mapping[str, Json], source: Source, further: Mapping[str, Json]) -> Inflated:
    more = chart.get("additionalValuesFiles")
    files = [chart.get("valuesFile"), *(more if isinstance(more, list) else ())]
    options = HelmOptions(
        release_name=_text(chart.get("releaseName")),
        namespace=_text(chart.get("namespace")),
        value_files=tuple(posixpath.normpath(posixpath.join(source.path, _text(each))) for each in files if each),
        values=mapping_of(chart.get("valuesInline")),
        include_crds=bool(chart.get("includeCRDs")),
        hooks=not chart.get("skipHooks"),
        post_renderers=({"kustomize": further},) if further else (),
    )
    named = replace(
        source,
        path="",
        here=False,
        repository=_text(chart.get("repo")),
        chart=_text(chart.get("name")),
        version=_text(chart.get("version")),
        helm=options,
    )
    versions = chart.get("apiVersions")
    return Inflated(
        source=named,
        kube_version=_text(chart.get("kubeVersion")),
        api_versions=tuple(map(str, versions)) if isinstance(versions, list) else (),
    )


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""
