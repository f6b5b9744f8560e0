"""Configurations of generators, transformers and validators: what they are, and which files the builtin ones read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from migrator.diagnostics import MigrateError
from migrator.discover import Index
from migrator.load.locate import locate
from migrator.load.types import ReferenceKind
from migrator.model import Json, RepoPath
from migrator.yamlio import Dialect, read_documents

_PATHS = ("path", "valuesFile")
_PATH_LISTS = ("paths", "files", "envs", "additionalValuesFiles")


def plugin_objects(data: bytes | str, path: RepoPath) -> tuple[tuple[str, str], ...]:
    """(apiVersion, kind) of each configuration; empty if the text does not parse (kustomize will say so)."""
    return tuple((str(d.get("apiVersion") or ""), str(d.get("kind") or "")) for d in _documents(data, path))


def builtin_inputs(index: Index, directory: RepoPath, text: str) -> tuple[str, ...]:
    """Paths, as written, that builtin configurations name.

    They are relative to the kustomization that lists the configuration, not to the configuration's own file: kustomize
    hands its own loader to the plugin. For a folder all YAML files directly in it count, which may be too many.
    """
    if "\n" in text or text.lstrip().startswith("{"):
        sources: list[tuple[bytes | str, RepoPath]] = [(text, directory)]
    else:
        kind, path = locate(index, directory, text)
        if path is None or kind not in (ReferenceKind.FILE, ReferenceKind.DIRECTORY):
            return ()
        files = [path] if kind is ReferenceKind.FILE else _yaml_files(index, path)
        sources = [(index.read(file), file) for file in files]
    found = [name for data, path in sources for document in _documents(data, path) for name in _named(document)]
    return tuple(dict.fromkeys(found))


def _yaml_files(index: Index, directory: RepoPath) -> list[RepoPath]:
    prefix = "" if directory == "." else f"{directory}/"
    return [
        path for path in index.below(directory) if path.endswith((".yaml", ".yml")) and "/" not in path[len(prefix) :]
    ]


def _documents(data: bytes | str, path: RepoPath) -> list[Mapping[str, Json]]:
    try:
        documents = read_documents(data, dialect=Dialect.KUSTOMIZE, path=path)
    except MigrateError:
        return []
    return [document.value for document in documents if isinstance(document.value, dict)]


def _named(document: Mapping[str, Json]) -> Iterator[str]:
    if document.get("apiVersion") != "builtin":
        return
    replacements = document.get("replacements")
    for holder in (document, *(replacements if isinstance(replacements, list) else ())):
        if not isinstance(holder, dict):
            continue
        for key in _PATHS:
            if isinstance(holder.get(key), str):
                yield holder[key]
        for key in _PATH_LISTS:
            held = holder.get(key)
            for item in held if isinstance(held, list) else ():
                if isinstance(item, str):
                    yield item.partition("=")[2] or item
