"""One place of an object is changed: what is no difference then is so by a rule that was written down for the place."""

from __future__ import annotations

import copy

import pytest

from migrator.compare import comparison
from migrator.model import resource_of
from migrator.yamlio import Dialect, read_value, same

OBJECTS = [
    read_value(text, dialect=Dialect.SIGS)
    for text in [
        '\napiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: a, namespace: x, labels: {app: a}, annotations: {note: n}}\nspec:\n  replicas: 3\n  serviceName: a\n  podManagementPolicy: Parallel\n  selector: {matchLabels: {app: a}}\n  template:\n    metadata: {labels: {app: a}}\n    spec:\n      serviceAccountName: a\n      automountServiceAccountToken: false\n      terminationGracePeriodSeconds: 0\n      securityContext: {runAsUser: 1, fsGroup: 2}\n      tolerations: [{key: a, operator: Exists}, {operator: Exists}]\n      initContainers: [{name: i, image: "a:1"}, {name: j, image: "a@sha256:0123456789012345678901234567890123"}]\n      containers:\n        - name: a\n          image: "a:latest"\n          imagePullPolicy: IfNotPresent\n          command: [a, b]\n          args: [--x, $(A)]\n          env: [{name: A, value: ""}, {name: B, value: $(A)}, {name: C, valueFrom: {secretKeyRef: {name: s, key: k}}}]\n          envFrom: [{configMapRef: {name: a}}, {secretRef: {name: b, optional: false}}]\n          ports: [{name: h, containerPort: 80, hostPort: 80}, {containerPort: 81, protocol: UDP}]\n          resources: {limits: {cpu: 2, memory: 1Gi}, requests: {cpu: 500m}}\n          readinessProbe: {httpGet: {path: /a, port: h}, periodSeconds: 5}\n          securityContext: {privileged: false, capabilities: {drop: [ALL]}}\n          volumeMounts: [{name: v, mountPath: /a, readOnly: true}, {name: v, mountPath: /b, subPath: s}]\n      volumes: [{name: v, emptyDir: {medium: Memory}}, {name: w, secret: {secretName: s, defaultMode: 256}}]\n  volumeClaimTemplates:\n    - {metadata: {name: d}, spec: {accessModes: [ReadWriteOnce], storageClassName: "", resources: {requests: {storage: 1Gi}}}}\n',
        '\napiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec:\n  type: NodePort\n  clusterIP: None\n  externalTrafficPolicy: Local\n  selector: {app: a}\n  ports: [{name: h, port: 80, targetPort: "80", nodePort: 30000}, {name: s, port: 443, targetPort: h}]\n',
        "\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a}\nspec:\n  podSelector: {matchLabels: {app: a}}\n  policyTypes: [Egress]\n  ingress: [{from: [{podSelector: {}, namespaceSelector: {matchLabels: {a: b}}}], ports: [{port: 80, protocol: UDP}]}]\n  egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}]}]\n",
        "\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: a}\nspec: {selector: {}, minAvailable: 1}\n",
        "\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: a}\nspec:\n  minReplicas: 2\n  maxReplicas: 3\n  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: a}\n  behavior: {scaleDown: {policies: [{type: Pods, value: 1, periodSeconds: 60}], selectPolicy: Min}}\n  metrics: [{type: Resource, resource: {name: memory, target: {type: AverageValue, averageValue: 1Gi}}}]\n",
        '\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: a}\nrules:\n  - {apiGroups: ["", apps], resources: [pods, deployments], verbs: [get, list], resourceNames: [a, b]}\n  - {nonResourceURLs: [/a, /b], verbs: [get]}\n',
        "\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: a, namespace: x}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: a}\nsubjects: [{kind: ServiceAccount, name: a, namespace: y}, {kind: Group, name: g}]\n",
        '\napiVersion: admissionregistration.k8s.io/v1\nkind: MutatingWebhookConfiguration\nmetadata: {name: a}\nwebhooks:\n  - name: a.example.org\n    failurePolicy: Ignore\n    matchPolicy: Exact\n    timeoutSeconds: 3\n    reinvocationPolicy: IfNeeded\n    namespaceSelector: {matchLabels: {a: b}}\n    clientConfig: {service: {name: a, namespace: x, port: 8443}}\n    rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods], scope: Namespaced}]\n  - {name: b.example.org, clientConfig: {url: "https://example.org"}, sideEffects: None}\n',
        "\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: a, annotations: {nginx.ingress.kubernetes.io/rewrite-target: /}}\nspec:\n  ingressClassName: n\n  tls: [{hosts: [a.example.org], secretName: s}]\n  rules:\n    - host: a.example.org\n      http:\n        paths: [{path: /, pathType: Prefix, backend: {service: {name: a, port: {number: 80}}}}, {path: /b, pathType: Exact}]\n",
        "\napiVersion: batch/v1\nkind: Job\nmetadata: {name: a}\nspec: {completions: 2, parallelism: 2, backoffLimitPerIndex: 1, completionMode: Indexed, template: {spec: {restartPolicy: Never}}}\n",
        '\napiVersion: v1\nkind: Secret\nmetadata: {name: a}\ntype: kubernetes.io/tls\ndata: {a: YQ==, b: ""}\n',
        '\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: "replicas: 1", b: ""}\n',
        '\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: a, uid: u, annotations: {a: b}}\nspec: {accessModes: [ReadWriteOnce], volumeName: v, storageClassName: "", resources: {requests: {storage: 1Gi}}}\n',
        '\napiVersion: serving.example.org/v1\nkind: Service\nmetadata: {name: a}\nspec: {type: ClusterIP, empty: {}, none: null, ports: [{port: 80, protocol: TCP, targetPort: 80}], zero: 0, text: ""}\n',
        "\napiVersion: apps/v1beta1\nkind: Deployment\nmetadata: {name: a}\nspec: {replicas: 1, revisionHistoryLimit: 2, template: {spec: {hostNetwork: false, containers: []}}}\n",
    ]
]
OTHERS = [None, "", 0, False, {}, [], "true", {"a": None}]
SAME = {
    # a variable without a value has the empty one
    ("StatefulSet", "spec/template/spec/containers/*/env/*/value", "None"),
    ("StatefulSet", "spec/template/spec/containers/*/env/*/value", "is gone"),
    ("StatefulSet", "spec/template/spec/containers/*/resources/limits/cpu", "'2'"),
    # fields that are null are none
    ("NetworkPolicy", "spec/ingress/*/from/*/podSelector", "{'a': None}"),
    ("PodDisruptionBudget", "spec/selector", "{'a': None}"),
    # what a binding leaves out
    *(("RoleBinding", "roleRef/apiGroup", word) for word in ("None", "''", "is gone")),
    # sets
    ("RoleBinding", "subjects/*", "stands elsewhere"),
    ("ClusterRole", "rules/*", "stands elsewhere"),
    ("ClusterRole", "rules/*", "is there twice"),
    *(
        ("ClusterRole", f"rules/*/{field}/*", word)
        for field in ("apiGroups", "nonResourceURLs", "resourceNames", "resources", "verbs")
        for word in ("is there twice", "stands elsewhere")
    ),
}


def places(value, path=()):
    """Every place below a value."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield (*path, key)
        yield from places(child, (*path, key))


def changes(body, path):
    """The object with its place changed in every way, and the word for it."""
    holder = body
    for key in path[:-1]:
        holder = holder[key]
    last, old = path[-1], holder[path[-1]]
    for other in (*OTHERS, [old], f"{old} ", str(old)):
        if not same(other, old) or type(other) is not type(old):
            holder[last] = other
            yield repr(other)
    holder[last] = old
    if isinstance(holder, list):
        holder.insert(last, old)
        yield "is there twice"
        holder.append(holder.pop(last))
        holder.pop(last)
        if last < len(holder) - 1:
            yield "stands elsewhere"
    else:
        del holder[last]
        yield "is gone"


@pytest.mark.parametrize("body", OBJECTS, ids=lambda body: f"{body['apiVersion']} {body['kind']}")
def test_a_change_at_a_place_that_holds_no_default_is_a_difference(body):
    before = resource_of(body)
    unseen = set()
    for path in places(body):
        if path[0] in {"apiVersion", "kind"} or path in {("metadata",), ("metadata", "uid")}:
            continue
        after = copy.deepcopy(body)
        for word in changes(after, path):
            if not comparison([before], [resource_of(after)]).differences:
                place = "/".join("*" if isinstance(key, int) else key for key in path)
                unseen.add((body["kind"], place, word))
    assert unseen == {each for each in SAME if each[0] == body["kind"]}
