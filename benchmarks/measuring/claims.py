"""What is recognised of samples whose truth is known: alone, mixed, and without the signature of the right chart."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from measuring.samples import Mixture, Sample
from migrator.classify import Component, ComponentKind, classify
from migrator.diagnostics import MigrateError
from migrator.graph import build_graph
from migrator.model import Json, RepoPath, ResId, Resource
from migrator.render_roots import BUILT, Build
from migrator.signatures import Signature
from migrator.yamlio import same

Render = Callable[[Sample, Path], Sequence[Resource]]
"""What another version of a sample's chart prints under the sample's names and values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One sample under one measure."""

    measure: str
    name: str
    chart: str = ""
    found: str = ""
    """The chart of the component that has most of the resources; empty for an application."""
    total: int = 0
    """Resources."""
    right: int = 0
    """Resources in that component, where its chart is right; of an application, those in applications."""
    claimed: int = 0
    """Resources that a chart has which did not make them, the right one's signature being away."""
    of_renamed: int = 0
    """Those of them that a chart has which is the right one under another name."""
    by: str = ""
    """The charts that have them."""
    proposed: tuple[str, ...] = ()
    """Chart versions that recognition leaves open."""
    version: str = ""
    """The proposed one that prints most of the sample's objects."""
    is_version: bool = False
    """It is the right one, or prints the same."""
    seconds: float = 0.0


def components_of(resources: Sequence[Resource], signatures: Sequence[Signature]) -> tuple[Component, ...]:
    """The components of one environment with these objects."""
    build = Build(environment="one", root=RepoPath("."), status=BUILT, resources=tuple(resources))
    return classify({"one": resources}, build_graph([build]), signatures)[0]


def rows_of_mixture(
    measure: str,
    mixture: Mixture,
    signatures: Sequence[Signature],
    archives: Mapping[tuple[str, str], Path],
    render: Render,
) -> Iterator[Row]:
    """A row for each sample of the mixture and one for the application."""
    parts = list(mixture.parts())
    components = components_of([one for _, one in parts], signatures)
    at = {id_: number for number, one in enumerate(components) for id_ in one.members.get("one", ())}
    for sample in mixture.samples:
        ids = [one.id for owner, one in parts if owner is sample]
        held = Counter(at[id_] for id_ in ids)
        best = components[held.most_common(1)[0][0]]
        found = _chart(best)
        is_right = found == sample.chart
        row = Row(
            measure=measure,
            name=sample.name,
            chart=sample.chart,
            found=found,
            total=len(ids),
            right=held.most_common(1)[0][1] if is_right else 0,
            by=_listed(Counter(_chart(components[at[id_]]) or "-" for id_ in ids)),
        )
        yield _with_version(row, sample, best, archives, render) if is_right else row
    own = [one.id for owner, one in parts if owner is None]
    if not own:
        return
    kept = sum(components[at[id_]].kind is ComponentKind.APPLICATION for id_ in own)
    by = Counter(_chart(components[at[id_]]) for id_ in own if _chart(components[at[id_]]))
    yield Row(measure=f"{measure}, own", name=own[0].name, total=len(own), right=kept, by=_listed(by))


def row_without(
    measure: str, sample: Sample, signatures: Sequence[Signature], renamed: Mapping[str, frozenset[str]]
) -> Row:
    """Who claims the objects of a sample whose own signature is away. A subchart's claim to what it made is right."""
    left = [one for one in signatures if one.chart != sample.chart]
    wrong: Counter[str] = Counter()
    for component in components_of(sample.resources, left):
        chart = _chart(component)
        for id_ in component.members.get("one", ()) if chart else ():
            if chart not in sample.chains.get(id_, ()):
                wrong[chart] += 1
    same_chart = renamed.get(sample.chart, frozenset())
    return Row(
        measure=measure,
        name=sample.name,
        chart=sample.chart,
        total=len(sample.resources),
        claimed=sum(count for chart, count in wrong.items() if chart not in same_chart),
        of_renamed=sum(count for chart, count in wrong.items() if chart in same_chart),
        by=_listed(wrong),
    )


def renamings(signatures: Iterable[Signature]) -> dict[str, frozenset[str]]:
    """Chart -> the charts that it is under another name, by the successors that signatures name; both ways."""
    found: dict[str, set[str]] = {}
    for one in signatures:
        successor = one.successor.partition(" of ")[0]
        if successor and successor != one.chart:
            found.setdefault(one.chart, set()).add(successor)
            found.setdefault(successor, set()).add(one.chart)
    return {chart: frozenset(others) for chart, others in found.items()}


def row_of_speed(samples: Sequence[Sample], count: int, signatures: Sequence[Signature]) -> Row:
    """How long the classification of `count` objects takes: the samples over and over, in namespaces of their own."""
    resources: list[Resource] = []
    while len(resources) < count:
        resources += _once_more(samples, len(resources))
    resources = resources[:count]
    build = Build(environment="one", root=RepoPath("."), status=BUILT, resources=tuple(resources))
    graph = build_graph([build])
    start = time.perf_counter()
    classify({"one": resources}, graph, signatures)
    seconds = time.perf_counter() - start
    return Row(measure="speed", name="classified", total=len(resources), seconds=round(seconds, 2))


def _once_more(samples: Sequence[Sample], number: int) -> Iterator[Resource]:
    for at, sample in enumerate(samples):
        for one in sample.resources:
            namespace = f"{one.id.namespace or sample.namespace}-{number}-{at}"
            body = {**one.body, "metadata": {**one.body["metadata"], "namespace": namespace}}
            yield replace(one, id=replace(one.id, namespace=namespace), body=body)


def _chart(component: Component) -> str:
    return component.candidates[0].chart if component.candidates else ""


def _listed(counts: Counter[str]) -> str:
    return " ".join(f"{chart}:{count}" for chart, count in counts.most_common())


def _with_version(
    row: Row, sample: Sample, component: Component, archives: Mapping[tuple[str, str], Path], render: Render
) -> Row:
    proposed = component.candidates[0].versions
    # where all is left open, the plan tries what can be had
    within = [version for version in proposed if (sample.chart, version) in archives]
    within = within or [version for chart, version in archives if chart == sample.chart]
    if len(within) < 2:
        only = next(iter(within), "")
        return replace(row, proposed=proposed, version=only, is_version=only == sample.version)
    wanted = {one.id: one.body for one in render(sample, sample.archive)}
    missed = {version: _missed(wanted, _printed(render, sample, archives[sample.chart, version])) for version in within}
    best = min(within, key=lambda version: len(missed[version]))
    # what is generated anew each time tells nothing
    random = _missed(wanted, render(sample, sample.archive)) if best != sample.version and missed[best] else set()
    return replace(row, proposed=proposed, version=best, is_version=best == sample.version or missed[best] <= random)


def _printed(render: Render, sample: Sample, archive: Path) -> Sequence[Resource]:
    """What another version prints; nothing where it refuses the values."""
    try:
        return render(sample, archive)
    except MigrateError:
        return ()


def _missed(wanted: Mapping[ResId, Json], printed: Sequence[Resource]) -> set[ResId]:
    """The objects that only one side has, or that differ."""
    held = {one.id: one.body for one in printed}
    differing = {id_ for id_, body in wanted.items() if id_ in held and not same(body, held[id_])}
    return differing | (wanted.keys() ^ held.keys())
