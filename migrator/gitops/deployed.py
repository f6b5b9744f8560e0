"""The folders that Argo CD and Flux objects deploy."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from migrator.discover import KUSTOMIZATION_NAMES, Index
from migrator.model import Json, RepoPath, Resource
from migrator.render_roots import Build
from migrator.rewrite.automation.configuration.gitops_objects import has_gitops, named_paths
from migrator.rewrite.automation.configuration.yaml_scalars import documents
from migrator.yamlio import YamlError

DEPLOYING = ("Application", "ApplicationSet", "Kustomization")
"""The kinds that bring folders into a cluster."""
_ARGO_CD = "argoproj.io"
_FLUX = "kustomize.toolkit.fluxcd.io"
_MAX = 1 << 20
_TEMPLATE = re.compile(r"\{\{.*?\}\}")
_WILD = re.compile(r"\{\{.*?\}\}|\$\{.*?\}|\*\*|\*|\?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """A folder that an object brings into a cluster, or a pattern or a template of such folders."""

    kind: str
    name: str
    repository: str
    folder: str
    line: int | None
    """Where a file says so."""


def gitops_files(index: Index) -> Iterator[tuple[RepoPath, bytes]]:
    """The YAML files of the repository that may hold objects which name folders."""
    for path, entry in sorted(index.files.items()):
        if entry.link is not None or not path.endswith((".yaml", ".yml")) or index.submodule_of(path) is not None:
            continue
        if entry.size <= _MAX and has_gitops(data := index.read(path)):
            yield path, data


def foreign_repositories(index: Index, named: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Of repositories and the folders that are named in them those of which a folder is not here."""
    known = {RepoPath(folder) for path in index.files for folder in _folders(path)}
    return frozenset(
        repository for repository, folder in named if not _WILD.search(folder) and folder_of(folder) not in known
    )


def deployed_folders(text: str) -> tuple[Deployed, ...]:
    """What the objects of a text deploy; YamlError where the text is not YAML."""
    return tuple(
        Deployed(
            kind=kind,
            name=document.at("metadata", "name") or "",
            repository=each.repository,
            folder=each.scalar.text,
            line=text.count("\n", 0, each.scalar.start) + 1,
        )
        for document in documents(text)
        if (kind := document.at("kind") or "") in DEPLOYING
        for each in named_paths(document)
        if each.scalar.path[-1] == "path"
    )


def written_folders(index: Index) -> Iterator[tuple[RepoPath, Deployed]]:
    """What the objects in the files of a repository deploy, each with its file; what is not YAML deploys nothing."""
    for path, data in gitops_files(index):
        with suppress(UnicodeDecodeError, YamlError):
            yield from ((path, each) for each in deployed_folders(data.decode("utf-8")))


def deployed_paths(builds: Sequence[Build]) -> frozenset[RepoPath]:
    """Paths that Argo CD Applications and ApplicationSets and Flux Kustomizations name, as if in this repository.

    A path of another repository does no harm: it is not a folder here, or one more that stays.
    """
    found = (path for build in builds for resource in build.resources for path in _paths(resource))
    return frozenset(RepoPath(posixpath.normpath(f"/{path}").lstrip("/") or ".") for path in found)


def _paths(resource: Resource) -> Iterator[str]:
    group, kind = resource.gvk.group, resource.gvk.kind
    if (group, kind) == (_FLUX, "Kustomization"):
        path = (resource.body.get("spec") or {}).get("path")
        if isinstance(path, str):
            yield path
    elif group == _ARGO_CD and kind in ("Application", "ApplicationSet"):
        yield from _source_paths(resource.body.get("spec"))


def _source_paths(value: Json) -> Iterator[str]:
    """`path` of every `source` and `sources` below, those of an ApplicationSet's template among them."""
    if isinstance(value, Mapping):
        for key, child in value.items():
            sources = child if isinstance(child, list) else [child]
            if key in ("source", "sources"):
                yield from (
                    each["path"] for each in sources if isinstance(each, Mapping) and _is_text(each.get("path"))
                )
            yield from _source_paths(child)
    elif isinstance(value, list):
        for child in value:
            yield from _source_paths(child)


def _is_text(value: Json) -> bool:
    return isinstance(value, str) and bool(value)


def reaches(folder: str, root: RepoPath) -> bool:
    """Whether a path, a pattern or a template names a root; what is nothing but a template names none by itself."""
    text = folder_of(folder)
    if not _TEMPLATE.sub("", text).strip("/*?."):
        return False
    signs = {"**": ".*", "*": "[^/]*", "?": "[^/]"}
    parts, at = [], 0
    for wild in _WILD.finditer(text):
        parts += [re.escape(text[at : wild.start()]), signs.get(wild[0], "[^/]*")]
        at = wild.end()
    return re.fullmatch("".join((*parts, re.escape(text[at:]))), root) is not None


def folder_of(folder: str) -> RepoPath:
    """The folder that is meant: a kustomization stands for the one that it lies in."""
    text = posixpath.normpath(f"/{folder}").lstrip("/") or "."
    if posixpath.basename(text) in KUSTOMIZATION_NAMES:
        text = posixpath.dirname(text) or "."
    return RepoPath(text)


def _folders(path: RepoPath) -> Iterator[str]:
    parts = path.split("/")
    return (("/".join(parts[:end]) or ".") for end in range(len(parts)))
