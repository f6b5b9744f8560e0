"""Blockers that are about a few objects -> what could stay in Kustomize so that the rest of a component need not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from migrator.model import ResId
from migrator.plan.beside import Beside
from migrator.rewrite.kustomize.blockers import Blocker
from migrator.signatures.features import WORKLOADS


def could_stay(blockers: Iterable[Blocker]) -> Beside:
    """The objects that stand in the way, of components for which nothing else does: never what runs."""
    found: dict[str, dict[str, set[ResId]]] = defaultdict(lambda: defaultdict(set))
    whole = set()
    for blocker in blockers:
        if not blocker.objects or any(each.resource.id.kind in WORKLOADS for each in blocker.objects):
            whole.add(blocker.component)
        for each in blocker.objects:
            found[blocker.component][each.environment].add(each.resource.id)
    return {
        component: {name: frozenset(held) for name, held in sorted(environments.items())}
        for component, environments in sorted(found.items())
        if component not in whole
    }
