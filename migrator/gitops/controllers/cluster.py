"""The live objects of clusters and what the controllers remember, with everything that happens to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from migrator.gitops.controllers.manifest import Address, Manifest, change_of, is_definition
from migrator.model import Json


class What(StrEnum):
    """What may happen to a live object."""

    DELETED = "deleted"
    RECREATED = "recreated"
    ORPHANED = "orphaned"
    OWNED_TWICE = "owned twice"
    BACK_AND_FORTH = "changed back and forth"
    FIXED_FIELD = "fixed field changed"
    RESTARTED = "restarted"
    STUCK = "stuck"


@dataclass(frozen=True, slots=True)
class Live:
    """An object that is there."""

    manifest: Manifest
    """With the content that was applied last."""
    uid: int
    """Which creation it is of."""
    marks: Mapping[str, str]
    applied: Mapping[str, frozenset[str]]
    """Who applies it -> the marks that he has applied, and takes away when he no longer does."""


@dataclass(frozen=True, slots=True)
class Release:
    """What Helm has stored of a release."""

    manifests: tuple[Manifest, ...]
    """Of the templates."""
    hooks: tuple[Manifest, ...] = ()
    failed: bool = False
    kept: frozenset[Address] = frozenset()
    """What one of its revisions has marked to be kept."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What a controller knows of an object that deploys."""

    attempted: tuple[str, ...] = ()
    """What it has last tried to apply."""
    ok: bool = False
    """Whether that went well: the object is ready."""
    position: int = -1
    """The commit of the last success."""
    inventory: frozenset[Address] = frozenset()
    release: tuple[str, str, str] | None = None
    """Storage namespace, name and namespace of the Helm release."""
    action: str = ""
    """What was done to the release last: install or upgrade."""
    failures: int = 0
    chart: tuple[str, int] = ("", -1)
    """The version of the chart as it was packaged, and the commit that it was packaged from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """What happened to a live object, through which deployer."""

    what: What
    rule: str
    address: Address
    deployer: Address | None
    words: str
    steps: tuple[str, ...] = ()


@dataclass(slots=True)
class Cluster:
    """A state that steps change; `copy` is cheap."""

    live: dict[Address, Live] = field(default_factory=dict)
    releases: dict[tuple[str, str, str], Release] = field(default_factory=dict)
    """Cluster, storage namespace and name -> what is stored."""
    memory: dict[Address, Memory] = field(default_factory=dict)
    next_uid: int = 1
    version: int = 0
    """How many changes have been made."""
    steps: tuple[str, ...] = ()
    guarded: Mapping[Address, int] = field(default_factory=dict)
    """The objects that nothing may happen to, with their uid."""
    may_restart: frozenset[Address] = frozenset()
    incidents: list[Incident] = field(default_factory=list)
    seen: dict[Address, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    """The contents and owners that an object has had since the last commit."""
    refusing: Address | None = None
    """The deployer of which the API server refuses one object."""
    refused: Address | None = None
    lost: Mapping[Address, str] = field(default_factory=dict)
    """Guarded objects that have been deleted, and the rule."""

    def copy(self) -> Cluster:
        """The same state, to be changed by itself."""
        return replace(
            self,
            live=dict(self.live),
            releases=dict(self.releases),
            memory=dict(self.memory),
            incidents=list(self.incidents),
            seen=dict(self.seen),
        )

    def report(self, what: What, rule: str, address: Address, deployer: Address | None, words: str) -> None:
        """Notes an incident."""
        steps = self.steps
        self.incidents.append(
            Incident(what=what, rule=rule, address=address, deployer=deployer, words=words, steps=steps)
        )

    def step(self, words: str) -> None:
        """Notes what somebody has done."""
        self.steps = (*self.steps[-40:], words)

    def remember(self, address: Address, memory: Memory) -> None:
        """Notes what a controller knows from now on."""
        if self.memory.get(address) != memory:
            self.memory[address] = memory
            self.version += 1

    def of(self, address: Address) -> Memory:
        """What a controller knows of an object that deploys."""
        return self.memory.get(address, _NOTHING)

    def apply(
        self, manifest: Manifest, by: Address | None, manager: str, marks: Mapping[str, str], *, shared: bool = False
    ) -> bool:
        """Applies an object with further marks; whether the API server took it.

        `shared`: marks that another manager has applied as well stay when this one no longer applies them (server-side
        apply, fact A7).
        """
        address, wanted = manifest.address, {**manifest.marks, **marks}
        live = self.live.get(address)
        if live is None:
            self._create(manifest, wanted, manager, by)
            return True
        kept = self._kept(live, manager, wanted, shared=shared)
        merged = {**kept, **wanted}
        owned = frozenset(wanted)
        if live.manifest.content == manifest.content and merged == live.marks and live.applied.get(manager) == owned:
            return True
        if self._refuses(address, by):
            return False
        change = change_of(live.manifest, manifest)
        if change.fixed:
            words = f"{change.fixed} cannot be changed"
            self.report(What.FIXED_FIELD, fixed_rule(manifest), address, by, words)
            return False
        if change.restarts and address not in self.may_restart:
            words = "its pods are made anew, which no proof has said"
            self.report(What.RESTARTED, self._rule_of_restart(manifest, by), address, by, words)
        self.live[address] = Live(manifest, live.uid, merged, {**live.applied, manager: owned})
        self.version += 1
        if by is not None and self.live[address].manifest.content != live.manifest.content:
            self.see(address, manifest.content, str(by))
        return True

    def _rule_of_restart(self, manifest: Manifest, by: Address | None) -> str:
        """Protection that has reached pods (fact A11), values that are missing (fact A10), or none of these."""
        if _marks_pods(manifest):
            return "A11"
        deployer = self.live.get(by) if by is not None else None
        text = str(spec_of(deployer.manifest.body)) if deployer is not None else ""
        return "A10" if "'ignoreMissingValueFiles': True" in text else "proof"

    @staticmethod
    def _kept(live: Live, manager: str, wanted: Mapping[str, str], *, shared: bool) -> Mapping[str, str]:
        gone = live.applied.get(manager, frozenset()) - wanted.keys()
        if gone and shared:
            gone -= frozenset[str]().union(*(keys for other, keys in live.applied.items() if other != manager))
        return {key: value for key, value in live.marks.items() if key not in gone} if gone else live.marks

    def _create(self, manifest: Manifest, wanted: Mapping[str, str], manager: str, by: Address | None) -> None:
        address = manifest.address
        self.live[address] = Live(manifest, self.next_uid, wanted, {manager: frozenset(wanted)})
        self.next_uid += 1
        self.version += 1
        if address in self.guarded:
            self.report(What.RECREATED, self.lost.get(address, "I4"), address, by, "a new object has its name")

    def _refuses(self, address: Address, by: Address | None) -> bool:
        if by is None or self.refusing != by or self.refused not in (None, address):
            return False
        if address not in self.guarded and self.refused is None:
            return False
        self.refused = address
        return True

    def see(self, address: Address, content: str, owner: str) -> None:
        """Notes a content or an owner that the object has now."""
        self.seen[address] = (*self.seen.get(address, ()), (content, owner))

    def forget(self, address: Address) -> None:
        """Takes an object away without a word."""
        if self.live.pop(address, None) is not None:
            self.memory.pop(address, None)
            self.version += 1

    def delete(self, address: Address, by: Address | None, rule: str, words: str) -> None:
        """Deletes an object, and what the API server deletes with it (facts C2, C4)."""
        live = self.live.get(address)
        if live is None:
            return
        self.forget(address)
        if address in self.guarded:
            self.report(What.DELETED, rule, address, by, words)
            self.lost = {**self.lost, address: rule}
        if is_definition(address):
            spec = live.manifest.body.get("spec") or {}
            kind = (spec.get("group"), (spec.get("names") or {}).get("kind"))
            for other in [each for each in self.live if (each.id.group, each.id.kind) == kind]:
                if other.cluster == address.cluster:
                    self.delete(other, by, "C2", f"with its definition {address.id.name}")
        elif (address.id.group, address.id.kind) == ("", "Namespace"):
            for other in [each for each in self.live if each.id.namespace == address.id.name]:
                if other.cluster == address.cluster:
                    self.delete(other, by, "C4", f"with its namespace {address.id.name}")


_NOTHING = Memory()
_PODS = ("spec", "template", "metadata", "annotations")
_PROTECTING = ("argocd.argoproj.io/", "kustomize.toolkit.fluxcd.io/", "helm.sh/resource-policy")


def _marks_pods(manifest: Manifest) -> bool:
    """Whether protection has reached the pods (fact A11)."""
    found: Json = manifest.body
    for key in _PODS:
        found = found.get(key) if isinstance(found, Mapping) else None
    return isinstance(found, Mapping) and any(str(key).startswith(_PROTECTING) for key in found)


def fixed_rule(manifest: Manifest) -> str:
    """The rule which says that the fields of a kind are fixed."""
    kind = manifest.id.kind
    if kind in {"Deployment", "ReplicaSet", "DaemonSet"}:
        return "I1"
    return "I2" if kind == "StatefulSet" else "I3"


def spec_of(body: Mapping[str, Json]) -> Mapping[str, Json]:
    """The `spec` of an object, where it is a map."""
    spec = body.get("spec")
    return spec if isinstance(spec, Mapping) else {}
