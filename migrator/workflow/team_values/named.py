"""Values in files that say which chart they are for: helmfiles, helmCharts, Applications and HelmReleases."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from migrator.diagnostics import Diagnostic, MigrateError
from migrator.load.chart_entries import chart_entry
from migrator.model import Json, KeyPath, RepoPath, SourceSpan, mapping_of
from migrator.workflow.team_values.read import below, read_values
from migrator.workflow.team_values.types import TeamValues
from migrator.yamlio import Dialect, Document, read_documents

if TYPE_CHECKING:
    from migrator.discover import Index
    from migrator.load import ChartEntry

Found: TypeAlias = TeamValues | Diagnostic
_HELMFILES = ("helmfile.yaml", "helmfile.yml")
_KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_YAML = (".yaml", ".yml")


def named_in(folders: Sequence[str], charts: set[str], index: Index) -> Iterator[Found]:
    """Values for the charts in files of the folders that name them, nearest first; templated files give none."""
    for folder in folders:
        for path in index.below(RepoPath(folder)):
            if posixpath.dirname(path) != folder or not path.endswith((*_YAML, "Kustomization")):
                continue
            data = index.read(path)
            read = _reader(posixpath.basename(path), data)
            if read is None:
                continue
            try:
                documents = read_documents(data, dialect=Dialect.SIGS, path=path)
            except MigrateError:
                continue
            for document in documents:
                for found in read(document, path, charts, index):
                    yield replace(found, is_named=True) if isinstance(found, TeamValues) else found


def _reader(name: str, data: bytes) -> Callable[[Document, RepoPath, set[str], Index], Iterator[Found]] | None:
    if name in _HELMFILES:
        return _helmfile
    if name in _KUSTOMIZATIONS:
        return _helm_charts if b"helmCharts" in data else None
    return _deployer if b"kind: Application" in data or b"kind: HelmRelease" in data else None


def _helmfile(document: Document, path: RepoPath, charts: set[str], index: Index) -> Iterator[Found]:
    for number, release in _items(document.value, "releases"):
        if str(release.get("chart", "")).rpartition("/")[2] not in charts:
            continue
        for at, part in enumerate(_list(release.get("values"))):
            if isinstance(part, str):
                yield from _file(path, part, index)
            else:
                yield from _inline(index, path, ("releases", number, "values", at))


def entry_values(entry: ChartEntry, index: Index) -> Iterator[Found]:
    """The values with which kustomize renders an entry of `helmCharts`, its files and inline ones merged as it does."""
    merged: TeamValues | None = None
    inline = next(_inline(index, entry.file, ("helmCharts", entry.index, "valuesInline")), None)
    is_replaced = entry.values_merge == "replace" and inline is not None
    files = () if is_replaced or entry.values_file is None else (entry.values_file,)
    layers = [read_values(index.read(path), path, is_named=True) for path in files]
    layers = [inline, *layers] if entry.values_merge == "merge" else [*layers, inline]
    layers += [read_values(index.read(path), path, is_named=True) for path in entry.more_values]
    for layer in layers:
        if isinstance(layer, Diagnostic):
            yield layer
        elif layer is not None:
            merged = layer if merged is None else merged.under(layer)
    if merged is not None:
        yield merged


def _helm_charts(document: Document, path: RepoPath, charts: set[str], index: Index) -> Iterator[Found]:
    fields = mapping_of(document.value)
    for number, chart in _items(document.value, "helmCharts"):
        if chart.get("name") in charts:
            yield from entry_values(chart_entry(chart, number, path, fields, index), index)


def _deployer(document: Document, path: RepoPath, charts: set[str], _: Index) -> Iterator[Found]:
    """An Application of Argo CD, or a HelmRelease of Flux."""
    spec = mapping_of(mapping_of(document.value).get("spec"))
    if mapping_of(mapping_of(spec.get("chart")).get("spec")).get("chart") in charts:
        yield from _tree(spec.get("values"), path)
    for source in (mapping_of(spec.get("source")), *map(mapping_of, _list(spec.get("sources")))):
        if source.get("chart") not in charts:
            continue
        helm = mapping_of(source.get("helm"))
        if isinstance(helm.get("values"), str):
            found = read_values(helm["values"].encode(), path, is_named=True)
            # its lines are those of the text inside the file
            if isinstance(found, TeamValues):
                yield replace(found, lines={})
            elif found is not None:
                yield replace(found, span=SourceSpan(path=path))
        yield from _tree(helm.get("valuesObject"), path)


def _tree(value: Json, path: RepoPath) -> Iterator[Found]:
    if isinstance(value, Mapping) and value:
        yield TeamValues(path=path, values=value)


def _inline(index: Index, path: RepoPath, place: KeyPath) -> Iterator[TeamValues]:
    """Values inside a file, with their lines and comments."""
    whole = read_values(index.read(path), path, is_named=True)
    if isinstance(whole, TeamValues):
        inner = below(whole, place)
        yield from () if inner is None else (inner,)


def _file(beside: RepoPath, name: str, index: Index) -> Iterator[Found]:
    path = RepoPath(posixpath.normpath(posixpath.join(posixpath.dirname(beside), name)))
    if path in index.files and path.endswith(_YAML):
        found = read_values(index.read(path), path, is_named=True)
        yield from () if found is None else (found,)


def _items(value: Json, key: str) -> Iterator[tuple[int, Mapping[str, Json]]]:
    for number, each in enumerate(_list(mapping_of(value).get(key))):
        if isinstance(each, Mapping):
            yield number, each


def _list(value: Json) -> Sequence[Json]:
    return value if isinstance(value, list) else ()
