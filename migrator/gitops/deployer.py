"""What brings objects into a cluster: an Application of Argo CD, a Kustomization or a HelmRelease of Flux."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from migrator.model import Json, RepoPath, ResId, SourceSpan


class Tool(StrEnum):
    """The tools that deploy what a repository holds."""

    ARGO_CD = "argocd"
    FLUX = "flux"

    @property
    def product(self) -> str:
        """The name that people know it by."""
        return {Tool.ARGO_CD: "Argo CD", Tool.FLUX: "Flux"}[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class HelmOptions:
    """How a chart becomes objects."""

    release_name: str
    namespace: str = ""
    """The namespace of the release; nothing where that of the deployer's destination is meant."""
    value_files: tuple[str, ...] = ()
    """In the order in which they are merged, as they are written: relative to the chart, or `$ref/...` in Argo CD."""
    values: Mapping[str, Json] = field(default_factory=dict)
    """Written into the object itself, over those of the files."""
    parameters: tuple[tuple[str, str], ...] = ()
    include_crds: bool = True
    hooks: bool = True
    storage_namespace: str = ""
    post_renderers: tuple[Json, ...] = ()
    """Kustomize patches over what the chart renders (Flux)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KustomizeOptions:
    """What a deployer adds to the kustomization of its folder, in the fields of a kustomization."""

    fields: Mapping[str, Json] = field(default_factory=dict)
    """`images`, `namePrefix`, `patches`, `components`, `namespace`, `replicas`, ... as kustomize would be told them."""
    substitutions: Mapping[str, str] | None = None
    """What Flux puts in the place of `${NAME}` afterwards; None where it substitutes nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a deployer reads: a folder of a repository, or a chart of a chart repository."""

    repository: str
    """Its address, as it is written."""
    here: bool = False
    """Whether that is the repository which is migrated."""
    revision: str = ""
    path: str = ""
    """Folder below the repository, `.` for its top; empty for a chart of a chart repository."""
    chart: str = ""
    version: str = ""
    ref: str = ""
    """The name by which the value files of other sources call this one (Argo CD's `$ref`)."""
    helm: HelmOptions | None = None
    kustomize: KustomizeOptions | None = None
    recurse: bool = False
    """Whether the files of a folder without kustomization count that lie in its subfolders."""
    include: str = ""
    """Pattern of the files of such a folder that count; empty where all of them do."""
    exclude: str = ""
    """Pattern of those that do not count."""
    below: tuple[RepoPath, ...] = ()
    """The kustomizations that Flux takes in below a folder which has none itself."""

    @property
    def roots(self) -> tuple[RepoPath, ...]:
        """The kustomizations of this repository that it may deploy: its folder, and those below it."""
        return (RepoPath(self.path), *self.below) if self.here and self.path and not self.chart else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """When a deployer acts, and what it takes away."""

    automated: bool = False
    """Whether it acts by itself on every commit that it sees."""
    prune: bool = False
    """Whether it deletes what has left its sources."""
    self_heal: bool = False
    cascade: bool = False
    """Whether its own removal deletes what it deployed: Argo CD's finalizer, Flux' deletionPolicy, Helm's uninstall."""
    server_side: bool = False
    create_namespace: bool = False
    suspended: bool = False
    """Whether it rests until somebody wakes it (Flux)."""
    wait: bool = False
    """Whether it is ready only when its objects are (Flux)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployer:
    """One object that deploys; an ApplicationSet is each of the Applications that it generates."""

    tool: Tool
    id: ResId
    """Of the object itself."""
    environment: str = ""
    cluster: str = ""
    """Address or name of the cluster where its objects go; empty where that is not said."""
    namespace: str = ""
    """Where objects go that name no namespace."""
    moves: bool = False
    """Whether objects that name another namespace go there too (Flux' targetNamespace)."""
    project: str = ""
    sources: tuple[Source, ...] = ()
    policy: Policy = field(default_factory=Policy)
    depends_on: tuple[ResId, ...] = ()
    wave: int = 0
    made_by: ResId | None = None
    """The ApplicationSet that generates it."""
    delivered_by: ResId | None = None
    """The deployer whose sources hold this object (app-of-apps, a bootstrap Kustomization)."""
    root: RepoPath | None = None
    """The root that renders this object; None where it is read from its file."""
    tracking: str = ""
    """How its Argo CD knows its objects: `annotation`, `label` or `annotation+label`; empty where no file says it."""
    span: SourceSpan | None = None
    unknown: tuple[str, ...] = ()
    """What of it cannot be evaluated, in words for a person: plugins, generators that ask the network."""


def deployed_by(deployers: Iterable[Deployer]) -> Mapping[str, tuple[str, ...]]:
    """Environment -> kind and name of what deploys something of this repository there, sorted, each once."""
    found: dict[str, set[str]] = {}
    for each in deployers:
        if any(source.here and source.path for source in each.sources):
            found.setdefault(each.environment, set()).add(f"{each.id.kind} {each.id.name}")
    return {environment: tuple(sorted(names)) for environment, names in sorted(found.items())}


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """What an AppProject of Argo CD lets its Applications do; patterns as they are written."""

    id: ResId
    repositories: tuple[str, ...] = ()
    destinations: tuple[tuple[str, str], ...] = ()
    """Cluster (address or name) and namespace."""
    cluster_kinds: tuple[tuple[str, str], ...] = ()
    """Group and kind of the objects without namespace that are allowed."""
    namespaced_kinds: tuple[tuple[str, str], ...] | None = None
    """Group and kind of those in namespaces; None where all are."""
    root: RepoPath | None = None
    span: SourceSpan | None = None
