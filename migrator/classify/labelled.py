"""Objects whose chart says so itself, by label or comment -> units, subcharts folded into their parents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath

from migrator.classify.nodes import Node
from migrator.classify.units import Unit, instances, own_score
from migrator.signatures import SignatureIndex


def labelled_units(nodes: Sequence[Node], index: SignatureIndex) -> list[Unit]:
    """One unit for each chart and release that labels or `# Source:` comments name, in order of chart and release."""
    groups: dict[tuple[str, str], set[int]] = {}
    for number, node in enumerate(nodes):
        chart = _chart_of(node)
        if chart:
            groups.setdefault((chart, node.shown.instance), set()).add(number)
    _adopt_unnamed(groups)
    units: list[Unit] = []
    for (chart, release), members in sorted(groups.items()):
        for part in instances(nodes, members):
            signature = _publisher(chart, part, nodes, index)
            unit = Unit(
                chart=index.signatures[signature].chart if signature is not None else chart,
                signature=signature,
                release=release,
                is_labelled=True,
                quality=1.0,
                members=part,
            )
            for number in part:
                shown = nodes[number].shown
                if shown.chart and shown.chart[0] == chart:
                    unit.versions[shown.chart[1]] += 1
                if len(nodes[number].chain) > 1:
                    unit.subcharts.update(nodes[number].chain[1:])
            units.append(unit)
    return fold(units, nodes, index)


def fold(units: Sequence[Unit], nodes: Sequence[Node], index: SignatureIndex) -> list[Unit]:
    """The units without those that are a subchart of another one in the same release.

    Helm gives all objects of a release one instance label, so two charts under one label in one place are parent and
    child. The signature says who is the parent; for a chart without one, a shared file and the number of objects do.
    A chart that is known goes with it only where file or names say so.
    """
    kept = list(units)
    while True:
        parents: dict[str, list[Unit]] = {}
        for unit in sorted(kept, key=lambda unit: -len(unit.members)):
            parents.setdefault(unit.release, []).append(unit)
        pair = next(
            (
                (child, parent)
                for child in kept
                for parent in parents[child.release]
                if child is not parent and _is_parent(parent, child, nodes, index)
            ),
            None,
        )
        if pair is None:
            return kept
        child, parent = pair
        parent.members |= child.members
        parent.subcharts |= {child.chart, *child.subcharts}
        kept = [unit for unit in kept if unit is not child]


def _publisher(chart: str, members: set[int], nodes: Sequence[Node], index: SignatureIndex) -> int | None:
    """The signature of a chart that the objects show most for, where several publishers share its name."""
    return max(index.named(chart), key=lambda at: (own_score(nodes, members, at)[0], -at), default=None)


def _chart_of(node: Node) -> str:
    if node.chain:
        return node.chain[0]
    return node.shown.chart[0] if node.shown.chart else ""


def _adopt_unnamed(groups: dict[tuple[str, str], set[int]]) -> None:
    """Objects of a chart without an instance label go with its one named release."""
    for chart, release in sorted(groups):
        if release:
            continue
        named = [key for key in groups if key[0] == chart and key[1]]
        if len(named) == 1:
            groups[named[0]] |= groups.pop((chart, ""))


def _is_parent(parent: Unit, child: Unit, nodes: Sequence[Node], index: SignatureIndex) -> bool:
    if parent.chart == child.chart:
        return False
    is_listed = parent.signature is not None and child.chart in _descendants(parent.signature, index)
    is_listed = is_listed or child.chart in parent.subcharts
    shares_file = _shared_file(parent, child, nodes)
    if not parent.release and not (is_listed and shares_file):
        return False
    if parent.namespaces(nodes) and child.namespaces(nodes) and not parent.namespaces(nodes) & child.namespaces(nodes):
        return False
    if is_listed:
        return True
    is_reverse = child.signature is not None and parent.chart in _descendants(child.signature, index)
    if is_reverse or not shares_file or parent.signature is not None:
        return False
    if child.signature is not None and not (_has_file(parent, nodes) or _is_named_after_itself(child, nodes)):
        return False
    return _parenthood(parent, nodes, index) > _parenthood(child, nodes, index)


def _parenthood(unit: Unit, nodes: Sequence[Node], index: SignatureIndex) -> tuple[bool, bool, bool, int, str]:
    """Without a signature that knows, what speaks for a parent, strongest first.

    Its file or folder is called after it; no signature names it as a subchart of something; its objects are not called
    RELEASE-CHART, as those of subcharts are; it has more objects.
    """
    is_subchart = any(unit.chart in one.subcharts for one in index.signatures)
    is_apart = not _is_named_after_itself(unit, nodes)
    return _has_file(unit, nodes), not is_subchart, is_apart, len(unit.members), unit.chart


def _has_file(unit: Unit, nodes: Sequence[Node]) -> bool:
    origins = {origin for number in unit.members if (origin := nodes[number].origin)}
    return any(unit.chart in PurePosixPath(origin).with_suffix("").parts for origin in origins)


def _descendants(signature: int, index: SignatureIndex) -> set[str]:
    found: list[str] = list(index.signatures[signature].subcharts)
    for chart in found:
        for at in index.named(chart):
            found += [one for one in index.signatures[at].subcharts if one not in found]
    return set(found)


def _shared_file(parent: Unit, child: Unit, nodes: Sequence[Node]) -> bool:
    files = {nodes[number].origin for number in parent.members} - {None}
    inside = sum(nodes[number].origin in files for number in child.members)
    return inside * 2 >= len(child.members)


def _is_named_after_itself(unit: Unit, nodes: Sequence[Node]) -> bool:
    names = Counter(nodes[number].id.name.startswith(f"{unit.release}-{unit.chart}") for number in unit.members)
    return names[True] > names[False]
