"""Names that have to stay together, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from migrator.rewrite.overlays.types import Tie


class Ties:
    """Names and the groups that they grow into; the first reason that joined two groups is the one that is told."""

    def __init__(self, names: Iterable[str]) -> None:
        self._above = {name: name for name in names}
        self._told: list[Tie] = []

    def tie(self, names: Iterable[str], reason: str) -> bool:
        """Keep these together; whether that is new."""
        tops = sorted({self.top(name) for name in names})
        if len(tops) < 2:
            return False
        self._told.append(Tie(names=frozenset(names), reason=reason))
        self._above |= dict.fromkeys(tops[1:], tops[0])
        return True

    def top(self, name: str) -> str:
        """The name that stands for all that a name is tied to."""
        while self._above.setdefault(name, name) != name:
            name = self._above[name]
        return name

    @property
    def told(self) -> tuple[Tie, ...]:
        return tuple(self._told)

    def groups(self) -> Mapping[str, tuple[str, ...]]:
        """The name that stands for a group -> its members, sorted."""
        found: dict[str, list[str]] = defaultdict(list)
        for name in sorted(self._above):
            found[self.top(name)].append(name)
        return {top: tuple(members) for top, members in found.items()}
