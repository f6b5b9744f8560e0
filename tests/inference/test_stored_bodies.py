"""What is the same to a cluster is neither a gap nor a value."""

from __future__ import annotations

from search_support import approached

from migrator.compare.stored.equivalences import ALL, RBAC_RULES
from migrator.inference.hypothesis.stored_bodies import StoredBodies
from migrator.model import resource_of

SERVICE = """
apiVersion: v1
kind: Service
metadata:
  name: web
  annotations: {{- toYaml .Values.annotations | nindent 4 }}
spec:
  type: {{ .Values.type }}
  sessionAffinity: {{ .Values.affinity }}
  ports:
  - port: {{ .Values.port }}
    {{- if .Values.more }}
    protocol: TCP
    {{- end }}
  selector: {app: {{ .Values.app }}}
"""
VALUES = "type: LoadBalancer\naffinity: None\nport: 80\napp: web\nmore: true\nannotations: {}\n"
WRITTEN = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}], selector: {app: web}}\n"
DUMPED = """
apiVersion: v1
kind: Service
metadata:
  name: web
  uid: 6c7e
  resourceVersion: "7"
  annotations: {meta.helm.sh/release-name: web, meta.helm.sh/release-namespace: shop}
spec:
  clusterIP: 10.0.0.7
  clusterIPs: [10.0.0.7]
  internalTrafficPolicy: Cluster
  ipFamilies: [IPv4]
  ipFamilyPolicy: SingleStack
  sessionAffinity: None
  type: ClusterIP
  ports: [{port: 90, protocol: TCP, targetPort: 90}]
  selector: {app: web}
status: {loadBalancer: {}}
"""


def test_a_field_that_is_left_out_wants_its_default_where_the_chart_prints_something_else():
    found = approached(SERVICE, VALUES, WRITTEN)
    assert found.is_right
    assert dict(found.tree.overrides) == {"type": "ClusterIP"}


def test_of_an_object_out_of_a_cluster_only_what_somebody_has_decided_becomes_a_value():
    found = approached(SERVICE, VALUES, DUMPED)
    assert found.is_right
    assert dict(found.tree.overrides) == {"type": "ClusterIP", "port": 90}


def test_an_object_that_a_value_holds_is_written_without_what_is_filled_in():
    template = "{{- with .Values.spec }}\napiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {{- toYaml . | nindent 2 }}\n{{- end }}"
    assert dict(approached(template, "spec: {}\n", WRITTEN).tree.overrides) == {
        "spec": {"ports": [{"port": 80}], "selector": {"app": "web"}}
    }


def test_the_words_of_a_target_stay_where_nothing_is_to_be_left_out():
    target = resource_of({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"a": "b"}})
    bodies = StoredBodies([target])
    assert bodies.as_written(target) is target
    assert bodies.of(target) is bodies.of(target)


def role(*rules):
    body = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "a"}}
    return resource_of({**body, "rules": list(rules)})


def test_rules_that_permit_the_same_are_the_same():
    both = {"apiGroups": [""], "resources": ["pods", "nodes"], "verbs": ["get"]}
    one, other = ({**both, "resources": [each]} for each in ("nodes", "pods"))
    now, wanted = StoredBodies([]).met(role(one, other), role(both))
    assert now == wanted
    now, wanted = StoredBodies([], ALL - {RBAC_RULES}).met(role(one, other), role(both))
    assert now != wanted


def test_what_an_autoscaler_scales_wants_no_replicas():
    deployment = resource_of({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {}})
    scaler = {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "web"}}
    scaler["spec"] = {"scaleTargetRef": {"kind": "Deployment", "name": "web"}}
    assert StoredBodies([deployment]).of(deployment)["spec"]["replicas"] == 1
    assert "replicas" not in StoredBodies([deployment, resource_of(scaler)]).of(deployment)["spec"]


def test_a_field_without_a_value_is_a_hint_at_one_that_lacks():
    bare = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}
    printed = resource_of({**bare, "spec": {"nodeName": None, "hostname": None}})
    bodies = StoredBodies([])
    assert bodies.nulls(printed, resource_of(bare)) == 2
    assert bodies.nulls(resource_of(bare), printed) == 0


def test_a_number_that_the_target_leaves_out_becomes_zero():
    template = (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - name: main\n    image: web\n"
    )
    template += "    livenessProbe: {tcpSocket: {port: 80}, initialDelaySeconds: {{ .Values.delay }}}\n"
    target = template.replace("{{ .Values.delay }}", "0").replace(", initialDelaySeconds: 0", "")
    assert dict(approached(template, "delay: 60\n", target).tree.overrides) == {"delay": 0}
