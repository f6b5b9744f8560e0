"""Units: one installation of one chart while it is being put together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from migrator.classify.nodes import Node
from migrator.signatures import Signature, SignatureIndex, score
from migrator.signatures.types import Evidence

TELLING = 0.31
"""More than a helper image or the last word of an image's name."""
_LEAST = 0.1
"""What is worth counting at all."""
SYSTEM_NAMESPACES = frozenset({"kube-system", "kube-public", "kube-node-lease"})


@dataclass(slots=True, kw_only=True)
class Unit:
    """One installation in the making; grows, so it is not frozen, and never leaves this room."""

    chart: str
    signature: int | None
    release: str = ""
    fullname: str = ""
    is_labelled: bool = False
    """The chart's own labels or comments name it."""
    quality: float = 0.0
    members: set[int] = field(default_factory=set)
    versions: Counter[str] = field(default_factory=Counter)
    repository: str = ""
    """Where a Chart.yaml of the repository says that the chart is from."""
    stated_in: str = ""
    """That Chart.yaml and what it says."""
    subcharts: set[str] = field(default_factory=set)
    rivals: dict[int, float] = field(default_factory=dict)
    """Other signatures that explain the same objects, with their quality."""
    publishers: list[int] = field(default_factory=list)
    """Signatures of other publishers of the chart that nothing tells from its own."""

    def namespaces(self, nodes: Sequence[Node]) -> frozenset[str]:
        """Where its objects lie, those of the system left out unless it has no others."""
        found = {nodes[number].id.namespace for number in self.members} - {""}
        return frozenset(found - SYSTEM_NAMESPACES or found)

    def home(self, nodes: Sequence[Node]) -> str:
        """The namespace of most of its workloads, accounts and configuration; empty where none is written."""
        counts = Counter(nodes[number].id.namespace for number in self.members if nodes[number].id.namespace)
        return max(sorted(counts), key=lambda name: (name not in SYSTEM_NAMESPACES, counts[name]), default="")


def families(index: SignatureIndex) -> tuple[tuple[int, ...], ...]:
    """For each signature itself, other publishers of the chart, and the subcharts, with theirs."""
    by_name: dict[str, list[int]] = {}
    for at, one in enumerate(index.signatures):
        by_name.setdefault(one.chart, []).append(at)
    found: list[tuple[int, ...]] = []
    for at in range(len(index.signatures)):
        family = [at, *(one for one in by_name[index.signatures[at].chart] if one != at)]
        for member in family:
            for chart in index.signatures[member].subcharts:
                family += [one for one in by_name.get(chart, ()) if one not in family]
        found.append(tuple(family))
    return tuple(found)


def own_score(
    nodes: Sequence[Node], members: Iterable[int], signature: int, *, is_named: bool = False, runs: bool = True
) -> tuple[float, bool]:
    """The score of all evidence that the members show for a signature, and whether it is enough to judge by.

    Enough are facts of two kinds, one of them telling in itself: helpers that many charts run beside their own
    program add up, yet say nothing, and what something is called is one fact however often it is repeated. That
    names are built as the chart builds them (`is_named`) is another. The shape of a generic chart's pods is several.
    Definitions alone tell nothing of a chart that `runs` a program: whoever else brings them makes the same.
    """
    facts = [one for number in sorted(members) for one in nodes[number].evidence.get(signature, ())]
    grounds = {_ground(one) for one in facts} - {""} | ({"pattern"} if is_named else set())
    is_telling = len(grounds) >= 2 or "pod" in grounds
    return score(facts), is_telling and any(_is_telling(one) for one in facts if one.kind != "crd" or not runs)


def _is_telling(one: Evidence) -> bool:
    return one.weight >= TELLING


def _ground(one: Evidence) -> str:
    """What a fact rests on, facts that follow from each other on the same; empty where it rests on too little."""
    match one.kind:
        case "label" | "called":
            return "called" if one.weight >= _LEAST else ""
        case "image" | "name":
            return f"{one.kind} {one.detail}" if _is_telling(one) else ""
        case "port" | "argument":
            return one.kind if one.weight >= _LEAST else ""
        case _:
            return one.kind


def evidence_of(nodes: Sequence[Node], members: Iterable[int], signature: int) -> tuple[Evidence, ...]:
    """The distinct facts for a signature, strongest first, each with the first object that shows it."""
    found: dict[tuple[str, str], Evidence] = {}
    for number in sorted(members):
        for one in nodes[number].evidence.get(signature, ()):
            found.setdefault((one.kind, one.detail), one)
    return tuple(sorted(found.values(), key=lambda one: (-one.weight, one.kind, one.detail)))


def instances(nodes: Sequence[Node], members: Iterable[int]) -> list[set[int]]:
    """The members apart by namespace, where one environment runs the same workload or service in several.

    Objects without a namespace, and those in namespaces without such a twin, go with the part whose namespace their
    name contains, as charts then write it, else with the largest.
    """
    places: dict[tuple[str, str, str], set[str]] = {}
    chosen = sorted(members)
    for number in chosen:
        node = nodes[number]
        if node.id.namespace and (node.is_workload or node.id.kind == "Service"):
            for environment in node.environments:
                places.setdefault((environment, node.id.kind, node.id.name), set()).add(node.id.namespace)
    twins = {namespace for found in places.values() if len(found) > 1 for namespace in found}
    if not twins:
        return [set(chosen)]
    parts: dict[str, set[int]] = {namespace: set() for namespace in sorted(twins)}
    for number in chosen:
        if nodes[number].id.namespace in parts:
            parts[nodes[number].id.namespace].add(number)
    largest = max(parts.values(), key=len)
    for number in chosen:
        if nodes[number].id.namespace not in parts:
            named = [namespace for namespace in parts if namespace in nodes[number].id.name]
            parts[max(named, key=len)].add(number) if named else largest.add(number)
    return list(parts.values())


def fullname_of(release: str, signature: Signature) -> str:
    """What Helm's usual rule makes of a release name: itself where it contains the chart's name, else both."""
    suffix = signature.fullname.removeprefix("{release}")
    if suffix == signature.fullname:
        return suffix
    return release if suffix.lstrip("-") in release else release + suffix
