"""The folders that GitOps objects deploy by their path: they stay, whatever becomes of their content."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence

from migrator.model import Json, RepoPath, Resource
from migrator.render_roots import Build

_ARGO_CD = "argoproj.io"
_FLUX = "kustomize.toolkit.fluxcd.io"


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
