"""What one environment renders, part by part: who renders it, from which input, by which command."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from migrator.diagnostics import Diagnostic, Diagnostics
from migrator.gitops.deployer import Deployer
from migrator.model import NOTHING_LEFT_OUT, KeyPath, LeftOut, ReleaseContext, RepoPath, ResId, Resource


class Owner(Enum):
    """Which tool applies an object."""

    KUSTOMIZE = "kustomize"
    HELM = "helm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One rendering within an environment: a kustomize root, or a Helm release."""

    owner: Owner
    path: RepoPath
    """The root's directory, or the folder of the umbrella chart."""
    resources: tuple[Resource, ...]
    """Objects without a namespace are as the engine printed them; `Rendering.resources` places them."""
    component: str = ""
    context: ReleaseContext | None = None
    """Of the release; kustomize roots have none."""
    namespace: str = ""
    """Where the deployer of a kustomize root puts objects that name no namespace; empty where that is not known."""
    chart: str = ""
    """`name version` of the public chart, as it was rendered."""
    chart_digest: str = ""
    knows_hooks: bool = False
    """Whether what deploys a kustomize root runs hooks: Argo CD does (fact A4), kubectl and Flux do not."""
    inflates: bool = False
    """Whether it is a kustomize root that inflates charts."""
    inflated: Mapping[str, str] = field(default_factory=dict)
    """`name version` -> digest of the charts that a kustomize root inflates and the repository does not hold."""
    stand_ins: tuple[RepoPath, ...] = ()
    """Files that its generators name and the tree does not hold: empty ones were read in their place."""
    left_out: LeftOut = NOTHING_LEFT_OUT
    """What the root was built without."""
    command: str = ""
    """What anyone can type at the root of the repository."""
    inputs: Mapping[RepoPath, str] = field(default_factory=dict)
    """Digest of each file that was read, as far as it is known."""
    generated: tuple[tuple[ResId, KeyPath], ...] = ()
    """Places that differ between two renders of the same input (fact D1); an empty path is the whole object."""
    problem: Diagnostic | None = None
    """Why it could not be rendered; `resources` is empty then."""

    @property
    def key(self) -> str:
        """The name of the part within its environment, as the lock keeps it: the root, or `release:NAMESPACE/NAME`."""
        context = self.context
        return f"release:{context.namespace}/{context.release}" if context is not None else str(self.path)

    @property
    def label(self) -> str:
        """How a person calls it: `overlays/prod` or `release monitoring (infrastructure/...)`."""
        return f"release {self.context.release} ({self.path})" if self.context is not None else str(self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """Everything that one environment renders."""

    environment: str
    parts: tuple[Part, ...]
    deployers: tuple[Deployer, ...] = field(default=(), repr=False)
    """What deploys anything of the tree, where that was asked."""

    @property
    def resources(self) -> tuple[Resource, ...]:
        """All objects, in the order of the parts."""
        return tuple(resource for part in self.parts for resource in part.resources)

    @property
    def problems(self) -> Diagnostics:
        """Why parts are missing."""
        return tuple(part.problem for part in self.parts if part.problem is not None)

    @property
    def left_out(self) -> Mapping[RepoPath, LeftOut]:
        """Root -> what it was built without."""
        return {part.path: part.left_out for part in self.parts if part.left_out}

    @property
    def generated(self) -> frozenset[tuple[ResId, KeyPath]]:
        return frozenset(place for part in self.parts for place in part.generated)


def rendering_of(environment: str, resources: Sequence[Resource], path: str = ".") -> Rendering:
    """A rendering by one kustomize root: for resources that are already at hand."""
    return Rendering(
        environment=environment,
        parts=(Part(owner=Owner.KUSTOMIZE, path=RepoPath(path), resources=tuple(resources)),),
    )


def digest_text(lines: Iterable[str]) -> str:
    """`sha256:` over the lines, each closed by a line feed."""
    hasher = hashlib.sha256()
    for line in lines:
        hasher.update(line.encode())
        hasher.update(b"\n")
    return f"sha256:{hasher.hexdigest()}"


def digest_json(value: object) -> str:
    """`sha256:` of the value as sorted, compact JSON."""
    return digest_text([json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)])
