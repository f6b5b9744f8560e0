"""The typed structure of kustomizations: what includes, patches, generates and transforms what."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from migrator.model import Json, RepoPath, Resource, SourceSpan


class ReferenceKind(Enum):
    """What a text in a list of resources turned out to name."""

    FILE = "file"
    DIRECTORY = "directory"
    REMOTE = "remote"
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One entry that names a file, a folder or something remote."""

    text: str
    """As written."""
    field: str
    """The field that holds it, in kustomize's spelling; `bases` counts as `resources`."""
    kind: ReferenceKind
    path: RepoPath | None
    """Where it leads inside the repository, links followed; None for a remote one or one outside."""
    span: SourceSpan

    @property
    def remote(self) -> bool:
        return self.kind is ReferenceKind.REMOTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector:
    """The objects that a patch targets, as kustomize matches them: anchored regular expressions, empty matches all."""

    group: str = ""
    version: str = ""
    kind: str = ""
    name: str = ""
    namespace: str = ""
    labels: str = ""
    annotations: str = ""

    def matches(self, resource: Resource) -> bool:
        """Whether the object answers the selector by its final identity.

        Kustomize also tries the identities before namePrefix, nameSuffix and namespace; these are not known here, so a
        name or namespace that was rewritten on the way does not match.
        """
        gvk, res_id = resource.gvk, resource.id
        exact = ((self.group, gvk.group), (self.version, gvk.version), (self.kind, gvk.kind))
        if any(wanted and not _anchored(wanted, text) for wanted, text in exact):
            return False
        # kustomize compares with the effective namespace: none written means `default`
        places = (res_id.namespace, res_id.namespace or "default")
        if self.namespace and not any(_anchored(self.namespace, place) for place in places):
            return False
        if self.name and not _anchored(self.name, res_id.name):
            return False
        metadata = resource.body.get("metadata") or {}
        return _selected(self.labels, metadata.get("labels")) and _selected(
            self.annotations, metadata.get("annotations")
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PatchRef:
    """One patch of `patches`, `patchesStrategicMerge` or `patchesJson6902`."""

    field: str
    index: int
    """Position in that field, for an edit that removes it."""
    kind: str
    """`json6902` or `merge`; empty if the file is missing or does not parse."""
    file: RepoPath | None
    inline: str | None = dataclasses.field(repr=False)
    target: Selector | None
    subjects: tuple[Selector, ...] = ()
    """What the patch's own documents name, where there is no target."""
    span: SourceSpan

    def touches(self, resource: Resource) -> bool:
        """Whether the patch applies to the object (by its final identity, see `Selector.matches`)."""
        if self.target is not None:
            return self.target.matches(resource)
        return any(subject.matches(resource) for subject in self.subjects)


@dataclass(frozen=True, slots=True, kw_only=True)
class Generator:
    """One entry of configMapGenerator or secretGenerator."""

    kind: str
    """`ConfigMap` or `Secret`."""
    index: int
    name: str
    namespace: str
    behavior: str
    """create, merge or replace."""
    files: tuple[tuple[str, RepoPath | None], ...]
    """Key of the data -> file; the key of `files: [config/app.ini]` is `app.ini`."""
    literals: tuple[str, ...] = dataclasses.field(repr=False)
    envs: tuple[RepoPath | None, ...]
    type: str = ""
    options: Mapping[str, Json] = dataclasses.field(default_factory=dict)
    span: SourceSpan


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginRef:
    """One entry of generators, transformers or validators, with the configuration objects that it holds."""

    field: str
    reference: Reference | None
    """None for an inline configuration."""
    objects: tuple[tuple[str, str], ...]
    """(apiVersion, kind) of each configuration; empty for a folder, whose kustomization is included."""
    span: SourceSpan

    @property
    def external(self) -> tuple[str, ...]:
        """`apiVersion/kind` of each plugin that is not a builtin of kustomize: a program of somebody's, never run."""
        return tuple(f"{version}/{kind}" for version, kind in self.objects if version != "builtin")


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """One entry of `images`."""

    name: str
    new_name: str = ""
    new_tag: str = ""
    digest: str = ""
    tag_suffix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replica:
    """One entry of `replicas`."""

    name: str
    count: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartEntry:
    """An entry of `helmCharts`: kustomize renders the chart with helm, and takes its objects."""

    file: RepoPath
    """The kustomization file."""
    index: int
    name: str
    version: str
    """Empty where the chart that is there is meant."""
    repository: str
    """As written: a URL, or a folder."""
    release: str
    """Empty where it has none, or a template makes it."""
    namespace: str
    kube_version: str
    api_versions: tuple[str, ...]
    values_merge: str
    """`override`, `replace` or `merge`: what the values in the entry do to those of its file."""
    values_inline: Mapping[str, Json] = dataclasses.field(repr=False)
    values_file: RepoPath | None
    """None for the chart's own `values.yaml`."""
    more_values: tuple[RepoPath, ...]
    """Files of values over all others, each over those before it."""
    folder: RepoPath | None
    """Of the chart, where the repository holds it."""

    @property
    def place(self) -> tuple[RepoPath, int]:
        """The kustomization file, and the position in its list."""
        return self.file, self.index


@dataclass(frozen=True, slots=True, kw_only=True)
class Kustomization:
    """One kustomization file. `fields` holds everything in kustomize's own spelling; the rest is read out of it."""

    path: RepoPath
    """Its folder."""
    file: RepoPath
    kind: str
    """`Kustomization` or `Component`."""
    fields: Mapping[str, Json] = dataclasses.field(repr=False)
    resources: tuple[Reference, ...] = ()
    components: tuple[Reference, ...] = ()
    crds: tuple[Reference, ...] = ()
    configurations: tuple[Reference, ...] = ()
    patches: tuple[PatchRef, ...] = ()
    generators: tuple[Generator, ...] = ()
    plugins: tuple[PluginRef, ...] = ()
    images: tuple[Image, ...] = ()
    replicas: tuple[Replica, ...] = ()
    helm_charts: tuple[ChartEntry, ...] = ()
    inputs: tuple[Reference, ...] = ()
    """Every other file that it reads: patches, generator inputs, replacements, openapi, values of charts."""

    @property
    def references(self) -> tuple[Reference, ...]:
        """Everything that it names, in the order of the file's fields."""
        plugins = tuple(plugin.reference for plugin in self.plugins if plugin.reference is not None)
        return (*self.resources, *self.components, *self.crds, *self.configurations, *plugins, *self.inputs)


def _anchored(pattern: str, text: str) -> bool:
    try:
        return re.fullmatch(pattern, text) is not None
    except re.error:
        return pattern == text


def _selected(selector: str, labels: Json) -> bool:
    """Whether labels answer a Kubernetes label selector (`a=b`, `a!=b`, `a in (b,c)`, `a notin (b)`, `a`, `!a`)."""
    held = labels if isinstance(labels, dict) else {}
    return all(_requirement(part.strip(), held) for part in re.split(r",(?![^(]*\))", selector) if part.strip())


def _requirement(text: str, labels: Mapping[str, Json]) -> bool:
    if found := re.fullmatch(r"(\S+)\s+(in|notin)\s*\(([^)]*)\)", text):
        values = {value.strip() for value in found[3].split(",")}
        inside = found[1] in labels and str(labels[found[1]]) in values
        return inside == (found[2] == "in")
    if found := re.fullmatch(r"([^\s=!]+)\s*(==?|!=)\s*(\S*)", text):
        equal = found[1] in labels and str(labels[found[1]]) == found[3]
        return equal == (found[2] != "!=")
    return text[1:].strip() not in labels if text.startswith("!") else text in labels
