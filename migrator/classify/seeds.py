"""Objects without chart labels x signatures -> units: by instance label first, then by what names have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from migrator.classify.judging import Judge, factor
from migrator.classify.readings import BARE, Readings
from migrator.classify.units import SYSTEM_NAMESPACES, TELLING, Unit, fullname_of, instances, own_score

_SEED = 0.3
"""The least evidence on one object that starts a hypothesis."""
_EXPLAINED = 0.1
_UNNAMED = 0.75
"""What a unit is worth whose names follow no pattern of the chart."""


class Recogniser:
    """Turns unassigned objects into units; holds the read-only inputs so that each step reads short."""

    def __init__(self, readings: Readings) -> None:
        self._seen = readings
        self._judge = Judge(readings)
        self._nodes = readings.nodes
        self._index = readings.index

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
        share = self._judge.fit(one.members, one.signature, frozenset({one.fullname, ""}))
        return has_core and bool(one.fullname) and not is_part and share > 0

    def _is_publisher(self, one: int, other: int) -> bool:
        return self._index.signatures[one].chart == self._index.signatures[other].chart

    def _in_group(self, release: str, members: set[int]) -> list[Unit]:
        """The charts of one release name: one as a rule, more where a label was put on everything."""
        left, units = set(members), list[Unit]()
        while left:
            scored = sorted(
                (
                    (rank, quality, signature)
                    for signature in self._candidates(left)
                    for rank, quality in [self._group_rank(left, signature, release)]
                    if quality >= self._index.weights.recognised
                ),
                reverse=True,
            )
            if not scored:
                break
            _, quality, signature = scored[0]
            family = self._seen.families[signature]
            explained = {
                number
                for number in left
                if self._seen.strength(number, signature) >= _EXPLAINED or self._seen.name_weight(number, signature) > 0
            }
            units.append(
                Unit(
                    chart=self._index.signatures[signature].chart,
                    signature=signature,
                    release=release,
                    quality=quality,
                    members=explained,
                    rivals={other: held for _, held, other in scored[1:4] if other not in family},
                )
            )
            left -= explained
        return units

    def _candidates(self, members: Iterable[int]) -> list[int]:
        return sorted({one for number in members for one in self._nodes[number].strength})

    def _group_rank(self, members: set[int], signature: int, release: str) -> tuple[float, float]:
        if self._judge.are_guests(members, signature):
            return 0.0, 0.0
        is_named = self._judge.pattern_weight(members, signature) > 0
        own, is_telling = self._judge.own(members, signature, is_named=is_named)
        if self._is_umbrella(members, signature, own):
            own, is_telling = 1 - (1 - own) * (1 - self._index.weights.recognised), True
        if own < self._index.weights.recognised or not is_telling:
            return 0.0, 0.0
        total = sum(
            self._seen.strength(number, signature) + self._seen.name_weight(number, signature) for number in members
        )
        share = self._judge.fit(members, signature, self._fullnames(members, signature, release))
        kept = self._judge.left(members, signature, frozenset({release}))
        return total * (0.5 + 0.5 * share) * kept, own * factor(share) * kept

    def _fullnames(self, members: Iterable[int], signature: int, release: str) -> frozenset[str]:
        """What the full name may be: by the rule from the release's name, else what telling names have in common."""
        told = {
            match.fullname
            for number in members
            for match in self._seen.names(number, signature)
            if match.pattern not in BARE
        }
        return frozenset({"", release, fullname_of(release, self._index.signatures[signature]), *told})

    def _is_umbrella(self, members: set[int], signature: int, own: float) -> bool:
        """A chart that runs nothing itself is there if it shows something and two of its subcharts are there."""
        if own < TELLING or any(one.core for one in self._index.signatures[signature].objects):
            return False
        charts = {
            self._index.signatures[one].chart
            for one in self._seen.families[signature][1:]
            if not self._is_publisher(one, signature)
            and own_score(self._nodes, members, one)[0] >= self._index.weights.recognised
        }
        return len(charts) >= 2

    def _seeds(self, left: set[int]) -> dict[int, set[int]]:
        seeds: dict[int, set[int]] = {}
        for number in left:
            for signature, strength in self._nodes[number].strength.items():
                if strength >= _SEED:
                    seeds.setdefault(signature, set()).add(number)
        return seeds

    def _of_signature(self, signature: int, seeds: set[int], left: set[int]) -> list[_Hypothesis]:
        """The ways in which a chart could have made some of what is left: one for each full name that seeds suggest."""
        places = {
            (self._nodes[n].id.namespace, match.fullname) for n in seeds for match in self._seen.names(n, signature)
        }
        crds = {number for number in seeds if self._nodes[number].shown.crd}
        by_name: dict[str, set[int]] = {}
        by_release: dict[str, set[int]] = {}
        for number in self._seen.read_by(signature) & left:
            for match in self._seen.names(number, signature):
                held = by_release if match.release else by_name
                held.setdefault(match.release or match.fullname, set()).add(number)
        read = _Read(by_name=by_name, by_release=by_release, crds=crds, left=left)
        found = [self._hypothesis(signature, place, fullname, read) for place, fullname in sorted(places)]
        named = {number for one in found for number in one.members}
        named |= {number for number in seeds if self._judge.is_guest(number, signature)}
        for place in sorted({self._nodes[number].id.namespace for number in seeds - named}):
            members = frozenset(n for n in seeds - named if self._nodes[n].id.namespace == place)
            own, is_telling = self._judge.own(members, signature)
            kept = self._judge.left(members, signature, frozenset())
            fit = self._judge.fit(members, signature, frozenset())
            quality = own * min(_UNNAMED, factor(fit)) * kept if is_telling else 0.0
            total = sum(self._seen.strength(number, signature) for number in members)
            found.append(
                _Hypothesis(
                    signature=signature,
                    fullname="",
                    release="",
                    members=members,
                    quality=quality,
                    rank=total * _UNNAMED * (0.5 + 0.5 * fit),
                )
            )
        return found

    def _hypothesis(self, signature: int, place: str, fullname: str, read: _Read) -> _Hypothesis:
        """What a chart would have made under this full name in this namespace."""
        members, release = self._made(signature, place, fullname, read)
        pattern = self._judge.pattern_weight(members, signature)
        own, is_telling = self._judge.own(members, signature, is_named=pattern > 0)
        quality = 1 - (1 - own) * (1 - pattern)
        is_telling = is_telling and (pattern > 0 or not self._judge.are_guests(members, signature))
        share = self._judge.fit(members, signature, frozenset({fullname, ""}))
        kept = self._judge.left(members, signature, frozenset({fullname, release}))
        total = sum(
            self._seen.strength(number, signature) + self._seen.name_weight(number, signature) for number in members
        )
        return _Hypothesis(
            signature=signature,
            fullname=fullname,
            release=release,
            members=frozenset(members),
            quality=quality * factor(share) * kept if is_telling else 0.0,
            rank=total * (0.5 + 0.5 * share) * kept,
        )

    def _made(self, signature: int, place: str, fullname: str, read: _Read) -> tuple[set[int], str]:
        """The objects that follow the chart's names under this full name, and the release that they tell."""
        allowed = {place, "", *SYSTEM_NAMESPACES} if place else None

        def inside(number: int) -> bool:
            return allowed is None or self._nodes[number].id.namespace in allowed

        bare = {
            number
            for number in self._seen.called(fullname) & read.left
            if any(match.fullname == fullname for match in self._seen.names(number, signature))
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
                for number in self._seen.called(release) & read.left
                if any(match.release == release for match in self._seen.names(number, signature))
            }
            members |= {number for number in called | read.by_release.get(release, set()) if inside(number)}
        return (members | read.crds if members else members), release

    def _may_join(self, number: int, signature: int, fullname: str) -> bool:
        """A workload that shows nothing of the chart joins only by a telling name."""
        node = self._nodes[number]
        if not node.is_workload or self._seen.strength(number, signature) >= _EXPLAINED:
            return True
        return any(
            match.fullname in {fullname, ""} and match.weight > 0 for match in self._seen.names(number, signature)
        )

    def _release(self, signature: int, fullname: str, read: _Read, inside: Callable[[int], bool]) -> str:
        """The release name: in the full name where that follows the chart's rule, else in what subcharts are called."""
        rule = self._index.signatures[signature].fullname
        suffix = rule.removeprefix("{release}")
        if fullname and rule != suffix and fullname.endswith(suffix) and len(fullname) > len(suffix):
            return fullname.removesuffix(suffix) if suffix else fullname
        votes: dict[str, float] = {}
        for release, numbers in read.by_release.items():
            for number in sorted(numbers):
                if inside(number) and self._seen.strength(number, signature) >= _EXPLAINED:
                    votes[release] = votes.get(release, 0.0) + self._seen.name_weight(number, signature)
        best = max(sorted(votes), key=lambda name: votes[name], default="")
        return best if votes.get(best, 0.0) >= 0.5 else ""


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
