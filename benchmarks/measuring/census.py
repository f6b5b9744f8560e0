"""What is recognised in one repository, line by line, beside what a person says of it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from migrator.classify import Component, ComponentKind, classify
from migrator.classify.nodes import Node, nodes_of
from migrator.classify.readings import Readings
from migrator.classify.seeds import Recogniser
from migrator.model import RepoPath, ResId
from migrator.signatures import index_signatures, load_signatures, load_weights
from migrator.signatures.load import TEAM_SIGNATURES
from migrator.workflow.steps.baseline import Baseline
from migrator.workflow.steps.classify import known_of, recognise, resources_of
from migrator.yamlio import Dialect, read_value

NOT_ANY = "-"
"""Third party that no chart installs."""
_EVIDENCE = 3
_NEAR = 0.1
_CHART = "Chart.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A component that is claimed as infrastructure."""

    id: str
    chart: str
    publisher: str
    versions: Sequence[str]
    app: str
    """The app version, where no chart version is known."""
    release: str
    namespace: str
    confidence: float
    objects: int
    evidence: Sequence[str]
    others: Sequence[str]
    """Charts that fit almost as well."""
    places: Mapping[str, int]
    """File, or remote base, that objects come from -> how many."""
    right: str = ""
    """What a person says that it is: a chart, `-` for third party without a chart, empty for an own application."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A component that is left alone."""

    id: str
    objects: int
    workloads: int
    images: Sequence[str]
    near: str
    score: float
    places: Mapping[str, int]
    right: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A chart that a committed Chart.yaml names, and what is recognised of what lies beside it."""

    folder: str
    chart: str
    version: str
    found: str
    versions: Sequence[str]
    objects: int

    @property
    def is_right(self) -> bool:
        return self.found == self.chart

    @property
    def is_exact(self) -> bool:
        return self.is_right and same_version(self.version, next(iter(self.versions), ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """One repository."""

    name: str
    roots: int
    objects: int
    failed: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Why -> the roots."""
    found: Sequence[Found] = ()
    left: Sequence[Left] = ()
    stated: Sequence[Stated] = ()
    blind: Sequence[Stated] = ()
    """The same where no Chart.yaml is read."""

    @staticmethod
    def of(row: Mapping[str, Any]) -> Census:
        """A row as it was written."""
        parts = {"found": Found, "left": Left, "stated": Stated, "blind": Stated}
        return Census(**{key: [parts[key](**one) for one in row[key]] if key in parts else row[key] for key in row})


def same_version(one: str, other: str) -> bool:
    """Equal but for a leading `v`."""
    return bool(one) and one.removeprefix("v") == other.removeprefix("v")


def census(name: str, baseline: Baseline, known: Mapping[str, str]) -> Census:
    """The census of a repository; `known` says by folder what a person found there."""
    components, _ = recognise(baseline)
    builds = resources_of(baseline)
    team = baseline.root / TEAM_SIGNATURES
    index = index_signatures(load_signatures([team] if team.is_dir() else []), load_weights())
    nodes = nodes_of(builds, index)
    at = {node.id: number for number, node in enumerate(nodes)}
    free = {at[one] for each in components if each.kind is ComponentKind.APPLICATION for one in _members(each)}
    recogniser = Recogniser(Readings(nodes, index))
    found: list[Found] = []
    left: list[Left] = []
    for each in components:
        inside = [nodes[at[one]] for one in sorted(_members(each))]
        if each.kind is ComponentKind.THIRD_PARTY:
            found.append(_found(each, inside, known))
            continue
        near: dict[str, float] = {}
        for node in inside:
            if node.is_workload:
                for signature, (score, _) in recogniser.considered(at[node.id], free).items():
                    chart = index.signatures[signature].chart
                    near[chart] = max(near.get(chart, 0.0), score)
        left.append(_left(each, inside, near, known))
    failed: dict[str, list[str]] = {}
    for build in baseline.builds:
        if build.reason is not None:
            failed.setdefault(reason(build.reason.summary, build.root, baseline.root), []).append(build.root)
    return Census(
        name=name,
        roots=len(baseline.builds),
        objects=len(nodes),
        failed={why: sorted(failed[why]) for why in sorted(failed)},
        found=found,
        left=left,
        stated=list(stated(baseline, found)),
        blind=list(stated(baseline, _blind(baseline, nodes, known))),
    )


def _blind(baseline: Baseline, nodes: Sequence[Node], known: Mapping[str, str]) -> list[Found]:
    """What is claimed where no Chart.yaml is read."""
    rules = known_of(baseline)
    builds = resources_of(baseline)
    components, _ = classify(builds, baseline.graph, rules.signatures, rules.hints, manifests=rules.manifests)
    by_id = {node.id: node for node in nodes}
    third = [one for one in components if one.kind is ComponentKind.THIRD_PARTY]
    return [_found(one, [by_id[id_] for id_ in sorted(_members(one))], known) for one in third]


def _members(component: Component) -> set[ResId]:
    return {one for held in component.members.values() for one in held}


def _found(each: Component, inside: Sequence[Node], known: Mapping[str, str]) -> Found:
    first = next(iter(each.candidates), None)
    places = _places(inside)
    facts = [f"{fact.kind}: {fact.detail}" for fact in (first.evidence if first else ()) if fact.weight >= 0]
    return Found(
        id=each.id,
        chart=first.chart if first else NOT_ANY,
        publisher=first.repository if first else "",
        versions=first.versions if first else (),
        app=next(iter(first.app_versions), "") if first else "",
        release=each.release or "",
        namespace=each.namespace or "",
        confidence=first.score if first else 0.0,
        objects=len(inside),
        evidence=list(dict.fromkeys(facts))[:_EVIDENCE],
        others=[one.title for one in each.candidates[1:] if first and first.score - one.score < _NEAR],
        places=places,
        right=said(places, known, first.chart if first else NOT_ANY),
    )


def _left(each: Component, inside: Sequence[Node], near: Mapping[str, float], known: Mapping[str, str]) -> Left:
    best = min(near, key=lambda chart: (-near[chart], chart), default="")
    places = _places(inside)
    images = sorted({image.repository for node in inside for image in node.shown.images})
    return Left(
        id=each.id,
        objects=len(inside),
        workloads=sum(node.is_workload for node in inside),
        images=images,
        near=best if near.get(best, 0.0) >= _NEAR else "",
        score=round(near.get(best, 0.0), 2),
        places=places,
        right=said(places, known, ""),
    )


def _places(inside: Iterable[Node]) -> dict[str, int]:
    counts = Counter(node.remote or str(node.origin or "-") for node in inside)
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def said(places: Mapping[str, int], known: Mapping[str, str], claimed: str) -> str:
    """What a person says of most of the objects, by the longest path that is known; empty for an own application.

    Where a folder is known to hold several charts, the claimed one counts if it is among them.
    """
    votes: Counter[str] = Counter()
    for place, count in places.items():
        inside = [folder for folder in known if re.match(re.escape(folder) + r"(?![a-z0-9])", place)]
        charts = (known[max(inside, key=len)].split() if inside else []) or [""]
        votes[claimed if claimed in charts else charts[0]] += count
    return max(sorted(votes), key=lambda chart: votes[chart], default="")


def reason(summary: str, root: RepoPath, folder: Path) -> str:
    """One line that is the same for roots which fail alike, on every machine and in every run."""
    text = re.sub(r"0x[0-9a-f]{6,}", "0x", " ".join(summary.split()).replace(str(folder), "."))
    return text.partition("; tried ")[0].replace(f"{root}/", "").replace(root, "the root")


def stated(baseline: Baseline, found: Sequence[Found]) -> Iterator[Stated]:
    """The dependencies of every Chart.yaml beside a kustomization, whose folder gives objects to a build."""
    folders = {
        path.rpartition("/")[0]: path
        for path in baseline.index.files
        if path.rpartition("/")[2] == _CHART and RepoPath(path.rpartition("/")[0]) in baseline.kustomizations.by_path
    }
    reached = {place for one in baseline.graph.origins for place in _above(one)}
    for folder, path in sorted(folders.items()):
        here = {one.id: below(one.places, folder, folders) for one in found}
        claimed = [one for one in found if here[one.id] * 2 > one.objects]
        for chart, version in dependencies(baseline.index.read(RepoPath(path))):
            if folder not in reached:
                continue
            same = [one for one in claimed if one.chart == chart]
            other = sorted(claimed, key=lambda one: (-here[one.id], one.id))
            best = next(iter(same or other), None)
            yield Stated(
                folder=folder,
                chart=chart,
                version=version,
                found=best.chart if best else "",
                versions=list(best.versions) if best else [],
                objects=best.objects if best else 0,
            )


def _above(path: str) -> Iterator[str]:
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def below(places: Mapping[str, int], folder: str, others: Iterable[str]) -> int:
    """How many objects come from the folder, those of a folder of `others` inside it left out."""
    inner = tuple(f"{one}/" for one in others if one.startswith(f"{folder}/"))
    return sum(
        count
        for place, count in places.items()
        if f"{place}/".startswith(f"{folder}/") and not f"{place}/".startswith(inner)
    )


def dependencies(content: bytes) -> list[tuple[str, str]]:
    """Name and version of each dependency of a Chart.yaml."""
    chart = read_value(content, dialect=Dialect.SIGS, path=RepoPath(_CHART))
    listed = (chart.get("dependencies") if isinstance(chart, dict) else None) or []
    return [(str(one["name"]), str(one.get("version") or "")) for one in listed]


def kept(path: Path) -> list[Census]:
    """Rows that an earlier run wrote; the last of a repository counts."""
    rows = [Census.of(json.loads(text)) for text in path.read_text(encoding="utf-8").splitlines()]
    return list({row.name: row for row in rows}.values())
