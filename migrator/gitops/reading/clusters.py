"""The clusters that Argo CD knows, as far as files tell, and how it knows what it deployed."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from migrator.gitops.reading.objects import SETTINGS, Found
from migrator.model import Json, RepoPath, mapping_of

IN_CLUSTER = "https://kubernetes.default.svc"
"""The cluster that Argo CD runs in, ..."""
LOCAL = "in-cluster"
"""... and its name (Argo CD, `util/db/cluster.go`)."""

BUILD_OPTIONS = "kustomize.buildOptions"
"""Where the settings say with which options Argo CD calls kustomize."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A cluster, as the Secret that registers it describes it."""

    name: str
    server: str
    project: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    environment: str = ""
    """Of the root that renders the Secret; empty where it is read from its file."""


THE_LOCAL = Cluster(name=LOCAL, server=IN_CLUSTER)


def clusters_of(objects: Iterable[Found]) -> tuple[Cluster, ...]:
    """The clusters that Secrets of the repository register, sorted; one whose name or address is not there is none."""
    found = [
        Cluster(
            name=_datum(each, "name"),
            server=_datum(each, "server"),
            project=_datum(each, "project"),
            labels=_texts(each.metadata.get("labels")),
            annotations=_texts(each.metadata.get("annotations")),
            environment=each.environment,
        )
        for each in objects
        if each.id.kind == "Secret"
    ]
    return tuple(sorted((each for each in found if each.name and each.server), key=lambda each: each.name))


def known_to(found: Found, clusters: Iterable[Cluster]) -> tuple[Cluster, ...]:
    """The clusters that the Argo CD knows which reads an object: not those of another environment."""
    return tuple(
        each
        for each in clusters
        if not (each.environment and found.environment) or each.environment == found.environment
    )


def server_of(name: str, clusters: Iterable[Cluster]) -> str:
    """The address of a cluster that is named; the name itself where no file knows it."""
    if name == LOCAL:
        return IN_CLUSTER
    return next((each.server for each in clusters if each.name == name), name)


def tracking_of(objects: Iterable[Found]) -> Mapping[RepoPath | None, str]:
    """Root (None for a file) -> how its Argo CD tracks objects, where its settings say so (fact A1)."""
    return {
        each.root: method
        for each in objects
        if _is_settings(each)
        if (method := str(mapping_of(each.body.get("data")).get("application.resourceTrackingMethod") or ""))
    }


def enables_helm(objects: Iterable[Found]) -> bool:
    """Whether the settings of every Argo CD of which there are any let its kustomize inflate charts.

    Argo CD documentation, Kustomize, Kustomizing Helm charts.
    """
    settings = [mapping_of(each.body.get("data")) for each in objects if _is_settings(each)]
    return bool(settings) and all("--enable-helm" in str(each.get(BUILD_OPTIONS) or "").split() for each in settings)


def _is_settings(found: Found) -> bool:
    return found.id.kind == "ConfigMap" and found.id.name == SETTINGS


def _datum(secret: Found, key: str) -> str:
    plain = mapping_of(secret.body.get("stringData")).get(key)
    if isinstance(plain, str):
        return plain
    coded = mapping_of(secret.body.get("data")).get(key)
    try:
        return base64.b64decode(coded, validate=True).decode() if isinstance(coded, str) else ""
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _texts(value: Json) -> Mapping[str, str]:
    return {key: str(held) for key, held in mapping_of(value).items()}
