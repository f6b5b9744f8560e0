"""One step of whoever brings objects into a cluster: a controller, a pipeline, or the person who applies by hand."""

from __future__ import annotations

from migrator.gitops.controllers import argocd, flux, helm
from migrator.gitops.controllers.cluster import Cluster, Memory, spec_of
from migrator.gitops.controllers.manifest import Address
from migrator.gitops.controllers.world import World
from migrator.model import ResId

PERSON = Address("", ResId(group="pipeline", kind="Person", namespace="", name="by hand"))
"""Who applies what nothing delivers."""
_APPLY = ("pipeline", "Apply")
_RELEASE = ("pipeline", "Release")
_BY_HAND = "by hand"
_KUBECTL = "kubectl-client-side-apply"

STEPS = {
    ("argoproj.io", "Application"): argocd.sync,
    (flux.GROUP, "Kustomization"): flux.reconcile,
    ("helm.toolkit.fluxcd.io", "HelmRelease"): helm.reconcile,
    _RELEASE: helm.reconcile,
}
FINALIZERS = {
    ("argoproj.io", "Application"): argocd.delete,
    ("argoproj.io", "ApplicationSet"): argocd.delete_set,
    (flux.GROUP, "Kustomization"): flux.delete,
    ("helm.toolkit.fluxcd.io", "HelmRelease"): helm.delete,
    _RELEASE: helm.delete,
}
DEPLOYING = frozenset({*STEPS, _APPLY, ("argoproj.io", "ApplicationSet")})
"""The kinds that bring objects into a cluster, with those that stand for a pipeline."""


def deployers(cluster: Cluster) -> tuple[Address, ...]:
    """Whoever may act now."""
    return (PERSON, *(address for address, each in cluster.live.items() if each.manifest.kind in DEPLOYING))


def act(world: World, cluster: Cluster, address: Address, position: int, *, healthy: bool = True) -> None:
    """What a deployer does when it sees a commit; changes the cluster."""
    if address == PERSON:
        _by_hand(world, cluster, position)
    elif address in cluster.live:
        kind = cluster.live[address].manifest.kind
        if kind == _APPLY:
            _kubectl(world, cluster, address, position)
        elif kind == ("argoproj.io", "ApplicationSet"):
            argocd.generate(world, cluster, address, position)
        else:
            STEPS[kind](world, cluster, address, position, healthy=healthy)


def _by_hand(world: World, cluster: Cluster, position: int) -> None:
    commit = world.path[position]
    wanted = world.by_hand(commit)
    named = {each.address for each in wanted}
    memory = cluster.of(PERSON)
    version = cluster.version
    for each in wanted:
        if memory.position != position or each.address not in cluster.live:
            cluster.apply(each, PERSON, _KUBECTL, {})
    delivered = frozenset(world.history.delivered(commit))
    for address in sorted(each for each in memory.inventory - named if each.id not in delivered):
        world.remove(cluster, address, PERSON, "A2", "it is deleted by hand")
    if cluster.version != version:
        cluster.step(f"by hand: {world.history.commits[commit]}")
    cluster.remember(PERSON, Memory(ok=True, position=position, inventory=frozenset(named)))


def _kubectl(world: World, cluster: Cluster, address: Address, position: int) -> None:
    """`kubectl apply` of a pipeline, once for each commit."""
    live, memory = cluster.live[address], cluster.of(address)
    found = world.manifests(live, position)
    if found is None or memory.position == position:
        return
    cluster.step(f"{address.id.name} applies {world.history.commits[world.path[position]]}")
    taken = [cluster.apply(each, address, _KUBECTL, {}) for each in found.objects]
    if not all(taken):
        return
    inventory = frozenset(each.address for each in found.objects)
    if spec_of(live.manifest.body).get("prune") is True:
        for stale in sorted(memory.inventory - inventory):
            world.remove(cluster, stale, address, "A2", "kubectl apply --prune")
    cluster.remember(address, Memory(ok=True, position=position, inventory=inventory))
