"""Objects without chart labels x signatures -> units: by instance label first, then by what names have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from migrator.classify.nodes import Node
from migrator.classify.units import SYSTEM_NAMESPACES, TELLING, Unit, families, instances, own_score
from migrator.signatures import NameMatch, SignatureIndex
from migrator.signatures.types import FULLNAME, RELEASE

_SEED = 0.3
"""The least evidence on one object that starts a hypothesis."""
_EXPLAINED = 0.1
_SUBCHART = 0.8
_BARE = frozenset({FULLNAME, RELEASE})
_UNNAMED = 0.75
"""What a unit is worth whose names follow no pattern of the chart."""


class Recogniser:
    """Turns unassigned objects into units; holds the read-only inputs so that each step reads short."""

    def __init__(self, nodes: Sequence[Node], index: SignatureIndex) -> None:
        self._nodes = nodes
        self._index = index
        self._families = families(index)
        self._names = [_by_signature(index, node) for node in nodes]
        self._readers: dict[int, set[int]] = {}
        self._called: dict[str, set[int]] = {}
        for number, node in enumerate(nodes):
            self._called.setdefault(node.id.name, set()).add(number)
            for signature in self._names[number]:
                self._readers.setdefault(signature, set()).add(number)

    def by_instance(self, free: Iterable[int], taken: Iterable[str]) -> list[Unit]:
        """Units among objects that share an instance label; labels in `taken` belong to units already."""
        groups: dict[str, set[int]] = {}
        known = set(taken)
        for number in free:
            release = self._nodes[number].shown.instance
            if release and release not in known:
                groups.setdefault(release, set()).add(number)
        units: list[Unit] = []
        for release, members in sorted(groups.items()):
            for part in instances(self._nodes, members):
                units += self._in_group(release, part)
        return units

    def by_name(self, free: Iterable[int], known: Sequence[Unit] = ()) -> list[Unit]:
        """Units among objects without a telling instance label, best first; `known` are there already."""
        left = set(free)
        units: list[Unit] = []
        seeds = self._seeds(left)
        held = {signature: self._of_signature(signature, seeds[signature], left) for signature in sorted(seeds)}
        while True:
            best = max(
                (one for found in held.values() for one in found if self._is_good(one, [*known, *units])),
                key=lambda one: one.rank,
                default=None,
            )
            if best is None:
                return units
            units.append(
                Unit(
                    chart=self._index.signatures[best.signature].chart,
                    signature=best.signature,
                    release=best.release,
                    fullname=best.fullname,
                    quality=best.quality,
                    members=set(best.members),
                )
            )
            left -= best.members
            for signature, found in held.items():
                if seeds[signature] & best.members or any(one.members & best.members for one in found):
                    seeds[signature] -= best.members
                    held[signature] = self._of_signature(signature, seeds[signature], left)

    def considered(self, number: int, free: Iterable[int]) -> Mapping[int, tuple[float, frozenset[int]]]:
        """Signature -> quality and objects of the best hypothesis over free objects that holds this one."""
        left, found = set(free), dict[int, tuple[float, frozenset[int]]]()
        for signature, seeds in self._seeds(left).items():
            for one in self._of_signature(signature, seeds, left):
                if number in one.members and (signature not in found or one.quality > found[signature][0]):
                    found[signature] = one.quality, one.members
        return found

    def _is_good(self, one: _Hypothesis, units: Sequence[Unit]) -> bool:
        """Good enough, and not the rest of a chart found in this place: a second one runs its own main workload."""
        if one.quality < self._index.weights.recognised:
            return False
        signature = self._index.signatures[one.signature]
        places = {self._nodes[number].id.namespace for number in one.members}
        here = [
            unit
            for unit in units
            if unit.chart == signature.chart and ("" in places or places & unit.namespaces(self._nodes))
        ]
        if not here:
            return True
        is_part = any(unit.fullname and one.fullname.startswith(f"{unit.fullname}-") for unit in here)
        has_core = any(pattern.core for pattern in signature.objects)
        share = self._core_share(one.members, one.signature, one.fullname)
        return has_core and bool(one.fullname) and not is_part and share > 0

    def _is_publisher(self, one: int, other: int) -> bool:
        return self._index.signatures[one].chart == self._index.signatures[other].chart

    def names(self, number: int, signature: int) -> tuple[NameMatch, ...]:
        """How a signature reads a node's name; worked out once."""
        found = self._names[number].get(signature)
        if found is None:
            shown = self._nodes[number].shown
            found = self._names[number][signature] = tuple(self._index.bare_names(shown, signature))
        return found

    def readers(self, number: int) -> Iterable[NameMatch]:
        """How all signatures read a node's name, those left out that would take any name."""
        return (match for held in list(self._names[number].values()) for match in held if match.pattern not in _BARE)

    def strength(self, number: int, signature: int) -> float:
        """What a node shows for a chart, by itself or by one of its subcharts."""
        held = self._nodes[number].strength
        own = held.get(signature, 0.0)
        family = self._families[signature][1:]
        return max(own, _SUBCHART * max((held.get(one, 0.0) for one in family), default=0.0))

    def name_weight(self, number: int, signature: int) -> float:
        """How telling a node's name is for a chart."""
        return max((match.weight for match in self.names(number, signature)), default=0.0)

    def _in_group(self, release: str, members: set[int]) -> list[Unit]:
        """The charts of one release name: one as a rule, more where a label was put on everything."""
        left, units = set(members), list[Unit]()
        while left:
            scored = sorted(
                (
                    (rank, quality, signature)
                    for signature in self._candidates(left)
                    for rank, quality in [self._group_rank(left, signature)]
                    if quality >= self._index.weights.recognised
                ),
                reverse=True,
            )
            if not scored:
                break
            _, quality, signature = scored[0]
            explained = {
                number
                for number in left
                if self.strength(number, signature) >= _EXPLAINED or self.name_weight(number, signature) > 0
            }
            units.append(
                Unit(
                    chart=self._index.signatures[signature].chart,
                    signature=signature,
                    release=release,
                    quality=quality,
                    members=explained,
                    rivals={other: score for _, score, other in scored[1:4] if other not in self._families[signature]},
                )
            )
            left -= explained
        return units

    def _candidates(self, members: Iterable[int]) -> list[int]:
        return sorted({one for number in members for one in self._nodes[number].strength})

    def _group_rank(self, members: set[int], signature: int) -> tuple[float, float]:
        own, is_telling = own_score(self._nodes, members, signature)
        if self._are_guests(members, signature):
            return 0.0, 0.0
        if self._is_umbrella(members, signature, own):
            own, is_telling = 1 - (1 - own) * (1 - self._index.weights.recognised), True
        if own < self._index.weights.recognised or not is_telling:
            return 0.0, 0.0
        total = sum(self.strength(number, signature) + self.name_weight(number, signature) for number in members)
        share = self._core_share(members, signature, None)
        return total * (0.5 + 0.5 * share), own * (0.8 + 0.2 * share if share else 0.5)

    def _is_umbrella(self, members: set[int], signature: int, own: float) -> bool:
        """A chart that runs nothing itself is there if it shows something and two of its subcharts are there."""
        if own < TELLING or any(one.core for one in self._index.signatures[signature].objects):
            return False
        charts = {
            self._index.signatures[one].chart
            for one in self._families[signature][1:]
            if not self._is_publisher(one, signature)
            and own_score(self._nodes, members, one)[0] >= self._index.weights.recognised
        }
        return len(charts) >= 2

    def _core_share(self, members: Iterable[int], signature: int, fullname: str | None) -> float:
        """The share of the workloads that every version of the chart makes at its defaults; 1 for a chart without."""
        wanted = {one.name for one in self._index.signatures[signature].objects if one.core}
        if not wanted:
            return 1.0
        found = {
            match.pattern
            for number in members
            if self._nodes[number].is_workload
            for match in self.names(number, signature)
            if match.is_core and fullname in {None, match.fullname, ""}
        }
        return len(wanted & found) / len(wanted)

    def _seeds(self, left: set[int]) -> dict[int, set[int]]:
        seeds: dict[int, set[int]] = {}
        for number in left:
            for signature, strength in self._nodes[number].strength.items():
                if strength >= _SEED:
                    seeds.setdefault(signature, set()).add(number)
        return seeds

    def _of_signature(self, signature: int, seeds: set[int], left: set[int]) -> list[_Hypothesis]:
        """The ways in which a chart could have made some of what is left: one for each full name that seeds suggest."""
        places = {(self._nodes[n].id.namespace, match.fullname) for n in seeds for match in self.names(n, signature)}
        crds = {number for number in seeds if self._nodes[number].shown.crd}
        by_name: dict[str, set[int]] = {}
        by_release: dict[str, set[int]] = {}
        for number in self._readers.get(signature, set()) & left:
            for match in self.names(number, signature):
                held = by_release if match.release else by_name
                held.setdefault(match.release or match.fullname, set()).add(number)
        read = _Read(by_name=by_name, by_release=by_release, crds=crds, left=left)
        found = [self._hypothesis(signature, place, fullname, read) for place, fullname in sorted(places)]
        named = {number for one in found for number in one.members}
        named |= {number for number in seeds if self._is_guest(number, signature)}
        for place in sorted({self._nodes[number].id.namespace for number in seeds - named}):
            members = frozenset(n for n in seeds - named if self._nodes[n].id.namespace == place)
            own, is_telling = own_score(self._nodes, members, signature)
            quality = own * _UNNAMED if is_telling else 0.0
            total = sum(self.strength(number, signature) for number in members)
            found.append(
                _Hypothesis(
                    signature=signature,
                    fullname="",
                    release="",
                    members=members,
                    quality=quality,
                    rank=total * _UNNAMED * (0.5 + 0.5 * self._core_share(members, signature, None)),
                )
            )
        return found

    def _are_guests(self, members: Iterable[int], signature: int) -> bool:
        shown = [number for number in members if self._nodes[number].strength.get(signature, 0.0) >= _EXPLAINED]
        return bool(shown) and all(self._is_guest(number, signature) for number in shown)

    def _is_guest(self, number: int, signature: int) -> bool:
        """The chart's image is one beside what the object is about: a sidecar, a field of a custom resource."""
        node = self._nodes[number]
        known = {fact.detail.partition(" ")[0] for fact in node.evidence.get(signature, ()) if fact.kind == "image"}
        if not known or not node.is_workload:
            return bool(known)
        own = [image.repository in known for image in node.shown.images]
        return not own[0] and sum(own) * 2 <= len(own)

    def _hypothesis(self, signature: int, place: str, fullname: str, read: _Read) -> _Hypothesis:
        """What a chart would have made under this full name in this namespace."""
        allowed = {place, "", *SYSTEM_NAMESPACES} if place else None

        def inside(number: int) -> bool:
            return allowed is None or self._nodes[number].id.namespace in allowed

        bare = {
            number
            for number in self._called.get(fullname, set()) & read.left
            if any(match.fullname == fullname for match in self.names(number, signature))
        }
        members = {
            number
            for number in bare | read.by_name.get(fullname, set()) | read.by_name.get("", set())
            if inside(number) and self._may_join(number, signature, fullname)
        }
        release = self._release(signature, fullname, read, inside)
        if release:
            called = {
                number
                for number in self._called.get(release, set()) & read.left
                if any(match.release == release for match in self.names(number, signature))
            }
            members |= {number for number in called | read.by_release.get(release, set()) if inside(number)}
        if members:
            members |= read.crds
        own, is_telling = own_score(self._nodes, members, signature)
        pattern = max((self.name_weight(number, signature) for number in members), default=0.0)
        quality = 1 - (1 - own) * (1 - pattern)
        is_telling = is_telling and (pattern > 0 or not self._are_guests(members, signature))
        share = self._core_share(members, signature, fullname)
        total = sum(self.strength(number, signature) + self.name_weight(number, signature) for number in members)
        return _Hypothesis(
            signature=signature,
            fullname=fullname,
            release=release,
            members=frozenset(members),
            quality=quality * (0.6 + 0.4 * share if share else 0.5) if is_telling else 0.0,
            rank=total * (0.5 + 0.5 * share),
        )

    def _may_join(self, number: int, signature: int, fullname: str) -> bool:
        """A workload that shows nothing of the chart joins only by a telling name."""
        node = self._nodes[number]
        if not node.is_workload or self.strength(number, signature) >= _EXPLAINED:
            return True
        return any(match.fullname in {fullname, ""} and match.weight > 0 for match in self.names(number, signature))

    def _release(self, signature: int, fullname: str, read: _Read, inside: Callable[[int], bool]) -> str:
        """The release name: in the full name where that follows the chart's rule, else in what subcharts are called."""
        rule = self._index.signatures[signature].fullname
        suffix = rule.removeprefix("{release}")
        if fullname and rule != suffix and fullname.endswith(suffix) and len(fullname) > len(suffix):
            return fullname.removesuffix(suffix) if suffix else fullname
        votes: dict[str, float] = {}
        for release, numbers in read.by_release.items():
            for number in sorted(numbers):
                if inside(number) and self.strength(number, signature) >= _EXPLAINED:
                    votes[release] = votes.get(release, 0.0) + self.name_weight(number, signature)
        best = max(sorted(votes), key=lambda name: votes[name], default="")
        return best if votes.get(best, 0.0) >= 0.5 else ""


def _by_signature(index: SignatureIndex, node: Node) -> dict[int, tuple[NameMatch, ...]]:
    found: dict[int, list[NameMatch]] = {}
    for match in index.names(node.shown):
        found.setdefault(match.signature, []).append(match)
    return {signature: (*matches, *index.bare_names(node.shown, signature)) for signature, matches in found.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """The names of unassigned nodes as one signature reads them, bare placeholders apart."""

    by_name: dict[str, set[int]]
    by_release: dict[str, set[int]]
    crds: set[int]
    left: set[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hypothesis:
    """A chart, the name it would have been installed under, and what it would explain."""

    signature: int
    fullname: str
    release: str
    members: frozenset[int]
    quality: float
    rank: float
