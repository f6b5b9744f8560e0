"""A chart and what it renders -> its signature; several versions -> one signature."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from migrator.charts.types import ChartArchive
from migrator.compare import is_test_hook
from migrator.model import Json, ResId, Resource
from migrator.signatures.features import WORKLOADS, Container, Features, Image, features
from migrator.signatures.static import crds_in_files, images_in_values, optional_objects
from migrator.signatures.types import (
    FULLNAME,
    NAMESPACE,
    RELEASE,
    ContainerPattern,
    ImagePattern,
    ObjectPattern,
    Signature,
)
from migrator.yamlio import dump, flow, in_brackets, in_quotes

HELPER_WEIGHT = 0.4

_FLAGS = 6
_SOURCE = re.compile(r"^#?\s*Source:\s*(?P<path>[^\s:]+/(?:templates|crds)/\S+)")
_UPSTREAM = re.compile(r"(?:https?://|git@)?(?:www\.)?(github\.com|gitlab\.com|codeberg\.org)[/:]([\w.-]+/[\w.-]+)")
_CHART_REPOSITORY = re.compile(r"/(?:helm-)?charts?$|/helm-|-charts?$|/containers$")
_WIDTH = 120
# these describe the deployment, not the chart
_NO_PATTERN = frozenset({"CustomResourceDefinition", "Namespace"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """One rendered object and the subchart that made it (empty for the chart's own templates)."""

    features: Features
    subchart: str


def source_chart(comment: str) -> tuple[str, ...]:
    """The charts of a `# Source: parent/charts/child/templates/x.yaml` comment, outermost first; none of a URL."""
    match = _SOURCE.match(comment)
    if not match:
        return ()
    head, *rest = match["path"].split("/charts/")
    names = [head, *rest[:-1], rest[-1].partition("/")[0]] if rest else [head]
    return (names[0].partition("/")[0], *names[1:])


def learn(
    chart: ChartArchive,
    rendered: Sequence[Resource],
    *,
    release: str = "release-name",
    namespace: str = "default",
    sources: Mapping[ResId, str] | None = None,
    known: Collection[str] = (),
    category: str = "core",
    generic: bool = False,
) -> Signature:
    """The signature of a chart, from its metadata and what it renders under `release` in `namespace`.

    `sources` are the `# Source:` comments of the objects, without which chart labels tell the objects of subcharts. Of
    subcharts in `known`, which have signatures of their own, only names are kept; of a `generic` chart only the shape.
    """
    name = chart.ref.name
    aliases = _subcharts(chart.metadata)
    seen = [_seen(resource, name, aliases, sources or {}) for resource in rendered if not is_test_hook(resource.body)]
    own = [one.features for one in seen if not one.subchart]
    described = [] if generic else [one.features for one in seen if not one.subchart or one.subchart not in known]
    names = _Names(release=release, namespace=namespace, base=_fullname(own, name, release))
    return Signature(
        chart=name,
        repository=chart.ref.repository,
        category=category,
        learned_from=(chart.ref.version,),
        fullname=names.base.replace(release, RELEASE, 1),
        images=_images(described, own, chart, name, () if generic else images_in_values(chart.files, aliases)),
        crds=tuple(sorted({*crds_in_files(chart.files, known), *_crds_rendered(seen, known)})),
        objects=_objects(seen, chart.ref.version, names, optional_objects(chart.files, name)),
        labels=_labels(described, names),
        containers=_containers(described, release),
        ports=tuple(sorted({port for one in described for port in one.ports})),
        subcharts=tuple(sorted({one.subchart for one in seen if one.subchart} | set(aliases.values()))),
        aliases=_aliases(own, name),
        upstream=_upstream(chart.metadata),
        version_label=_version_label(own, chart),
        is_generic=generic,
    )


def merge(signatures: Sequence[Signature]) -> Signature:
    """One signature out of several versions of one chart, newest first: what any has, core only what all have."""
    first, *rest = signatures
    if not rest:
        return first
    core = set.intersection(*({(o.kind, o.name) for o in one.objects if o.core} for one in signatures))
    objects = {(o.kind, o.name): replace(o, core=(o.kind, o.name) in core) for one in signatures for o in one.objects}
    images: dict[str, ImagePattern] = {}
    containers: dict[str, ContainerPattern] = {}
    labels: dict[str, set[str]] = {}
    for one in signatures:
        for image in one.images:
            old = images.get(image.repository, image)
            images[image.repository] = replace(
                old,
                weight=max(old.weight, image.weight),
                is_app_version=old.is_app_version or image.is_app_version,
            )
        for container in one.containers:
            past = containers.get(container.name, container)
            ports = tuple(sorted({*past.ports, *container.ports}))
            flags = tuple(dict.fromkeys((*past.flags, *container.flags)))[:_FLAGS]
            containers[container.name] = replace(past, ports=ports, flags=flags)
        for key, values in one.labels.items():
            labels.setdefault(key, set()).update(values)
    return replace(
        first,
        learned_from=tuple(dict.fromkeys(version for one in signatures for version in one.learned_from)),
        images=tuple(sorted(images.values(), key=lambda image: (-image.weight, image.repository))),
        crds=_union(one.crds for one in signatures),
        objects=tuple(objects[key] for key in sorted(objects)),
        labels={key: tuple(sorted(labels[key])) for key in sorted(labels)},
        containers=tuple(containers[key] for key in sorted(containers)),
        ports=tuple(sorted({port for one in signatures for port in one.ports})),
        subcharts=_union(one.subcharts for one in signatures),
        aliases=_union(one.aliases for one in signatures),
        upstream=_union(one.upstream for one in signatures),
        version_label=next((one.version_label for one in signatures if one.version_label), ""),
    )


def render(signature: Signature) -> str:
    """The rule file of a signature, as a person would write it: a fact a line, between brackets where that fits."""
    told = _held(
        apiVersion="migrate/v1",
        kind="Signature",
        chart=signature.chart,
        repository=signature.repository,
        category=signature.category,
        learnedFrom=[in_quotes(version, '"') for version in signature.learned_from],  # `1.10` needs them, `1.2.3` not
        fullname=signature.fullname,
        versionLabel=signature.version_label,
        generic=signature.is_generic,
        successor=signature.successor,
        aliases=signature.aliases,
        upstream=signature.upstream,
        subcharts=signature.subcharts,
        images={
            one.repository: {"weight": _number(one.weight)} | _held(tag="appVersion" if one.is_app_version else "")
            for one in signature.images
        },
        crds=signature.crds,
        labels=signature.labels,
        containers={one.name: _held(ports=one.ports, flags=one.flags) for one in signature.containers},
        pods=[{"weight": _number(one.weight), "fields": one.fields} for one in signature.pods],
        servicePorts=signature.ports,
        core=_names_by_kind(signature, is_core=True),
        objects=_names_by_kind(signature, is_core=False),
    )
    return dump({key: _arranged(held, "", key, is_spread=isinstance(held, Mapping)) for key, held in told.items()})


def _held(**fields: Json) -> dict[str, Json]:
    """The fields that say something."""
    return {key: value for key, value in fields.items() if value}


def _number(weight: float) -> float:
    return int(weight) if weight.is_integer() else weight


def _names_by_kind(signature: Signature, *, is_core: bool) -> dict[str, list[str]]:
    kinds: dict[str, list[str]] = {}
    for pattern in signature.objects:
        if pattern.core is is_core:
            kinds.setdefault(pattern.kind, []).append(pattern.name)
    return dict(sorted(kinds.items()))


def _arranged(value: Json, margin: str, key: str, *, is_spread: bool = False) -> Json:
    """The value between brackets where that fits behind its key, else, and if it is to be spread, an entry a line."""
    if not isinstance(value, Mapping | tuple | list):
        return value
    if not is_spread and len(f"{margin}{key}: {flow(value)}") <= _WIDTH:
        return in_brackets(value)
    if isinstance(value, Mapping):
        return {name: _arranged(held, f"{margin}  ", name) for name, held in value.items()}
    return value


def _subcharts(metadata: Mapping[str, Json]) -> Mapping[str, str]:
    """What a chart calls its dependencies -> their names."""
    entries = (entry for entry in metadata.get("dependencies") or () if isinstance(entry, Mapping))
    return {str(entry.get("alias") or entry.get("name")): str(entry.get("name")) for entry in entries}


def _seen(resource: Resource, chart: str, aliases: Mapping[str, str], sources: Mapping[ResId, str]) -> _Seen:
    shown = features(resource)
    chain = source_chart(sources.get(resource.id, ""))
    if len(chain) > 1:
        return _Seen(features=shown, subchart=aliases.get(chain[1], chain[1]))
    if not chain and shown.chart and shown.chart[0] != chart and shown.chart[0] in aliases.values():
        return _Seen(features=shown, subchart=shown.chart[0])
    return _Seen(features=shown, subchart="")


def _fullname(own: Sequence[Features], chart: str, release: str) -> str:
    """What most of the chart's own objects are called: `RELEASE-CHART`, or the longest common beginning in words."""
    names = [one.name for one in own if one.name == release or one.name.startswith(f"{release}-")]
    plain = f"{release}-{chart}"
    if not names or sum(name.startswith(plain) for name in names) * 2 >= len(names):
        return plain
    counts: Counter[str] = Counter()
    for name in names:
        words = name.split("-")
        counts.update("-".join(words[: end + 1]) for end in range(len(words)))
    common = [prefix for prefix, count in counts.items() if count * 5 >= len(names) * 4]
    return max(common, key=len, default=release)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Names:
    """The names that a render used, to be taken out of its objects' names again."""

    release: str
    namespace: str
    base: str

    def pattern(self, name: str) -> str:
        """The name with placeholders."""
        for text, placeholder in ((self.base, FULLNAME), (self.namespace, NAMESPACE), (self.release, RELEASE)):
            name = re.sub(rf"(?<![a-z0-9]){re.escape(text)}(?![a-z0-9])", placeholder, name)
        return name


def _objects(
    seen: Sequence[_Seen],
    version: str,
    names: _Names,
    optional: Iterable[tuple[str, str]],
) -> tuple[ObjectPattern, ...]:
    found = {(kind, name): ObjectPattern(kind=kind, name=name) for kind, name in optional if kind not in _NO_PATTERN}
    for one in seen:
        shown = one.features
        if shown.kind in _NO_PATTERN or not shown.name or version in shown.name:
            continue
        name = names.pattern(shown.name)
        is_core = not one.subchart and shown.kind in WORKLOADS and shown.kind not in {"Job", "Pod"}
        found[shown.kind, name] = ObjectPattern(kind=shown.kind, name=name, core=is_core)
    return tuple(found[key] for key in sorted(found))


def _images(
    described: Sequence[Features],
    own: Sequence[Features],
    chart: ChartArchive,
    name: str,
    optional: Iterable[Image],
) -> tuple[ImagePattern, ...]:
    first = [one.containers[0].image for one in own if one.containers and one.kind not in {"Job", "CronJob"}]
    candidates = {image for image in first if image}
    main = {
        image for image in candidates if is_same_version(image.tag, chart.app_version) or _is_akin(image, name)
    } or candidates
    found: dict[str, ImagePattern] = {}
    for image in (image for one in described for image in one.images):
        is_app = is_same_version(image.tag, chart.app_version)
        is_main = image in main or (is_app and _is_akin(image, name))
        old = found.get(image.repository)
        found[image.repository] = ImagePattern(
            repository=image.repository,
            weight=1.0 if is_main or (old is not None and old.weight >= 1) else HELPER_WEIGHT,
            is_app_version=is_app or (old is not None and old.is_app_version),
        )
    for image in optional:
        is_named = image.repository.rpartition("/")[2] == name
        pattern = ImagePattern(repository=image.repository, weight=1.0 if is_named else HELPER_WEIGHT)
        found.setdefault(image.repository, pattern)
    return tuple(sorted(found.values(), key=lambda image: (-image.weight, image.repository)))


def _crds_rendered(seen: Iterable[_Seen], known: Collection[str]) -> set[str]:
    return {one.features.crd for one in seen if one.features.crd and one.subchart not in known}


def is_same_version(tag: str, version: str) -> bool:
    """Whether an image tag names an app version: `7.0.12-debian-11-r19` is 7.0.12, `v1.12.4` is 1.12.4."""
    if not tag or not version:
        return False
    left, right = tag.removeprefix("v"), version.removeprefix("v")
    return left == right or (left.startswith(right) and left[len(right)] in "-_+.")


def _is_akin(image: Image, chart: str) -> bool:
    last = image.repository.rpartition("/")[2]
    return bool(set(re.split(r"[-_.]", last)) & set(chart.split("-")))


def _labels(described: Iterable[Features], names: _Names) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for key, value in (pair for one in described for pair in one.labels):
        if names.pattern(value) == value:
            found.setdefault(key, set()).add(value)
    return {key: tuple(sorted(found[key])) for key in sorted(found)}


def _containers(described: Iterable[Features], release: str) -> tuple[ContainerPattern, ...]:
    found: dict[str, Container] = {}
    for container in (container for one in described for container in one.containers):
        if container.name and not re.search(rf"(?<![a-z0-9]){re.escape(release)}(?![a-z0-9])", container.name):
            found.setdefault(container.name, container)
    return tuple(
        ContainerPattern(name=name, ports=tuple(sorted({*found[name].ports})), flags=found[name].flags[:_FLAGS])
        for name in sorted(found)
    )


def _aliases(own: Sequence[Features], name: str) -> tuple[str, ...]:
    """What most chart labels call the chart, where that is not its name (it may be cut short there)."""
    counts = Counter(one.chart[0] for one in own if one.chart)
    return tuple(sorted(other for other, count in counts.items() if other != name and count * 2 > counts.total()))


def _upstream(metadata: Mapping[str, Json]) -> tuple[str, ...]:
    texts = [metadata.get("home"), *(metadata.get("sources") or ())]
    matches = (match for text in texts if isinstance(text, str) and (match := _UPSTREAM.match(text)))
    found = {f"{match[1]}/{match[2].removesuffix('.git')}" for match in matches}
    return tuple(sorted(one for one in found if not _CHART_REPOSITORY.search(one)))


def _version_label(own: Sequence[Features], chart: ChartArchive) -> str:
    plain = {one.version.removeprefix("v") for one in own if one.version}
    if chart.app_version.removeprefix("v") in plain:
        return "app"
    return "chart" if chart.ref.version.removeprefix("v") in plain else ""


def _union(groups: Iterable[Sequence[str]]) -> tuple[str, ...]:
    return tuple(sorted({value for group in groups for value in group}))
