"""Features of objects x signatures -> evidence, by dictionaries built once: an object costs a few lookups."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from migrator.model import ResId
from migrator.signatures.features import Container, Features, Image
from migrator.signatures.score import NAMES, Weights
from migrator.signatures.types import (
    FULLNAME,
    NAMESPACE,
    RELEASE,
    Evidence,
    ImagePattern,
    ObjectPattern,
    PodPattern,
    Signature,
)

_PLACEHOLDER = re.compile(r"\{\w+\}")
_BOUNDARIES = "-:."
_ALNUM = "[A-Za-z0-9]"
_ALIKE = ("DaemonSet", "Deployment", "StatefulSet")
NAME_LABEL = "app.kubernetes.io/name"
NAMED_AFTER = (NAME_LABEL, "app")
"""Labels that hold the chart's name in most charts, also in versions that were not learned from."""
_OWN_SHAPE = 0.8
"""From this weight on a generic chart's pods are like no other chart's."""
_LONGEST = 6
"""Words of a chart's name."""
_K = TypeVar("_K", bound=Hashable)
_Active = Sequence[tuple[int, Signature]]
"""Signatures with their numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NameMatch:
    """An object's name as a chart's pattern reads it."""

    signature: int
    fullname: str
    """What `{fullname}` would be; empty where the pattern does not have it."""
    release: str
    """What `{release}` would be; empty where the pattern does not have it."""
    weight: float
    is_core: bool
    pattern: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pattern:
    signature: int
    weight: float
    is_core: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureIndex:
    """The signatures turned round: fact -> the signatures that state it, with the weight of one such fact."""

    signatures: tuple[Signature, ...]
    publishers: Mapping[str, tuple[int, ...]]
    """chart -> its signatures."""
    aliases: Mapping[str, str]
    weights: Weights
    images: Mapping[str, tuple[tuple[int, float], ...]]
    basenames: Mapping[str, tuple[tuple[int, float], ...]]
    crds: Mapping[str, tuple[tuple[int, float], ...]]
    labels: Mapping[tuple[str, str], tuple[tuple[int, float], ...]]
    containers: Mapping[str, tuple[tuple[int, float], ...]]
    ports: Mapping[int, tuple[tuple[int, float], ...]]
    fixed: Mapping[tuple[str, str], tuple[_Pattern, ...]]
    fullname_suffixes: Mapping[tuple[str, str], tuple[_Pattern, ...]]
    release_suffixes: Mapping[tuple[str, str], tuple[_Pattern, ...]]
    bare: Mapping[tuple[int, str], tuple[_Pattern, ...]]
    expressions: Mapping[str, tuple[tuple[str, re.Pattern[str], _Pattern], ...]]
    """kind -> a piece that the name must have, and what reads the whole."""
    pods: tuple[tuple[int, PodPattern], ...]
    """Of generic charts."""
    flags: Mapping[tuple[int, str], frozenset[str]]
    container_ports: Mapping[tuple[int, str], frozenset[int]]

    def named(self, chart: str) -> tuple[int, ...]:
        """The signatures of a chart, one for each publisher."""
        return self.publishers.get(chart, ())

    def chart_called(self, label: str) -> str:
        """The chart that a chart label means; the label itself where no signature says otherwise."""
        return self.aliases.get(label, label)

    def evidence(self, shown: Features, resource: ResId) -> Mapping[int, tuple[Evidence, ...]]:
        """What one object shows for each signature; names that follow the release are apart, see `names`."""
        found: dict[int, list[Evidence]] = {}
        pods = self._pods(shown) if shown.containers else {}
        # a generic chart that writes just such pods runs the programs of all others
        left = 1 - max((pod.weight for pod in pods.values() if pod.weight >= _OWN_SHAPE), default=0.0)
        for signature, pod in pods.items():
            detail = f"pods with {', '.join(pod.fields)}"
            found[signature] = [Evidence(kind="pod", detail=detail, weight=pod.weight, resource=resource)]
        for signature, kind, detail, weight in self._facts(shown):
            share = 1.0 if kind in NAMES else left
            one = Evidence(kind=kind, detail=detail, weight=round(weight * share, 4), resource=resource)
            found.setdefault(signature, []).append(one)
        return {signature: tuple(found[signature]) for signature in sorted(found)}

    def _pods(self, shown: Features) -> Mapping[int, PodPattern]:
        """The generic charts that make such pods, each with the first pattern that fits."""
        found: dict[int, PodPattern] = {}
        for at, pod in self.pods:
            if at not in found and shown.pod.issuperset(pod.fields):
                found[at] = pod
        return found

    def names(self, shown: Features) -> Iterator[NameMatch]:
        """How the patterns of all signatures read the object's name, save those that are a bare placeholder."""
        for one in self.fixed.get((shown.kind, shown.name), ()):
            yield _match(one, "", "")
        for cut, mark in enumerate(shown.name):
            if mark not in _BOUNDARIES or not cut:
                continue
            key = (shown.kind, shown.name[cut:])
            for one in self.fullname_suffixes.get(key, ()):
                yield _match(one, shown.name[:cut], "")
            for one in self.release_suffixes.get(key, ()):
                yield _match(one, "", shown.name[:cut])
        for piece, expression, one in self.expressions.get(shown.kind, ()):
            match = expression.fullmatch(shown.name) if piece in shown.name else None
            if match:
                groups = match.groupdict()
                if not groups.get("namespace") or groups["namespace"] == (shown.namespace or groups["namespace"]):
                    yield _match(one, groups.get("fullname") or "", groups.get("release") or "")

    def bare_names(self, shown: Features, signature: int) -> Iterator[NameMatch]:
        """The name as a signature's bare `{fullname}` or `{release}` reads it: any name of that kind, so by request."""
        for one in self.bare.get((signature, shown.kind), ()):
            is_release = one.text == RELEASE
            yield _match(one, "" if is_release else shown.name, shown.name if is_release else "")

    def _facts(self, shown: Features) -> Iterator[tuple[int, str, str, float]]:
        for signature, weight in self.crds.get(shown.crd, ()) if shown.crd else ():
            yield signature, "crd", shown.crd, weight
        first = shown.containers[0].image if len(shown.containers) > 1 else None
        own = self._of_container(shown.containers[0]) if first else frozenset[int]()

        def share(signature: int, *, is_first: bool) -> float:
            """A container beside another's main container is that one's helper, whatever it runs."""
            return 1.0 if is_first or first is None or signature in own else self.weights.beside

        for image in shown.images:
            for signature, kind, detail, weight in self._image_facts(image):
                yield signature, kind, detail, weight * share(signature, is_first=image == first)
        for key, value in shown.labels:
            for signature, weight in self.labels.get((key, value), ()):
                yield signature, "label", f"{key}={value}", weight
        for number, container in enumerate(shown.containers):
            for signature, kind, detail, weight in self._container_facts(container):
                yield signature, kind, detail, weight * share(signature, is_first=not number)
        if shown.containers:
            for signature, weight in self._called(shown.name):
                yield signature, "called", shown.name, weight
        for one in self.fixed.get((shown.kind, shown.name), ()):
            yield one.signature, "name", f"{shown.kind} {shown.name}", one.weight
        for port in shown.ports:
            for signature, weight in self.ports.get(port, ()):
                yield signature, "port", f"service:{port}", weight

    def _of_container(self, container: Container) -> frozenset[int]:
        """The signatures that know a container, by its image or by its name."""
        images = {signature for signature, *_ in self._image_facts(container.image)} if container.image else set()
        return frozenset(images | {signature for signature, _ in self.containers.get(container.name, ())})

    def _image_facts(self, image: Image) -> Iterator[tuple[int, str, str, float]]:
        parts = image.repository.split("/")
        # a mirror puts its own path before the public one
        for start in range(max(len(parts) - 1, 1)):
            hits = self.images.get("/".join(parts[start:]), ())
            if hits:
                for signature, weight in hits:
                    yield signature, "image", image.repository, weight
                return
        for signature, weight in self.basenames.get(parts[-1], ()):
            yield signature, "called", f"image {image.repository}", weight

    def _container_facts(self, container: Container) -> Iterator[tuple[int, str, str, float]]:
        for signature, weight in self.containers.get(container.name, ()):
            yield signature, "container", container.name, weight
            key_of = (signature, container.name)
            for flag in sorted(self.flags[key_of].intersection(container.flags)):
                yield signature, "argument", f"{container.name} --{flag}", self.weights.flag
            for port in sorted(self.container_ports[key_of].intersection(container.ports)):
                yield signature, "port", f"{container.name}:{port}", self.weights.flag

    def _called(self, name: str) -> Iterator[tuple[int, float]]:
        """The signatures whose chart is named by some words of an object's name."""
        words = name.split("-")
        for start in range(len(words)):
            for end in range(start + 1, min(len(words), start + _LONGEST) + 1):
                for signature in self.publishers.get("-".join(words[start:end]), ()):
                    yield signature, self.weights.called


def _match(one: _Pattern, fullname: str, release: str) -> NameMatch:
    return NameMatch(
        signature=one.signature,
        fullname=fullname,
        release=release,
        weight=one.weight,
        is_core=one.is_core,
        pattern=one.text,
    )


def index_signatures(signatures: Sequence[Signature], weights: Weights | None = None) -> SignatureIndex:
    """The index of a set of signatures; of generic charts nothing but their labels, pods and bare names take part."""
    weights = weights or Weights()
    active = [(at, one) for at, one in enumerate(signatures) if not one.is_generic]
    publishers: dict[str, tuple[int, ...]] = {}
    for at, one in enumerate(signatures):
        publishers[one.chart] = (*publishers.get(one.chart, ()), at)
    charts = {at: one.chart for at, one in active}
    fixed, fullnames, releases, bare, expressions = _index_names(list(enumerate(signatures)), weights)
    return SignatureIndex(
        signatures=tuple(signatures),
        publishers=publishers,
        aliases={alias: one.chart for one in signatures for alias in one.aliases},
        weights=weights,
        images=_shared(_images(active, weights), weights, charts),
        basenames=_shared(_basenames(active, weights), weights, charts),
        crds=_shared(((crd, at, weights.crd) for at, one in active for crd in one.crds), weights, charts),
        labels=_shared(_labels(active, weights), weights, charts),
        containers=_shared(
            ((c.name, at, weights.container) for at, one in active for c in one.containers), weights, charts
        ),
        ports=_shared(((port, at, weights.of_port(port)) for at, one in active for port in one.ports), weights, charts),
        fixed=fixed,
        fullname_suffixes=fullnames,
        release_suffixes=releases,
        bare=bare,
        expressions=expressions,
        pods=tuple((at, pod) for at, one in enumerate(signatures) for pod in one.pods),
        flags={(at, c.name): frozenset(c.flags) for at, one in active for c in one.containers},
        container_ports={(at, c.name): frozenset(c.ports) for at, one in active for c in one.containers},
    )


def _images(active: _Active, weights: Weights) -> Iterator[tuple[str, int, float]]:
    for at, one in active:
        for image in one.images:
            yield image.repository, at, weights.image * image.weight * _share(image)


def _basenames(active: _Active, weights: Weights) -> Iterator[tuple[str, int, float]]:
    """What is left of a repository where a mirror has named it anew; only of images that are the chart's own."""
    for at, one in active:
        for image in one.images:
            if image.weight >= 1:
                yield image.repository.rpartition("/")[2], at, weights.image_basename


def _labels(active: _Active, weights: Weights) -> Iterator[tuple[tuple[str, str], int, float]]:
    for at, one in active:
        for key, values in (*one.labels.items(), *((key, (one.chart,)) for key in NAMED_AFTER)):
            for value in values:
                yield (key, value), at, weights.of_label(key)


def _share(image: ImagePattern) -> float:
    """Helpers without an organisation (`redis`, `busybox`) are everybody's: half as telling."""
    return 1.0 if "/" in image.repository or image.weight >= 1 else 0.5


def _shared(
    facts: Iterable[tuple[_K, int, float]], weights: Weights, charts: Mapping[int, str]
) -> dict[_K, tuple[tuple[int, float], ...]]:
    """Fact -> signatures; the more charts share one, the less it says. Publishers of one chart count once."""
    found: dict[_K, dict[int, float]] = {}
    for key, signature, weight in facts:
        held = found.setdefault(key, {})
        held[signature] = max(held.get(signature, 0.0), weight)
    shared: dict[_K, tuple[tuple[int, float], ...]] = {}
    for key, held in found.items():
        best: dict[str, float] = {}
        for signature, weight in held.items():
            best[charts[signature]] = max(best.get(charts[signature], 0.0), weight)
        total = sum(best.values())
        # a chart for which the fact means little counts little among those that share it
        shared[key] = tuple(
            (signature, weight / max(total / weight, 1.0) ** weights.sharing) if weight else (signature, 0.0)
            for signature, weight in held.items()
        )
    return shared


_Names = dict[tuple[str, str], tuple[_Pattern, ...]]
_Bare = dict[tuple[int, str], tuple[_Pattern, ...]]
_Expressions = dict[str, tuple[tuple[str, re.Pattern[str], _Pattern], ...]]


def _index_names(
    active: _Active,
    weights: Weights,
) -> tuple[_Names, _Names, _Names, _Bare, _Expressions]:
    """Fixed names, suffixes of full name and release, bare placeholders, and what needs a regular expression."""
    counts = Counter(
        (kind, name) for _, kind, name in {(one.chart, o.kind, o.name) for _, one in active for o in one.objects}
    )
    simple: dict[str, dict[tuple[str, str], list[_Pattern]]] = {"": {}, FULLNAME: {}, RELEASE: {}}
    bare: dict[tuple[int, str], list[_Pattern]] = {}
    expressions: dict[str, list[tuple[str, re.Pattern[str], _Pattern]]] = {}
    for at, one in active:
        for pattern in one.objects:
            head = next((head for head in (FULLNAME, RELEASE) if pattern.name.startswith(head)), "")
            rest = pattern.name.removeprefix(head)
            is_bare = not re.search(_ALNUM, rest)
            base = weights.fixed_name if not head and "{" not in rest else 0.0 if is_bare else weights.name
            entry = _Pattern(
                signature=at,
                weight=base / counts[pattern.kind, pattern.name] ** weights.sharing,
                is_core=pattern.core,
                text=pattern.name,
            )
            # a value of many charts makes their workload a DaemonSet in the place of a Deployment, or the like
            for kind in _ALIKE if (pattern.core or one.is_generic) and pattern.kind in _ALIKE else (pattern.kind,):
                if head and not rest:
                    bare.setdefault((at, kind), []).append(entry)
                elif "{" in rest:
                    piece = max(_PLACEHOLDER.split(pattern.name), key=len)
                    expressions.setdefault(kind, []).append((piece, _expression(pattern), entry))
                else:
                    simple[head].setdefault((kind, rest), []).append(entry)
    fixed, fullnames, releases = (
        {key: tuple(entries) for key, entries in simple[head].items()} for head in ("", FULLNAME, RELEASE)
    )
    placeholders = {key: tuple(entries) for key, entries in bare.items()}
    return fixed, fullnames, releases, placeholders, {kind: tuple(found) for kind, found in expressions.items()}


def _expression(pattern: ObjectPattern) -> re.Pattern[str]:
    text = re.escape(pattern.name)
    for placeholder, name in ((FULLNAME, "fullname"), (RELEASE, "release"), (NAMESPACE, "namespace")):
        escaped = re.escape(placeholder)
        text = text.replace(escaped, rf"(?P<{name}>.+)", 1).replace(escaped, rf"(?P={name})")
    return re.compile(text)
