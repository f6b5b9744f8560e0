"""Objects that go through a play alike: one of them is enough to see what happens to all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping

from migrator.gitops.controllers.argocd import INSTANCE
from migrator.gitops.controllers.cluster import Live
from migrator.gitops.controllers.manifest import FINALIZER, Address, Manifest, is_definition
from migrator.gitops.controllers.projects import PROJECT
from migrator.gitops.controllers.reconcile import DEPLOYING
from migrator.gitops.controllers.world import World

_SEEN_BY_CONTROLLERS = ("argocd.argoproj.io/", "toolkit.fluxcd.io/", "helm.sh/")

Group = tuple[Address, ...]


def alike(world: World, deployers: Iterable[Live], commits: Collection[int]) -> Mapping[Address, Group]:
    """The first of each group of objects that nothing tells apart -> the group.

    Nothing does where every object that deploys, with every spec that it ever has, renders both or none of them at each
    commit, with the same marks for controllers and without a change of anything else.
    """
    found: dict[Address, list[tuple[Hashable, Manifest]]] = defaultdict(list)
    for number, live in enumerate(deployers):
        for commit in commits:
            for section, manifests in enumerate((world.at(live, commit) or ((), ()))[:2]):
                for each in manifests:
                    found[each.address].append(((number, commit, section), each))
    groups: dict[Hashable, list[Address]] = defaultdict(list)
    for address in sorted(found):
        groups[_signature(address, found[address])].append(address)
    return {members[0]: tuple(members) for members in groups.values()}


def _signature(address: Address, rendered: list[tuple[Hashable, Manifest]]) -> Hashable:
    contents = {each.content for _, each in rendered}
    others = {tuple(sorted(_marks(each, told=False))) for _, each in rendered}
    is_alone = (address.id.group, address.id.kind) in {*DEPLOYING, PROJECT, ("", "Namespace")}
    if len(contents) > 1 or len(others) > 1 or is_alone:
        return address
    told = tuple((place, tuple(sorted(_marks(each, told=True)))) for place, each in rendered)
    kind = (address.id.group, address.id.kind) if address.id.group.count(".") else None
    return address.cluster, address.id.namespace, is_definition(address), kind, told


def _marks(manifest: Manifest, *, told: bool) -> Iterable[tuple[str, str]]:
    """The marks by which controllers are told something, or the others."""
    for key, value in manifest.marks.items():
        is_seen = key.startswith(FINALIZER) or key == INSTANCE or any(each in key for each in _SEEN_BY_CONTROLLERS)
        if is_seen == told:
            yield key, value
