"""Where Kubernetes objects name other objects, as data."""

from __future__ import annotations

from dataclasses import dataclass

from migrator.model import ResId


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A path whose value names an object, or leads to a mapping that does."""

    path: str
    kind: str = ""
    """Kind of what is named; empty where the mapping says it (`kind`, and its group by `apiVersion` or `apiGroup`)."""
    group: str = ""
    name: str = "name"
    """Key of the name where the path leads to a mapping; its `namespace` key counts if present."""
    holder: tuple[str, str] | None = None
    """(group, kind) of the object that holds the path; None for any."""

    def applies(self, res_id: ResId) -> bool:
        return self.holder is None or self.holder == (res_id.group, res_id.kind)


POD_TEMPLATES = ("spec", "spec.template.spec", "spec.jobTemplate.spec.template.spec")
"""Paths of pod specs; what has no `containers` there is none."""

_CONTAINERS = ("containers[]", "initContainers[]", "ephemeralContainers[]")

POD_REFERENCES = (
    Rule(path="serviceAccountName", kind="ServiceAccount"),
    Rule(path="imagePullSecrets[]", kind="Secret"),
    Rule(path="priorityClassName", kind="PriorityClass", group="scheduling.k8s.io"),
    Rule(path="runtimeClassName", kind="RuntimeClass", group="node.k8s.io"),
    Rule(path="volumes[].configMap", kind="ConfigMap"),
    Rule(path="volumes[].secret", kind="Secret", name="secretName"),
    Rule(path="volumes[].persistentVolumeClaim", kind="PersistentVolumeClaim", name="claimName"),
    Rule(path="volumes[].projected.sources[].configMap", kind="ConfigMap"),
    Rule(path="volumes[].projected.sources[].secret", kind="Secret"),
    Rule(path="volumes[].csi.nodePublishSecretRef", kind="Secret"),
    Rule(
        path="volumes[].csi.volumeAttributes.secretProviderClass",
        kind="SecretProviderClass",
        group="secrets-store.csi.x-k8s.io",
    ),
    *(Rule(path=f"{held}.envFrom[].configMapRef", kind="ConfigMap") for held in _CONTAINERS),
    *(Rule(path=f"{held}.envFrom[].secretRef", kind="Secret") for held in _CONTAINERS),
    *(Rule(path=f"{held}.env[].valueFrom.configMapKeyRef", kind="ConfigMap") for held in _CONTAINERS),
    *(Rule(path=f"{held}.env[].valueFrom.secretKeyRef", kind="Secret") for held in _CONTAINERS),
)

_INGRESS = ("networking.k8s.io", "Ingress")
_HPA = ("autoscaling", "HorizontalPodAutoscaler")
_VALIDATING = ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration")
_MUTATING = ("admissionregistration.k8s.io", "MutatingWebhookConfiguration")
_CERTIFICATE = ("cert-manager.io", "Certificate")
_GATEWAY = "gateway.networking.k8s.io"
_ROUTES = ("HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute", "UDPRoute")

REFERENCES = (
    Rule(path="spec.serviceName", kind="Service", holder=("apps", "StatefulSet")),
    Rule(
        path="spec.volumeClaimTemplates[].spec.storageClassName",
        kind="StorageClass",
        group="storage.k8s.io",
        holder=("apps", "StatefulSet"),
    ),
    Rule(path="secrets[]", kind="Secret", holder=("", "ServiceAccount")),
    Rule(path="imagePullSecrets[]", kind="Secret", holder=("", "ServiceAccount")),
    Rule(
        path="spec.storageClassName",
        kind="StorageClass",
        group="storage.k8s.io",
        holder=("", "PersistentVolumeClaim"),
    ),
    Rule(path="spec.volumeName", kind="PersistentVolume", holder=("", "PersistentVolumeClaim")),
    Rule(path="spec.rules[].http.paths[].backend.service", kind="Service", holder=_INGRESS),
    Rule(path="spec.defaultBackend.service", kind="Service", holder=_INGRESS),
    Rule(path="spec.tls[].secretName", kind="Secret", holder=_INGRESS),
    Rule(path="spec.ingressClassName", kind="IngressClass", group="networking.k8s.io", holder=_INGRESS),
    Rule(path="spec.scaleTargetRef", holder=_HPA),
    Rule(path="spec.targetRef", holder=("autoscaling.k8s.io", "VerticalPodAutoscaler")),
    Rule(path="spec.scaleTargetRef", kind="Deployment", group="apps", holder=("keda.sh", "ScaledObject")),
    Rule(path="webhooks[].clientConfig.service", kind="Service", holder=_VALIDATING),
    Rule(path="webhooks[].clientConfig.service", kind="Service", holder=_MUTATING),
    Rule(
        path="spec.conversion.webhook.clientConfig.service",
        kind="Service",
        holder=("apiextensions.k8s.io", "CustomResourceDefinition"),
    ),
    Rule(path="spec.service", kind="Service", holder=("apiregistration.k8s.io", "APIService")),
    Rule(path="spec.issuerRef", holder=_CERTIFICATE),
    Rule(path="spec.secretName", kind="Secret", holder=_CERTIFICATE),
    Rule(path="spec.gatewayClassName", kind="GatewayClass", group=_GATEWAY, holder=(_GATEWAY, "Gateway")),
    *(Rule(path="spec.parentRefs[]", kind="Gateway", group=_GATEWAY, holder=(_GATEWAY, route)) for route in _ROUTES),
    *(Rule(path="spec.rules[].backendRefs[]", kind="Service", holder=(_GATEWAY, route)) for route in _ROUTES),
    Rule(
        path="spec.alertmanagerConfiguration",
        kind="AlertmanagerConfig",
        group="monitoring.coreos.com",
        holder=("monitoring.coreos.com", "Alertmanager"),
    ),
    Rule(path="spec.alerting.alertmanagers[]", kind="Service", holder=("monitoring.coreos.com", "Prometheus")),
    Rule(path="spec.serviceAccountName", kind="ServiceAccount", holder=("monitoring.coreos.com", "Prometheus")),
    Rule(path="spec.serviceAccountName", kind="ServiceAccount", holder=("monitoring.coreos.com", "Alertmanager")),
    Rule(
        path="spec.secretStoreRef",
        holder=("external-secrets.io", "ExternalSecret"),
    ),
)
