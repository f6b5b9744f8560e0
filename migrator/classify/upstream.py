"""Objects that come from a release manifest: the evidence that this is, and components of what has no chart."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from migrator.classify.nodes import Node
from migrator.classify.types import ChartCandidate, SourceHint
from migrator.classify.units import Unit, instances, own_score
from migrator.model import RepoPath
from migrator.signatures import SignatureIndex, Weights, score
from migrator.signatures.manifests import Manifest, ManifestIndex, Upstream, header_of
from migrator.signatures.types import Evidence


def header_hints(files: Mapping[RepoPath, bytes]) -> Iterator[SourceHint]:
    """The comment lines at the head of each file."""
    for path in sorted(files):
        for line in header_of(files[path]):
            yield SourceHint(path=path, text=line)


def with_upstream(
    nodes: Sequence[Node], index: SignatureIndex, manifests: ManifestIndex, hints: Sequence[SourceHint] = ()
) -> tuple[Node, ...]:
    """The nodes, each with the release manifest that it comes from where that is known, as evidence for its chart."""
    headers: dict[RepoPath, list[str]] = {}
    for hint in hints:
        if not hint.name:
            headers.setdefault(hint.path, []).append(hint.text)
    held: dict[tuple[str, RepoPath], list[Node]] = {}
    for node in nodes:
        if node.origin is not None and not node.is_generated:
            held.setdefault((node.remote, node.origin), []).append(node)
    known = {
        key: found
        for key, members in held.items()
        if (found := _of_file(*key, members, headers.get(key[1], ()), manifests)) is not None
    }
    return tuple(
        _evident(node, known.get((node.remote, node.origin)), index)
        if node.origin is not None and not node.is_generated
        else node
        for node in nodes
    )


def _of_file(
    remote: str, path: RepoPath, members: Sequence[Node], header: Iterable[str], manifests: ManifestIndex
) -> Upstream | None:
    """What a file is a copy of: by its URL, or else by header or name where it also holds what the manifest holds."""
    if remote:
        repository, _, ref = remote.partition("@")
        return manifests.referenced(f"{repository}/{path}" + (f"?ref={ref}" if ref else ""))
    for found in manifests.in_header(header):
        if held := _held(members, found.manifest):
            return replace(found, held=held)
    rendered = {node.shown.chart[0] for node in members if node.shown.chart}
    for found in manifests.called(path):
        # what bears the chart's label was rendered by somebody, and not released
        if found.manifest.chart not in rendered and (held := _held(members, found.manifest)):
            return replace(found, held=held)
    return None


def _held(members: Sequence[Node], manifest: Manifest) -> str:
    """The image or group of CRDs by which a copy is told; empty where there is none."""
    for wanted in manifest.holds:
        for node in members:
            if node.shown.crd == wanted or node.shown.crd.endswith(f".{wanted}"):
                return wanted
            for image in node.shown.images:
                if image.repository == wanted or image.repository.endswith(f"/{wanted}"):
                    return wanted
    return ""


def _evident(node: Node, found: Upstream | None, index: SignatureIndex) -> Node:
    """The node with the evidence; where no manifest is known, a remote base in a chart's source repository is some."""
    evidence = dict(node.evidence)
    if found is not None:
        for at in _signatures(found.manifest, index):
            one = replace(found.fact(index.weights), resource=node.id)
            evidence[at] = (*evidence.get(at, ()), one)
    elif node.remote:
        for at in _in_sources(node.remote, index):
            one = Evidence(kind="release-url", detail=node.remote, weight=index.weights.release_url, resource=node.id)
            evidence[at] = (*evidence.get(at, ()), one)
    else:
        return node
    strength = {signature: score(facts) for signature, facts in evidence.items()}
    return replace(node, evidence=evidence, strength=strength, upstream=found)


def _signatures(manifest: Manifest, index: SignatureIndex) -> tuple[int, ...]:
    """The signatures of the chart: its publisher's, or all where that one is not among them."""
    named = index.named(manifest.chart) if manifest.chart else ()
    own = tuple(at for at in named if index.signatures[at].repository == manifest.repository)
    return own or named


def _in_sources(remote: str, index: SignatureIndex) -> Iterator[int]:
    """The signatures of charts that install what comes from a repository."""
    for at, signature in enumerate(index.signatures):
        if any(re.search(rf"{re.escape(upstream)}(?![\w-])", remote) for upstream in signature.upstream):
            yield at


def upstream_of(members: Iterable[int], nodes: Sequence[Node], chart: str) -> Upstream | None:
    """The release manifest of a chart, or of none, that most of the objects come from."""
    counts: Counter[tuple[str, str]] = Counter()
    first: dict[tuple[str, str], Upstream] = {}
    for number in sorted(members):
        found = nodes[number].upstream
        if found is not None and found.manifest.chart == chart:
            key = (found.manifest.product, found.version)
            counts[key] += 1
            first.setdefault(key, found)
    if not counts:
        return None
    found = first[max(counts, key=lambda key: (bool(key[1]), counts[key], key))]
    labels = Counter(nodes[number].shown.version for number in members if nodes[number].upstream is found)
    del labels[""]
    return found if found.version or not labels else replace(found, version=min(labels, key=lambda v: (-labels[v], v)))


def upstream_versions(members: Iterable[int], nodes: Sequence[Node], chart: str, of: str) -> list[str]:
    """The versions that release manifests of a chart state, most frequent first: `app` or `chart` versions."""
    counts = Counter(
        found.version
        for number in sorted(members)
        if (found := nodes[number].upstream) is not None
        and found.manifest.chart == chart
        and found.manifest.version == of
        and found.version
    )
    return sorted(counts, key=lambda version: (-counts[version], version))


def released_units(nodes: Sequence[Node], index: SignatureIndex, taken: Collection[int]) -> list[Unit]:
    """One unit for what release manifests of one chart hold in one place; by its name alone no file with a stranger."""
    files: dict[tuple[int, str], set[int]] = {}
    for number, node in enumerate(nodes):
        if node.upstream is None or node.origin is None or number in taken:
            continue
        for signature in _signatures(node.upstream.manifest, index)[:1]:
            files.setdefault((signature, node.origin), set()).add(number)
    groups: dict[int, set[int]] = {}
    for (signature, _), members in files.items():
        if not any(_is_stranger(nodes[number], signature) for number in members):
            groups.setdefault(signature, set()).update(members)
    units: list[Unit] = []
    for signature, members in sorted(groups.items()):
        for part in instances(nodes, members):
            quality, is_telling = own_score(nodes, part, signature)
            releases = Counter(nodes[number].shown.instance for number in sorted(part) if nodes[number].shown.instance)
            if is_telling and quality >= index.weights.recognised:
                units.append(
                    Unit(
                        chart=index.signatures[signature].chart,
                        signature=signature,
                        release=next((release for release, _ in releases.most_common(1)), ""),
                        quality=quality,
                        members=part,
                    )
                )
    return units


def _is_stranger(node: Node, signature: int | None) -> bool:
    """A workload that shows nothing of the product, in a file that only its name or a common phrase made a manifest."""
    found = node.upstream
    if found is None or found.kind == "url" or found.version or not node.is_workload:
        return False
    facts = node.evidence.get(signature, ()) if signature is not None else ()
    if any(one.kind != "release-manifest" for one in facts) or _held([node], found.manifest):
        return False
    product = found.manifest.product
    # without a signature nothing else tells the parts of a product
    word = product if signature is not None else product.partition("-")[0]
    return not any(word in text for text in (node.id.name, *(image.repository for image in node.shown.images)))


def without_signature(units: list[Unit], nodes: Sequence[Node], index: SignatureIndex) -> dict[str, set[int]]:
    """Product -> what is taken out of the units: objects of release manifests whose chart has no signature, or is none.

    Units that a chart's own labels made keep what they have; a file's name alone takes only what nobody else claims.
    """
    labelled = {number for unit in units if unit.is_labelled for number in unit.members}
    taken = {number for unit in units for number in unit.members}
    mixed = {node.origin for node in nodes if _is_stranger(node, None)}
    groups: dict[str, set[int]] = {}
    for number, node in enumerate(nodes):
        found = node.upstream
        if found is None or number in labelled or _signatures(found.manifest, index) or node.origin in mixed:
            continue
        if found.kind != "file" or number not in taken:
            groups.setdefault(found.manifest.product, set()).add(number)
    claimed = {number for members in groups.values() for number in members}
    for unit in units:
        unit.members -= claimed
    units[:] = [unit for unit in units if unit.members]
    return groups


def either_form(version: str) -> tuple[str, ...]:
    """A version as it is, and with or without its `v`: projects and their charts do not always agree."""
    other = version[1:] if version.startswith("v") else f"v{version}"
    return (version, other) if version else ()


def candidates_of(found: Upstream, weights: Weights) -> tuple[ChartCandidate, ...]:
    """The chart that a release manifest's rule names, with what its version says; none where there is no chart."""
    manifest, facts = found.manifest, [found.fact(weights)]
    if found.held:
        facts.append(Evidence(kind="image" if "/" in found.held else "crd", detail=found.held, weight=weights.image))
    stated = (found.version,) if found.version else ()
    candidate = ChartCandidate(
        chart=manifest.chart,
        repository=manifest.repository,
        versions=either_form(found.version) if manifest.version == "chart" else (),
        app_versions=stated if manifest.version == "app" else (),
        score=round(score(facts), 3),
        evidence=tuple(sorted(facts, key=lambda one: -one.weight)),
    )
    return (candidate,) if manifest.chart else ()
