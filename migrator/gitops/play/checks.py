"""What is wrong with a state in which every controller has seen the last commit and has nothing left to do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from migrator.compare.hooks import HOOK
from migrator.gitops.controllers import argocd, helm
from migrator.gitops.controllers.cluster import Cluster, Live, What, spec_of
from migrator.gitops.controllers.manifest import ANNOTATION, RELEASE_NAME, Address, Manifest
from migrator.gitops.controllers.reconcile import PERSON, deployers
from migrator.gitops.controllers.world import World

_HELM = {"HelmRelease", "Release"}
_HOOK = f"{ANNOTATION}{HOOK}"


def owners(world: World, cluster: Cluster, position: int) -> Mapping[Address, list[tuple[Address, Manifest | None]]]:
    """Object -> who renders it, and what; a person only where nobody else does."""
    found: dict[Address, list[tuple[Address, Manifest | None]]] = defaultdict(list)
    for deployer in deployers(cluster):
        if deployer != PERSON:
            for address, manifest in _rendered(world, cluster, deployer, position):
                found[address].append((deployer, manifest))
    for address in cluster.of(PERSON).inventory:
        if not found.get(address):
            found[address].append((PERSON, None))
    return found


def _rendered(
    world: World, cluster: Cluster, deployer: Address, position: int
) -> Iterator[tuple[Address, Manifest | None]]:
    """What somebody applies; a release that cannot be rendered holds on to what it has."""
    live = cluster.live[deployer]
    found = world.manifests(live, position)
    if deployer.id.kind not in _HELM:
        yield from ((each.address, each) for each in ((*found.objects, *found.definitions) if found else ()))
    elif found is None:
        release = cluster.of(deployer).release
        stored = cluster.releases.get((deployer.cluster, *release[:2])) if release is not None else None
        yield from ((each.address, None) for each in stored.manifests) if stored is not None else ()
    else:
        install = spec_of(live.manifest.body).get("install") or {}
        runs = install.get("disableHooks") is not True
        yield from ((each.address, each) for each in found.objects if runs or not each.marks.get(_HOOK))
        yield from ((each.address, each) for each in found.definitions if install.get("crds") != "Skip")


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
            names = " and ".join(f"{each.id.kind} {each.id.name}" for each, _ in who)
            cluster.report(What.OWNED_TWICE, _rule_of_two(who), address, who[-1][0], f"{names} render it")
        else:
            _check_owner(world, cluster, live, who[0], position)
    _left_behind(cluster, found)


def _check_owner(
    world: World, cluster: Cluster, live: Live, who: tuple[Address, Manifest | None], position: int
) -> None:
    """The one who renders it owns it, and it is what he renders."""
    owner, wanted = who
    name, address = f"{owner.id.kind} {owner.id.name}", live.manifest.address
    if not _knows(world, cluster, owner, live):
        rule = _rule_of_stranger(world, cluster, owner, live)
        if argocd.is_kept_out(world, cluster, owner, position):
            rule = "A14"
        cluster.report(What.ORPHANED, rule, address, owner, f"{name} renders it and does not own it")
    elif wanted is not None and wanted.content != live.manifest.content and not wanted.marks.get(_HOOK):
        rule = _rule_of_old_content(cluster, owner, wanted)
        cluster.report(What.STUCK, rule, address, owner, f"{name} renders something else")


def _rule_of_old_content(cluster: Cluster, owner: Address, wanted: Manifest) -> str:
    """Why somebody does not apply what he renders."""
    if owner.id.kind == "Application":
        return "A12"
    if owner.id.kind not in _HELM:
        return "F11"
    if wanted.id.kind == "CustomResourceDefinition":
        return "C1"
    return "F9" if helm.is_packaged(cluster.live[owner].manifest) else "F13"


def _left_behind(cluster: Cluster, found: Mapping[Address, Sequence[object]]) -> None:
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


def _rule_of_two(who: Sequence[tuple[Address, Manifest | None]]) -> str:
    kinds = {each.id.kind for each, _ in who}
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
