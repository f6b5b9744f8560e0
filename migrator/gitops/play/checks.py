"""What is wrong with a state in which every controller has seen the last commit and has nothing left to do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from migrator.gitops.controllers import argocd
from migrator.gitops.controllers.cluster import Cluster, Live, What
from migrator.gitops.controllers.manifest import RELEASE_NAME, Address
from migrator.gitops.controllers.reconcile import PERSON, deployers
from migrator.gitops.controllers.world import World

_OWNED_BY = {"Application": "A2", "ApplicationSet": "A2", "Kustomization": "F1", "HelmRelease": "F4"}


def owners(world: World, cluster: Cluster, position: int) -> Mapping[Address, list[Address]]:
    """Object -> who renders it; a person only where nobody else does."""
    found: dict[Address, list[Address]] = defaultdict(list)
    for deployer in deployers(cluster):
        if deployer == PERSON:
            continue
        live = cluster.live[deployer]
        rendered = world.manifests(live, position)
        if rendered is None:
            for address in _still_owned(cluster, deployer):
                found[address].append(deployer)
            continue
        skips = (live.manifest.body.get("spec") or {}).get("install", {}) if deployer.id.kind == "HelmRelease" else {}
        definitions = () if skips.get("crds") == "Skip" else rendered[1]
        for each in (*rendered[0], *definitions):
            found[each.address].append(deployer)
    for address in cluster.of(PERSON).inventory:
        if not found.get(address):
            found[address].append(PERSON)
    return found


def _still_owned(cluster: Cluster, deployer: Address) -> frozenset[Address]:
    """What a release that cannot be rendered holds on to."""
    memory = cluster.of(deployer)
    if deployer.id.kind != "HelmRelease" or memory.release is None:
        return frozenset()
    stored = cluster.releases.get((deployer.cluster, *memory.release[:2]))
    return frozenset(each.address for each in stored.manifests) if stored is not None else frozenset()


def check(world: World, cluster: Cluster, position: int) -> None:
    """Notes each guarded object that nobody owns, or two, or one that does not know it; and what changed to and fro."""
    found = owners(world, cluster, position)
    for address in sorted(cluster.guarded):
        live = cluster.live.get(address)
        if live is None:
            continue
        who = found.get(address, [])
        if not who:
            cluster.report(What.ORPHANED, _rule_of(live), address, None, "nothing renders it any more")
        elif len(who) > 1:
            names = " and ".join(f"{each.id.kind} {each.id.name}" for each in who)
            cluster.report(What.OWNED_TWICE, _rule_of_two(who), address, who[-1], f"{names} render it")
        elif not _knows(world, cluster, who[0], live):
            words = f"{who[0].id.kind} {who[0].id.name} renders it and does not own it"
            cluster.report(What.ORPHANED, _OWNED_BY.get(who[0].id.kind, "H1"), address, who[0], words)
    _left_behind(cluster, found)


def _left_behind(cluster: Cluster, found: Mapping[Address, list[Address]]) -> None:
    """Objects that deploy and that nothing renders: somebody has to delete them, or they go on."""
    for address in deployers(cluster):
        if address != PERSON and address not in cluster.guarded and not found.get(address):
            rule = "F8" if address.id.kind in {"HelmRelease", "Kustomization"} else "A10"
            cluster.report(What.ORPHANED, rule, address, None, "it deploys, and nothing renders it any more")


def _knows(world: World, cluster: Cluster, owner: Address, live: Live) -> bool:
    address, kind = live.manifest.address, owner.id.kind
    if kind == "Application":
        return argocd.is_hook(live.marks) or argocd.owner(world, live.marks) == owner.id.name
    if kind in {"Kustomization", "Apply"}:
        return address in cluster.of(owner).inventory
    if kind in {"HelmRelease", "Release"}:
        release = cluster.of(owner).release
        stored = cluster.releases.get((owner.cluster, *release[:2])) if release is not None else None
        is_definition = any(manager.startswith("helm-controller") for manager in live.applied)
        return is_definition or (stored is not None and any(each.address == address for each in stored.manifests))
    return True


def _rule_of(live: Live) -> str:
    if RELEASE_NAME in live.marks:
        return "F4"
    return "F5" if any("kustomize" in manager for manager in live.applied) else "A2"


def _rule_of_two(who: list[Address]) -> str:
    kinds = {each.id.kind for each in who}
    if kinds == {"HelmRelease"}:
        return "H3"
    return "F8" if "HelmRelease" in kinds else "A3"


def check_changes(cluster: Cluster) -> None:
    """Notes each guarded object that had a content or an owner again after another, twice since the last commit."""
    for address, states in sorted(cluster.seen.items()):
        if address not in cluster.guarded:
            continue
        again = sum(one == other for one, other in zip(states, states[2:], strict=False))
        contents = [content for content, _ in states]
        if again > 1 or any(a == c != b for a, b, c in zip(contents, contents[1:], contents[2:], strict=False)):
            cluster.report(What.BACK_AND_FORTH, "A3", address, None, "two deployers change it in turn")
