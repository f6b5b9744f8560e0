"""Units -> units with the rest of what belongs to them, along labels, names, edges and files."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from migrator.classify.nodes import Node
from migrator.classify.object_links import Ties
from migrator.classify.readings import Readings
from migrator.classify.units import SYSTEM_NAMESPACES, TELLING, Unit, fullname_of
from migrator.signatures import SignatureIndex
from migrator.signatures.match import NAME_LABEL

JOIN = 0.6
"""The least affinity that makes an object a member."""
_LEAST = 0.1
_NONE: frozenset[int] = frozenset()
_FOREIGN_BELOW = 0.15
_FOREIGN = 1.0
"""The same for a workload whose images and name are not the chart's."""
_MARGIN = 0.05
_SHORTEST_NAME = 4
_ALONE = frozenset({"Namespace"})
"""Kinds that a chart must name itself: a namespace in a vendored file is the team's, not the chart's."""
_STANDARD = frozenset(
    {
        "",
        "apps",
        "batch",
        "autoscaling",
        "policy",
        "networking.k8s.io",
        "rbac.authorization.k8s.io",
        "apiextensions.k8s.io",
        "admissionregistration.k8s.io",
        "apiregistration.k8s.io",
        "storage.k8s.io",
        "scheduling.k8s.io",
        "coordination.k8s.io",
        "monitoring.coreos.com",
    }
)
"""Groups whose objects charts make as a matter of course; others are custom resources, used beside the chart."""


class Grower:
    """Adds unassigned objects to units until nothing more belongs to one."""

    def __init__(
        self,
        nodes: Sequence[Node],
        index: SignatureIndex,
        ties: Ties,
        readings: Readings,
        units: list[Unit],
        *,
        along_files: bool = True,
    ) -> None:
        self._along_files = along_files
        self._nodes = nodes
        self._index = index
        self._ties = ties
        self._readings = readings
        self._units = units
        self._present = {unit.signature for unit in units}
        self._relabelled = {at for at, unit in enumerate(units) if self._is_relabelled(unit)}
        self._owner = {number: at for at, unit in enumerate(units) for number in unit.members}
        self._tied_to: dict[int, set[int]] = {}
        for number, others in ties.items():
            for other in others:
                self._tied_to.setdefault(other, set()).add(number)
        self._by_place: dict[tuple[str, str], set[int]] = {}
        for number, node in enumerate(nodes):
            for key in _places(node):
                self._by_place.setdefault(key, set()).add(number)
        self._workloads = {
            number for number, node in enumerate(nodes) if number not in self._owner and node.is_workload
        }

    def _is_relabelled(self, unit: Unit) -> bool:
        """Whether the team gave the chart's workloads a name of its own, and so its labels tie them to other things."""
        if unit.signature is None:
            return True
        signature = self._index.signatures[unit.signature]
        own = {*signature.labels.get(NAME_LABEL, ()), unit.chart, *unit.subcharts}
        names = [dict(node.shown.labels).get(NAME_LABEL) for node in map(self._nodes.__getitem__, unit.members)]
        return any(names) and own.isdisjoint(names)

    def grow(self) -> None:
        """Rounds of joining, each judged by the state before it, until a round adds nothing."""
        pending = {number for number in range(len(self._nodes)) if number not in self._owner}
        while pending:
            pending = self._beside(self._round(sorted(pending)))

    def _beside(self, joined: set[int]) -> set[int]:
        """The unassigned objects for which something changes when others have joined: ties, files, labels."""
        keys = {key for number in joined for key in _places(self._nodes[number])}
        found = {other for number in joined for other in self._tied_to.get(number, ())}
        found |= {other for key in keys for other in self._by_place.get(key, ())}
        return {number for number in found if number not in self._owner}

    def _round(self, pending: Sequence[int]) -> set[int]:
        facts = _Facts(self._nodes, self._units, self._owner)
        joined: dict[int, int] = {}
        for number in pending:
            node = self._nodes[number]
            scored = sorted(
                ((self._affinity(number, at, facts), -at) for at in self._near(number, facts)),
                reverse=True,
            )
            if not scored or scored[0][0] < JOIN:
                continue
            if len(scored) > 1 and scored[0][0] - scored[1][0] < _MARGIN and node.id.kind != "CustomResourceDefinition":
                continue
            joined[number] = -scored[0][1]
        for number, at in joined.items():
            self._owner[number] = at
            self._units[at].members.add(number)
        return set(joined)

    def _near(self, number: int, facts: _Facts) -> set[int]:
        """Units that have anything to do with an object."""
        node = self._nodes[number]
        found = {self._owner[other] for other in self._ties.get(number, ()) if other in self._owner}
        found |= facts.by_release.get(node.shown.instance, set()) if node.shown.instance else set()
        if node.origin:
            found |= facts.by_file.get(node.origin, Counter()).keys()
            found |= facts.by_folder.get(posixpath.dirname(node.origin), Counter()).keys()
        for match in self._readings.readers(number):
            found |= facts.by_name.get((match.signature, match.fullname or match.release), _NONE)
            if not match.fullname and not match.release:
                found |= facts.by_signature.get(match.signature, _NONE)
        found |= facts.by_full_name.get(node.id.name, _NONE)
        for signature, strength in node.strength.items():
            if strength >= _LEAST:
                found |= facts.by_signature.get(signature, _NONE)
        return found

    def _affinity(self, number: int, at: int, facts: _Facts) -> float:
        """How strongly an object belongs to a unit; 0 where something forbids it."""
        node, unit = self._nodes[number], self._units[at]
        named = self._named(number, unit)
        if node.shown.chart and node.shown.chart[0] != unit.chart and node.shown.chart[0] not in unit.subcharts:
            return 0.0
        if node.id.kind in _ALONE and not named:
            return 0.0
        instance = self._instance(node, unit, at, facts)
        if instance < 0:
            return 0.0
        evidence = self._evidence(number, unit)
        place = max(self._place(node, facts.places[at]), 0.0 if named >= 0.5 else -1.0)
        own = instance + named + evidence + place
        edge = max(
            (strength for other, strength in self._ties.get(number, {}).items() if self._owner.get(other) == at),
            default=0.0,
        )
        pull = max(
            (
                strength
                for other, strength in self._ties.get(number, {}).items()
                if other not in self._owner and self._is_foreign(other, unit)
            ),
            default=0.0,
        )
        is_shared = not unit.is_labelled or (at in self._relabelled and unit.release in facts.mixed)
        known = named + evidence + (0.0 if is_shared else instance)
        if pull >= max(edge, 0.3) and known < JOIN / 2:
            return 0.0
        total = own + edge + self._file(number, at, facts) + self._prefix(node, unit, facts)
        if node.id.group not in _STANDARD and not named and instance <= 0:
            total -= 0.35
        # a chart that is known by its labels alone labels its own workloads
        is_named_by_all = unit.is_labelled and at not in self._relabelled
        if self._is_foreign(number, unit) and not named and (total < _FOREIGN or not is_named_by_all):
            return 0.0
        return total

    def _is_foreign(self, number: int, unit: Unit) -> bool:
        """A workload that shows nothing of the unit's chart."""
        if number not in self._workloads:
            return False
        return unit.signature is None or self._readings.strength(number, unit.signature) < _FOREIGN_BELOW

    def _instance(self, node: Node, unit: Unit, at: int, facts: _Facts) -> float:
        """The instance label: for where it is the unit's, against where it is another's, more where it is unshared."""
        if not node.shown.instance or not unit.release:
            return 0.0
        if node.shown.instance != unit.release:
            return -1.0 if facts.by_release.get(node.shown.instance) else -0.0
        return 0.6 if facts.by_release.get(unit.release) == {at} and unit.release not in facts.mixed else 0.45

    def _named(self, number: int, unit: Unit) -> float:
        """The name is one that the chart gives under the unit's names."""
        if unit.signature is None:
            return 0.0
        best = 0.0
        for match in self._readings.names(number, unit.signature):
            is_fixed = not match.fullname and not match.release
            is_full = bool(match.fullname) and match.fullname == unit.fullname and match.release in {"", unit.release}
            is_release = bool(match.release) and match.release == unit.release and not match.fullname
            if is_fixed or is_full or is_release:
                best = max(best, 0.5 if match.weight else 0.3)
        return best

    def _evidence(self, number: int, unit: Unit) -> float:
        """What the object itself shows for the chart; a CRD of the chart alone is enough."""
        if unit.signature is None:
            return 0.0
        strength = self._readings.strength(number, unit.signature)
        if self._nodes[number].shown.crd:
            return JOIN if strength else 0.0
        return min(strength, 0.5)

    def _place(self, node: Node, places: frozenset[str]) -> float:
        if not node.id.namespace:
            return 0.0
        if node.id.namespace in places:
            return 0.1
        return 0.0 if node.id.namespace in SYSTEM_NAMESPACES or not places else -0.3

    def _file(self, number: int, at: int, facts: _Facts) -> float:
        """The share of the unit among what is known of the object's file, or less so of its folder."""
        node = self._nodes[number]
        if node.origin is None or node.is_generated or not self._along_files or self._is_anothers(number, at):
            return 0.0
        held = facts.by_file.get(node.origin, Counter())
        if held:
            share = held[at] / held.total()
            if share < 0.5 or node.origin in facts.mixed:
                return 0.0
            return 0.6 if node.shown.crd or (share == 1 and held.total() >= 3) else 0.5 * share
        folder = facts.by_folder.get(posixpath.dirname(node.origin), Counter())
        share = folder[at] / folder.total() if folder else 0.0
        return 0.35 * share if share >= 0.8 and posixpath.dirname(node.origin) not in facts.mixed else 0.0

    def _is_anothers(self, number: int, at: int) -> bool:
        """The object shows another chart that is there too: then that it lies in a file says nothing."""
        held = self._nodes[number].strength.items()
        best = max((strength for one, strength in held if one in self._present), default=0.0)
        signature = self._units[at].signature
        own = self._readings.strength(number, signature) if signature is not None else 0.0
        return best >= TELLING and best > own

    @staticmethod
    def _prefix(node: Node, unit: Unit, facts: _Facts) -> float:
        """The name begins like the unit's names; the release's name says nothing where others share the release."""
        for name in (unit.fullname, "" if unit.release in facts.mixed else unit.release):
            if len(name) >= _SHORTEST_NAME and (
                node.id.name == name or node.id.name.startswith((f"{name}-", f"{name}:", f"{name}."))
            ):
                return 0.3
        return 0.0


def _places(node: Node) -> Iterator[tuple[str, str]]:
    if node.origin:
        yield "file", node.origin
        yield "folder", posixpath.dirname(node.origin)
    if node.shown.instance:
        yield "instance", node.shown.instance


class _Facts:
    """Where the units are at the start of a round."""

    def __init__(self, nodes: Sequence[Node], units: Sequence[Unit], owner: Mapping[int, int]) -> None:
        self.places = [unit.namespaces(nodes) for unit in units]
        self.by_release: dict[str, set[int]] = {}
        self.by_signature: dict[int, set[int]] = {}
        self.by_name: dict[tuple[int, str], set[int]] = {}
        self.by_full_name: dict[str, set[int]] = {}
        self.by_file: dict[str, Counter[int]] = {}
        self.by_folder: dict[str, Counter[int]] = {}
        self.mixed: set[str] = set()
        """Releases, files and folders that also hold workloads of nobody."""
        for at, unit in enumerate(units):
            self.by_release.setdefault(unit.release, set()).add(at)
            if unit.signature is not None:
                self.by_signature.setdefault(unit.signature, set()).add(at)
                for name in {unit.fullname, unit.release} - {""}:
                    self.by_name.setdefault((unit.signature, name), set()).add(at)
                    self.by_full_name.setdefault(name, set()).add(at)
        for number, node in enumerate(nodes):
            folder = posixpath.dirname(node.origin) if node.origin else ""
            if number not in owner:
                if node.is_workload and node.id.kind not in {"Job", "Pod"}:
                    self.mixed.update(filter(None, (node.shown.instance, node.origin, folder)))
            elif node.origin and not node.is_generated:
                self.by_file.setdefault(node.origin, Counter())[owner[number]] += 1
                self.by_folder.setdefault(folder, Counter())[owner[number]] += 1


def name_units(units: Iterable[Unit], nodes: Sequence[Node], index: SignatureIndex, readings: Readings) -> None:
    """Fill in full name and release name of units that do not have them: what most names of the members say."""
    for unit in units:
        if unit.signature is None:
            continue
        votes: dict[str, float] = {}
        for number in sorted(unit.members):
            for match in readings.names(number, unit.signature):
                if match.fullname:
                    votes[match.fullname] = votes.get(match.fullname, 0.0) + match.weight + 0.05
        if not unit.release:
            counts = Counter(nodes[number].shown.instance for number in unit.members if nodes[number].shown.instance)
            unit.release = counts.most_common(1)[0][0] if counts else ""
        if votes and not unit.fullname:
            unit.fullname = max(sorted(votes), key=lambda name: votes[name])
        if not unit.fullname and unit.release:
            unit.fullname = fullname_of(unit.release, index.signatures[unit.signature])
