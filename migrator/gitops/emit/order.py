"""What has to be there before what: definitions before their objects, namespaces before what is in them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from migrator.gitops.emit.units import Unit
from migrator.gitops.emit.wiring import Wiring
from migrator.model import mapping_of

Needs = Mapping[str, tuple[str, ...]]
"""Name -> the names of what it needs directly, in order."""


def wishes(units: Sequence[Unit]) -> Iterator[tuple[str, str]]:
    """Pairs of one environment, what needs and what is needed, the strongest reasons first."""
    definers = {kind: each.name for each in units for kind in _defined(each)}
    for unit in units:
        kinds = {(each.gvk.group, each.gvk.kind) for each in unit.objects}
        yield from (
            (unit.name, definers[kind]) for kind in sorted(kinds & definers.keys()) if definers[kind] != unit.name
        )
    makers = {name: each.name for each in units for name in namespaces_in(each)}
    for unit in units:
        wanted = {each.id.namespace for each in unit.objects} | {unit.namespace}
        yield from ((unit.name, makers[name]) for name in sorted(wanted & makers.keys()) if makers[name] != unit.name)
    for unit in units:
        others = (each for each in units if each.is_infrastructure and not unit.is_infrastructure)
        yield from ((unit.name, each.name) for each in others)


def ordered(names: Iterable[str], pairs: Iterable[tuple[str, str]]) -> Needs:
    """The needs of all; a pair that would close a circle with those before it is left out."""
    needs: dict[str, list[str]] = {name: [] for name in names}
    for one, other in pairs:
        if one != other and other not in needs[one] and not _reaches(other, one, needs):
            needs[one].append(other)
    return {name: tuple(sorted(found)) for name, found in needs.items()}


def waves(needs: Needs) -> Mapping[str, int]:
    """Name -> how many are before it on the longest way: 0 for what needs nothing."""
    found: dict[str, int] = {}

    def wave(name: str) -> int:
        if name not in found:
            found[name] = 1 + max((wave(each) for each in needs[name]), default=-1)
        return found[name]

    return {name: wave(name) for name in sorted(needs)}


def makes_namespace(unit: Unit, units: Sequence[Unit], needs: Needs) -> bool:
    """Whether its deployer has to make the namespace: neither itself nor anything that is there before does (C4)."""
    before = {unit.name, *needs[unit.name]}
    return not any(unit.namespace in namespaces_in(each) for each in units if each.name in before)


def namespaces_in(unit: Unit) -> frozenset[str]:
    """The names of the Namespaces among its objects."""
    return frozenset(each.id.name for each in unit.objects if (each.gvk.group, each.gvk.kind) == ("", "Namespace"))


def by_environment(units: Iterable[Unit]) -> Mapping[str, tuple[Unit, ...]]:
    """Environment -> its units."""
    found: dict[str, list[Unit]] = defaultdict(list)
    for each in units:
        found[each.environment].append(each)
    return {name: tuple(held) for name, held in sorted(found.items())}


def has_own_clusters(groups: Mapping[str, Sequence[Unit]], wiring: Wiring) -> bool:
    """Whether environments are on different clusters: by what is said, else as one object cannot be there twice."""
    said = [wiring.cluster(name) for name in groups]
    if len(set(said)) > 1:
        return True
    counted = Counter(each for held in groups.values() for each in {one for unit in held for one in unit.ids})
    return not any(said) and any(count > 1 for count in counted.values())


def _defined(unit: Unit) -> Iterator[tuple[str, str]]:
    for each in unit.objects:
        if each.gvk.kind == "CustomResourceDefinition":
            spec = mapping_of(each.body.get("spec"))
            yield str(spec.get("group") or ""), str(mapping_of(spec.get("names")).get("kind") or "")


def _reaches(start: str, end: str, needs: Mapping[str, Sequence[str]]) -> bool:
    waiting, seen = [start], {start}
    while waiting:
        name = waiting.pop()
        if name == end:
            return True
        waiting += [each for each in needs[name] if each not in seen]
        seen.update(needs[name])
    return False
