"""What a cluster would hold: two ways of writing one thing are one, and nothing else is."""

from __future__ import annotations

import copy

import pytest

from migrator.compare.stored import ALL, stored_form
from migrator.yamlio import Dialect, read_value


def read(text: str):
    return read_value(text, dialect=Dialect.SIGS)


def stored(body, **options):
    return stored_form(body, **options).body


def pod_of(container: str = "", pod: str = "", spec: str = "", kind: str = "Deployment"):
    """A workload with one container, with lines of flow mappings added at three places."""
    return read(
        f"""
        apiVersion: apps/v1
        kind: {kind}
        metadata: {{name: web}}
        spec:
          selector: {{matchLabels: {{app: web}}}}
          {spec}
          template:
            metadata: {{labels: {{app: web}}}}
            spec:
              {pod}
              containers:
                - name: web
                  image: example/web:1.2.3
                  {container}
        """
    )


def service(text: str):
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": read(text)}


def of(api_version: str, kind: str, text: str):
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": "web"}, **read(text)}


SAME = {
    "protocol": (pod_of("ports: [{containerPort: 80}]"), pod_of("ports: [{containerPort: 80, protocol: TCP}]")),
    "protocol empty": (pod_of("ports: [{containerPort: 80}]"), pod_of('ports: [{containerPort: 80, protocol: ""}]')),
    "probe": (
        pod_of("livenessProbe: {httpGet: {port: 80}}"),
        pod_of(
            "livenessProbe: {httpGet: {port: 80, path: /, scheme: HTTP, httpHeaders: null}, initialDelaySeconds: 0, "
            "timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3}"
        ),
    ),
    "grpc probe": (
        pod_of("readinessProbe: {grpc: {port: 1}}"),
        pod_of('readinessProbe: {grpc: {port: 1, service: ""}, periodSeconds: 10}'),
    ),
    "pull policy of a tag": (pod_of(), pod_of("imagePullPolicy: IfNotPresent")),
    "termination": (pod_of(), pod_of("terminationMessagePath: /dev/termination-log")),
    "resources": (pod_of(), pod_of("resources: {}")),
    "limits": (pod_of(), pod_of("resources: {limits: {}, requests: null}")),
    "quantities": (
        pod_of("resources: {limits: {cpu: 1000m, memory: 1024Mi}}"),
        pod_of("resources: {limits: {cpu: 1, memory: 1Gi}}"),
    ),
    "field of the pod": (
        pod_of("env: [{name: A, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]"),
        pod_of("env: [{name: A, valueFrom: {fieldRef: {fieldPath: metadata.name, apiVersion: v1}}}]"),
    ),
    "empty value": (pod_of("env: [{name: A}]"), pod_of('env: [{name: A, value: ""}]')),
    "dns": (pod_of(), pod_of(pod="dnsPolicy: ClusterFirst")),
    "scheduler": (pod_of(), pod_of(pod="schedulerName: default-scheduler")),
    "grace": (pod_of(), pod_of(pod="terminationGracePeriodSeconds: 30")),
    "security context of the pod": (pod_of(), pod_of(pod="securityContext: {}")),
    "no node selector": (pod_of(), pod_of(pod="nodeSelector: {}")),
    "no tolerations": (pod_of(), pod_of(pod="tolerations: []")),
    "no host network": (pod_of(), pod_of(pod="hostNetwork: false")),
    "old name of the account": (pod_of(pod="serviceAccountName: a"), pod_of(pod="serviceAccount: a")),
    "null affinity": (
        pod_of(pod="affinity: {nodeAffinity: {}}"),
        pod_of(pod="affinity: {podAffinity: null, nodeAffinity: {}}"),
    ),
    "volumes": (
        pod_of(pod="volumes: [{name: a, configMap: {name: a}}, {name: b}, {name: c, hostPath: {path: /}}]"),
        pod_of(
            pod="volumes: [{name: a, configMap: {name: a, defaultMode: 420}}, {name: b, emptyDir: {}}, "
            '{name: c, hostPath: {path: /, type: ""}}]'
        ),
    ),
    "token": (
        pod_of(pod="volumes: [{name: a, projected: {sources: [{serviceAccountToken: {path: t}}]}}]"),
        pod_of(
            pod="volumes: [{name: a, projected: {defaultMode: 420, "
            "sources: [{serviceAccountToken: {path: t, expirationSeconds: 3600}}]}}]"
        ),
    ),
    "rolling update": (
        pod_of(),
        pod_of(spec="strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 25%, maxUnavailable: 25%}}"),
    ),
    "half a rolling update": (
        pod_of(spec="strategy: {rollingUpdate: {maxSurge: 1}}"),
        pod_of(spec="strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1, maxUnavailable: 25%}}"),
    ),
    "history": (pod_of(), pod_of(spec="revisionHistoryLimit: 10")),
    "replicas": (pod_of(), pod_of(spec="replicas: 1")),
    "daemon set": (
        pod_of(kind="DaemonSet"),
        pod_of(kind="DaemonSet", spec="updateStrategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: 1}}"),
    ),
    "stateful set": (
        pod_of(kind="StatefulSet"),
        pod_of(kind="StatefulSet", spec="podManagementPolicy: OrderedReady"),
    ),
    "update of a stateful set": (
        pod_of(kind="StatefulSet"),
        pod_of(kind="StatefulSet", spec="updateStrategy: {type: RollingUpdate}"),
    ),
    "claim template": (
        pod_of(kind="StatefulSet", spec="volumeClaimTemplates: [{metadata: {name: d}, spec: {storageClassName: a}}]"),
        pod_of(
            kind="StatefulSet",
            spec="volumeClaimTemplates: [{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: d, "
            "creationTimestamp: null}, spec: {storageClassName: a, volumeMode: Filesystem}, status: {phase: Pending}}]",
        ),
    ),
    "target port": (service("ports: [{port: 80}]"), service("ports: [{port: 80, targetPort: 80, protocol: TCP}]")),
    "service": (service("{}"), service("{type: ClusterIP, sessionAffinity: None, internalTrafficPolicy: Cluster}")),
    "load balancer": (
        service("type: LoadBalancer"),
        service("{type: LoadBalancer, externalTrafficPolicy: Cluster, allocateLoadBalancerNodePorts: true}"),
    ),
    "headless": (service("clusterIP: None"), service("{clusterIP: None, clusterIPs: [None]}")),
    "sticky": (
        service("sessionAffinity: ClientIP"),
        service("{sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: 10800}}}"),
    ),
    "secret": (
        of("v1", "Secret", "stringData: {a: b}"),
        of("v1", "Secret", "{data: {a: Yg==}, type: Opaque}"),
    ),
    "namespace": (
        of("v1", "Namespace", "{}"),
        of("v1", "Namespace", "metadata: {name: web, labels: {kubernetes.io/metadata.name: web}}"),
    ),
    "claim": (
        of("v1", "PersistentVolumeClaim", "spec: {resources: {requests: {storage: 0.5Gi}}}"),
        of("v1", "PersistentVolumeClaim", "spec: {volumeMode: Filesystem, resources: {requests: {storage: 512Mi}}}"),
    ),
    "cron job": (
        of("batch/v1", "CronJob", "spec: {schedule: a, jobTemplate: {spec: {template: {spec: {}}}}}"),
        of(
            "batch/v1",
            "CronJob",
            "spec: {schedule: a, concurrencyPolicy: Allow, suspend: false, successfulJobsHistoryLimit: 3, "
            "failedJobsHistoryLimit: 1, jobTemplate: {metadata: {}, spec: {template: {spec: {dnsPolicy: ClusterFirst}}}}}",
        ),
    ),
    "job": (
        of("batch/v1", "Job", "spec: {}"),
        of("batch/v1", "Job", "spec: {backoffLimit: 6, completions: 1, parallelism: 1, completionMode: NonIndexed}"),
    ),
    "autoscaler": (
        of("autoscaling/v2", "HorizontalPodAutoscaler", "spec: {behavior: {scaleDown: {selectPolicy: Min}}}"),
        of(
            "autoscaling/v2",
            "HorizontalPodAutoscaler",
            "spec: {minReplicas: 1, behavior: {scaleUp: {stabilizationWindowSeconds: 0}, scaleDown: {selectPolicy: "
            "Min, policies: [{type: Percent, value: 100, periodSeconds: 15}]}}}",
        ),
    ),
    "network policy": (
        of("networking.k8s.io/v1", "NetworkPolicy", "spec: {egress: [{ports: [{port: 53}]}]}"),
        of(
            "networking.k8s.io/v1",
            "NetworkPolicy",
            "spec: {podSelector: {}, egress: [{ports: [{port: 53, protocol: TCP}]}], policyTypes: [Ingress, Egress]}",
        ),
    ),
    "webhook": (
        of("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", "webhooks: [{name: a, rules: [{}]}]"),
        of(
            "admissionregistration.k8s.io/v1",
            "MutatingWebhookConfiguration",
            "webhooks: [{name: a, rules: [{scope: '*'}], failurePolicy: Fail, matchPolicy: Equivalent, "
            "timeoutSeconds: 10, reinvocationPolicy: Never, namespaceSelector: {}, objectSelector: {}}]",
        ),
    ),
    "binding": (
        of("rbac.authorization.k8s.io/v1", "RoleBinding", "{roleRef: {name: a}, subjects: [{kind: User, name: b}]}"),
        of(
            "rbac.authorization.k8s.io/v1",
            "RoleBinding",
            "{roleRef: {name: a, apiGroup: rbac.authorization.k8s.io}, "
            "subjects: [{kind: User, name: b, apiGroup: rbac.authorization.k8s.io}]}",
        ),
    ),
    "storage class": (
        of("storage.k8s.io/v1", "StorageClass", "provisioner: a"),
        of(
            "storage.k8s.io/v1",
            "StorageClass",
            "{provisioner: a, reclaimPolicy: Delete, volumeBindingMode: Immediate, parameters: {}}",
        ),
    ),
    "driver": (
        of("storage.k8s.io/v1", "CSIDriver", "spec: {}"),
        of("storage.k8s.io/v1", "CSIDriver", "spec: {attachRequired: true, volumeLifecycleModes: [Persistent]}"),
    ),
    "priority": (
        of("scheduling.k8s.io/v1", "PriorityClass", "value: 1"),
        of("scheduling.k8s.io/v1", "PriorityClass", "{value: 1, preemptionPolicy: PreemptLowerPriority}"),
    ),
    "definition": (
        of("apiextensions.k8s.io/v1", "CustomResourceDefinition", "spec: {names: {kind: Cat, plural: cats}}"),
        of(
            "apiextensions.k8s.io/v1",
            "CustomResourceDefinition",
            "{spec: {names: {kind: Cat, plural: cats, singular: cat, listKind: CatList}, conversion: {strategy: None}, "
            "preserveUnknownFields: false}, status: {acceptedNames: {kind: ''}}}",
        ),
    ),
    "requests of a pod": (
        of("v1", "Pod", "spec: {containers: [{name: a, image: 'a:1', resources: {limits: {cpu: 1}}}]}"),
        of(
            "v1",
            "Pod",
            "spec: {containers: [{name: a, image: 'a:1', resources: {limits: {cpu: 1}, requests: {cpu: 1}}}]}",
        ),
    ),
    "no labels": (of("example.com/v1", "Cat", "{}"), of("example.com/v1", "Cat", "metadata: {name: web, labels: {}}")),
    "null of a typed resource": (
        of("monitoring.coreos.com/v1", "ServiceMonitor", "spec: {endpoints: [{port: a}]}"),
        of("monitoring.coreos.com/v1", "ServiceMonitor", "spec: {endpoints: [{port: a, interval: null}]}"),
    ),
    "null of a version without a table": (
        of("policy/v1beta1", "PodDisruptionBudget", "spec: {minAvailable: 1}"),
        of("policy/v1beta1", "PodDisruptionBudget", "spec: {minAvailable: 1, maxUnavailable: null}"),
    ),
}


@pytest.mark.parametrize("case", SAME)
def test_two_ways_of_writing_one_thing(case):
    one, other = SAME[case]
    assert one != other
    assert stored(one) == stored(other)
    assert stored(one, rules=frozenset()) != stored(other, rules=frozenset())


OTHER = {
    "protocol": (pod_of("ports: [{containerPort: 80}]"), pod_of("ports: [{containerPort: 80, protocol: UDP}]")),
    "probe": (
        pod_of("livenessProbe: {httpGet: {port: 80}}"),
        pod_of("livenessProbe: {httpGet: {port: 80}, periodSeconds: 11}"),
    ),
    "pull policy": (pod_of(), pod_of("imagePullPolicy: Always")),
    "container's security context": (pod_of(), pod_of("securityContext: {}")),
    "affinity": (pod_of(), pod_of(pod="affinity: {}")),
    "requests of a template": (
        pod_of("resources: {limits: {cpu: 1}}"),
        pod_of("resources: {limits: {cpu: 1}, requests: {cpu: 1}}"),
    ),
    "links of a template": (pod_of(), pod_of(pod="enableServiceLinks: true")),
    "notation of a quantity": (
        pod_of("resources: {limits: {memory: 1Gi}}"),
        pod_of("resources: {limits: {memory: 1073741824}}"),
    ),
    "value of a variable": (
        pod_of('env: [{name: A, value: "1000m"}]'),
        pod_of('env: [{name: A, value: "1"}]'),
    ),
    "strategy": (pod_of(), pod_of(spec="strategy: {type: Recreate}")),
    "history": (pod_of(), pod_of(spec="revisionHistoryLimit: 0")),
    "replicas": (pod_of(), pod_of(spec="replicas: 0")),
    "volume": (
        pod_of(pod="volumes: [{name: a, emptyDir: {}}]"),
        pod_of(pod="volumes: [{name: a, emptyDir: {medium: Memory}}]"),
    ),
    "order": (pod_of("args: [a, b]"), pod_of("args: [b, a]")),
    "target port": (service("ports: [{port: 80}]"), service("ports: [{port: 80, targetPort: 8080}]")),
    "time of a sticky client": (
        service("sessionAffinity: ClientIP"),
        service("{sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: 60}}}"),
    ),
    "sticky": (service("{}"), service("sessionAffinity: ClientIP")),
    "traffic policy of a load balancer": (
        service("type: LoadBalancer"),
        service("{type: LoadBalancer, externalTrafficPolicy: Local}"),
    ),
    "subject": (
        of("rbac.authorization.k8s.io/v1", "RoleBinding", "{roleRef: {name: a}, subjects: [{kind: User, name: b}]}"),
        of("rbac.authorization.k8s.io/v1", "RoleBinding", "{roleRef: {name: a}, subjects: [{kind: Group, name: b}]}"),
    ),
    "traffic policy": (service("{}"), service("externalTrafficPolicy: Cluster")),
    "headless": (service("{}"), service("clusterIP: None")),
    "address": (service("{}"), service("clusterIP: 10.0.0.1")),
    "null in a ConfigMap": (of("v1", "ConfigMap", "data: {a: b}"), of("v1", "ConfigMap", "data: {a: b, c: null}")),
    "null in labels": (of("v1", "Namespace", "{}"), of("v1", "Namespace", "metadata: {name: web, labels: {a: null}}")),
    "empty value in a ConfigMap": (of("v1", "ConfigMap", "data: {}"), of("v1", "ConfigMap", "data: {a: ''}")),
    "secret": (of("v1", "Secret", "stringData: {a: b}"), of("v1", "Secret", "data: {a: Yw==}")),
    "peers": (
        of("networking.k8s.io/v1", "NetworkPolicy", "spec: {ingress: [{from: [{podSelector: {}}]}]}"),
        of("networking.k8s.io/v1", "NetworkPolicy", "spec: {ingress: [{from: [{}]}]}"),
    ),
    "namespaces of peers": (
        of("networking.k8s.io/v1", "NetworkPolicy", "spec: {ingress: [{from: [{podSelector: {}}]}]}"),
        of(
            "networking.k8s.io/v1",
            "NetworkPolicy",
            "spec: {ingress: [{from: [{podSelector: {}, namespaceSelector: {}}]}]}",
        ),
    ),
    "an ingress rule": (
        of("networking.k8s.io/v1", "NetworkPolicy", "spec: {ingress: []}"),
        of("networking.k8s.io/v1", "NetworkPolicy", "spec: {ingress: [{}]}"),
    ),
    "selector of a budget": (
        of("policy/v1", "PodDisruptionBudget", "spec: {minAvailable: 1}"),
        of("policy/v1", "PodDisruptionBudget", "spec: {minAvailable: 1, selector: {}}"),
    ),
    "storage class": (
        of("v1", "PersistentVolumeClaim", "spec: {}"),
        of("v1", "PersistentVolumeClaim", "spec: {storageClassName: ''}"),
    ),
    "verbs": (
        of("rbac.authorization.k8s.io/v1", "Role", "rules: [{apiGroups: [''], resources: [pods], verbs: [get, list]}]"),
        of("rbac.authorization.k8s.io/v1", "Role", "rules: [{apiGroups: [''], resources: [pods], verbs: [get]}]"),
    ),
    "null of a custom resource": (
        of("helm.toolkit.fluxcd.io/v2", "HelmRelease", "spec: {values: {}}"),
        of("helm.toolkit.fluxcd.io/v2", "HelmRelease", "spec: {values: {a: null}}"),
    ),
    "empty field of a custom resource": (
        of("monitoring.coreos.com/v1", "ServiceMonitor", "spec: {}"),
        of("monitoring.coreos.com/v1", "ServiceMonitor", "spec: {namespaceSelector: {}}"),
    ),
    "status of a custom resource": (
        of("example.com/v1", "Cat", "{}"),
        of("example.com/v1", "Cat", "status: {a: b}"),
    ),
    "schema": (
        of("apiextensions.k8s.io/v1", "CustomResourceDefinition", "spec: {versions: [{schema: {a: {default: 1}}}]}"),
        of("apiextensions.k8s.io/v1", "CustomResourceDefinition", "spec: {versions: [{schema: {a: {default: null}}}]}"),
    ),
    "retries of a job that counts them by index": (
        of("batch/v1", "Job", "spec: {backoffLimitPerIndex: 1}"),
        of("batch/v1", "Job", "spec: {backoffLimitPerIndex: 1, backoffLimit: 6}"),
    ),
    "a map in the place of a list": (pod_of(), pod_of("args: {}")),
    "a list in the place of a map": (pod_of(), pod_of(pod="nodeSelector: []")),
    "null of a custom resource whose group is of k8s.io": (
        of("example.k8s.io/v1", "Anything", "spec: {a: 1}"),
        of("example.k8s.io/v1", "Anything", "spec: {a: 1, b: null}"),
    ),
    "volume of a claim that was read out of a cluster and is applied": (
        of("v1", "PersistentVolumeClaim", "{metadata: {name: a, uid: u}, spec: {volumeName: v}}"),
        of("v1", "PersistentVolumeClaim", "{metadata: {name: a, uid: u}, spec: {}}"),
    ),
    "failure of a webhook": (
        of("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", "webhooks: [{name: a}]"),
        of(
            "admissionregistration.k8s.io/v1",
            "ValidatingWebhookConfiguration",
            "webhooks: [{name: a, failurePolicy: Ignore}]",
        ),
    ),
}


@pytest.mark.parametrize("case", OTHER)
def test_a_real_difference_remains(case):
    one, other = OTHER[case]
    assert stored(one) != stored(other)


@pytest.mark.parametrize("body", [side for pair in (*SAME.values(), *OTHER.values()) for side in pair])
def test_what_is_stored_is_stored_as_it_is(body):
    given = copy.deepcopy(body)
    once = stored_form(body)
    assert body == given
    again = stored_form(once.body)
    assert again.body is once.body
    assert again.applied == ()
    assert set(once.counts) <= ALL


@pytest.mark.parametrize(
    ("image", "policy"),
    [
        ("example/web", "Always"),
        ("example/web:latest", "Always"),
        ("registry.example.org:5000/web:1", "IfNotPresent"),
        ("registry.example.org:5000/web", "Always"),
        (f"example/web@sha256:{'a' * 64}", "IfNotPresent"),
        (f"example/web:latest@sha256:{'a' * 64}", "Always"),
        ("example/web:${TAG}", None),
        ("", None),
    ],
)
def test_the_pull_policy_follows_the_tag(image, policy):
    body = pod_of()
    body["spec"]["template"]["spec"]["containers"][0]["image"] = image
    found = stored(body)["spec"]["template"]["spec"]["containers"][0]
    assert found.get("imagePullPolicy") == policy


def test_replicas_of_what_is_scaled_are_not_filled_in():
    assert "replicas" not in stored(pod_of(), is_scaled=True)["spec"]


def test_each_place_is_told_with_its_rule():
    found = stored_form(service("{ports: [{port: 80}], selector: {}, externalName: null}"))
    assert found.counts == {"api-defaults": 4, "empty-fields": 1, "null-fields": 1}
    assert ("api-defaults", ("spec", "ports", 0, "protocol")) in found.applied
    assert ("empty-fields", ("spec", "selector")) in found.applied


@pytest.mark.parametrize(
    ("rule", "one", "other"),
    [
        ("api-defaults", pod_of(), pod_of("imagePullPolicy: IfNotPresent")),
        ("null-fields", pod_of(), pod_of("lifecycle: null")),
        ("empty-fields", pod_of(), pod_of("args: []")),
        ("quantities", *SAME["quantities"]),
        ("string-data", *SAME["secret"]),
        ("status", *SAME["definition"]),
    ],
)
def test_a_rule_that_is_switched_off_holds_no_longer(rule, one, other):
    assert stored(one) == stored(other)
    assert stored(one, rules=ALL - {rule}) != stored(other, rules=ALL - {rule})
