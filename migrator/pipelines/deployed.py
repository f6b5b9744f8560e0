"""What every environment deploys, and by what: the rows that scripts and pipelines are made of."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from migrator.gitops.deployer import Deployer
from migrator.gitops.destinations import deploys
from migrator.lock import Lock, LockedDeployer, LockedEnvironment, LockedRelease
from migrator.model import KUBE_VERSION, RepoPath

_ODD = re.compile(r"[^A-Za-z0-9._-]+")
_NAMESPACES = {"argocd": "argocd", "flux": "flux-system"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployedBy:
    """The object that deploys something."""

    tool: str
    kind: str
    name: str
    namespace: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A Helm release of an environment."""

    environment: str
    file: str
    """A path for what it renders, of safe characters and its own."""
    locked: LockedRelease
    by: DeployedBy | None
    """None where no object of a GitOps tool does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """A kustomize root of an environment."""

    environment: str
    file: str
    path: RepoPath


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A kustomize root, or what a root lists, as one object deploys it."""

    environment: str
    path: RepoPath
    by: DeployedBy | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """Everything that is deployed."""

    releases: tuple[Release, ...]
    overlays: tuple[Overlay, ...]
    parts: tuple[Part, ...]
    """The same as the overlays, divided as it is deployed."""
    tool: str
    """The GitOps tool that deploys from here; empty for none."""
    kube_version: str
    engines: tuple[tuple[str, str], ...]
    """Versions of what rendered the proof."""


def deployed(lock: Lock, deployers: Iterable[Deployer] = (), tool: str = "") -> Deployed:
    """What a lock says is deployed; `deployers` are the objects that deploy today, `tool` is that of migrate.yaml."""
    found = tuple(deployers)
    there = min((each.tool.value for each in found), default="")
    chosen = lock.handover.tool if lock.handover is not None else there if tool in {"", "none"} else tool
    space = (lock.handover.namespace if lock.handover is not None else "") or _NAMESPACES.get(chosen, "")
    names = _Names()
    releases: list[Release] = []
    overlays: list[Overlay] = []
    parts: list[Part] = []
    for environment, held in sorted(lock.environments.items()):
        for each in held.helm:
            by = _locked(space, (one for one in held.deployed_by if one.component == each.component))
            file = names.file(environment, f"{each.context.namespace}-{each.context.release}")
            releases.append(Release(environment=environment, file=file, locked=each, by=by))
        overlays += [
            Overlay(environment=environment, file=names.file(environment, root), path=root) for root in held.kustomize
        ]
        parts += _parts(environment, held, space, found)
    return Deployed(
        releases=tuple(releases),
        overlays=tuple(overlays),
        parts=tuple(parts),
        tool=chosen,
        kube_version=lock.engines.get("kubeVersion") or KUBE_VERSION,
        engines=tuple(sorted(lock.engines.items())),
    )


def _parts(environment: str, held: LockedEnvironment, namespace: str, deployers: Sequence[Deployer]) -> Iterator[Part]:
    known = {one.root: one for one in held.deployed_by if one.root is not None and not one.component}
    divided = [root for root in known if root not in held.kustomize]
    moved = held.before if len(held.before) == len(held.kustomize) == 1 else ()
    for path in [*held.kustomize, *divided]:
        by = _locked(namespace, [known[path]] if path in known else []) or _read({path, *moved}, deployers)
        if by is not None or not divided:
            yield Part(environment=environment, path=path, by=by)


class _Names:
    """Paths of safe characters, no two of them alike."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def file(self, environment: str, name: str) -> str:
        wanted = f"{_safe(environment)}/{_safe(name)}"
        found = next(each for each in _numbered(wanted) if each.lower() not in self._known)
        self._known.add(found.lower())
        return f"{found}.yaml"


def _numbered(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name}-{number}"
        number += 1


def _safe(text: str) -> str:
    return _ODD.sub("-", text).strip("-.") or "unnamed"


def _locked(namespace: str, found: Iterable[LockedDeployer]) -> DeployedBy | None:
    first = next(iter(found), None)
    if first is None:
        return None
    return DeployedBy(tool=first.tool, kind=first.kind, name=first.name, namespace=namespace)


def _read(paths: Collection[RepoPath], deployers: Iterable[Deployer]) -> DeployedBy | None:
    """The one object that deploys a root today; None where none or several do."""
    found = [each for each in deployers if any(deploys(each, path) for path in paths)]
    if len(found) != 1:
        return None
    one = found[0]
    namespace = one.id.namespace or _NAMESPACES[one.tool.value]
    return DeployedBy(tool=one.tool.value, kind=one.id.kind, name=one.id.name, namespace=namespace)
