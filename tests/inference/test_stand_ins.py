"""Objects that somebody wrote by hand, far from what the chart renders: what a person would want is found."""

from __future__ import annotations

import itertools
from dataclasses import replace

from search_support import CONFIG_MAP, approached

from migrator.inference.gaps.distance import below, cost, extent
from migrator.inference.hypothesis.stand_ins import NONE_COST, sidecars, stand_in_cost, stand_ins
from migrator.model import ResId, resource_of

WORKLOAD = """
{{- if .Values.controller }}
apiVersion: apps/v1
kind: {{ .Values.kind }}
metadata: {name: "{{ default (printf "%s-app" .Release.Name) .Values.fullname }}", labels: {made: chart}}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: "{{ .Release.Name }}"}}
  template:
    metadata: {labels: {app: "{{ .Release.Name }}", made: chart}}
    spec:
      serviceAccountName: own
      securityContext: {fsGroup: 1, runAsUser: 1, runAsNonRoot: true}
      containers:
      - name: main
        image: "example/app:{{ .Values.tag }}"
        ports: [{containerPort: 80, name: http}, {containerPort: 81, name: metrics}]
        livenessProbe: {httpGet: {path: /live, port: http}, periodSeconds: 7, failureThreshold: 9}
        readinessProbe: {httpGet: {path: /ready, port: http}, periodSeconds: 7, failureThreshold: 9}
        securityContext: {readOnlyRootFilesystem: true, allowPrivilegeEscalation: false}
{{- end }}
"""
VALUES = "controller: true\nkind: Deployment\nfullname: ''\nreplicas: 1\ntag: '2.0'\n"
WRITTEN = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: NAME}
spec:
  replicas: 3
  selector: {matchLabels: {run: other}}
  template:
    metadata: {labels: {run: other}}
    spec:
      containers:
      - {name: main, image: "example/app:1.9"}
"""


def test_each_right_field_counts_however_far_the_rest_is():
    state = approached(WORKLOAD, VALUES, WRITTEN.replace("NAME", "shop-app"))
    assert dict(state.tree.overrides) == {"replicas": 3, "tag": "1.9"}


def test_the_application_is_not_switched_off_where_its_name_is_another_one():
    state = approached(WORKLOAD, VALUES, WRITTEN.replace("NAME", "elsewhere"))
    assert dict(state.tree.overrides) == {"fullname": "elsewhere", "replicas": 3, "tag": "1.9"}


def test_what_it_runs_is_found_where_no_value_gives_it_its_name():
    nameless = WORKLOAD.replace(" .Values.fullname }}", ' "" }}')
    state = approached(nameless, VALUES, WRITTEN.replace("NAME", "elsewhere"))
    assert dict(state.tree.overrides) == {"replicas": 3, "tag": "1.9"}


def test_a_workload_of_another_kind_is_not_switched_off():
    state = approached(WORKLOAD.replace("{{ .Values.kind }}", "StatefulSet"), VALUES, WRITTEN.replace("NAME", "a"))
    assert dict(state.tree.overrides) == {"fullname": "a", "replicas": 3, "tag": "1.9"}


def test_a_cost_rises_with_every_leaf_and_never_reaches_that_of_a_missing_object():
    costs = [below(40, value) for value in range(400)]
    assert costs[:24] == list(range(24))
    assert all(here < there < 40 for here, there in itertools.pairwise(costs))


def test_a_stand_in_is_nearer_than_nothing_and_farther_than_the_right_name():
    service, other = (ResId(group="", kind="Service", namespace="", name=name) for name in ("a", "b"))
    for distance in (0, 5, 39):
        assert distance < stand_in_cost(service, other, 40, distance) < 40
    # a workload's name is worth more than that of anything else, and most of its words are worth a part
    run = ResId(group="apps", kind="Deployment", namespace="", name="api-server")
    costs = [
        stand_in_cost(run, replace(run, name=name), 40, 5)
        for name in ("the-api-server", "server-api", "the-server", "roles")
    ]
    assert 40 < costs[0] == costs[1] < costs[2] == costs[3] < 40 + NONE_COST


NAMES = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: "{{ .Values.fullname }}-{{ .Values.name }}"}
spec: {template: {spec: {containers: [{name: main, image: "example/app:1"}]}}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: "{{ .Values.fullname }}-{{ .Values.name }}"}
rules:
- {apiGroups: [""], resources: [pods, services, secrets, nodes], verbs: [get, list, watch]}
- {apiGroups: [apps], resources: [deployments, daemonsets, statefulsets], verbs: [get, list, watch, update]}
"""


def test_no_workload_is_called_after_a_role():
    rules = NAMES.partition("rules:")[2]
    target = f"""
apiVersion: apps/v1
kind: Deployment
metadata: {{name: other-tool-controller}}
spec: {{template: {{spec: {{containers: [{{name: main, image: "example/app:1"}}]}}}}}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {{name: tool-cluster-role}}
rules:{rules}"""
    fixed = NAMES.replace("{{ .Values.fullname }}", "tool")
    assert dict(approached(fixed, "name: controller\n", target).tree.overrides) == {}
    found = approached(NAMES, "fullname: x\nname: controller\n", target).tree.overrides
    assert dict(found) == {"fullname": "other-tool"}


def test_workloads_of_one_kind_stand_for_each_other_first():
    targets = [
        resource_of({"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": "a"}, "spec": {"replicas": count}})
        for kind, count in (("Deployment", 1), ("StatefulSet", 2))
    ]

    class Printed:
        def __init__(self, resource):
            self.resource, self.id = resource, resource.id

    other = [Printed(resource_of({**target.body, "metadata": {"name": "b"}})) for target in reversed(targets)]
    found = stand_ins(targets, [0, 1], other, lambda index, document: cost(document.resource.body, targets[index].body))
    assert {index: document.id.kind for index, document in found.items()} == {0: "Deployment", 1: "StatefulSet"}
    assert extent(targets[0].body) == 4


def test_of_too_many_none_is_taken_for_another():
    one = resource_of({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a"}})
    assert stand_ins([one] * 13, range(13), (), lambda *_: 1.0) == {}


def test_a_container_too_many_is_never_a_gain():
    more = "{{- if .Values.sidecar }}\n      - {name: beside, image: beside}\n"
    more += "{{- else }}\n        tty: true\n        stdin: true\n{{- end }}\n{{- end }}\n"
    template = WORKLOAD.replace("{{- end }}\n", more)
    state = approached(template, VALUES + "sidecar: false\n", WRITTEN.replace("NAME", "shop-app"))
    assert dict(state.tree.overrides) == {"replicas": 3, "tag": "1.9"}
    one, two = ({"spec": {"template": {"spec": {"containers": [{}] * count}}}} for count in (1, 2))
    assert (sidecars(one, two), sidecars(two, one), sidecars({}, one)) == (1, 0, 1)


def test_a_release_has_a_name():
    labels = CONFIG_MAP + "release: {{ .Release.Name }}\n"
    state = approached(labels, "a: 1\n", CONFIG_MAP.replace("{{ .Release.Name }}", "shop") + "release: ''\n")
    assert state.setting.release == "shop"


def test_the_last_workload_is_not_switched_off_to_be_rid_of_the_others():
    other = WORKLOAD.replace(".Release.Name) .Values.fullname", '.Release.Name) "beside"')
    template = WORKLOAD + "---" + other + "---" + other.replace("beside", "further")
    state = approached(template.replace(".Values.kind", '"DaemonSet"'), VALUES, WRITTEN.replace("NAME", "shop-app"))
    assert state.tree.overrides.get("controller") is None


def test_an_object_that_is_no_yaml_is_as_bad_as_a_template_that_fails():
    template = CONFIG_MAP + "{{- if .Values.more }}\n  - no: yaml\n{{- end }}\n---\n" + CONFIG_MAP.replace("}}", "}}-x")
    template += "data: {more: {{ .Values.more | quote }}}\n"
    target = CONFIG_MAP.replace("{{ .Release.Name }}", "shop-x") + 'data: {more: "1"}\n'
    state = approached(template, "more: ''\n", target)
    assert "more" not in state.tree.overrides


def test_the_name_of_the_application_is_worth_more_than_those_of_smaller_objects():
    """One value makes either name right: that of the application, or those of an account and a large role."""
    rules = "".join(f"- {{apiGroups: [''], resources: [kind{n}], verbs: [get, list, watch]}}\n" for n in range(6))
    role = "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: NAME}\nrules:\n" + rules
    fullname = '{{ default (printf "%s-app" .Release.Name) .Values.fullname }}'
    template = WORKLOAD + role.replace("NAME", f'"{fullname}"')
    state = approached(template, VALUES, WRITTEN.replace("NAME", "web") + role.replace("NAME", "web-runner"))
    assert state.tree.overrides["fullname"] == "web"


def test_a_copy_of_the_main_container_is_not_put_beside_it():
    template = WORKLOAD.replace(
        "{{- end }}\n", "{{- with .Values.more }}\n{{ toYaml . | indent 6 }}\n{{- end }}\n{{- end }}\n"
    )
    written = WRITTEN.replace("NAME", "shop-app").replace("name: main", "name: server")
    assert "more" not in approached(template, VALUES + "more: []\n", written).tree.overrides
