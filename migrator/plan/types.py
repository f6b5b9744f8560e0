"""The plan as a value: what is decided, from which inputs, and what it would do to the repository."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from migrator.charts.types import ChartRef
from migrator.classify.types import ChartCandidate, Evidence
from migrator.diagnostics import Diagnostics
from migrator.inference.types import ReleaseOptions, Residual, SplitValues
from migrator.model import Difference, Impact, Json, KeyPath, ReleaseContext, RepoPath, ResId
from migrator.plan.renames.unhashed import NamedGenerator
from migrator.signatures.manifests import Upstream


class Decision(Enum):
    """What happens to a component, as docs/glossary.md explains to users."""

    ADOPT = "adopt"
    ADOPT_WITH_PATCHES = "adopt-with-patches"
    PROPOSE = "propose"
    KEEP = "keep"


@dataclass(frozen=True, slots=True, kw_only=True)
class PostRenderPatch:
    """A JSON 6902 patch (RFC 6902 operations) that pins a residual of one resource."""

    target: ResId
    version: str
    operations: tuple[Mapping[str, Json], ...] = field(repr=False)
    """In order; `{"$patch": "delete"}` alone removes the object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentPlan:
    """The decision on one component, with everything that it rests on."""

    id: str
    decision: Decision
    reason: str
    """One sentence: why this decision; for `propose` what stands against it."""
    category: str
    environments: tuple[str, ...]
    members: Mapping[str, tuple[ResId, ...]]
    """environment -> resources that move to the release (companions are not among them)."""
    context: ReleaseContext
    """Of its release, as far as it is known; empty texts where it is not."""
    confidence: float = 0.0
    evidence: tuple[Evidence, ...] = ()
    upstream: Upstream | None = None
    """The release manifest that its objects come from: product, version, and what differs from the chart by design."""
    chart: ChartRef | None = None
    chart_digest: str = ""
    successor: str = ""
    """What takes the chart's place where it is deprecated."""
    rivals: tuple[ChartCandidate, ...] = ()
    """Other charts, or other publishers of this one, that the objects may as well be from."""
    values: SplitValues = field(default_factory=SplitValues)
    residual: tuple[Residual, ...] = ()
    companions: Mapping[str, tuple[ResId, ...]] = field(default_factory=dict)
    differences: Mapping[str, tuple[Difference, ...]] = field(default_factory=dict)
    """environment -> what would change, allowed ones with the id of their allowance; without what patches pin."""
    patches: Mapping[str, tuple[PostRenderPatch, ...]] = field(default_factory=dict)
    undone: Mapping[str, tuple[Difference, ...]] = field(default_factory=dict)
    """environment -> what the patches take back: what would change if they went."""
    transforms: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    """environment -> fields of the post-render kustomization that give every object the same, beside the patches."""
    followed: Mapping[str, KeyPath] = field(default_factory=dict)
    """Image (`name:tag`) that image automation follows -> the value that gives it its tag, or is it."""
    options: ReleaseOptions = field(default_factory=ReleaseOptions)
    left_out: Mapping[str, tuple[ResId, ...]] = field(default_factory=dict)
    """environment -> the companions that are the chart's own, but that options or values keep out of the release."""
    impact: Impact = Impact.NONE
    unhashed: tuple[NamedGenerator, ...] = ()
    """Generators whose hash must go, as a release names their objects."""
    blocked_by: tuple[Difference, ...] = ()
    """Of a proposal: what nothing admits and no patch undoes, over all environments."""
    next: str = ""
    """Of a proposal: the command that goes on; empty where none would help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentPlan:
    """One environment: its roots at the baseline and whether they built."""

    roots: tuple[RepoPath, ...]
    status: str
    """`built` or `failed`."""
    reason: str = ""
    deployed_by: tuple[str, ...] = ()
    """Kind and name of the objects of Argo CD and Flux that deploy something of it from here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One file operation of the plan, and the component (or step) that causes it."""

    action: str
    """create, edit, delete or move."""
    path: RepoPath
    cause: str
    source: RepoPath | None = None
    """Where a moved file was."""
    added: int = 0
    """Lines that come."""
    removed: int = 0
    """Lines that go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StagePlan:
    """One of the commits in which objects change hands."""

    number: int
    total: int
    name: str
    does: str
    changes: tuple[Change, ...]
    """Of files, after the stage before."""
    by_hand: tuple[str, ...] = ()
    """What somebody has to do once it is merged."""
    check: tuple[str, ...] = ()
    """Commands that show whether it is applied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PinnedComponent:
    """What the patches of a component that is adopted keep from changing."""

    id: str
    environments: tuple[str, ...]
    """Those in which patches stand behind its release."""
    differences: Mapping[str, tuple[Difference, ...]]
    """environment -> what would change if the patches went; judged by refusals alone."""
    next: str
    """The command that drops the least of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything `plan` reports and `apply` needs."""

    complete: bool
    """False when some root did not build or some component could not be judged."""
    environments: Mapping[str, EnvironmentPlan]
    components: tuple[ComponentPlan, ...]
    changes: tuple[Change, ...] = ()
    stages: tuple[StagePlan, ...] = ()
    """The commits in which a GitOps tool may see the changes; none where no tool was chosen."""
    pinned: tuple[PinnedComponent, ...] = ()
    """What was adopted by an earlier run and is held by patches."""
    diagnostics: Diagnostics = ()
    next: str = ""
    """The command that goes on; empty where nobody need do anything."""
    inputs: Mapping[RepoPath, str] = field(default_factory=dict)
    """Digest of every file that the plan rests on."""
    kube_version: str = ""
    """The version of Kubernetes that every release of the plan is rendered for."""
