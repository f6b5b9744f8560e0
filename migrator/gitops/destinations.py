"""The namespace that Argo CD and Flux give to the objects of a folder which name none."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import product

from migrator.diagnostics import MigrateError
from migrator.discover import Index
from migrator.gitops.deployed import DEPLOYING, folder_of, foreign_repositories, gitops_files, reaches
from migrator.model import Json, RepoPath, Resource, SourceSpan, mapping_of, resource_of
from migrator.yamlio import Dialect, read_documents

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_FIELD = re.compile(r"\{\{-?\s*\.?([\w.\[\]-]+?)\s*-?\}\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """What one object says of the namespace of a root."""

    namespace: str
    by: str
    """Kind and name of the object."""
    span: SourceSpan
    repository: str = ""
    folder: str = ""
    """A path, a pattern or a template of paths, as it is written."""
    moves: bool = False
    """Whether objects that name another namespace go there too, as where kustomize is told it."""


def destinations(
    index: Index, resources: Iterable[Resource], roots: Collection[RepoPath]
) -> Mapping[RepoPath, tuple[Destination, ...]]:
    """Root -> what is said of it; several where objects disagree.

    `resources` are what the roots render: an object is read as it is rendered, else from its file.
    """
    rendered = [each for each in resources if each.gvk.kind in DEPLOYING and each.origin is not None]
    done = {each.origin.path for each in rendered if each.origin is not None}
    objects = [(each.origin.path, each.body) for each in rendered if each.origin is not None]
    for path, data in gitops_files(index) if roots else ():
        with suppress(MigrateError):
            documents = [each.value for each in read_documents(data, dialect=Dialect.SIGS, path=path)]
            objects += [(path, each) for each in documents if path not in done and isinstance(each, Mapping)]
    said = [each for path, body in objects for each in _said(body, SourceSpan(path=path), roots)]
    foreign = foreign_repositories(index, ((each.repository, each.folder) for each in said))
    found: dict[RepoPath, dict[str, Destination]] = defaultdict(dict)
    for each in said:
        if each.repository not in foreign and _NAME.fullmatch(each.namespace):
            for root in roots:
                if folder_of(each.folder) == root or reaches(each.folder, root):
                    found[root].setdefault(each.namespace, each)
    return {root: tuple(by_name[name] for name in sorted(by_name)) for root, by_name in sorted(found.items())}


def agreed(found: Mapping[RepoPath, Sequence[Destination]]) -> Mapping[RepoPath, str]:
    """Root -> its namespace, where all that is said of it is the same."""
    return {root: each[0].namespace for root, each in found.items() if len(each) == 1}


def _said(body: Mapping[str, Json], span: SourceSpan, roots: Collection[RepoPath]) -> Iterator[Destination]:
    group, kind, spec = resource_of(body).gvk.group, body.get("kind"), mapping_of(body.get("spec"))
    by = f"{kind} {mapping_of(body.get('metadata')).get('name')}"
    if (group, kind) == ("kustomize.toolkit.fluxcd.io", "Kustomization"):
        source = str(mapping_of(spec.get("sourceRef")).get("name") or "")
        yield Destination(
            namespace=_text(spec.get("targetNamespace")),
            by=by,
            span=span,
            repository=source,
            folder=_text(spec.get("path")),
            moves=True,
        )
    elif (group, kind) == ("argoproj.io", "Application"):
        yield from _sources(spec, by, span, {})
    elif (group, kind) == ("argoproj.io", "ApplicationSet"):
        template = mapping_of(mapping_of(spec.get("template")).get("spec"))
        for fields in _fields(spec.get("generators"), roots):
            yield from _sources(template, by, span, fields)


def _sources(spec: Mapping[str, Json], by: str, span: SourceSpan, fields: Mapping[str, str]) -> Iterator[Destination]:
    several = spec.get("sources")
    for source in map(mapping_of, several if isinstance(several, list) else [spec.get("source")]):
        own = _text(mapping_of(source.get("kustomize")).get("namespace"))
        namespace = _filled(own or _text(mapping_of(spec.get("destination")).get("namespace")), fields)
        if folder := _filled(_text(source.get("path")), fields):
            yield Destination(
                namespace=namespace,
                by=by,
                span=span,
                repository=_filled(_text(source.get("repoURL")), fields),
                folder=folder,
                moves=bool(own),
            )


def _fields(generators: Json, roots: Collection[RepoPath]) -> Iterator[Mapping[str, str]]:
    """What an ApplicationSet fills its template with, as far as files say: elements of lists, and folders."""
    for generator in map(mapping_of, generators if isinstance(generators, list) else ()):
        elements = mapping_of(generator.get("list")).get("elements")
        directories = mapping_of(generator.get("git")).get("directories")
        inner = mapping_of(generator.get("matrix")).get("generators")
        if isinstance(elements, list):
            yield from (dict(_leaves(each)) for each in elements)
        elif isinstance(directories, list):
            yield from _folders([mapping_of(each) for each in directories], roots)
        elif isinstance(inner, list):
            for parts in product(*(tuple(_fields([each], roots)) for each in inner)):
                yield {key: value for part in parts for key, value in part.items()}
        else:
            yield {}


def _folders(directories: Sequence[Mapping[str, Json]], roots: Collection[RepoPath]) -> Iterator[Mapping[str, str]]:
    for root in sorted(roots):
        met = [each for each in directories if fnmatchcase(root, _text(each.get("path")))]
        if met and not any(each.get("exclude") for each in met):
            parts = {f"path[{at}]": text for at, text in enumerate(root.split("/"))}
            parts |= {key.replace("path", "path.segments"): text for key, text in parts.items()}
            yield {"path": root, "path.path": root, "path.basename": posixpath.basename(root), **parts}


def _leaves(value: Json, prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, item in mapping_of(value).items():
        if isinstance(item, Mapping):
            yield from _leaves(item, f"{prefix}{key}.")
        elif isinstance(item, str | int):
            yield f"{prefix}{key}", str(item)


def _filled(text: str, fields: Mapping[str, str]) -> str:
    return _FIELD.sub(lambda found: fields.get(found[1], found[0]), text)


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""
