"""`.migrate/lock.yaml`: the recipe by which anyone re-renders every environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from migrator.model import Json, LeftOut, ReleaseContext, RepoPath

LOCK_PATH = RepoPath(".migrate/lock.yaml")


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedRelease:
    """One Helm release of one environment."""

    component: str
    context: ReleaseContext
    """The version of Kubernetes is the lock's, the same for all of its releases."""
    path: RepoPath
    """Folder of the umbrella chart."""
    name: str
    """Of the public chart, the umbrella's one dependency."""
    version: str
    repository: str
    digest: str
    values: tuple[str, ...]
    """Relative to path, in order."""
    include_crds: bool = True
    hooks: str = "run"
    post_render: str | None = None

    @property
    def order(self) -> tuple[str, str, str]:
        """What the releases of an environment are sorted by."""
        return self.component, self.context.namespace, self.context.release


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class LockedDeployer:
    """An object of a GitOps tool that deploys a part of an environment."""

    tool: str
    kind: str
    name: str
    file: RepoPath
    """The file that holds it."""
    component: str = ""
    """Whose release it deploys; empty where it deploys a kustomization."""
    root: RepoPath | None = None
    """The kustomization that it deploys; beside a component the one that inflates its chart."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class LockedOwner(LockedDeployer):
    """What deployed before what moves."""

    before: Mapping[str, Json] = field(default_factory=dict, hash=False)
    """Field that the first stage changes (`spec.prune`) -> what it said; null where it was not there."""
    is_leaving: bool = False
    """Whether nothing is left for it to deploy, so that the last stage takes it out of the repository."""
    namespace: str = ""
    """Where it lives; empty where that is with all others."""
    environments: tuple[str, ...] = ()
    """Those that it deploys, sorted."""


PROTECT, SWITCH, CLEAN_UP = "protect", "switch", "clean-up"
STAGES = (PROTECT, SWITCH, CLEAN_UP)
"""The names that the stages of a change of hands have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """How far the change of hands has come."""

    tool: str
    stage: int
    """The last stage whose files are written, counted from 1."""
    stages: tuple[str, ...]
    """The names of all."""
    namespace: str = ""
    """Where the tool's own objects live."""
    owners: tuple[LockedOwner, ...] = ()
    """What deployed before what moves."""
    roots: tuple[RepoPath, ...] = ()
    """Files that somebody applies by hand, as nothing delivers them."""
    releases: tuple[str, ...] = ()
    """What the Kustomizations of Flux are called that deploy the new HelmReleases, sorted."""
    elsewhere: tuple[str, ...] = ()
    """Environments that objects of another repository deployed before, sorted."""
    undeployed: tuple[RepoPath, ...] = ()
    """Kustomizations and charts of what nothing deployed before, and nothing does after, sorted."""
    is_finished: bool = False
    """Whether the way back was given up."""
    base: str = ""
    """The commit before the first stage, where the baseline of the lock has moved on since."""

    @property
    def following(self) -> str:
        """The name of the stage that is to be written next; empty after the last one."""
        return self.stages[self.stage] if self.stage < len(self.stages) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedEnvironment:
    """What was deployed before, and what is deployed after."""

    before: tuple[RepoPath, ...]
    kustomize: tuple[RepoPath, ...]
    helm: tuple[LockedRelease, ...]
    namespaces: Mapping[RepoPath, str] = field(default_factory=dict)
    """Root, of before or after -> where its objects go that name no namespace, where there are any."""
    left_out: Mapping[RepoPath, LeftOut] = field(default_factory=dict)
    """Root -> what it was built without when it was proved, where that is anything."""
    deployed_by: tuple[LockedDeployer, ...] = ()
    """What deploys its releases and kustomizations, where a tool was chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedComponent:
    """The decision as it was proved."""

    decision: str
    resources: int
    allowances: tuple[str, ...] = ()
    companions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """environment -> its objects that stay in Kustomize."""
    references: tuple[str, ...] = ()
    """Objects across the border that it named, or that named it, when it was proved: its own and those of others."""
    unhashed: tuple[str, ...] = ()
    """Objects that lost the hash in their names for it, as they are called without."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """The whole lock file."""

    commit: str | None
    tree: str
    engines: Mapping[str, str]
    """kustomize, helm, kubeVersion."""
    environments: Mapping[str, LockedEnvironment]
    components: Mapping[str, LockedComponent] = field(default_factory=dict)
    staying: Mapping[str, str] = field(default_factory=dict)
    """Recognised component without a release -> what was decided when the repository was migrated: propose or keep."""
    verdict: str = ""
    proof_digest: str = ""
    handover: Handover | None = None
    """Where the change of hands stands; None where no tool was chosen."""
    rendered: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """environment -> part (a kustomize root, or `release:NAMESPACE/NAME`) -> digest of what it rendered when proved.

    A further release of one name in one namespace has its folder behind it, in parentheses.
    """
    deploying: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Folder -> object of a GitOps tool, or all else that is deployed from there as it is -> digest of what it said."""
    is_as_written: bool = field(default=True, compare=False)
    """Whether its file holds what was written there; an older version left no checksum."""

    @property
    def begun_at(self) -> str | None:
        """The commit before the first stage of its change of hands, else its baseline."""
        return (self.handover.base if self.handover is not None else "") or self.commit

    @property
    def left_out(self) -> Mapping[RepoPath, LeftOut]:
        """Root -> what it was built without."""
        return {root: held for each in self.environments.values() for root, held in each.left_out.items()}

    @property
    def unhashed(self) -> Mapping[str, tuple[str, ...]]:
        """Object that lost the hash in its name -> the components for which it did."""
        owned = [(each, name) for name, held in sorted(self.components.items()) for each in held.unhashed]
        return {each: tuple(name for own, name in owned if own == each) for each, _ in sorted(owned)}

    @property
    def namespaces(self) -> Mapping[RepoPath, str]:
        """Root -> where its objects go that name no namespace."""
        return {root: name for each in self.environments.values() for root, name in each.namespaces.items()}
