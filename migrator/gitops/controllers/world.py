"""What the controllers read: the commits, and what each object that deploys renders at them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeAlias

from migrator.gitops.controllers.cluster import Cluster, Live, spec_of
from migrator.gitops.controllers.manifest import Address, Manifest, manifest_of
from migrator.model import Json, ResId

Body: TypeAlias = Mapping[str, Json]
Asked: TypeAlias = tuple[str, str, str]
"""Group, kind and namespace of an object."""


class CannotRenderError(Exception):
    """The sources of an object that deploys render nothing: a folder or a file is missing, a template fails."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """What an object that deploys renders at a commit; an ApplicationSet renders its Applications."""

    objects: Sequence[Body] = ()
    """Hooks among them, by their annotation."""
    definitions: Sequence[Body] = ()
    """What lies in the `crds/` of a chart."""
    version: str = ""
    """Of the chart; while it stays the same, a chart from a GitRepository is not packaged again (fact F9)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Commits, what is rendered at each, and what a person applies by hand."""

    commits: Sequence[str]
    """Their names, the first from before."""
    render: Callable[[Body, int], Rendered]
    """The live object that deploys and the index of a commit -> what it renders; CannotRenderError."""
    by_hand: Callable[[int], Sequence[Body]]
    """What somebody has applied at a commit and nothing delivers; he deletes what is no longer there.

    A pipeline without controllers is such objects of the group `pipeline`: an Apply is `kubectl apply`, a Release is
    `helm upgrade --install`.
    """
    delivered: Callable[[int], Collection[ResId]] = lambda _: ()
    """What a commit delivers by an object: who has applied it by hand before leaves it alone then."""
    label_tracking: bool = False
    """Whether Argo CD tracks by the label `app.kubernetes.io/instance` (fact A1)."""
    takes_ownership: bool = True
    """Whether helm-controller takes live objects over (fact H3)."""
    restarts: frozenset[ResId] = frozenset()
    """The objects whose pods are made anew, as the proof says."""
    leaving: frozenset[ResId] = frozenset()
    """The objects that are to go."""
    finish: int = 0
    """How many of the last commits give up the way back; they are merged only once everybody has seen all before."""
    gates: frozenset[int] = frozenset()
    """Further commits that are merged only once everybody has seen all before."""


class Manifests(NamedTuple):
    """What an object that deploys renders."""

    objects: tuple[Manifest, ...]
    definitions: tuple[Manifest, ...] = ()
    version: str = ""


@dataclass(slots=True)
class World:
    """A history with what has been rendered of it."""

    history: History
    path: Sequence[int]
    """Position in the play -> commit."""
    finalizers: Mapping[tuple[str, str], Callable[[World, Cluster, Address], None]]
    """Kind of objects that deploy -> what happens before one of them is gone."""
    kept: Collection[Address] | None = None
    """The objects to look at; None for all."""
    rendered: dict[tuple[Address, str, int], Manifests | None] = field(default_factory=dict)
    asked: dict[tuple[Address, str, int], frozenset[Asked]] = field(default_factory=dict)
    """What is rendered, those included that are not looked at."""
    applied: dict[int, Sequence[Manifest]] = field(default_factory=dict)

    def manifests(self, live: Live, position: int) -> Manifests | None:
        """What an object that deploys renders, and the definitions of its chart apart; None where that fails."""
        return self.at(live, self.path[position])

    def at(self, live: Live, commit: int) -> Manifests | None:
        """The same at a commit."""
        key = (live.manifest.address, live.manifest.content, commit)
        if key not in self.rendered:
            self.rendered[key] = self._manifests(live, commit)
        return self.rendered[key]

    def asks(self, live: Live, position: int) -> frozenset[Asked]:
        """The kinds and namespaces of what an object that deploys renders, and of what is not looked at."""
        key = (live.manifest.address, live.manifest.content, self.path[position])
        return self.asked.get(key, frozenset())

    def by_hand(self, commit: int) -> Sequence[Manifest]:
        """What a person has applied at a commit."""
        if commit not in self.applied:
            self.applied[commit] = [manifest_of(each) for each in self.history.by_hand(commit)]
        return self.applied[commit]

    def only(self, kept: Collection[Address]) -> World:
        """The same world with fewer objects."""
        rendered = {key: None if found is None else _only(found, kept) for key, found in self.rendered.items()}
        return replace(self, kept=kept, rendered=rendered)

    def _manifests(self, live: Live, commit: int) -> Manifests | None:
        body = live.manifest.body
        try:
            found = self.history.render(body, commit)
        except CannotRenderError:
            return None
        cluster, namespace = _destination(live.manifest)
        objects, definitions = (
            tuple(manifest_of(each, cluster=cluster, namespace=namespace) for each in bodies)
            for bodies in (found.objects, found.definitions)
        )
        # where sources render one object twice the last one counts (fact A5)
        manifests = Manifests(tuple({each.address: each for each in objects}.values()), definitions, found.version)
        self.asked[live.manifest.address, live.manifest.content, commit] = frozenset(
            (each.id.group, each.id.kind, each.id.namespace) for each in (*objects, *definitions)
        )
        return manifests if self.kept is None else _only(manifests, self.kept)

    def remove(self, cluster: Cluster, address: Address, by: Address | None, rule: str, words: str) -> None:
        """Deletes an object; one that deploys does first what its finalizer is for."""
        live = cluster.live.get(address)
        if live is None:
            return
        finalize = self.finalizers.get(live.manifest.kind)
        if finalize is not None:
            finalize(self, cluster, address)
        cluster.delete(address, by, rule, words)


def _only(found: Manifests, kept: Collection[Address]) -> Manifests:
    objects, definitions = (
        tuple(each for each in part if each.address in kept) for part in (found.objects, found.definitions)
    )
    return Manifests(objects, definitions, found.version)


def _destination(deployer: Manifest) -> tuple[str, str]:
    """The cluster of its objects and the namespace of those that name none."""
    spec, here = spec_of(deployer.body), deployer.address
    if here.id.kind == "Application":
        to = spec.get("destination") or {}
        server = str(to.get("server") or to.get("name") or "")
        here_too = server in {"", "in-cluster"} or server.startswith("https://kubernetes.default.svc")
        return ("" if here_too else server), str(to.get("namespace") or "")
    if here.id.kind == "ApplicationSet":
        return here.cluster, here.id.namespace
    config = ((spec.get("kubeConfig") or {}).get("secretRef") or {}).get("name")
    if here.id.kind == "Kustomization":
        return str(config or here.cluster), str(spec.get("targetNamespace") or "")
    namespace = spec.get("targetNamespace") or spec.get("namespace") or here.id.namespace
    return str(config or here.cluster), str(namespace)
