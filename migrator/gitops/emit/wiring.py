"""From which address a repository is deployed, to which clusters, and how careful: what is said, else what is there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from migrator.diagnostics import Diagnostic, Diagnostics, Severity
from migrator.discover import CONFIG_PATH, DeployedEnvironment, GitOps, Index
from migrator.engines import default_branch, git_prefix, remote_urls
from migrator.gitops.deployer import Deployer, Project, Tool
from migrator.gitops.emit.flux_versions import NEWEST, OLDEST, Version, installed
from migrator.gitops.reading import own_repositories
from migrator.model import RepoPath, SourceSpan, without_credentials

IN_CLUSTER = "https://kubernetes.default.svc"
"""How Argo CD calls the cluster that it runs in."""
UNKNOWN = "https://git.example.invalid/repository.git"
"""Stands for the address that nobody knows; the domain `invalid` never exists (RFC 2606)."""

_SCHEME = re.compile(r"(https?|ssh|git)://([^/@]*@)?(.+)")
_SCP = re.compile(r"([\w.-]+@)?([\w.-]+):(?!/)(.+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """What every emitted object has to know."""

    tool: Tool
    repository: str
    revision: str
    revisions: Mapping[str, str] = field(default_factory=dict)
    """Environment -> the branch or tag at which it is deployed already; what is new follows it."""
    prefix: str = ""
    """Folder of the git repository in which the migrated one lies, with a slash behind it; empty for its top."""
    gitops: GitOps = field(default_factory=GitOps)

    flux: Version = NEWEST
    """Which Flux serves the objects."""
    is_handed_over: bool = False
    """Whether others deploy today what moves: until the handover is finished nobody prunes or heals (ADR 20)."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Environment -> what the source of the repository is called that is there already (Flux)."""
    released: Mapping[str, RepoPath] = field(default_factory=dict)
    """Environment -> the folder of the HelmReleases that are there already (Flux)."""
    entries: Mapping[str, tuple[RepoPath | None, ...]] = field(default_factory=dict)
    """Environment -> the folder of files that is deployed already, in each of its clusters: what is new goes there.

    None where one of the clusters has none.
    """

    taken: frozenset[tuple[str, str]] = frozenset()
    """Kind and name of what deploys already."""

    def free(self, kind: str, name: str) -> str:
        """The name, with a number behind it where what deploys already is called so: it would become another object."""
        return name if (kind, name) not in self.taken else f"{name}-2"

    @property
    def namespace(self) -> str:
        """Where the tool's own objects live."""
        return self.gitops.argocd.namespace if self.tool is Tool.ARGO_CD else self.gitops.flux.namespace

    @property
    def uses_chart(self) -> bool:
        """Whether releases name the public chart, and not the umbrella chart."""
        return (self.gitops.argocd if self.tool is Tool.ARGO_CD else self.gitops.flux).source == "chart"

    def cluster(self, environment: str) -> str:
        """The cluster of an environment as migrate.yaml says it; empty where it does not."""
        said = self.gitops.environments.get(environment)
        return said.cluster if said is not None else ""

    def revision_of(self, environment: str) -> str:
        """The branch or tag at which an environment is deployed; all of them where it has no name."""
        own = set(self.revisions.values()) if not environment else {self.revisions.get(environment, self.revision)}
        return own.pop() if len(own) == 1 else self.revision

    def is_automated(self, environment: str) -> bool:
        """Whether the tool acts by itself there; what nobody says is the careful no."""
        said = self.gitops.environments.get(environment)
        return said is not None and bool(said.automated)


def wiring_of(tool: Tool, gitops: GitOps, index: Index) -> tuple[Wiring, Diagnostics]:
    """The wiring of a repository; with MIG660 where nothing says by which address the tool reaches it."""
    remotes = remote_urls(index.root) if index.git.is_repo else {}
    found = gitops.repo_url or next(_addresses(index, remotes), "")
    wiring = Wiring(
        tool=tool,
        repository=_as_read(found, tool) or UNKNOWN,
        revision=gitops.revision or (default_branch(index.root) if index.git.is_repo else "") or "main",
        prefix=git_prefix(index.root) if index.git.is_repo else "",
        gitops=gitops,
    )
    notes = () if found else (_unknown(),)
    if tool is Tool.FLUX:
        version, span = installed(index) or (NEWEST, None)
        if gitops.flux.version is not None:
            version, span = gitops.flux.version, SourceSpan(path=CONFIG_PATH)
        wiring = replace(wiring, flux=version)
        notes = notes if version >= OLDEST else (*notes, _too_old(version, span))
    return wiring, notes


def _too_old(version: Version, span: SourceSpan | None) -> Diagnostic:
    return Diagnostic(
        code="MIG663",
        severity=Severity.WARNING,
        summary=f"Flux {version[0]}.{version[1]} takes no live object over, and does not serve what is written for it"
        " (fact H3): a HelmRelease of what runs already fails",
        span=span,
        remedy="upgrade Flux to 2.4 or later before the first stage is merged; where a newer one runs already, say"
        ' `gitops: {flux: {version: "2.6"}}` in migrate.yaml',
    )


def handed_over(
    wiring: Wiring, owners: Sequence[Deployer], projects: Sequence[Project] = (), *, is_elsewhere: bool = False
) -> Wiring:
    """The wiring where others deploy today: new objects live beside theirs, in their clusters, and act as they do.

    `is_elsewhere`: objects of another repository deploy, too, and nothing is known of these.
    """
    if not owners:
        return replace(wiring, is_handed_over=is_elsewhere)
    said, environments = wiring.gitops.environments, dict(wiring.gitops.environments)
    for each in owners:
        own = said.get(each.environment, DeployedEnvironment())
        cluster = "" if each.tool is Tool.FLUX or each.cluster == IN_CLUSTER else each.cluster
        alike = [one.policy.automated for one in owners if one.environment == each.environment]
        automated = all(alike) if own.automated is None else own.automated
        environments[each.environment] = DeployedEnvironment(cluster=own.cluster or cluster, automated=automated)
    first = owners[0]
    argocd = wiring.gitops.argocd
    if first.tool is Tool.ARGO_CD:
        tracking = "label" if first.tracking == "label" else argocd.tracking
        argocd = replace(argocd, namespace=_home(owners, projects) or argocd.namespace, tracking=tracking)
    flux = wiring.gitops.flux
    if first.tool is Tool.FLUX:
        flux = replace(flux, namespace=first.id.namespace or flux.namespace)
    gitops = replace(wiring.gitops, environments=environments, argocd=argocd, flux=flux)
    revisions = {} if wiring.gitops.revision else _revisions(owners)
    return replace(wiring, gitops=gitops, revisions=revisions, is_handed_over=True)


def _revisions(owners: Sequence[Deployer]) -> Mapping[str, str]:
    """Environment -> the one revision of this repository at which all its owners deploy it."""
    found: dict[str, set[str]] = {}
    for each in owners:
        found.setdefault(each.environment, set()).update(one.revision for one in each.sources if one.here and one.path)
    return {name: next(iter(held)) for name, held in found.items() if len(held) == 1 and "" not in held}


def told_of_revisions(wiring: Wiring, owners: Sequence[Deployer]) -> Diagnostics:
    """MIG683 for environments that are deployed at a branch or tag of their own, if there are any."""
    usual = {wiring.revision, "HEAD"}
    own = {name: held for name, held in sorted(wiring.revisions.items()) if held not in usual}
    if not own:
        return ()
    first = next(each for each in owners if each.environment in own)
    return (
        Diagnostic(
            code="MIG683",
            severity=Severity.WARNING,
            summary=f"what is merged to {wiring.revision} does not reach every environment: "
            + ", ".join(f"{name} is deployed at {held}" for name, held in own.items())
            + "; the new objects follow the same",
            span=first.span,
            remedy="bring each stage to that branch, or let that tag and every object that names it move on, one stage "
            "at a time, and check it there before the next",
        ),
    )


def _home(owners: Sequence[Deployer], projects: Sequence[Project]) -> str:
    """The namespace of Argo CD itself, where projects have to live: Applications may live in others.

    Argo CD documentation, Applications in any namespace. That of the projects that the owners name, of what delivers
    them, else their own.
    """
    names = {each.project for each in owners}
    homes = [each.id.namespace for each in projects if each.id.name in names]
    homes += [each.delivered_by.namespace for each in owners if each.delivered_by is not None]
    return next((each for each in (*homes, *(one.id.namespace for one in owners)) if each), "")


def _addresses(index: Index, remotes: Mapping[str, str]) -> Iterator[str]:
    """What existing objects call the repository, then git's remotes, `origin` first; folders of this machine never."""
    yield from (each for each in own_repositories(index) if _is_address(each))
    for name in sorted(remotes, key=lambda name: (name != "origin", name)):
        if _is_address(remotes[name]):
            yield remotes[name]


def _is_address(text: str) -> bool:
    return bool(_SCHEME.fullmatch(text) or _SCP.fullmatch(text))


def _as_read(address: str, tool: Tool) -> str:
    """The address as the tool reads it: source-controller knows no `git@host:path`."""
    scp = None if _SCHEME.fullmatch(address) else _SCP.fullmatch(address)
    if tool is Tool.FLUX and scp is not None:
        return f"ssh://{scp[1] or ''}{scp[2]}/{scp[3]}"
    return without_credentials(address)


def _unknown() -> Diagnostic:
    return Diagnostic(
        code="MIG660",
        severity=Severity.WARNING,
        summary=f"nothing says by which address this repository is reached; the GitOps objects say {UNKNOWN}",
        span=SourceSpan(path=CONFIG_PATH),
        remedy="say `gitops: {repo_url: ...}` in migrate.yaml, or add a git remote, and apply again",
    )
