"""What a signature says about a chart, and the evidence that matching it yields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from migrator.model import RepoPath, ResId

CATEGORIES = (
    "monitoring",
    "logging",
    "security",
    "databases",
    "messaging",
    "service-mesh",
    "networking",
    "storage",
    "gitops",
    "core",
)

FULLNAME = "{fullname}"
RELEASE = "{release}"
NAMESPACE = "{namespace}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One observed fact for (or, with a negative weight, against) a chart."""

    kind: str
    """chart-label, source-comment, chart-file, release-url, release-manifest, crd, image, label, called, container,
    argument, port, name or pod."""
    detail: str
    weight: float
    resource: ResId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagePattern:
    """An image repository that the chart runs, without registry and tag."""

    repository: str
    weight: float = 1.0
    """How much the chart is this image: 1 for what it exists to run, less for sidecars and helpers."""
    is_app_version: bool = False
    """The tag is the chart's appVersion, a leading `v` and a build suffix aside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectPattern:
    """The name of one object that the chart makes; `{fullname}`, `{release}` and `{namespace}` stand for themselves."""

    kind: str
    name: str
    core: bool = False
    """Every version learned from makes it at its defaults, and it runs pods."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerPattern:
    """A container by name, with the ports and the flags that the chart gives it."""

    name: str
    ports: tuple[int, ...] = ()
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PodPattern:
    """Fields of a pod's spec that a generic chart writes into every pod that it makes."""

    fields: tuple[str, ...]
    weight: float = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """How one chart of one publisher is recognised. Facts learned from renders, correctable by a person."""

    chart: str
    repository: str
    category: str
    learned_from: tuple[str, ...] = ()
    """Chart versions, newest first."""
    fullname: str = "{release}-{chart}"
    """What the chart calls its objects where the release name does not contain the chart's name."""
    images: tuple[ImagePattern, ...] = ()
    crds: tuple[str, ...] = ()
    """Full names: `certificates.cert-manager.io`."""
    objects: tuple[ObjectPattern, ...] = ()
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    containers: tuple[ContainerPattern, ...] = ()
    pods: tuple[PodPattern, ...] = ()
    """Of a generic chart, the most telling first."""
    ports: tuple[int, ...] = ()
    """Ports of the chart's services."""
    subcharts: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    """Other names that the chart gives itself in its chart label."""
    upstream: tuple[str, ...] = ()
    """Source repositories of what the chart installs, as `github.com/owner/name`."""
    version_label: str = ""
    """What `app.kubernetes.io/version` holds: `app`, `chart`, or nothing known."""
    is_generic: bool = False
    """A chart for any application (app-template): its own labels and the shape of its pods tell, never what it runs."""
    successor: str = ""
    """The chart to use in the place of a deprecated one."""
    source: RepoPath | None = None
    """The rule file."""

    @property
    def id(self) -> str:
        """The chart's name, with the repository where several publishers share the name."""
        return f"{self.chart} {self.repository}" if self.repository else self.chart
