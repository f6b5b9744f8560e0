"""What the API server fills in by more than the value of a field; each function names the place where it does."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from migrator.compare.stored.equivalences import STRING_DATA
from migrator.model import Json, KeyPath
from migrator.yamlio import ABSENT

Fields: TypeAlias = Iterator[tuple[str, Json]]
"""Fields and what they hold then; ABSENT for one that is left out."""

_IMAGE = re.compile(
    r"(?:(?:[a-zA-Z0-9][a-zA-Z0-9.-]*|\[[0-9a-fA-F:]+\])(?::\d+)?/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*"
    r"(?::(?P<tag>[\w][\w.-]{0,127}))?(?P<digest>@[a-z0-9+._-]+:[0-9a-fA-F]{32,})?"
)


def _pull_policy(reference: Json) -> str | None:
    """What is pulled when (core/v1 SetDefaults_Container); None for what is no image, as a placeholder."""
    match = _IMAGE.fullmatch(reference) if isinstance(reference, str) else None
    if match is None:
        return None
    is_latest = match["tag"] == "latest" or not (match["tag"] or match["digest"])
    return "Always" if is_latest else "IfNotPresent"


def _container(value: Mapping[str, Json]) -> Fields:
    policy = _pull_policy(value.get("image"))
    if "imagePullPolicy" not in value and policy is not None:
        yield "imagePullPolicy", policy


def _image_volume(value: Mapping[str, Json]) -> Fields:
    policy = _pull_policy(value.get("reference"))
    if "pullPolicy" not in value and policy is not None:
        yield "pullPolicy", policy


def _bare_resources(value: Mapping[str, Json]) -> Fields:
    """core/v1 SetDefaults_Pod, which is not done to templates."""
    limits, requests = value.get("limits"), value.get("requests", {})
    if isinstance(limits, Mapping) and isinstance(requests, Mapping) and limits.keys() - requests.keys():
        yield "requests", {**limits, **requests}


def _pod_spec(value: Mapping[str, Json]) -> Fields:
    """core/v1 Convert_v1_PodSpec_To_core_PodSpec: the old name of the field is a copy of the new one."""
    old, new = value.get("serviceAccount"), value.get("serviceAccountName", value.get("serviceAccount"))
    if old is not None and old == new:
        yield "serviceAccount", ABSENT
        if "serviceAccountName" not in value:
            yield "serviceAccountName", new


def _volume(value: Mapping[str, Json]) -> Fields:
    """core/v1 SetDefaults_Volume."""
    if not value.keys() - {"name"}:
        yield "emptyDir", {}


def _service(value: Mapping[str, Json]) -> Fields:
    """core/v1 SetDefaults_Service; the addresses repeat the first one (registry/core/service, normalizeClusterIPs)."""
    address = value.get("clusterIP")
    if address is not None and value.get("clusterIPs") == [address]:
        yield "clusterIPs", ABSENT
    if value.get("sessionAffinity") == "None" and "sessionAffinityConfig" in value:
        yield "sessionAffinityConfig", ABSENT
    if value.get("externalIPs") and value.get("externalTrafficPolicy") == "Cluster":
        yield "externalTrafficPolicy", ABSENT


def _job(value: Mapping[str, Json]) -> Fields:
    """batch/v1 SetDefaults_Job."""
    if "backoffLimit" not in value:
        yield "backoffLimit", 6 if "backoffLimitPerIndex" not in value else 2**31 - 1
    if "parallelism" not in value:
        yield "parallelism", 1
        if "completions" not in value:
            yield "completions", 1


def _network_policy(value: Mapping[str, Json]) -> Fields:
    """networking/v1 SetDefaults_NetworkPolicy."""
    if "policyTypes" not in value:
        yield "policyTypes", ["Ingress", "Egress"] if value.get("egress") else ["Ingress"]


def _namespace(value: Mapping[str, Json]) -> Fields:
    """core/v1 SetDefaults_Namespace."""
    metadata = value.get("metadata")
    if not isinstance(metadata, Mapping):
        return
    name, labels = metadata.get("name"), metadata.get("labels") or {}
    if name and isinstance(labels, Mapping) and labels.get(_NAME_LABEL) != name:
        yield "metadata", {**metadata, "labels": {**labels, _NAME_LABEL: name}}


def _definition_names(value: Mapping[str, Json]) -> Fields:
    """apiextensions/v1 SetDefaults_CustomResourceDefinitionSpec."""
    kind = value.get("kind")
    if isinstance(kind, str):
        if "singular" not in value:
            yield "singular", kind.lower()
        if "listKind" not in value:
            yield "listKind", f"{kind}List"


_NAME_LABEL = "kubernetes.io/metadata.name"

CONDITIONAL: Mapping[str, Callable[[Mapping[str, Json]], Fields]] = {
    "BareContainer": _container,
    "BarePodSpec": _pod_spec,
    "BareResourceRequirements": _bare_resources,
    "Container": _container,
    "CustomResourceDefinitionNames": _definition_names,
    "ImageVolumeSource": _image_volume,
    "JobSpec": _job,
    "Namespace": _namespace,
    "NetworkPolicySpec": _network_policy,
    "PodSpec": _pod_spec,
    "ServiceSpec": _service,
    "Volume": _volume,
}
"""Type -> what is done to a value of it, after its plain defaults."""


def with_string_data(body: Mapping[str, Json], applied: list[tuple[str, KeyPath]]) -> Mapping[str, Json]:
    """A Secret whose texts are among its data, as its registry strategy stores them; `stringData` wins."""
    texts, data = body.get("stringData"), body.get("data") or {}
    if not isinstance(texts, Mapping) or not isinstance(data, Mapping) or not texts:
        return body
    if not all(isinstance(text, str) for text in texts.values()):
        return body
    applied.extend((STRING_DATA, ("data", key)) for key in texts)
    encoded = {key: base64.b64encode(text.encode("utf-8", "surrogatepass")).decode() for key, text in texts.items()}
    rest = {key: value for key, value in body.items() if key != "stringData"}
    return {**rest, "data": {**data, **encoded}}
