"""Rendered charts as a repository holds them that has forgotten where they are from, alone and mixed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from measuring.cases import KUBE_VERSION, Case
from migrator.compare import is_namespaced
from migrator.engines import HelmRender, Tool, helm_template
from migrator.model import Json, Origin, ReleaseContext, RepoPath, ResId, Resource, resource_of
from migrator.signatures import rendered_with_sources, source_chart
from migrator.yamlio import Dialect, dump, read_documents

_MONITORS = "monitoring.coreos.com/v1"
_LABELS = frozenset({"labels", "matchLabels", "selector"})
_OF_THE_CHART = frozenset({"helm.sh/chart", "chart", "heritage", "app.kubernetes.io/managed-by"})
_OF_HELM = frozenset({"meta.helm.sh/release-name", "meta.helm.sh/release-namespace"})
_WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heron", "indigo", "juniper", "koala", "lotus")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One installation of one chart, and what is true of it."""

    name: str
    chart: str
    version: str
    archive: Path
    release: str
    namespace: str
    values: tuple[bytes, ...]
    resources: tuple[Resource, ...]
    chains: Mapping[ResId, tuple[str, ...]]
    """The chart of each object and the charts around it, outermost first."""


def of_archives(
    archives: Mapping[Path, Json], tool: Tool, seed: int, *, identity: Callable[[Path], tuple[str, str]]
) -> Iterator[Sample]:
    """A sample of each archive that renders anything with the given values, under a release name of chance."""
    chance = random.Random(seed)  # noqa: S311
    named = [(path, f"{chance.choice(_WORDS)}-{chance.randrange(100)}", chance.choice(_WORDS)) for path in archives]

    def made(one: tuple[Path, str, str]) -> Sample:
        path, release, namespace = one
        chart, version = identity(path)
        values = (dump(archives[path]).encode(),) if archives[path] else ()
        stream = helm_template(
            tool,
            HelmRender(
                context=ReleaseContext(
                    release=release, namespace=namespace, kube_version=KUBE_VERSION, api_versions=(_MONITORS,)
                ),
                chart=path,
                values=values,
            ),
        )
        resources, sources = rendered_with_sources(stream)
        return Sample(
            name=path.stem,
            chart=chart,
            version=version,
            archive=path,
            release=release,
            namespace=namespace,
            values=values,
            resources=resources,
            chains={id_: source_chart(text) for id_, text in sources.items()},
        )

    with ThreadPoolExecutor(2) as pool:
        yield from (one for one in pool.map(made, named) if one.resources)


def of_case(case: Case) -> Sample:
    """The target of a round trip, without its test hooks."""
    resources, sources = rendered_with_sources(case.target.read_bytes())
    return Sample(
        name=case.name,
        chart=case.chart,
        version=case.version,
        archive=case.archive,
        release=case.release,
        namespace=case.namespace,
        values=(dump(case.values).encode(),),
        resources=resources,
        chains={id_: source_chart(text) for id_, text in sources.items()},
    )


def softened(value: Json) -> Json:
    """A copy without the labels by which a chart says what it is: its name, its version, and that Helm made it."""
    if isinstance(value, list):
        return [softened(one) for one in value]
    if not isinstance(value, dict):
        return value
    gone = _OF_HELM | (_OF_THE_CHART if _is_labels(value) else frozenset())
    return {key: softened(one) for key, one in value.items() if key not in gone}


def _is_labels(value: Mapping[str, Json]) -> bool:
    """`chart` is a label beside another one of Helm's, and a field of many custom resources elsewhere."""
    return all(isinstance(one, str) for one in value.values()) and any("heritage" in key or "/" in key for key in value)


def opaque(value: Json) -> Json:
    """A copy whose labels and selectors still fit each other and say nothing: keys and values are digests."""
    if isinstance(value, list):
        return [opaque(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {key: _digests(one) if key in _LABELS else opaque(one) for key, one in value.items()}


def _digests(value: Json) -> Json:
    if isinstance(value, dict) and all(isinstance(one, str) for one in value.values()):
        return {_digest(key): _digest(str(one)) for key, one in value.items()}
    return opaque(value)


def _digest(text: str) -> str:
    return "x" + sha256(text.encode()).hexdigest()[:8]


def bared(sample: Sample, bare: Callable[[Json], Json]) -> Sample:
    """The sample with every object put through `softened` or `opaque`."""
    return replace(sample, resources=tuple(replace(one, body=bare(one.body)) for one in sample.resources))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixture:
    """Several installations and an application of the team's in one repository."""

    samples: tuple[Sample, ...]
    own: tuple[Resource, ...]
    is_one_file: bool
    """All of it as helm printed it, in one file; else each in a file and a namespace of its own."""

    def parts(self) -> Iterator[tuple[Sample | None, Resource]]:
        """The objects as the repository builds them, each with what it is of; None for the application."""
        for sample in self.samples:
            path = "all.yaml" if self.is_one_file else f"{sample.release}/manifests.yaml"
            home = "" if self.is_one_file else sample.namespace
            yield from ((sample, _placed(one, path, home)) for one in sample.resources)
        for one in self.own:
            yield None, _placed(one, "all.yaml" if self.is_one_file else "own.yaml", "" if self.is_one_file else "own")


def mixed(samples: Sequence[Sample], own: Sequence[Sequence[Resource]], seed: int) -> Iterator[Mixture]:
    """Every sample once, in threes of different charts that share no object; an application beside each three."""
    chance = random.Random(seed)  # noqa: S311
    left = sorted(samples, key=lambda one: one.name)
    chance.shuffle(left)
    while left:
        chosen = [left.pop(0)]
        for one in list(left):
            if len(chosen) == 3:
                break
            if all(one.chart != other.chart and not one.chains.keys() & other.chains.keys() for other in chosen):
                chosen.append(one)
                left.remove(one)
        yield Mixture(samples=tuple(chosen), own=tuple(chance.choice(own)), is_one_file=chance.random() < 0.5)


def _placed(one: Resource, path: str, namespace: str) -> Resource:
    """From a file, and where that is given and the object names none in a namespace, as kustomize would put it."""
    origin = Origin(path=RepoPath(path))
    if not namespace or one.id.namespace or not is_namespaced(one):
        return replace(one, origin=origin)
    body = {**one.body, "metadata": {**one.body["metadata"], "namespace": namespace}}
    return replace(one, id=replace(one.id, namespace=namespace), body=body, origin=origin)


def applications(text: bytes) -> tuple[Resource, ...]:
    """The objects of a stream written by hand."""
    return tuple(resource_of(one.value) for one in read_documents(text, dialect=Dialect.SIGS) if one.value)
