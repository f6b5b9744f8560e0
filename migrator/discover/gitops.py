"""`gitops` of `migrate.yaml`: which tool deploys, from which address, and how careful it is where."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from migrator.model import RepoPath
from migrator.yamlio.fields import Field

T = TypeVar("T")

TOOLS = ("argocd", "flux", "none")
TRACKING = ("annotation", "label")
ARGO_CD_SOURCES = ("path", "chart")
FLUX_SOURCES = ("chart", "git")
_RELEASE = re.compile(r"v?(\d+)\.(\d+)(?:\..*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArgoCd:
    """How Argo CD is set up."""

    namespace: str = "argocd"
    tracking: str = "annotation"
    """By what it knows its objects: annotation (since 3.0) or label (fact A1)."""
    source: str = "path"
    """What an Application of a release names: the `path` of the umbrella chart, or the public `chart`."""
    enable_helm: bool | None = None
    """Whether its kustomize may inflate charts (`--enable-helm`); None: what is there tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flux:
    """How Flux is set up."""

    namespace: str = "flux-system"
    source: str = "chart"
    """What a HelmRelease names: the public `chart`, or the umbrella chart in `git`."""
    version: tuple[int, int] | None = None
    """Which one runs, major and minor; None: what is there tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployedEnvironment:
    """What is said of one environment."""

    cluster: str = ""
    """Address of its cluster; for Flux the folder that the cluster's bootstrap deploys. Empty: nobody says."""
    automated: bool | None = None
    """Whether the tool acts by itself, prunes and heals; None: nobody says, which is the careful no."""

    deployed_elsewhere: bool | None = None
    """Whether objects of another repository deploy what none here deploys; None: nobody says."""

    @property
    def folder(self) -> RepoPath | None:
        """The folder that is said; None for an address, and where nothing is."""
        folder = posixpath.normpath(self.cluster.strip("/")) if self.cluster and "://" not in self.cluster else "."
        return RepoPath(folder) if folder != "." else None


@dataclass(frozen=True, slots=True, kw_only=True)
class GitOps:
    """Everything that `gitops` may say; empty and None where it does not."""

    tool: str | None = None
    repo_url: str = ""
    revision: str = ""
    argocd: ArgoCd = field(default_factory=ArgoCd)
    flux: Flux = field(default_factory=Flux)
    monitoring: Mapping[str, str] | None = None
    """Labels by which Prometheus knows its rules, where rules are wanted; empty: what is known of its chart."""
    environments: Mapping[str, DeployedEnvironment] = field(default_factory=dict)

    @property
    def folders(self) -> Mapping[RepoPath, str]:
        """Folder of a cluster -> its environment, where that is the only one of which somebody says the folder."""
        said = [(each.folder, name) for name, each in self.environments.items() if each.folder is not None]
        count = Counter(folder for folder, _ in said)
        return {folder: name for folder, name in said if count[folder] == 1}


def read_gitops(held: Field) -> GitOps:
    """What the key says: the word of a tool, or a map; raises the file's error for what it cannot be."""
    if isinstance(held.value, str):  # `gitops: none` is short for `gitops: {tool: none}`
        return GitOps(tool=held.one_of(TOOLS))
    given = _given(held, tuple(GitOps.__dataclass_fields__))
    return GitOps(
        tool=given["tool"].one_of(TOOLS) if "tool" in given else None,
        repo_url=given["repo_url"].text() if "repo_url" in given else "",
        revision=given["revision"].text() if "revision" in given else "",
        argocd=_part(given.get("argocd"), _argocd, ArgoCd()),
        flux=_part(given.get("flux"), _flux, Flux()),
        monitoring=_part(given.get("monitoring"), _monitoring, None),
        environments={
            name: _environment(each)
            for name, each in sorted(_entries(given.get("environments")), key=lambda entry: entry[0])
        },
    )


def _part(held: Field | None, read: Callable[[Field], T], default: T) -> T:
    return default if held is None else read(held)


def _entries(held: Field | None) -> list[tuple[str, Field]]:
    return [] if held is None else held.entries()


def _given(held: Field, known: tuple[str, ...]) -> Mapping[str, Field]:
    held.needed().refuse_others(known)
    return {key: item for key, item in held.entries() if item.value is not None}


def _monitoring(held: Field) -> Mapping[str, str] | None:
    """`true`, or the labels of the rules."""
    if isinstance(held.value, bool):
        return {} if held.value else None
    held.needed().refuse_others(("labels",))
    return {name: each.string() for name, each in held.child("labels").entries()}


def _argocd(held: Field) -> ArgoCd:
    given = _given(held, tuple(ArgoCd.__dataclass_fields__))
    return ArgoCd(
        namespace=held.child("namespace").text(ArgoCd().namespace),
        tracking=held.child("tracking").one_of(TRACKING, ArgoCd().tracking),
        source=held.child("source").one_of(ARGO_CD_SOURCES, ArgoCd().source),
        enable_helm=given["enable_helm"].flag() if "enable_helm" in given else None,
    )


def _flux(held: Field) -> Flux:
    given = _given(held, tuple(Flux.__dataclass_fields__))
    return Flux(
        namespace=held.child("namespace").text(Flux().namespace),
        source=held.child("source").one_of(FLUX_SOURCES, Flux().source),
        version=_release_of(given["version"]) if "version" in given else None,
    )


def _release_of(held: Field) -> tuple[int, int]:
    """Major and minor of `2.4`, `v2.4` or `2.4.1`."""
    found = _RELEASE.fullmatch(held.text())
    if found is None:
        raise held.error('must be a version as "2.4"')
    return int(found[1]), int(found[2])


def _environment(held: Field) -> DeployedEnvironment:
    given = _given(held, tuple(DeployedEnvironment.__dataclass_fields__))
    return DeployedEnvironment(
        cluster=given["cluster"].text() if "cluster" in given else "",
        automated=given["automated"].flag() if "automated" in given else None,
        deployed_elsewhere=given["deployed_elsewhere"].flag() if "deployed_elsewhere" in given else None,
    )
