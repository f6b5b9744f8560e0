"""The objects of every environment -> components."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from migrator.classify.applications import applications
from migrator.classify.committed import Dependency, settle
from migrator.classify.grow import Grower, name_units
from migrator.classify.labelled import fold, labelled_units
from migrator.classify.nodes import Node, nodes_of
from migrator.classify.object_links import Ties, ties_of
from migrator.classify.readings import Readings
from migrator.classify.seeds import Recogniser
from migrator.classify.types import ChartCandidate, Component, ComponentKind, SourceHint
from migrator.classify.units import Unit, evidence_of
from migrator.classify.upstream import candidates_of, released_units, upstream_of, with_upstream, without_signature
from migrator.classify.versions import publishers_of, versions_of
from migrator.diagnostics import Diagnostic, Diagnostics, Severity
from migrator.graph import ResourceGraph
from migrator.model import ResId, Resource
from migrator.progress import Watch, uncounted
from migrator.signatures import (
    Evidence,
    Manifest,
    Signature,
    SignatureIndex,
    VersionTable,
    Weights,
    index_manifests,
    index_signatures,
    load_versions,
    load_weights,
)

_SHOWN = 12
_UNKNOWN_CATEGORY = "core"


def classify(
    builds: Mapping[str, Sequence[Resource]],
    graph: ResourceGraph,
    signatures: Sequence[Signature] | SignatureIndex,
    sources: Sequence[SourceHint] = (),
    *,
    weights: Weights | None = None,
    tables: Mapping[str, VersionTable] | None = None,
    renewed: Sequence[Path] = (),
    manifests: Sequence[Manifest] = (),
    committed: Sequence[Dependency] = (),
    watch: Watch = uncounted,
) -> tuple[tuple[Component, ...], Diagnostics]:
    """The components of a repository, third-party ones first, each by id; every object is in exactly one.

    `weights`, and `tables` for the recognised charts, are read from the shipped rules unless given, tables from the
    folders of `renewed` ones too. `sources` are comments in vendored files: those of a rendered chart, and those at the
    head of a file, which `manifests` may know. `committed` are the dependencies that Chart.yaml files of the repository
    state. An index serves many calls, and has its own weights.
    """
    index = signatures
    if not isinstance(index, SignatureIndex):
        index = index_signatures(index, weights or load_weights())
    nodes = with_upstream(nodes_of(builds, index, sources, watch), index, index_manifests(manifests), sources)
    ties = ties_of(nodes, graph)
    units = _units(nodes, index, ties)
    released = without_signature(units, nodes, index)
    tables = tables if tables is not None else load_versions((unit.chart for unit in units), renewed)
    for unit in units:
        unit.signature, *unit.publishers = publishers_of(unit, nodes, index, tables) or (None,)
    settle(units, nodes, committed)
    taken = {number for members in (*(unit.members for unit in units), *released.values()) for number in members}
    groups = applications(nodes, set(range(len(nodes))) - taken, ties, tuple(builds))
    third_party = [_component(unit, name, nodes, index, tables) for name, unit in _named(units, nodes)]
    used = {component.id for component in third_party}
    third_party += [_released(_free(name, used), released[name], nodes, index.weights) for name in sorted(released)]
    third_party.sort(key=lambda one: one.id)
    own = [_application(name, used, members, nodes) for name, members in groups.items()]
    components = (*third_party, *sorted(own, key=lambda one: one.id))
    return components, (*_doubts(components), *_deprecated(components))


def _application(name: str, used: set[str], members: Iterable[int], nodes: Sequence[Node]) -> Component:
    """A component that no chart is known for; `used` are the ids of others."""
    return Component(
        id=_free(name if name not in used else f"{name}-app", used),
        kind=ComponentKind.APPLICATION,
        category="",
        members=_members(nodes, members),
        namespace=_namespace(nodes, members),
    )


def _units(nodes: Sequence[Node], index: SignatureIndex, ties: Ties) -> list[Unit]:
    readings = Readings(nodes, index)
    recogniser = Recogniser(readings)
    units = labelled_units(nodes, index)
    units += released_units(nodes, index, {number for unit in units for number in unit.members})
    units += recogniser.by_instance(_free_nodes(nodes, units), {unit.release for unit in units})
    units = fold(units, nodes, index)
    name_units(units, nodes, index, readings)
    Grower(nodes, index, ties, readings, units, along_files=False).grow()
    units += recogniser.by_name(_free_nodes(nodes, units), tuple(units))
    units = fold(_over_environments(units, nodes), nodes, index)
    name_units(units, nodes, index, readings)
    Grower(nodes, index, ties, readings, units).grow()
    return units


def _free_nodes(nodes: Sequence[Node], units: Iterable[Unit]) -> set[int]:
    return set(range(len(nodes))) - {number for unit in units for number in unit.members}


def _over_environments(units: Sequence[Unit], nodes: Sequence[Node]) -> list[Unit]:
    """Units of one chart that are one: a prefix or a namespace differs by environment, or one is definitions only."""
    kept: list[Unit] = []
    for unit in units:
        twin = next((one for one in kept if _is_twin(one, unit, nodes)), None)
        if twin is None:
            kept.append(unit)
        else:
            twin.versions.update(unit.versions)
            twin.subcharts |= unit.subcharts
            if _is_rest(twin, nodes):
                twin.release, twin.fullname = unit.release, unit.fullname
            elif twin.release != unit.release and not _is_rest(unit, nodes):
                twin.release = min(twin.release, unit.release, key=len) if _shares_place(twin, unit, nodes) else ""
            twin.members |= unit.members
    return kept


def _is_twin(one: Unit, other: Unit, nodes: Sequence[Node]) -> bool:
    if one.chart != other.chart:
        return False
    if _is_rest(one, nodes) != _is_rest(other, nodes):
        return True
    # some charts label one of their parts with the part's own name for an instance
    if any(a.fullname and b.release.startswith(f"{a.fullname}-") for a, b in ((one, other), (other, one))):
        return _shares_place(one, other, nodes)
    here, there = (_running_in(unit, nodes) for unit in (one, other))
    if not here or not there or here & there:
        return False
    files = [{nodes[number].origin for number in unit.members} - {None} for unit in (one, other)]
    return one.release == other.release or bool(files[0] & files[1])


def _shares_place(one: Unit, other: Unit, nodes: Sequence[Node]) -> bool:
    return bool(one.namespaces(nodes) & other.namespaces(nodes))


def _is_rest(unit: Unit, nodes: Sequence[Node]) -> bool:
    """Only definitions and other objects of the whole cluster, which charts often leave without a release's labels."""
    return all(not nodes[number].id.namespace and not nodes[number].is_workload for number in unit.members)


def _running_in(unit: Unit, nodes: Sequence[Node]) -> set[str]:
    return {
        environment
        for number in unit.members
        if nodes[number].is_workload
        for environment in nodes[number].environments
    }


def _named(units: Sequence[Unit], nodes: Sequence[Node]) -> list[tuple[str, Unit]]:
    """Units with their ids: the chart, with the release and then the namespace where one chart is there repeatedly."""
    ordered = sorted(units, key=lambda unit: (unit.chart, unit.release, unit.home(nodes)))
    charts = Counter(unit.chart for unit in ordered)
    releases = Counter((unit.chart, unit.release or unit.fullname) for unit in ordered)
    used: set[str] = set()
    found: list[tuple[str, Unit]] = []
    for unit in ordered:
        release = unit.release or unit.fullname
        parts = [unit.chart]
        if charts[unit.chart] > 1 and release and release != unit.chart:
            parts.append(release)
        if releases[unit.chart, release] > 1 and unit.home(nodes):
            parts.append(unit.home(nodes))
        found.append((_free("-".join(parts), used), unit))
    return sorted(found, key=lambda pair: pair[0])


def _free(name: str, used: set[str]) -> str:
    """The name, numbered where it is taken, and taken from now on."""
    chosen, number = name, 2
    while chosen in used:
        chosen, number = f"{name}-{number}", number + 1
    used.add(chosen)
    return chosen


def _component(
    unit: Unit, name: str, nodes: Sequence[Node], index: SignatureIndex, tables: Mapping[str, VersionTable]
) -> Component:
    signature = index.signatures[unit.signature] if unit.signature is not None else None
    others = () if unit.repository else unit.publishers
    candidates = [_candidate(unit, nodes, index, at, tables) for at in (unit.signature, *others)]
    for rival, quality in sorted(unit.rivals.items(), key=lambda pair: (-pair[1], pair[0])):
        if rival in {unit.signature, *unit.publishers}:
            continue
        other = index.signatures[rival]
        candidates.append(
            ChartCandidate(
                chart=other.chart,
                repository=other.repository,
                versions=(),
                app_versions=(),
                score=round(min(quality, candidates[0].score), 3),
                evidence=evidence_of(nodes, unit.members, rival)[:_SHOWN],
                successor=other.successor,
            )
        )
    return Component(
        id=name,
        kind=ComponentKind.THIRD_PARTY,
        category=signature.category if signature else _UNKNOWN_CATEGORY,
        members=_members(nodes, unit.members),
        candidates=tuple(candidates),
        release=unit.release or None,
        namespace=_namespace(nodes, unit.members),
        upstream=upstream_of(unit.members, nodes, unit.chart),
    )


def _released(name: str, members: Iterable[int], nodes: Sequence[Node], weights: Weights) -> Component:
    """A component of a release manifest whose chart has no signature, or that has no chart."""
    chart = next(found.manifest.chart for number in members if (found := nodes[number].upstream))
    found = upstream_of(members, nodes, chart)
    return Component(
        id=name,
        kind=ComponentKind.THIRD_PARTY,
        category=found.manifest.category if found else _UNKNOWN_CATEGORY,
        members=_members(nodes, members),
        candidates=candidates_of(found, weights) if found else (),
        namespace=_namespace(nodes, members),
        upstream=found,
    )


def _candidate(
    unit: Unit,
    nodes: Sequence[Node],
    index: SignatureIndex,
    at: int | None,
    tables: Mapping[str, VersionTable],
) -> ChartCandidate:
    signature = index.signatures[at] if at is not None else None
    found = versions_of(unit, nodes, signature, tables)
    evidence = list(evidence_of(nodes, unit.members, at)) if at is not None else []
    return ChartCandidate(
        chart=unit.chart,
        repository=unit.repository or (signature.repository if signature else ""),
        versions=found.chart,
        app_versions=found.app,
        score=round(index.weights.chart_label if unit.is_labelled else min(unit.quality, 0.97), 3),
        evidence=tuple([*_stated(unit, nodes, index.weights), *evidence][:_SHOWN]),
        successor=signature.successor if signature else "",
        is_stated=found.is_stated,
    )


def _stated(unit: Unit, nodes: Sequence[Node], weights: Weights) -> list[Evidence]:
    """What labels and comments of the chart itself say, once for each text."""
    found: dict[str, Evidence] = {}
    for number in sorted(unit.members):
        node = nodes[number]
        if node.shown.chart and node.shown.chart[0] == unit.chart:
            text = f"helm.sh/chart={'-'.join(node.shown.chart)}"
            found.setdefault(
                text, Evidence(kind="chart-label", detail=text, weight=weights.chart_label, resource=node.id)
            )
        elif node.chain and node.chain[0] == unit.chart:
            text = f"# Source: {'/charts/'.join(node.chain)}"
            found.setdefault(
                text, Evidence(kind="source-comment", detail=text, weight=weights.source_comment, resource=node.id)
            )
    if unit.stated_in:
        first = nodes[min(unit.members)].id
        fact = Evidence(kind="chart-file", detail=unit.stated_in, weight=weights.source_comment, resource=first)
        found.setdefault(unit.stated_in, fact)
    return [found[text] for text in sorted(found)]


def _members(nodes: Sequence[Node], members: Iterable[int]) -> dict[str, tuple[ResId, ...]]:
    held: dict[str, list[ResId]] = {}
    for number in sorted(members):
        for environment in nodes[number].environments:
            held.setdefault(environment, []).append(nodes[number].id)
    return {environment: tuple(sorted(held[environment])) for environment in sorted(held)}


def _namespace(nodes: Sequence[Node], members: Iterable[int]) -> str | None:
    """Helm's own annotation, else where most objects lie; None where environments differ or nothing is written."""
    chosen = sorted(members)
    stated = {nodes[number].shown.release_namespace for number in chosen} - {""}
    if len(stated) == 1:
        return stated.pop()
    homes: set[str] = set()
    for environment in {environment for number in chosen for environment in nodes[number].environments}:
        inside = {number for number in chosen if environment in nodes[number].environments}
        home = Unit(chart="", signature=None, members=inside).home(nodes)
        homes |= {home} if home else set()
    return homes.pop() if len(homes) == 1 else None


def _doubts(components: Iterable[Component]) -> Iterable[Diagnostic]:
    """A note for each component for which a second chart is almost as likely."""
    for one in components:
        if len(one.candidates) > 1 and one.candidates[0].score - one.candidates[1].score < 0.1:
            first, second = (f"{held.title} ({held.score:.2f})" for held in one.candidates[:2])
            yield Diagnostic(
                code="MIG302",
                severity=Severity.INFO,
                summary=f"{one.id} may be {second} rather than {first}",
                remedy="name the chart under `components` in migrate.yaml if the first is wrong",
            )


def _deprecated(components: Iterable[Component]) -> Iterable[Diagnostic]:
    """A note for each component whose chart has a successor."""
    for one in components:
        first = next(iter(one.candidates), None)
        if first is not None and first.successor:
            yield Diagnostic(
                code="MIG304",
                severity=Severity.INFO,
                summary=f"{one.id}: {first.title} is deprecated; its successor is {first.successor}",
                remedy="move first, so that nothing changes; then change to the successor as an upgrade of its own",
            )
