"""What one object shows of where it comes from: labels, images, containers, names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from migrator.model import Json, Resource, mapping_of

INSTANCE_LABELS = ("app.kubernetes.io/instance", "release")
NAME_LABELS = (
    "app.kubernetes.io/name",
    "app.kubernetes.io/component",
    "app.kubernetes.io/part-of",
    "app",
    "k8s-app",
    "component",
)
WORKLOADS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob", "Pod"})

_CHART_LABEL = re.compile(r"^(?P<name>[A-Za-z0-9].*?)-(?P<version>v?\d+\.\d+(?:\.\d+)?(?:[-+_.][0-9A-Za-z.+_-]*)?)$")
_REGISTRY = re.compile(r"^(?:localhost|[^/]*[.:][^/]*)/")
_FLAG = re.compile(r"^--?([A-Za-z][\w.-]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An image reference taken apart; the registry is left out, `library/` too."""

    repository: str
    tag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """What matters of one container for recognition."""

    name: str
    image: Image | None
    ports: tuple[int, ...]
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """The recognisable side of one object."""

    kind: str
    name: str
    namespace: str
    chart: tuple[str, str] | None
    """Name and version from `helm.sh/chart` or the older `chart` label."""
    instance: str
    """Release name from `app.kubernetes.io/instance`, `release` or Helm's own annotation."""
    release_namespace: str
    """From Helm's own annotation."""
    version: str
    """`app.kubernetes.io/version`."""
    labels: tuple[tuple[str, str], ...]
    containers: tuple[Container, ...]
    pod: frozenset[str]
    """Fields of the pod's spec."""
    images: tuple[Image, ...]
    ports: tuple[int, ...]
    crd: str


def features(resource: Resource) -> Features:
    """The features of one object; malformed places count as absent."""
    body = resource.body
    metadata = mapping_of(body.get("metadata"))
    labels = _strings(metadata.get("labels"))
    annotations = _strings(metadata.get("annotations"))
    template = pod_template(body)
    template_labels = _strings(mapping_of(mapping_of(template).get("metadata")).get("labels"))
    containers = tuple(_containers(template)) if template else ()
    merged = {**template_labels, **labels}
    return Features(
        kind=resource.id.kind,
        name=resource.id.name,
        namespace=resource.id.namespace,
        chart=chart_label(labels) or chart_label(template_labels),
        instance=_instance(merged, annotations),
        release_namespace=annotations.get("meta.helm.sh/release-namespace", ""),
        version=labels.get("app.kubernetes.io/version", "") or template_labels.get("app.kubernetes.io/version", ""),
        labels=tuple(sorted(_identity_labels(labels) | _identity_labels(template_labels))),
        containers=containers,
        pod=frozenset(mapping_of(mapping_of(template).get("spec"))),
        images=tuple(dict.fromkeys([*(c.image for c in containers if c.image), *_other_images(body)])),
        ports=_service_ports(resource),
        crd=resource.id.name if resource.id.kind == "CustomResourceDefinition" else "",
    )


def chart_label(labels: Mapping[str, str]) -> tuple[str, str] | None:
    """Chart name and version that Helm's labels state, or None.

    The older `chart` label counts only beside `heritage`, because applications use the bare word too. Charts
    write `+` as `_` there, a label allows no plus sign.
    """
    text = labels.get("helm.sh/chart", "")
    if not text and "heritage" in labels:
        text = labels.get("chart", "")
    match = _CHART_LABEL.match(text)
    return (match["name"], match["version"].replace("_", "+")) if match else None


def parse_image(text: str) -> Image | None:
    """The repository without registry, and the tag; None for what is not an image reference."""
    text = text.strip().partition("@")[0]
    if not text or any(c.isspace() for c in text):
        return None
    path, colon, tag = text.rpartition(":")
    if not colon or "/" in tag:
        path, tag = text, ""
    path = _REGISTRY.sub("", path).removeprefix("docker/library/").removeprefix("library/")
    # Bitnami moved its free images to another organisation in 2025
    path = path.replace("bitnamilegacy/", "bitnami/").replace("bitnamisecure/", "bitnami/")
    return Image(repository=path, tag=tag) if path else None


def pod_template(body: Mapping[str, Json]) -> Mapping[str, Json] | None:
    """The pod template of a workload (the object itself for a Pod), or None."""
    spec = mapping_of(body.get("spec"))
    match body.get("kind"):
        case "Pod":
            return body
        case "CronJob":
            spec = mapping_of(mapping_of(spec.get("jobTemplate")).get("spec"))
        case "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "Job":
            pass
        case _:
            return None
    template = spec.get("template")
    return template if isinstance(template, Mapping) else None


def _containers(template: Mapping[str, Json]) -> Iterator[Container]:
    spec = mapping_of(template.get("spec"))
    for key in ("containers", "initContainers"):
        for entry in _items(spec.get(key)):
            words = [word for field in ("command", "args") for word in _items(entry.get(field), str)]
            yield Container(
                name=str(entry.get("name") or ""),
                image=parse_image(entry["image"]) if isinstance(entry.get("image"), str) else None,
                ports=tuple(
                    port["containerPort"]
                    for port in _items(entry.get("ports"))
                    if isinstance(port.get("containerPort"), int)
                ),
                flags=tuple(sorted({match[1] for word in words if (match := _FLAG.match(word))})),
            )


def _other_images(body: Mapping[str, Json]) -> Iterator[Image]:
    """Images of custom resources that describe a workload (Prometheus, Alertmanager, Kafka, ...)."""
    if pod_template(body) is not None:
        return
    spec = mapping_of(body.get("spec"))
    for text in (spec.get("image"), spec.get("imageName")):
        if isinstance(text, str) and (image := parse_image(text)):
            yield image


def _service_ports(resource: Resource) -> tuple[int, ...]:
    if resource.id.kind != "Service" or resource.id.group:
        return ()
    ports = _items(mapping_of(resource.body.get("spec")).get("ports"))
    return tuple(port["port"] for port in ports if isinstance(port.get("port"), int))


def _instance(labels: Mapping[str, str], annotations: Mapping[str, str]) -> str:
    release = annotations.get("meta.helm.sh/release-name", "")
    return release or next((labels[key] for key in INSTANCE_LABELS if labels.get(key)), "")


def _identity_labels(labels: Mapping[str, str]) -> set[tuple[str, str]]:
    return {(key, labels[key]) for key in NAME_LABELS if labels.get(key)}


def _strings(value: Json) -> dict[str, str]:
    return {key: text for key, text in mapping_of(value).items() if isinstance(text, str)}


def _items(value: Json, of: type = Mapping) -> list[Json]:
    return [entry for entry in value if isinstance(entry, of)] if isinstance(value, list) else []
