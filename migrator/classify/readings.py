"""How the signatures read the nodes: names by their patterns, and what each node shows; worked out once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from migrator.classify.nodes import Node
from migrator.classify.units import families
from migrator.signatures import NameMatch, SignatureIndex
from migrator.signatures.types import FULLNAME, RELEASE

BARE = frozenset({FULLNAME, RELEASE})
_SUBCHART = 0.8


class Readings:
    """The read-only inputs of recognition, with what follows from them kept."""

    def __init__(self, nodes: Sequence[Node], index: SignatureIndex) -> None:
        self.nodes = nodes
        self.index = index
        self.families = families(index)
        """For each signature itself, other publishers of the chart, and the subcharts."""
        self._names = [_by_signature(index, node) for node in nodes]
        self._of: dict[int, set[int]] = {}
        self._called: dict[str, set[int]] = {}
        for number, node in enumerate(nodes):
            self._called.setdefault(node.id.name, set()).add(number)
            for signature in self._names[number]:
                self._of.setdefault(signature, set()).add(number)

    def read_by(self, signature: int) -> set[int]:
        """The nodes whose names follow a pattern of a signature, bare placeholders aside."""
        return self._of.get(signature, set())

    def called(self, name: str) -> set[int]:
        """The nodes of that name."""
        return self._called.get(name, set())

    def names(self, number: int, signature: int) -> tuple[NameMatch, ...]:
        """How a signature reads a node's name; worked out once."""
        found = self._names[number].get(signature)
        if found is None:
            shown = self.nodes[number].shown
            found = self._names[number][signature] = tuple(self.index.bare_names(shown, signature))
        return found

    def readers(self, number: int) -> Iterable[NameMatch]:
        """How all signatures read a node's name, those left out that would take any name."""
        return (match for held in list(self._names[number].values()) for match in held if match.pattern not in BARE)

    def strength(self, number: int, signature: int) -> float:
        """What a node shows for a chart, by itself or by one of its subcharts."""
        held = self.nodes[number].strength
        own = held.get(signature, 0.0)
        family = self.families[signature][1:]
        return max(own, _SUBCHART * max((held.get(one, 0.0) for one in family), default=0.0))

    def name_weight(self, number: int, signature: int) -> float:
        """How telling a node's name is for a chart."""
        held = self.telling(number, signature)
        return max(match.weight for match in held) if held else 0.0

    def pattern_weight(self, number: int, signature: int) -> float:
        """How telling a node's name is that has a release's name in it; fixed names are evidence."""
        held = self.telling(number, signature)
        return max((match.weight for match in held if match.fullname or match.release), default=0.0) if held else 0.0

    def telling(self, number: int, signature: int) -> tuple[NameMatch, ...]:
        """How a signature reads a node's name by more than a placeholder that takes any name."""
        return self._names[number].get(signature, ())

    def weight(self, number: int, signature: int) -> float:
        """How much of a chart's installation a node makes up."""
        return self.strength(number, signature) + self.name_weight(number, signature)


def _by_signature(index: SignatureIndex, node: Node) -> dict[int, tuple[NameMatch, ...]]:
    found: dict[int, list[NameMatch]] = {}
    for match in index.names(node.shown):
        found.setdefault(match.signature, []).append(match)
    return {signature: (*matches, *index.bare_names(node.shown, signature)) for signature, matches in found.items()}
