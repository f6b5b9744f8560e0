"""Entries of `helmCharts`: what each names, and which of them made an object."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence

from migrator.discover import Index
from migrator.load.locate import locate
from migrator.load.types import ChartEntry, ReferenceKind
from migrator.model import Json, RepoPath, Resource


def chart_folders(item: Mapping[str, Json], fields: Mapping[str, Json]) -> Iterator[str]:
    """Where kustomize looks for the chart of an entry, as seen from the kustomization."""
    home = str((fields.get("helmGlobals") or {}).get("chartHome") or "charts")
    name, version = str(item.get("name") or ""), str(item.get("version") or "")
    if version and item.get("repo"):
        yield posixpath.join(home, f"{name}-{version}", name)
    yield posixpath.join(home, name)


def chart_entry(
    item: Mapping[str, Json], number: int, file: RepoPath, fields: Mapping[str, Json], index: Index
) -> ChartEntry:
    """The typed form of an entry."""
    here = RepoPath(posixpath.dirname(file) or ".")
    template = str(item.get("nameTemplate") or "")
    return ChartEntry(
        file=file,
        index=number,
        name=str(item.get("name") or ""),
        version=str(item.get("version") or ""),
        repository=str(item.get("repo") or ""),
        release=str(item.get("releaseName") or ("" if "{{" in template else template)),
        namespace=str(item.get("namespace") or ""),
        kube_version=str(item.get("kubeVersion") or "").removeprefix("v"),
        api_versions=tuple(_texts(item.get("apiVersions"))),
        values_merge=str(item.get("valuesMerge") or "override"),
        values_inline=inline if isinstance(inline := item.get("valuesInline"), dict) else {},
        values_file=next(_files((item.get("valuesFile"),), here, index), None),
        more_values=tuple(_files(_texts(item.get("additionalValuesFiles")), here, index)),
        folder=next(_folders(item, fields, here, index), None),
    )


def makers_of(resource: Resource, entries: Sequence[ChartEntry]) -> tuple[ChartEntry, ...]:
    """Those of a kustomization's entries that may have made an inflated object: more than one where nothing tells.

    The chart's label says it, between two entries of one chart or where a subchart made the object the release's.
    """
    if len(entries) < 2:
        return tuple(entries)
    labels = resource.body.get("metadata", {}).get("labels") or {}
    told, release = str(labels.get("helm.sh/chart") or labels.get("chart") or ""), _release(labels)
    charts = [each for each in entries if told.startswith(f"{each.name}-")]
    charts = [each for each in charts if told.removeprefix(f"{each.name}-").lstrip("v")[:1].isdigit()]
    releases = [each for each in charts or entries if release and each.release == release]
    return tuple(releases or charts or entries)


def _release(labels: Mapping[str, Json]) -> str:
    return str(labels.get("app.kubernetes.io/instance") or labels.get("release") or "")


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, list):
        yield from (each for each in value if isinstance(each, str))


def _files(texts: Iterator[Json] | Sequence[Json], here: RepoPath, index: Index) -> Iterator[RepoPath]:
    for text in texts:
        if isinstance(text, str) and text:
            kind, path = locate(index, here, text)
            if kind is ReferenceKind.FILE and path is not None:
                yield path


def _folders(item: Mapping[str, Json], fields: Mapping[str, Json], here: RepoPath, index: Index) -> Iterator[RepoPath]:
    for text in chart_folders(item, fields):
        kind, path = locate(index, here, text)
        if kind is ReferenceKind.DIRECTORY and path is not None:
            yield path
