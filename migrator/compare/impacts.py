"""What a difference does to a running cluster (facts I1 to I5, C2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase

from migrator.compare.stored.walk import is_built_in
from migrator.model import Gvk, Impact, Json, KeyPath
from migrator.yamlio import ABSENT

_C, _O, _R, _D = Impact.CONFIG, Impact.ROLLOUT, Impact.RECREATE, Impact.DATA_LOSS

_LOST_WITH_DATA = frozenset(
    {"CustomResourceDefinition", "Namespace", "PersistentVolume", "PersistentVolumeClaim", "StatefulSet"}
)
_OPERATED_GROUPS = (
    *("*.cnpg.io", "acid.zalan.do", "postgres-operator.crunchydata.com", "*.percona.com", "mysql.oracle.com"),
    *("k8s.mariadb.com", "mariadb.mmontes.io", "*.strimzi.io", "rabbitmq.com", "*.k8s.elastic.co"),
    *("opensearch.opster.io", "mongodb.com", "mongodbcommunity.mongodb.com", "*.datastax.com", "*.k8ssandra.io"),
    *("*.altinity.com", "databases.spotahome.com", "*.opstreelabs.in", "minio.min.io", "*.rook.io"),
    *("longhorn.io", "objectbucket.io", "kustomize.toolkit.fluxcd.io", "helm.toolkit.fluxcd.io"),
)
"""Groups of databases, storage and deployers: with an object of theirs goes what its controller made, data included."""
_DEPLOYING = frozenset({("argoproj.io", "Application"), ("argoproj.io", "ApplicationSet")})
_RUNS_PODS = frozenset(
    {"CronJob", "DaemonSet", "Deployment", "Job", "Pod", "ReplicaSet", "ReplicationController", "StatefulSet"}
)

_STATEFUL_SET: tuple[tuple[str, Impact], ...] = (
    # all else in the spec is immutable (I2)
    ("spec/replicas", _O),
    ("spec/ordinals", _O),
    ("spec/template", _O),
    ("spec/updateStrategy", _C),
    ("spec/minReadySeconds", _C),
    ("spec/revisionHistoryLimit", _C),
    ("spec/persistentVolumeClaimRetentionPolicy", _C),
    ("spec/volumeClaimTemplates", _D),
    ("spec", _R),
)
_WORKLOAD: tuple[tuple[str, Impact], ...] = (("spec/selector", _R), ("spec/template", _O), ("spec/replicas", _O))
_JOB_FIXED = (
    *("template", "selector", "manualSelector", "completions", "completionMode"),
    *("podFailurePolicy", "backoffLimitPerIndex", "successPolicy", "managedBy"),
)
_IMMUTABLE_SPEC: tuple[tuple[str, Impact], ...] = (("spec", _R),)

_RULES: Mapping[str, tuple[tuple[str, Impact], ...]] = {
    "Deployment": _WORKLOAD,
    "DaemonSet": _WORKLOAD,
    "ReplicaSet": _WORKLOAD,
    "ReplicationController": (("spec/template", _O), ("spec/replicas", _O)),
    "StatefulSet": _STATEFUL_SET,
    "Pod": _IMMUTABLE_SPEC,
    "Job": tuple((f"spec/{field}", _R) for field in _JOB_FIXED),
    "CronJob": (("spec/jobTemplate", _O),),
    "PersistentVolumeClaim": (("spec", _D),),  # a claim made anew is an empty volume
    "PersistentVolume": (
        ("spec/persistentVolumeReclaimPolicy", _D),
        ("spec/capacity", _C),
        ("spec/accessModes", _C),
        ("spec/mountOptions", _C),
        ("spec", _R),
    ),
    "Service": tuple(
        (f"spec/{field}", _R) for field in ("ipFamilies", "healthCheckNodePort", "loadBalancerClass", "selector")
    ),
    # as with a Service's: until the pods are made anew it means none of them
    "NetworkPolicy": (("spec/podSelector", _R),),
    "PodDisruptionBudget": (("spec/selector", _R),),
    "Secret": (("type", _R),),
    "RoleBinding": (("roleRef", _R),),
    "ClusterRoleBinding": (("roleRef", _R),),
    "StorageClass": (("allowVolumeExpansion", _C), ("allowedTopologies", _C), ("metadata", _C), ("*", _R)),
    "VolumeAttributesClass": (("driverName", _R), ("parameters", _R)),
    "PriorityClass": (("value", _R), ("preemptionPolicy", _R)),
    "RuntimeClass": (("handler", _R),),
    "IngressClass": (("spec/controller", _R),),
    "CSIDriver": (("spec/attachRequired", _R), ("spec/fsGroupPolicy", _R), ("spec/volumeLifecycleModes", _R)),
    "CustomResourceDefinition": (
        # only a new definition can change these, and every object goes with the old one (C2)
        ("spec/group", _D),
        ("spec/names/plural", _D),
        ("spec/names/kind", _D),
        ("spec/scope", _D),
    ),
    "VolumeSnapshot": _IMMUTABLE_SPEC,
}  # fmt: skip
"""Kind -> paths and their impact, the first match counts; whatever matches none is config."""

_KEPT = "helm.sh/resource-policy"
"""Says that Helm leaves the object in the cluster."""
_BOOKKEEPING = (
    "helm.sh/*",
    "meta.helm.sh/*",
    "app.kubernetes.io/*",
    "kubectl.kubernetes.io/last-applied-configuration",
    "chart",
    "heritage",
    "release",
    "checksum/*",
)
_ADDRESSED = (
    *("kubernetes.io/*", "*.kubernetes.io/*", "*.k8s.io/*"),
    *("*argoproj.io/*", "*fluxcd.io/*", "*cert-manager.io/*", "*istio.io/*", "istio-injection", "linkerd.io/*"),
    *("*.linkerd.io/*", "*external-secrets.io/*", "*kyverno.io/*", "*stakater.com/*", "replicator.v1.mittwald.de/*"),
    *("reflector.v1.k8s.emberstack.com/*", "sealedsecrets.bitnami.com/*", "strimzi.io/*", "velero.io/*"),
    *("*.velero.io/*", "prometheus.io/*", "grafana_*", "cluster.x-k8s.io/*", "keda.sh/*", "*.keda.sh/*"),
    *("eks.amazonaws.com/*", "iam.gke.io/*", "azure.workload.identity/*", "vault.hashicorp.com/*"),
)
"""Labels and annotations by which controllers are told what to do, on objects of every kind."""
_LABEL = re.compile(r"(?:[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?)?", re.ASCII)
_ANY_TEXT = re.compile(".*", re.DOTALL)
_ACTED_UPON = frozenset(
    {
        *("APIService", "CustomResourceDefinition", "Gateway", "HTTPRoute", "Ingress", "IngressClass", "Namespace"),
        *("MutatingWebhookConfiguration", "PersistentVolumeClaim", "Service", "ServiceAccount", "StorageClass"),
        *("ValidatingWebhookConfiguration",),
    }
)
"""Kinds whose annotations make controllers act: load balancers, ingress rules, cloud identities, injected CAs."""


def impact_of_object(gvk: Gvk, *, is_added: bool, has_counterpart: bool) -> Impact:
    """The impact of a whole object that only one side has.

    `has_counterpart`: objects of its kind go on the one side and come on the other, so this may be one under another
    identity (I4).
    """
    if is_added:
        if has_counterpart:
            return _R
        return _O if gvk.kind in _RUNS_PODS and is_built_in(gvk) else _C
    if any(fnmatchcase(gvk.group, pattern) for pattern in _OPERATED_GROUPS) or (gvk.group, gvk.kind) in _DEPLOYING:
        return _D
    return _D if gvk.kind in _LOST_WITH_DATA and is_built_in(gvk) else _R


def impact_of(
    gvk: Gvk, path: KeyPath, before: Json, after: Json, *, body: Mapping[str, Json], selected: frozenset[str]
) -> Impact:
    """The impact of a difference within an object.

    `body` is the object before. `selected` are label keys by which some object selects others: a label among them is
    configuration, not decoration.
    """
    if path[:2] in {("metadata", "labels"), ("metadata", "annotations")}:
        return max(_of_metadata(gvk, path, selected), _of_text(path, after))
    special = _SPECIAL.get(gvk.kind) if is_built_in(gvk) else None
    if special is not None:
        found = special(path, before, after, body)
        if found is not None:
            return found
    return _of_rules(_RULES.get(gvk.kind, ()) if is_built_in(gvk) else (), path, before, after)


def impact_of_selected(path: KeyPath, before: Json, after: Json, pods: frozenset[str]) -> Impact:
    """What it does beside that where a template's pods lose a label by which something selects them; else none."""
    at = len(path) - (path[-1:] != ("labels",))
    if path[max(at - 3, 0) : at] != ("template", "metadata", "labels"):
        return Impact.NONE
    old, new = (side if at == len(path) else {path[-1]: side} for side in (before, after))
    kept = new if isinstance(new, Mapping) else {}
    lost = [key for key, value in old.items() if kept.get(key, ABSENT) != value] if isinstance(old, Mapping) else []
    return _R if any(key in pods and old[key] is not ABSENT for key in lost) else Impact.NONE


def _of_rules(rules: tuple[tuple[str, Impact], ...], path: KeyPath, before: Json, after: Json) -> Impact:
    """The impact of the first rule for the path; where a whole subtree differs, the worst of what is in it."""
    here = [str(key) for key in path]
    worst = Impact.NONE
    for pattern, impact in rules:
        rule = pattern.split("/")
        if not all(fnmatchcase(key, part) for key, part in zip(here, rule, strict=False)):
            continue
        if len(rule) <= len(here):
            return max(worst, impact)
        if any(_holds(side, rule[len(here) :]) for side in (before, after)):
            worst = max(worst, impact)
    return max(worst, _C)


def _holds(value: Json, keys: Sequence[str]) -> bool:
    for key in keys:
        if not isinstance(value, Mapping) or key not in value:
            return False
        value = value[key]
    return True


def _of_metadata(gvk: Gvk, path: KeyPath, selected: frozenset[str]) -> Impact:
    key = str(path[2]) if len(path) > 2 else ""
    if key == _KEPT or (path[1] == "labels" and key in selected):
        return _C
    if any(fnmatchcase(key, pattern) for pattern in _BOOKKEEPING):
        return Impact.METADATA
    if any(fnmatchcase(key, pattern) for pattern in _ADDRESSED):
        return _C
    is_acted_upon = gvk.kind == "Namespace" if path[1] == "labels" else gvk.kind in _ACTED_UPON
    return _C if is_acted_upon else Impact.METADATA


def _of_text(path: KeyPath, after: Json) -> Impact:
    """The API server takes no object of which a label or an annotation is no text, or a label no name."""
    values = after.values() if len(path) == 2 and isinstance(after, Mapping) else [after]
    pattern = _LABEL if path[1] == "labels" else _ANY_TEXT
    is_taken = all(each in (ABSENT, None) or (isinstance(each, str) and pattern.fullmatch(each)) for each in values)
    return Impact.NONE if is_taken else _C


def _stateful_set(path: KeyPath, before: Json, after: Json, body: Mapping[str, Json]) -> Impact | None:
    del before, body
    if path[:2] == ("spec", "persistentVolumeClaimRetentionPolicy"):
        values = after.values() if isinstance(after, Mapping) else [after]
        return _D if "Delete" in values else _C
    return None


def _claim(path: KeyPath, before: Json, after: Json, body: Mapping[str, Json]) -> Impact | None:
    del body
    if path != ("spec", "resources", "requests", "storage"):
        return None
    old, new = quantity(before), quantity(after)
    return _C if old is not None and new is not None and new >= old else None


def _service(path: KeyPath, before: Json, after: Json, body: Mapping[str, Json]) -> Impact | None:
    del body
    if path[:2] in {("spec", "clusterIP"), ("spec", "clusterIPs")}:
        # an address that only one side names is one that the API server chooses, unless it is none at all
        one_sided = before is ABSENT or after is ABSENT
        return _C if one_sided and "None" not in str([before, after]) else _R
    return None


def _frozen_data(path: KeyPath, before: Json, after: Json, body: Mapping[str, Json]) -> Impact | None:
    del before, after
    is_content = path[:1] in {("data",), ("binaryData",), ("stringData",), ("immutable",)}
    return _R if body.get("immutable") is True and is_content else None


def _definition(path: KeyPath, before: Json, after: Json, body: Mapping[str, Json]) -> Impact | None:
    """A version of a custom resource that goes away or is no longer served takes its objects out of reach."""
    del body
    if path[:2] != ("spec", "versions"):
        return None
    if len(path) == 2:  # the list whole, or the order of its items
        return _R if _names(before) - _names(after) else _C
    is_whole_version = len(path) == 3 and before is not ABSENT
    is_no_longer = len(path) == 4 and path[3] in {"name", "served", "storage"} and before not in (ABSENT, False)
    return _R if is_whole_version or is_no_longer else _C


def _names(items: Json) -> set[str]:
    held = items if isinstance(items, list) else []
    return {str(item.get("name")) for item in held if isinstance(item, Mapping)}


_SPECIAL: Mapping[str, Callable[[KeyPath, Json, Json, Mapping[str, Json]], Impact | None]] = {
    "StatefulSet": _stateful_set,
    "PersistentVolumeClaim": _claim,
    "Service": _service,
    "Secret": _frozen_data,
    "ConfigMap": _frozen_data,
    "CustomResourceDefinition": _definition,
}

_UNITS = {
    unit: 1000.0**power for unit, power in {"": 0, "m": -1, "k": 1, "M": 2, "G": 3, "T": 4, "P": 5, "E": 6}.items()
} | {f"{unit}i": 1024.0**power for power, unit in enumerate("KMGTPE", 1)}


def quantity(value: Json) -> float | None:
    """A Kubernetes quantity (`10Gi`, `500m`, `1e3`) as a number; None for what is none."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, str):
        return None
    number = value.rstrip("EPTGMKkim")
    unit = value[len(number) :]
    try:
        return float(number) * _UNITS[unit]
    except (ValueError, KeyError):
        return None
