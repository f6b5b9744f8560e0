"""The folders that Argo CD and Flux objects deploy."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from migrator.model import Json, RepoPath, Resource
from migrator.render_roots import Build
from migrator.rewrite.automation.configuration.gitops_objects import named_paths
from migrator.rewrite.automation.configuration.yaml_scalars import documents

DEPLOYING = ("Application", "ApplicationSet", "Kustomization")
"""The kinds that bring folders into a cluster."""
_ARGO_CD = "argoproj.io"
_FLUX = "kustomize.toolkit.fluxcd.io"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """A folder that an object brings into a cluster, or a pattern or a template of such folders."""

    kind: str
    name: str
    repository: str
    folder: str
    line: int | None
    """Where a file says so."""


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


def deployed_paths(builds: Sequence[Build]) -> frozenset[RepoPath]:
    """Paths that Argo CD Applications and ApplicationSets and Flux Kustomizations name, as if in this repository.

    A path of another repository does no harm: it is not a folder here, or one more that stays.
    """
    found = (path for build in builds for resource in build.resources for path in _paths(resource))
    return frozenset(RepoPath(posixpath.normpath(path.lstrip("/") or ".")) for path in found)


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
