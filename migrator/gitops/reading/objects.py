"""The objects of Argo CD and Flux in a repository: as a root renders them, else as their file has them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from migrator.diagnostics import MigrateError
from migrator.discover import Index
from migrator.load import Kustomization, Kustomizations
from migrator.model import Json, RepoPath, ResId, Resource, SourceSpan, mapping_of, resource_of
from migrator.yamlio import Dialect, read_documents

ARGO_CD = "argoproj.io"
KUSTOMIZE = "kustomize.toolkit.fluxcd.io"
HELM = "helm.toolkit.fluxcd.io"
SOURCE = "source.toolkit.fluxcd.io"
GROUPS = frozenset({ARGO_CD, KUSTOMIZE, HELM, SOURCE})

SECRET_TYPE = "argocd.argoproj.io/secret-type"  # noqa: S105 - the name of a label
"""The label by which a Secret says that it describes a cluster (Argo CD documentation, Declarative Setup, Clusters)."""
SETTINGS = "argocd-cm"
_MAX = 1 << 20
_YAML = (".yaml", ".yml")
_MAY = re.compile(
    rb"""apiVersion["']?:\s*["']?(?:[\w-]+\.)*(?:argoproj|fluxcd)\.io/|argocd\.argoproj\.io/secret-type|\bargocd-cm\b"""
)
_CHART_FILE = "Chart.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """What a root renders."""

    root: RepoPath
    environment: str
    resources: Sequence[Resource] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An object, and where it was found."""

    id: ResId
    body: Mapping[str, Json] = field(repr=False)
    span: SourceSpan | None = None
    root: RepoPath | None = None
    """The root that renders it."""
    environment: str = ""
    """Of that root."""

    @property
    def spec(self) -> Mapping[str, Json]:
        return mapping_of(self.body.get("spec"))

    def is_a(self, group: str, kind: str) -> bool:
        return (self.id.group, self.id.kind) == (group, kind)

    @property
    def metadata(self) -> Mapping[str, Json]:
        return mapping_of(self.body.get("metadata"))


def find_objects(
    index: Index, rendered: Iterable[Rendered] = (), kustomizations: Kustomizations | None = None
) -> tuple[Found, ...]:
    """Every object of the two tools, cluster Secrets and settings of Argo CD among them, sorted by where it is from.

    What a rendered root reads is there as it is rendered, whatever its files say; a file of patches is no object.
    """
    documents = {index.resolve(path): _documents(index.read(path), path) for path in _files(index)}
    found: list[Found] = []
    every = kustomizations.by_path.values() if kustomizations is not None else ()
    read: set[RepoPath] = {path for held in every for path in _not_resources(held)}
    for each in rendered:
        read.update(kustomizations.reach(each.root).files if kustomizations is not None else ())
        for resource in each.resources:
            if _is_wanted(resource):
                span = _span(resource, documents)
                found.append(_found(resource, span, each.root, each.environment))
    for path, held in documents.items():
        if path not in read:
            found += [_found(each, SourceSpan(path=path, line=line)) for each, line in held if not _is_part(each)]
    return tuple(sorted(found, key=lambda each: (each.root or "", str(each.id), str(each.span or ""))))


def _found(resource: Resource, span: SourceSpan | None, root: RepoPath | None = None, environment: str = "") -> Found:
    return Found(id=resource.id, body=resource.body, span=span, root=root, environment=environment)


def _files(index: Index) -> Iterator[RepoPath]:
    """The files that may hold such objects; templates of charts are none."""
    charts = tuple(f"{path.removesuffix(_CHART_FILE)}templates/" for path in index.files if path.endswith(_CHART_FILE))
    for path, entry in sorted(index.files.items()):
        if not path.endswith(_YAML) or entry.size > _MAX:
            continue
        if entry.link is not None and index.resolve(path).endswith(_YAML):
            continue  # it is read where it lies
        if index.submodule_of(path) is None and not path.startswith(charts) and may_hold_objects(index.read(path)):
            yield path


def may_hold_objects(data: bytes) -> bool:
    """Whether a text may hold an object of the two tools."""
    return _MAY.search(data) is not None


def _documents(data: bytes, path: RepoPath) -> tuple[tuple[Resource, int], ...]:
    with suppress(MigrateError):
        held = read_documents(data, dialect=Dialect.SIGS, path=path)
        objects = [(resource_of(body), each.line) for each in held for body in items_of(each.value)]
        return tuple((resource, line) for resource, line in objects if _is_wanted(resource))
    return ()


def items_of(value: Json) -> Iterator[Mapping[str, Json]]:
    """The objects of a document: those of a list, else the one that it is; none where it is no map."""
    body = mapping_of(value)
    items = body.get("items")
    if str(body.get("kind") or "").endswith("List") and isinstance(items, list):
        yield from map(mapping_of, items)
    elif body:
        yield body


def _is_wanted(resource: Resource) -> bool:
    if resource.gvk.group in GROUPS:
        return bool(resource.id.name)
    labels = mapping_of(mapping_of(resource.body.get("metadata")).get("labels"))
    if (resource.gvk.group, resource.gvk.kind) == ("", "Secret"):
        return labels.get(SECRET_TYPE) == "cluster"
    return (resource.gvk.group, resource.gvk.kind) == ("", "ConfigMap") and resource.id.name == SETTINGS


def _is_part(resource: Resource) -> bool:
    """Whether it is a part of an object, as a patch has it: what its kind requires is not there."""
    required = {
        (ARGO_CD, "Application"): ("source", "sources", "sourceHydrator"),
        (ARGO_CD, "ApplicationSet"): ("generators",),
        (KUSTOMIZE, "Kustomization"): ("sourceRef",),
        (HELM, "HelmRelease"): ("chart", "chartRef"),
    }.get((resource.gvk.group, resource.gvk.kind))
    return required is not None and not mapping_of(resource.body.get("spec")).keys() & set(required)


def _span(resource: Resource, documents: Mapping[RepoPath, Sequence[tuple[Resource, int]]]) -> SourceSpan | None:
    """The place in its file: by kind and name, else (a prefix was put before it) by the kind alone."""
    if resource.origin is None:
        return None
    path = resource.origin.path
    kinds = [(held.id, line) for held, line in documents.get(path, ()) if held.gvk.kind == resource.gvk.kind]
    named = [line for held, line in kinds if held.name == resource.id.name] or [line for _, line in kinds]
    return SourceSpan(path=path, line=named[0] if len(named) == 1 else 0)


def _not_resources(held: Kustomization) -> Iterator[RepoPath]:
    """Files that a kustomization reads and that are no objects of its own: patches, configurations, generated data."""
    for reference in (*held.inputs, *held.configurations):
        if reference.path is not None:
            yield reference.path
