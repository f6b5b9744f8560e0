"""Which versions of a chart a unit may be: exact from labels, else by app version and the version table."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from migrator.classify.nodes import Node
from migrator.classify.units import Unit, own_score
from migrator.classify.upstream import either_form, upstream_of, upstream_versions
from migrator.signatures import Signature, SignatureIndex, VersionTable

_EQUAL = 0.05
_EDITION = re.compile(r"-(oss|ce|ee|community|enterprise|server)$")
"""What a publisher's images of one application are told apart by, and their versions are not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """What is known of a unit's version."""

    chart: tuple[str, ...]
    """Chart versions, most likely first."""
    app: tuple[str, ...]
    """App versions, most likely first."""
    is_stated: bool = False
    """Whether labels or files name the chart versions; several mean that several were seen."""


def versions_of(
    unit: Unit, nodes: Sequence[Node], signature: Signature | None, tables: Mapping[str, VersionTable]
) -> Versions:
    """Chart versions and app versions of a unit: stated ones, else by what the table knows of the app version."""
    apps = _app_versions(unit, nodes, signature, tables.get(unit.chart))
    if unit.versions:
        return Versions(chart=tuple(version for version, _ in _ranked(unit.versions)), app=apps, is_stated=True)
    return Versions(chart=_likely_versions(unit, nodes, signature, tables, apps), app=apps)


def _likely_versions(
    unit: Unit,
    nodes: Sequence[Node],
    signature: Signature | None,
    tables: Mapping[str, VersionTable],
    apps: Sequence[str],
) -> tuple[str, ...]:
    """Chart versions that nothing states for certain, most likely first."""
    if signature is None:
        return ()
    own = upstream_versions(unit.members, nodes, unit.chart, "chart")
    if own:
        return tuple(one for version in own for one in either_form(version))
    if _label_means(unit, nodes, signature) == "chart":
        exact = _labels(unit, nodes, signature)
        if exact:
            return tuple(version for version, _ in _ranked(exact))
    table = tables.get(unit.chart)
    if table is None:
        return ()
    found = dict.fromkeys(version for app in apps for version in table.chart_versions(app, signature.repository))
    images = {f"{image.repository}:{image.tag}" for number in unit.members for image in nodes[number].shown.images}
    if not found:
        found = dict.fromkeys(table.by_images(images))
    if not found:
        tags = {tag.removeprefix("v") for tag in _tags(unit, nodes, signature)}
        known = table.all_versions(signature.repository)
        found = dict.fromkeys(version for version in known if version.removeprefix("v") in tags)
    return tuple(sorted(found, key=lambda version: -table.likeness(version, images)))


def _tags(unit: Unit, nodes: Sequence[Node], signature: Signature) -> set[str]:
    """The tags of the chart's main images: some charts without an app version have the version of what they run."""
    main = [f"/{image.repository}" for image in signature.images if image.weight >= 1]
    shown = (image for number in unit.members for image in nodes[number].shown.images)
    return {image.tag for image in shown if image.tag and any(f"/{image.repository}".endswith(one) for one in main)}


def publishers_of(
    unit: Unit, nodes: Sequence[Node], index: SignatureIndex, tables: Mapping[str, VersionTable]
) -> tuple[int, ...]:
    """The signatures of the unit's chart that nothing tells apart, the most likely first; one where it is clear.

    Publishers that show no less evidence are told apart by who published the version. Where none of them did, those who
    did precede them, though they show less. The order of the rest is by how many versions a signature was learned from.
    """
    if unit.signature is None:
        return ()
    if len(index.named(unit.chart)) < 2:
        return (unit.signature,)
    scores = {at: own_score(nodes, unit.members, at)[0] for at in index.named(unit.chart)}
    equal = [at for at in scores if scores[at] >= max(scores.values()) - _EQUAL]
    table = tables.get(unit.chart)
    version = max(sorted(unit.versions), key=lambda one: unit.versions[one], default="")

    def has_version(at: int, *, exactly: bool = False) -> bool:
        if table is None:
            return False
        one = index.signatures[at]
        apps = () if exactly else _app_versions(unit, nodes, one, table)
        return any(one.repository in table.publishers_of(version, app) for app in apps or ("",))

    published = [at for at in equal if has_version(at)]
    others = [at for at in scores if at not in equal and not published and has_version(at, exactly=bool(version))]
    return tuple(
        at
        for group in (published or others, [] if published else equal)
        for at in sorted(group, key=lambda at: (-len(index.signatures[at].learned_from), at))
    )


def _label_means(unit: Unit, nodes: Sequence[Node], signature: Signature) -> str:
    """What the version label holds; in a release manifest that is the project's version, whatever the chart writes."""
    found = upstream_of(unit.members, nodes, unit.chart)
    return found.manifest.version if found is not None else signature.version_label


def _labels(unit: Unit, nodes: Sequence[Node], signature: Signature) -> Counter[str]:
    """`app.kubernetes.io/version` of the chart's own objects, those of subcharts left out where they can be told."""
    own: Counter[str] = Counter()
    for number in unit.members:
        node = nodes[number]
        if not node.shown.version:
            continue
        strength = node.strength.get(unit.signature, 0.0) if unit.signature is not None else 0.0
        is_best = bool(strength) and strength >= max(node.strength.values())
        if is_best or (node.shown.chart and node.shown.chart[0] == signature.chart):
            own[node.shown.version] += 1
    return own


def _app_versions(
    unit: Unit, nodes: Sequence[Node], signature: Signature | None, table: VersionTable | None
) -> tuple[str, ...]:
    if signature is None:
        labels = Counter(
            nodes[number].shown.version
            for number in unit.members
            if nodes[number].shown.version and (nodes[number].shown.chart or ("",))[0] == unit.chart
        )
        return tuple(version for version, _ in _ranked(labels))
    known = table.app_versions() if table else frozenset()
    main = [image for image in signature.images if image.weight >= 1]
    images = {image.repository for image in main if image.is_app_version}
    if not images and known:
        images = {image.repository for image in main}
    shown = [image for number in unit.members for image in nodes[number].shown.images if image.tag]
    running = [image for image in shown if any(f"/{image.repository}".endswith(f"/{one}") for one in images)]
    named = unit.chart.replace("-", "")
    editions = {one for image in main if (one := image.repository.rpartition("/")[2]).replace("-", "") in named}
    running = running or [image for image in shown if _EDITION.sub("", image.repository.rpartition("/")[2]) in editions]
    tags = Counter(app_version_of(image.tag, known) for image in running)
    labels = _labels(unit, nodes, signature) if _label_means(unit, nodes, signature) == "app" else Counter()
    stated = upstream_versions(unit.members, nodes, unit.chart, "app")
    ranked = [version for version, _ in _ranked(labels)]
    # a label that no version of the chart writes is somebody's own: what runs may be newer
    ranked = [version for version in ranked if {version, version.removeprefix("v")} & known or not tags]
    first = [app_version_of(version, known) for version in (*stated, *ranked)]
    return tuple(dict.fromkeys([*first, *(version for version, _ in _ranked(tags))]))


def app_version_of(tag: str, known: frozenset[str]) -> str:
    """The app version that an image tag names: the longest known one that it begins with, else up to a build suffix."""
    plain = tag.removeprefix("v")
    cuts = [len(plain), *(at for at in range(len(plain) - 1, 0, -1) if plain[at] in "-_+.")]
    exact = next((plain[:cut] for cut in cuts if plain[:cut] in known), "")
    if exact:
        return exact
    # `telegraf:1.24-alpine` names a line of versions
    head = plain.split("-")[0]
    line = sorted(one for one in known if one.startswith(f"{head}."))
    return line[-1] if line and head[:1].isdigit() else plain


def _ranked(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
