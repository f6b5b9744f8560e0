"""What goes into values inference and what comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from migrator.compare import ALL, Equivalences
from migrator.model import KUBE_VERSION, Difference, Json, KeyPath, ReleaseContext, ResId, Resource

Place = tuple[ResId, KeyPath]
"""An object, and where in it."""

if TYPE_CHECKING:
    from migrator.charts.types import ChartArchive


class ResidualClass(Enum):
    """Why a difference remains, as docs/reference.md explains to users."""

    NOT_IN_CHART = "not-in-chart"  # companion
    POST_PROCESSING = "post-processing"  # a label added to or stripped from everything
    GENERATED = "generated"  # differs between two renders of the same input
    INEXPRESSIBLE = "inexpressible"
    REFUSED = "refused"  # a value makes it right, and something else wrong
    NOT_FOUND = "not-found-within-budget"


def dotted(path: KeyPath) -> str:
    """A place in values as people write it: `auth.password`, `tls."ca.crt"`, `hosts.0`."""
    return ".".join(f'"{key}"' if isinstance(key, str) and "." in key else str(key) for key in path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """Assignments that the search rendered and took back."""

    values: tuple[tuple[KeyPath, Json], ...] = field(repr=False)
    """Path -> value, a long one in words; a path that begins with `@` is not a value but the release's."""
    farther: float
    """By how many fields the render was farther from the target than without them; 0 where nothing came of it."""
    brings: str = ""
    """Of values that make the place right: what is wrong with them instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Residual:
    """A difference between the target and the best render that no value found explains."""

    environment: str
    resource: ResId
    path: KeyPath
    cls: ResidualClass
    pins: tuple[tuple[KeyPath, ...], ...] = ()
    """Of what is generated: the values of the chart that would pin it, each way with those that it takes together."""
    tried: tuple[Attempt, ...] = ()
    target_path: KeyPath | None = None
    """The path by the indexes of the target, where a list of it lacks the item; None: `path`."""

    @property
    def pin_names(self) -> list[list[str]]:
        """The pins as people write them."""
        return [[dotted(path) for path in pin] for pin in self.pins]

    @property
    def pinned_by(self) -> str:
        """`auth.password or tls.cert with tls.key`; empty where nothing is known to pin it."""
        return " or ".join(map(" with ".join, self.pin_names))


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitValues:
    """Values of a chart: what all environments share, and what each adds (lists whole, fact D4)."""

    common: Mapping[str, Json] = field(default_factory=dict, repr=False)
    environments: Mapping[str, Mapping[str, Json]] = field(default_factory=dict, repr=False)
    notes: tuple[tuple[KeyPath, str], ...] = ()
    """Path of a value that does not explain itself, and one line about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseOptions:
    """What a deployer is told beside the values."""

    include_crds: bool = True
    """Whether the objects of `crds/` come from the chart, which no post-renderer sees (fact C1)."""
    hooks: str = "run"
    """`run`, or `skip`: the release is installed without the chart's hooks."""
    reasons: tuple[str, ...] = ()
    """One sentence for each option that is not the default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Where a search may begin: an answer to nearly the same question."""

    context: ReleaseContext
    values: Mapping[str, Mapping[str, Json]]
    """environment -> overrides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedImage:
    """An image whose tag image automation writes: that needs a line of its own in the values."""

    image: str
    """`name:tag`."""
    environments: tuple[str, ...]
    """Those whose files the automation writes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InferenceRequest:
    """One chart and what it must render in each environment."""

    chart: ChartArchive
    targets: Mapping[str, tuple[Resource, ...]]
    """environment -> the component's resources in that environment."""
    release: str | None = None
    namespace: str | None = None
    kube_version: str = KUBE_VERSION
    kube_is_given: bool = False
    """Whether somebody has said the version; otherwise the search may find another one."""
    api_versions: tuple[str, ...] = ()
    as_dependency: bool = False
    """Whether the chart will be rendered as the dependency of an umbrella, where Helm drops its null defaults."""
    has_post_render: bool = False
    """Whether a kustomization may render what the chart prints: what it can put on every object needs no values."""
    include_crds: bool | None = None
    """Whether the objects of `crds/` belong to the release, where that is settled."""
    can_skip_hooks: bool = True
    """Whether the deployer can leave hooks out; Argo CD cannot (fact A4)."""
    knows_hooks: bool = True
    """Whether what applies the targets takes those for hooks that say so: to others they are plain objects."""
    holds_objects: bool = True
    """Whether values may hold whole objects, where a list of the chart prints any; else those stay beside it."""
    followed: tuple[FollowedImage, ...] = ()
    budget: float = 60.0
    """Seconds of processor time to search over all environments: what is found does not depend on what else the
    machine does. The verdict is not counted."""
    others: tuple[ChartArchive, ...] = ()
    """Further charts, in the order of preference, that may have made the targets: the one that fits best is taken."""
    are_stand_ins: bool = False
    """Whether all of them stand in for one that is not at hand, the nearest first: a farther one is taken where it fits
    clearly better."""
    start: Start | None = None
    equivalences: Equivalences = ALL
    """By which two ways of writing are the same to a cluster."""
    first_values: tuple[Mapping[str, Json], ...] = field(default=(), repr=False)
    """Values that somebody may have rendered the targets with, likeliest first: where the search begins if they fit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inference:
    """The best answer found, judged by the helm binary from values files as they will be written."""

    context: ReleaseContext
    """Of Kubernetes' version and APIs what the request says, and what the search found."""
    values: SplitValues
    rendered: Mapping[str, tuple[Resource, ...]]
    """environment -> what the helm binary renders with these values and options, test hooks left out."""
    differences: Mapping[str, tuple[Difference, ...]]
    """environment -> target against rendered, companions left out; empty where they are the same to a cluster."""
    residual: tuple[Residual, ...]
    companions: Mapping[str, tuple[ResId, ...]]
    """environment -> resources of the target that the chart does not make."""
    options: ReleaseOptions = field(default_factory=ReleaseOptions)
    left_out: Mapping[str, tuple[ResId, ...]] = field(default_factory=dict)
    """environment -> the companions that options or values keep out of the release: the chart's own CRDs and hooks."""
    written_differently: Mapping[str, tuple[Place, ...]] = field(default_factory=dict)
    """environment -> where objects that are the same to a cluster are not written alike; only those that have any."""
    renders: int
    seconds: float
    engine: Mapping[str, str]
    chart_digest: str = ""
    """Of the chart that the answer is about."""
    followed: Mapping[str, KeyPath] = field(default_factory=dict)
    """Followed image -> the value that gives it its tag, or is it, with a line of its own."""
    refusals: Mapping[str, str] = field(default_factory=dict)
    """environment -> why helm refuses even these values. `rendered` is then what the templates that do render print."""

    @property
    def identical(self) -> bool:
        """Whether the render is the target: every object of it, no more, no less, and every field as it is written."""
        return self.equivalent and not any(self.written_differently.values())

    @property
    def equivalent(self) -> bool:
        """Whether a cluster would hold the same objects of both."""
        return not self.refusals and not any(self.differences.values()) and not any(self.companions.values())
