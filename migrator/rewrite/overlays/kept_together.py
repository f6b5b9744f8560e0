"""Names that have to stay together, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from migrator.rewrite.overlays.types import Tie


class Ties:
    """Names and the groups that they grow into; the first reason that joined two groups is the one that is told."""

    def __init__(self, names: Iterable[str]) -> None:
        from networkx.utils import UnionFind

        self._groups = UnionFind(names)
        self._told: list[Tie] = []

    def tie(self, names: Iterable[str], reason: str) -> None:
        """Keep these together."""
        tied = frozenset(names)
        if len({self._groups[name] for name in tied}) > 1:
            self._told.append(Tie(names=tied, reason=reason))
            self._groups.union(*tied)

    @property
    def told(self) -> tuple[Tie, ...]:
        return tuple(self._told)

    def groups(self) -> Mapping[str, tuple[str, ...]]:
        """Every name -> all that it is tied to, itself among them, sorted."""
        found = (tuple(sorted(group)) for group in self._groups.to_sets())
        return {name: group for group in found for name in group}
