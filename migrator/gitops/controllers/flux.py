"""What Flux' kustomize-controller does with Kustomizations.

Sources: kustomize-controller, `internal/controller/kustomization_controller.go` (reconcile, prune, finalize,
checkDependencies); fluxcd/pkg, `ssa` (facts F1, F5, F8, F11 and F12).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from migrator.gitops.controllers.cluster import Cluster, Live, Memory, spec_of
from migrator.gitops.controllers.manifest import ANNOTATION, FLUX_PRUNE, LABEL, RELEASE_NAME, Address, Manifest
from migrator.gitops.controllers.world import World
from migrator.model import Json, ResId

GROUP = "kustomize.toolkit.fluxcd.io"
_NAME = f"{LABEL}{GROUP}/name"
_NAMESPACE = f"{LABEL}{GROUP}/namespace"
_RECONCILE = f"{ANNOTATION}{GROUP}/reconcile"
_SSA = f"{ANNOTATION}{GROUP}/ssa"
_MANAGER = "kustomize-controller"


def reconcile(world: World, cluster: Cluster, address: Address, position: int, *, healthy: bool) -> None:
    """One reconciliation at a commit. The spec is that of the beginning, even if it applies itself anew."""
    live, memory = cluster.live[address], cluster.of(address)
    spec = spec_of(live.manifest.body)
    if spec.get("suspend") is True:
        return
    found = world.manifests(live, position) if _dependencies(cluster, address, spec, position) else None
    if found is None:
        cluster.remember(address, replace(memory, ok=False))
        return
    version = cluster.version
    applied = [_apply(cluster, address, each) for each in found.objects]
    if cluster.version != version:
        cluster.step(f"Kustomization {address.id.name} applies {world.history.commits[world.path[position]]}")
    if not all(applied):
        cluster.remember(address, replace(memory, ok=False))
        return
    inventory = frozenset(each.address for each in found.objects)
    if spec.get("prune") is True:
        _collect(world, cluster, address, memory.inventory - inventory, "it has left the sources and is pruned")
    ready = not _waits(spec) or (healthy and _all_ready(cluster, found.objects, address))
    cluster.remember(address, Memory(ok=ready, position=position if ready else memory.position, inventory=inventory))


def _dependencies(cluster: Cluster, address: Address, spec: Mapping[str, Json], position: int) -> bool:
    """Whether all that it depends on is there, ready, and at the same commit."""
    for each in spec.get("dependsOn") or ():
        of = replace(address.id, namespace=str(each.get("namespace") or address.id.namespace), name=str(each["name"]))
        memory = cluster.of(Address(address.cluster, of))
        if Address(address.cluster, of) not in cluster.live or not memory.ok or memory.position != position:
            return False
    return True


def _apply(cluster: Cluster, address: Address, each: Manifest) -> bool:
    live = cluster.live.get(each.address)
    marks = {_NAME: address.id.name, _NAMESPACE: address.id.namespace}
    told = {**(live.marks if live is not None else {}), **each.marks}
    if told.get(_RECONCILE) == "disabled" or (live is not None and told.get(_SSA) == "IfNotPresent"):
        return True
    return cluster.apply(each, address, _MANAGER, marks, shared=True)


def _waits(spec: Mapping[str, Json]) -> bool:
    return spec.get("wait") is True or bool(spec.get("healthChecks"))


def _all_ready(cluster: Cluster, manifests: Iterable[Manifest], own: Address) -> bool:
    """What a Kustomization has applied is ready; other objects are as soon as they are there."""
    deploys = {(GROUP, "Kustomization"), ("helm.toolkit.fluxcd.io", "HelmRelease")}
    found = (each.address for each in manifests if each.kind in deploys and each.address != own)
    return all(cluster.of(each).ok for each in found)


def _collect(world: World, cluster: Cluster, address: Address, stale: Iterable[Address], words: str) -> None:
    """Deletes what is its own and not protected; by the marks on the live objects (fact F5)."""
    for each in sorted(stale):
        live = cluster.live.get(each)
        if live is None or each == address:
            continue
        owned = live.marks.get(_NAME) == address.id.name and live.marks.get(_NAMESPACE) == address.id.namespace
        protected = live.marks.get(FLUX_PRUNE) == "disabled" or live.marks.get(_RECONCILE) == "disabled"
        if owned and not protected:
            world.remove(cluster, each, address, _rule(live), words)


def _rule(live: Live) -> str:
    return "F5" if RELEASE_NAME in live.marks else "F1"


def delete(world: World, cluster: Cluster, address: Address) -> None:
    """What its deletion policy says about its inventory."""
    spec, memory = spec_of(cluster.live[address].manifest.body), cluster.of(address)
    policy = spec.get("deletionPolicy") or "MirrorPrune"
    deletes = spec.get("prune") is True if policy == "MirrorPrune" else policy in {"Delete", "WaitForTermination"}
    if deletes and spec.get("suspend") is not True:
        cluster.step(f"Kustomization {address.id.name} is deleted with its inventory")
        _collect(world, cluster, address, memory.inventory, f"Kustomization {address.id.name} is deleted")


def named(namespace: str, name: str) -> ResId:
    """The id of a Kustomization."""
    return ResId(group=GROUP, kind="Kustomization", namespace=namespace, name=name)
