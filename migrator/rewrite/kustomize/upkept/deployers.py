"""The objects of Argo CD and Flux that build and deploy folders of the repository, with all that they say."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from migrator.diagnostics import MigrateError
from migrator.model import Json, RepoPath, SourceSpan
from migrator.rewrite.kustomize.ownership import Placed
from migrator.rewrite.kustomize.repository_view import RepositoryView
from migrator.rewrite.kustomize.sources import mappings

FLUX, ARGO_CD = "Flux", "Argo CD"
_FLUX = "kustomize.toolkit.fluxcd.io"
_ARGO_CD = "argoproj.io"
_MAX = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployer:
    """What one object says of one folder."""

    tool: str
    name: str
    """Kind, namespace and name."""
    span: SourceSpan
    folder: RepoPath
    """A path, or the template of one."""
    spec: Mapping[str, Json] = field(repr=False)
    """`spec` of a Flux Kustomization, or a source of an Application."""

    def meets(self, placed: Placed, view: RepositoryView) -> bool:
        """Whether it deploys the object."""
        folder = self.folder
        if "{{" in folder:
            return re.fullmatch(re.sub(r"\\{\\{.*?\\}\\}", "[^/]+", re.escape(folder)), placed.root) is not None
        if placed.root == folder or (placed.file is not None and placed.file in view.files(folder)):
            return True
        # a folder without kustomization is deployed with all that lies below it
        is_built = folder in view.kustomizations.by_path
        return not is_built and (folder == "." or f"{placed.root}/".startswith(f"{folder}/"))


def deployers(view: RepositoryView) -> tuple[Deployer, ...]:
    """Every one of the repository: as its file has it, and as the builds leave it where patches change it."""
    return view.once("deployers", lambda: tuple(_deployers(view)))


def _deployers(view: RepositoryView) -> Iterator[Deployer]:
    rendered = [
        (each.body, SourceSpan(path=each.origin.path))
        for build in view.builds
        for each in build.resources
        if each.origin is not None and each.gvk.group in (_FLUX, _ARGO_CD)
    ]
    seen: list[tuple[str, RepoPath, RepoPath, Mapping[str, Json]]] = []
    for body, span in (*_written(view), *rendered):
        for each in (*_flux(body, span), *_argo_cd(body, span)):
            if (each.name, each.folder, each.span.path, each.spec) not in seen:
                seen.append((each.name, each.folder, each.span.path, each.spec))
                yield each


def _written(view: RepositoryView) -> Iterator[tuple[Mapping[str, Json], SourceSpan]]:
    for path, entry in sorted(view.index.files.items()):
        if entry.link is not None or not path.endswith((".yaml", ".yml")) or view.index.submodule_of(path) is not None:
            continue
        with suppress(MigrateError):
            data = view.read(path)
            if len(data) <= _MAX and (_FLUX.encode() in data or _ARGO_CD.encode() in data):
                for document in view.documents(path):
                    if isinstance(document.value, dict):
                        yield document.value, SourceSpan(path=path, line=document.line)


def _flux(body: Mapping[str, Json], span: SourceSpan) -> Iterator[Deployer]:
    if spec := _spec(body, _FLUX, "Kustomization"):
        yield Deployer(tool=FLUX, name=_named(body), span=span, folder=_folder(spec), spec=spec)


def _argo_cd(body: Mapping[str, Json], span: SourceSpan) -> Iterator[Deployer]:
    spec = _spec(body, _ARGO_CD, "Application")
    template = mapping(_spec(body, _ARGO_CD, "ApplicationSet").get("template"))
    spec = spec or mapping(template.get("spec"))
    for source in (mapping(spec.get("source")), *mappings(spec.get("sources"))):
        if source.get("path"):
            yield Deployer(tool=ARGO_CD, name=_named(body), span=span, folder=_folder(source), spec=source)


def _spec(body: Mapping[str, Json], group: str, kind: str) -> Mapping[str, Json]:
    is_meant = str(body.get("apiVersion") or "").startswith(f"{group}/") and body.get("kind") == kind
    return mapping(body.get("spec")) if is_meant else {}


def _folder(holder: Mapping[str, Json]) -> RepoPath:
    return RepoPath(posixpath.normpath(str(holder.get("path") or ".").lstrip("/") or "."))


def _named(body: Mapping[str, Json]) -> str:
    metadata = mapping(body.get("metadata"))
    name = "/".join(str(metadata[key]) for key in ("namespace", "name") if metadata.get(key))
    return f"{body.get('kind')} {name}"


def mapping(value: Json) -> Mapping[str, Json]:
    """The value if it is a mapping, else an empty one."""
    return value if isinstance(value, Mapping) else {}
