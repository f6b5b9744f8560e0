"""A cluster, commits with folders, and controllers that act when they are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from handover_tables import Body, Table

from migrator.gitops.controllers.cluster import Cluster, Live, What
from migrator.gitops.controllers.manifest import Address, manifest_of
from migrator.gitops.controllers.reconcile import FINALIZERS, act
from migrator.gitops.controllers.world import World


class Scene:
    """Objects that deploy, put there by hand, over commits that are folders with bodies."""

    def __init__(self, *commits: Mapping[str, Sequence[Body]], **options: Any) -> None:
        names = [str(number) for number in range(len(commits))]
        table = Table(names, [{key: list(held) for key, held in each.items()} for each in commits], [[] for _ in names])
        table.generates = [True] * len(names)
        self.table = table
        self.world = World(history=table.history(**options), path=range(len(commits)), finalizers=FINALIZERS)
        self.cluster = Cluster()

    def put(self, *bodies: Body, manager: str = "kubectl") -> Scene:
        """Applies objects by hand, and guards all that is there."""
        for each in bodies:
            self.cluster.apply(manifest_of(each), None, manager, {})
        return self

    def guard(self) -> Scene:
        self.cluster.guarded = {key: live.uid for key, live in self.cluster.live.items()}
        return self

    def acts(self, deployer: Body, commit: int, *, healthy: bool = True) -> Scene:
        """The controller looks at a deployer at a commit."""
        act(self.world, self.cluster, address(deployer), commit, healthy=healthy)
        return self

    def refuses(self, deployer: Body, commit: int) -> Scene:
        """The same, and the API server refuses the first object."""
        self.cluster.refusing, self.cluster.refused = address(deployer), None
        act(self.world, self.cluster, address(deployer), commit)
        self.cluster.refusing, self.cluster.refused = None, None
        return self

    def delete(self, deployer: Body) -> Scene:
        self.world.remove(self.cluster, address(deployer), None, "", "")
        return self

    def live(self, body: Body) -> Live | None:
        return self.cluster.live.get(address(body))

    def marks(self, body: Body) -> Mapping[str, str]:
        live = self.live(body)
        assert live is not None
        return live.marks

    def has(self, *bodies: Body) -> list[bool]:
        return [self.live(each) is not None for each in bodies]

    @property
    def happened(self) -> set[tuple[What, str]]:
        return {(each.what, each.rule) for each in self.cluster.incidents}


def address(body: Body) -> Address:
    return manifest_of(body).address
