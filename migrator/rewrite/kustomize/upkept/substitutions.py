"""What Flux and plugins of Argo CD fill in after the build, and nothing fills in where it stands in values."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from migrator.diagnostics import MigrateError
from migrator.model import Json, RepoPath, SourceSpan
from migrator.rewrite.kustomize.blockers import Blocker
from migrator.rewrite.kustomize.ownership import Placed
from migrator.rewrite.kustomize.repository_view import RepositoryView
from migrator.rewrite.kustomize.sources import mappings
from migrator.rewrite.kustomize.upkept.texts import field_of, texts_of
from migrator.yamlio import dump

_FLUX = "kustomize.toolkit.fluxcd.io"
_OFF = f"{_FLUX}/substitute"
_ARGO_CD = "argoproj.io"
_BY_FLUX = re.compile(r"\$?\$\{[A-Za-z_]\w*")
"""A variable, or an escaped one, which Flux writes without the escape (fact S5)."""
_BY_PLUGIN = re.compile(r"\$\{[A-Za-z_]\w*|\$ARGOCD_(?:APP|ENV)_\w+|<path:[^>]+>")
_SHOWN = 3
_MAX = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Filler:
    """An object by which a controller fills texts into what it deploys."""

    what: str
    tool: str
    span: SourceSpan
    folder: RepoPath
    settings: str
    """From what it fills in, as a text to compare."""

    def meets(self, placed: Placed, view: RepositoryView) -> bool:
        """Whether it deploys the object."""
        folder = self.folder
        if "{{" in folder:
            return re.fullmatch(re.sub(r"\\{\\{.*?\\}\\}", "[^/]+", re.escape(folder)), placed.root) is not None
        if placed.root == folder or (placed.file is not None and placed.file in view.files(folder)):
            return True
        if folder in view.kustomizations.by_path:
            return False
        # a folder without kustomization is deployed with all that lies below it
        return folder == "." or f"{placed.root}/".startswith(f"{folder}/")


def blockers_of_substitutions(objects: Sequence[Placed], view: RepositoryView) -> Iterator[Blocker]:
    """Objects that would leave and hold variables which are filled in where they are deployed now."""
    leaving = [each for each in objects if each.is_adopted]
    fillers = view.once("fillers", lambda: tuple(_fillers(view))) if leaving else ()
    found: dict[tuple[str, str], list[tuple[Placed, str, str, tuple[_Filler, ...]]]] = defaultdict(list)
    for each in leaving:
        met = tuple(one for one in fillers if one.meets(each, view))
        for tool in sorted({one.tool for one in met}):
            mine = tuple(one for one in met if one.tool == tool)
            for field, mark in _marks(each, tool):
                found[str(each.component), tool].append((each, field, mark, mine))
    for (component, tool), held in sorted(found.items(), key=lambda entry: entry[0]):
        yield _blocker(component, tool, held)


def _marks(placed: Placed, tool: str) -> Iterator[tuple[str, str]]:
    """Each field that is filled in, and how the variable is written."""
    body = placed.resource.body
    if tool == "Flux" and _is_off(body.get("metadata")):
        return
    for path, text in texts_of(body):
        for found in (_BY_FLUX if tool == "Flux" else _BY_PLUGIN).finditer(text):
            yield field_of(path), f"{found[0]}}}" if "{" in found[0] else found[0]


def _is_off(metadata: Json) -> bool:
    held = metadata if isinstance(metadata, Mapping) else {}
    return any((held.get(key) or {}).get(_OFF) == "disabled" for key in ("labels", "annotations"))


def _blocker(component: str, tool: str, found: Sequence[tuple[Placed, str, str, tuple[_Filler, ...]]]) -> Blocker:
    placed, field, mark, fillers = found[0]
    marks = list(dict.fromkeys(each for _, _, each, _ in found))
    others = ", ".join(marks[1:_SHOWN]) + (f" and {len(marks) - _SHOWN} more" if len(marks) > _SHOWN else "")
    reason = f"{tool} fills in {mark} in {field} of {placed}"
    reason += f", and {others} beside" if len(marks) > 1 else ""
    reason += f", by {fillers[0].what} ({fillers[0].span}); in the values of a release nothing would"
    if len({each.settings for each in fillers}) > 1:
        places = ", ".join(str(each.span) for each in fillers[:_SHOWN])
        reason += f"; {len(fillers)} objects deploy it with other values each, so they are environments: {places}"
    carrier = (
        "set these values in `spec.values` of a HelmRelease that Flux substitutes too"
        if tool == "Flux"
        else "set these values in the Application of the release"
    )
    remedy = f"{carrier}, or write what is filled in into the manifests, and plan again; else it is best kept as it is"
    return Blocker(component=component, reason=reason, span=fillers[0].span, remedy=remedy)


def _fillers(view: RepositoryView) -> Iterator[_Filler]:
    """Every object of the repository by which something is filled in, those of the builds as patches leave them."""
    written = [(body, SourceSpan(path=path, line=line)) for path, line, body in _written(view)]
    rendered = [
        (each.body, SourceSpan(path=each.origin.path))
        for build in view.builds
        for each in build.resources
        if each.origin is not None and each.gvk.group in (_FLUX, _ARGO_CD)
    ]
    passed_on = [found for body, _ in written if (found := _passed_on(body)) is not None]
    seen = set()
    for body, span in (*written, *rendered):
        for each in (*_flux(body, span, passed_on), *_argo_cd(body, span)):
            if (each.what, each.folder, each.span.path, each.settings) not in seen:
                seen.add((each.what, each.folder, each.span.path, each.settings))
                yield each


def _written(view: RepositoryView) -> Iterator[tuple[RepoPath, int, Mapping[str, Json]]]:
    for path, entry in sorted(view.index.files.items()):
        if entry.link is not None or not path.endswith((".yaml", ".yml")) or view.index.submodule_of(path) is not None:
            continue
        with suppress(MigrateError):
            data = view.read(path)
            if len(data) > _MAX or not (_FLUX.encode() in data or (_ARGO_CD.encode() in data and b"plugin" in data)):
                continue
            for document in view.documents(path):
                if isinstance(document.value, dict):
                    yield path, document.line, document.value


def _passed_on(body: Mapping[str, Json]) -> RepoPath | None:
    """The folder whose Flux Kustomizations are all given substitutions, by a patch of the one that deploys it."""
    spec = _spec(body, _FLUX, "Kustomization")
    patches = (str(each.get("patch") or "") for each in mappings(spec.get("patches")))
    return _folder(spec) if any("postBuild" in text for text in patches) else None


def _flux(body: Mapping[str, Json], span: SourceSpan, passed_on: Sequence[RepoPath]) -> Iterator[_Filler]:
    spec = _spec(body, _FLUX, "Kustomization")
    held = spec.get("postBuild")
    own = isinstance(held, Mapping) and bool(held.get("substitute") or held.get("substituteFrom"))
    given = [folder for folder in passed_on if folder == "." or span.path.startswith(f"{folder}/")]
    if spec and (own or given):
        what = f"postBuild of Kustomization {_named(body)}"
        yield _Filler(what=what, tool="Flux", span=span, folder=_folder(spec), settings=dump(held if own else given))


def _argo_cd(body: Mapping[str, Json], span: SourceSpan) -> Iterator[_Filler]:
    for kind in ("Application", "ApplicationSet"):
        spec = _spec(body, _ARGO_CD, kind)
        template = spec.get("template")
        spec = _mapping(template.get("spec")) if isinstance(template, Mapping) else spec
        for source in (_mapping(spec.get("source")), *mappings(spec.get("sources"))):
            if isinstance(source.get("plugin"), Mapping) and source.get("path"):
                what = f"the plugin of {kind} {_named(body)}"
                settings = dump(source["plugin"])
                yield _Filler(what=what, tool="Argo CD", span=span, folder=_folder(source), settings=settings)


def _spec(body: Mapping[str, Json], group: str, kind: str) -> Mapping[str, Json]:
    is_meant = str(body.get("apiVersion") or "").startswith(f"{group}/") and body.get("kind") == kind
    return _mapping(body.get("spec")) if is_meant else {}


def _folder(holder: Mapping[str, Json]) -> RepoPath:
    return RepoPath(posixpath.normpath(str(holder.get("path") or ".").lstrip("/") or "."))


def _named(body: Mapping[str, Json]) -> str:
    metadata = _mapping(body.get("metadata"))
    return "/".join(str(metadata[key]) for key in ("namespace", "name") if metadata.get(key))


def _mapping(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}
