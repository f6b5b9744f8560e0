"""What is wrong with a state in which every controller has seen the last commit and has nothing left to do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from migrator.compare.hooks import HOOK
from migrator.gitops.controllers import argocd
from migrator.gitops.controllers.cluster import Cluster, Live, What, spec_of
from migrator.gitops.controllers.manifest import ANNOTATION, RELEASE_NAME, Address, Manifest
from migrator.gitops.controllers.reconcile import PERSON, deployers
from migrator.gitops.controllers.world import World

_HELM = {"HelmRelease", "Release"}
_HOOK = f"{ANNOTATION}{HOOK}"


def owners(world: World, cluster: Cluster, position: int) -> Mapping[Address, list[Address]]:
    """Object -> who renders it; a person only where nobody else does."""
    found: dict[Address, list[Address]] = defaultdict(list)
    for deployer in deployers(cluster):
        if deployer != PERSON:
            for address in _rendered(world, cluster, deployer, position):
                found[address].append(deployer)
    for address in cluster.of(PERSON).inventory:
        if not found.get(address):
            found[address].append(PERSON)
    return found


def _rendered(world: World, cluster: Cluster, deployer: Address, position: int) -> Iterator[Address]:
    """What somebody applies; a release that cannot be rendered holds on to what it has."""
    live = cluster.live[deployer]
    found = world.manifests(live, position)
    if deployer.id.kind not in _HELM:
        yield from (each.address for part in found or () for each in part)
    elif found is None:
        release = cluster.of(deployer).release
        stored = cluster.releases.get((deployer.cluster, *release[:2])) if release is not None else None
        yield from (each.address for each in stored.manifests) if stored is not None else ()
    else:
        install = spec_of(live.manifest.body).get("install") or {}
        yield from (each.address for each in _of_release(found[0], hooks=install.get("disableHooks") is not True))
        yield from (each.address for each in found[1] if install.get("crds") != "Skip")


def _of_release(manifests: tuple[Manifest, ...], *, hooks: bool) -> Iterator[Manifest]:
    return (each for each in manifests if hooks or not each.marks.get(_HOOK))


def check(world: World, cluster: Cluster, position: int) -> None:
    """Notes each guarded object that nobody owns, or two, or one that does not know it."""
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
            cluster.report(What.ORPHANED, _rule_of_stranger(world, cluster, who[0], live), address, who[0], words)
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
    if kind in _HELM:
        release = cluster.of(owner).release
        stored = cluster.releases.get((owner.cluster, *release[:2])) if release is not None else None
        if any(manager.startswith("helm-controller") for manager in live.applied):
            return True
        return stored is not None and any(each.address == address for each in (*stored.manifests, *stored.hooks))
    return True


def _rule_of(live: Live) -> str:
    if live.marks.get(_HOOK):
        return "F7"
    if RELEASE_NAME in live.marks:
        return "F4"
    return "F5" if any("kustomize" in manager for manager in live.applied) else "A2"


def _rule_of_stranger(world: World, cluster: Cluster, owner: Address, live: Live) -> str:
    """Why somebody does not own what he renders."""
    spec = spec_of(cluster.live[owner].manifest.body)
    if owner.id.kind == "Application":
        shares = "FailOnSharedResource=true" in ((spec.get("syncPolicy") or {}).get("syncOptions") or ())
        return "A3" if shares else "A2"
    if owner.id.kind == "Kustomization":
        return "F1"
    if owner.id.kind == "Release":
        return "H2" if spec.get("takeOwnership") is not True else "H1"
    if not world.history.takes_ownership:
        return "H1"
    install = spec.get("install") or {}
    if install.get("disableTakeOwnership") is True:
        return "H3"
    if live.manifest.id.kind == "CustomResourceDefinition" and not any(m.startswith("helm ") for m in live.applied):
        return "C1"
    return "H6" if (install.get("remediation") or {}).get("retries") else "F4"


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
