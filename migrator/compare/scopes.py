"""Which kinds live in a namespace: decides where an object lands that names none (fact C4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from migrator.model import Resource, resource_of

_CLUSTER_SCOPED: Mapping[str, frozenset[str]] = {
    "": frozenset({"ComponentStatus", "Namespace", "Node", "PersistentVolume"}),
    "admissionregistration.k8s.io": frozenset(
        {
            "MutatingAdmissionPolicy",
            "MutatingAdmissionPolicyBinding",
            "MutatingWebhookConfiguration",
            "ValidatingAdmissionPolicy",
            "ValidatingAdmissionPolicyBinding",
            "ValidatingWebhookConfiguration",
        }
    ),
    "apiextensions.k8s.io": frozenset({"CustomResourceDefinition"}),
    "apiregistration.k8s.io": frozenset({"APIService"}),
    "authentication.k8s.io": frozenset({"SelfSubjectReview", "TokenReview"}),
    "authorization.k8s.io": frozenset({"SelfSubjectAccessReview", "SelfSubjectRulesReview", "SubjectAccessReview"}),
    "certificates.k8s.io": frozenset({"CertificateSigningRequest", "ClusterTrustBundle"}),
    "flowcontrol.apiserver.k8s.io": frozenset({"FlowSchema", "PriorityLevelConfiguration"}),
    "internal.apiserver.k8s.io": frozenset({"StorageVersion"}),
    "networking.k8s.io": frozenset({"IPAddress", "IngressClass", "ServiceCIDR"}),
    "node.k8s.io": frozenset({"RuntimeClass"}),
    "policy": frozenset({"PodSecurityPolicy"}),
    "rbac.authorization.k8s.io": frozenset({"ClusterRole", "ClusterRoleBinding"}),
    "resource.k8s.io": frozenset({"DeviceClass", "ResourceSlice"}),
    "scheduling.k8s.io": frozenset({"PriorityClass"}),
    "storage.k8s.io": frozenset({"CSIDriver", "CSINode", "StorageClass", "VolumeAttachment", "VolumeAttributesClass"}),
    # custom resources that are met in nearly every repository, whose definitions often live elsewhere
    "cert-manager.io": frozenset({"ClusterIssuer"}),
    "external-secrets.io": frozenset({"ClusterExternalSecret", "ClusterSecretStore"}),
    "gateway.networking.k8s.io": frozenset({"GatewayClass"}),
    "kyverno.io": frozenset({"ClusterPolicy", "ClusterCleanupPolicy"}),
    "monitoring.coreos.com": frozenset[str](),
    "snapshot.storage.k8s.io": frozenset({"VolumeSnapshotClass", "VolumeSnapshotContent"}),
    "cilium.io": frozenset({"CiliumClusterwideNetworkPolicy"}),
    "velero.io": frozenset[str](),
}

Scopes = Mapping[tuple[str, str], bool]
"""Group and kind of custom resources -> whether they are namespaced."""


def scopes_of(resources: Iterable[Resource]) -> Scopes:
    """What the CustomResourceDefinitions among the resources say about scope."""
    found: dict[tuple[str, str], bool] = {}
    for resource in resources:
        spec = resource.body.get("spec") if resource.gvk.kind == "CustomResourceDefinition" else None
        if isinstance(spec, Mapping) and isinstance(spec.get("names"), Mapping):
            found[str(spec.get("group") or ""), str(spec["names"].get("kind") or "")] = spec.get("scope") != "Cluster"
    return found


def is_namespaced(resource: Resource, scopes: Scopes | None = None) -> bool:
    """Whether the kind of the resource lives in a namespace; unknown kinds are taken to."""
    key = (resource.gvk.group, resource.gvk.kind)
    if scopes and key in scopes:
        return scopes[key]
    return not is_cluster_wide(*key)


def is_cluster_wide(group: str, kind: str) -> bool:
    """Whether a kind is known to live in no namespace, whatever its objects say."""
    return kind in _CLUSTER_SCOPED.get(group, frozenset())


def placed_in(resource: Resource, namespace: str, scopes: Scopes) -> Resource:
    """The resource in the namespace, if it names none and its kind lives in one; itself where that is not known."""
    if not namespace or resource.id.namespace or not is_namespaced(resource, scopes):
        return resource
    metadata = {**(resource.body.get("metadata") or {}), "namespace": namespace}
    return replace(resource_of({**resource.body, "metadata": metadata}, resource.origin), is_placed=True)


def as_written(resource: Resource) -> Resource:
    """The resource as it was rendered, without the namespace that it was placed in."""
    return without_namespace(resource) if resource.is_placed else resource


def without_namespace(resource: Resource) -> Resource:
    """The resource, naming no namespace."""
    if "namespace" not in (resource.body.get("metadata") or {}):
        return resource
    metadata = {key: value for key, value in resource.body["metadata"].items() if key != "namespace"}
    return resource_of({**resource.body, "metadata": metadata}, resource.origin)
