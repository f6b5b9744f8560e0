from __future__ import annotations

import copy

import pytest

from migrator.compare import compare, describe
from migrator.model import resource_of

RBAC = "rbac.authorization.k8s.io/v1"


def role(*rules, kind="ClusterRole"):
    return resource_of({"apiVersion": RBAC, "kind": kind, "metadata": {"name": "a"}, "rules": list(rules)})


def rule(verbs, resources=("pods",), groups=("",), **more):
    return {"apiGroups": list(groups), "resources": list(resources), "verbs": list(verbs), **more}


@pytest.mark.parametrize(
    ("before", "after", "widens"),
    [
        ([rule(["get"])], [rule(["get", "list"])], True),
        ([rule(["get", "list"])], [rule(["get"])], False),
        ([rule(["*"])], [rule(["get", "delete"])], False),
        ([rule(["get"])], [rule(["*"])], True),
        ([rule(["get"], groups=["*"], resources=["*"])], [rule(["get"], ["secrets"])], False),
        ([rule(["get"], ["pods/*"])], [rule(["get"], ["*/log"])], True),
        ([rule(["get"], ["*/log"])], [rule(["get"], ["pods/log"])], False),
        ([rule(["get"])], [rule(["get"], ["secrets"])], True),
        ([rule(["get"], resourceNames=["a"])], [rule(["get"])], True),
        ([rule(["get"])], [rule(["get"], resourceNames=["a"])], False),
        ([{"nonResourceURLs": ["/metrics*"], "verbs": ["get"]}], [{"nonResourceURLs": ["/debug"], "verbs": ["get"]}], True),
        ([{"nonResourceURLs": ["/debug/*"], "verbs": ["get"]}], [{"nonResourceURLs": ["/debug/x"], "verbs": ["get"]}], False),
        ([rule(["get"]), rule(["list"])], [rule(["list"])], False),
        ([], [rule(["get"])], True),
    ],
)  # fmt: skip
def test_wider_rules_are_flagged(before, after, widens):
    found = compare([role(*before)], [role(*after)])
    assert found
    assert any(difference.privilege for difference in found) == widens


def binding(*subjects, role_name="view"):
    reference = {"kind": "ClusterRole", "name": role_name, "apiGroup": "rbac.authorization.k8s.io"}
    body = {"apiVersion": RBAC, "kind": "ClusterRoleBinding", "metadata": {"name": "a"}, "roleRef": reference}
    return resource_of(
        {**body, "subjects": [{"kind": "ServiceAccount", "namespace": "x", "name": name} for name in subjects]}
    )


def test_more_subjects_and_another_role_are_flagged():
    def flags(before, after):
        return [difference.privilege for difference in compare([before], [after])]

    assert flags(binding("a"), binding("a", "b")) == [True]
    assert flags(binding("a", "b"), binding("a")) == [False]
    assert flags(binding("a"), binding("a", role_name="admin")) == [True]


def test_new_grants_are_flagged_and_lost_ones_not():
    for resource in (role(rule(["get"])), binding("a")):
        (come,) = compare([], [resource])
        assert come.privilege
        (gone,) = compare([resource], [])
        assert not gone.privilege
    (empty,) = compare([], [role()])
    assert not empty.privilege


STRICT = {
    "privileged": False,
    "allowPrivilegeEscalation": False,
    "runAsNonRoot": True,
    "runAsUser": 1000,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
    "seccompProfile": {"type": "RuntimeDefault"},
}


def workload(context=None, **pod):
    container = {"name": "c", "image": "x", **({"securityContext": context} if context is not None else {})}
    spec = {"template": {"spec": {"containers": [container], **pod}}}
    return resource_of({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a"}, "spec": spec})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("privileged", True),
        ("allowPrivilegeEscalation", True),
        ("runAsNonRoot", None),
        ("runAsUser", 0),
        ("readOnlyRootFilesystem", False),
        ("capabilities", {"drop": ["ALL"], "add": ["SYS_ADMIN"]}),
        ("capabilities", {"drop": ["NET_RAW"]}),
        ("seccompProfile", {"type": "Unconfined"}),
        ("seccompProfile", None),
        ("procMount", "Unmasked"),
    ],
)
def test_a_loosened_security_context_is_flagged_and_a_tightened_one_not(field, value):
    loose = copy.deepcopy(STRICT)
    if field == "runAsNonRoot":
        del loose["runAsUser"]
    if value is None:
        del loose[field]
    else:
        loose[field] = value
    assert any(difference.privilege for difference in compare([workload(STRICT)], [workload(loose)]))
    assert not any(difference.privilege for difference in compare([workload(loose)], [workload(STRICT)]))


def test_a_lost_security_context_is_flagged():
    (found,) = compare([workload(STRICT)], [workload()])
    assert found.privilege
    shared = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
    found = compare([workload(securityContext=shared)], [workload()])
    assert [difference.privilege for difference in found] == [True]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("hostNetwork", True),
        ("hostPID", True),
        ("hostIPC", True),
        ("volumes", [{"name": "v", "hostPath": {"path": "/"}}]),
        ("serviceAccountName", "admin"),
        ("initContainers", [{"name": "i", "securityContext": {"privileged": True}}]),
        ("initContainers", [{"name": "i", "ports": [{"hostPort": 80}]}]),
    ],
)
def test_access_to_the_host_is_flagged(field, value):
    (found,) = compare([workload()], [workload(**{field: value})])
    assert found.privilege
    (back,) = compare([workload(**{field: value})], [workload()])
    assert back.privilege == (field == "serviceAccountName")


def test_a_token_that_was_withheld_is_flagged():
    withheld = workload(automountServiceAccountToken=False)
    assert [difference.privilege for difference in compare([withheld], [workload()])] == [True]
    assert [difference.privilege for difference in compare([workload()], [withheld])] == [False]


def test_a_plain_new_container_or_workload_is_no_widening():
    (found,) = compare([workload()], [workload(initContainers=[{"name": "i", "image": "x"}])])
    assert not found.privilege
    (come,) = compare([], [workload()])
    assert not come.privilege
    (come,) = compare([], [workload(hostNetwork=True)])
    assert come.privilege


def test_only_the_difference_that_widens_is_flagged():
    before = workload(STRICT)
    after = workload({**STRICT, "privileged": True}, hostname="x")
    flags = {difference.path[-1]: difference.privilege for difference in compare([before], [after])}
    assert flags == {"privileged": True, "hostname": False}


def test_a_container_that_widens_is_told_from_those_around_it():
    before = workload(STRICT)
    after = workload({**STRICT, "privileged": True})
    containers = after.body["spec"]["template"]["spec"]["containers"]
    containers.insert(0, {"name": "proxy", "image": "x"})
    flags = {difference.place: difference.privilege for difference in compare([before], [after])}
    assert flags.pop("containers[proxy]") is False
    assert list(flags.values()) == [True]
    (name,) = flags
    assert name.endswith("].securityContext.privileged")


def test_an_inserted_rule_widens():
    rules = [{"apiGroups": [""], "resources": [name], "verbs": ["get"]} for name in ("pods", "services", "nodes")]
    new = {"apiGroups": [""], "resources": ["secrets"], "verbs": ["*"]}
    (found,) = compare([role(*rules)], [role(rules[0], new, *rules[1:])])
    assert (found.path, found.privilege, describe(found)) == (("rules",), True, ("+ * secrets",))


def test_pods_of_cron_jobs_and_levels_of_namespaces_count():
    def cron(**pod):
        template = {"spec": {"containers": [{"name": "c"}], **pod}}
        spec = {"jobTemplate": {"spec": {"template": template}}}
        return resource_of({"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "a"}, "spec": spec})

    assert [difference.privilege for difference in compare([cron()], [cron(hostPID=True)])] == [True]

    def namespace(**labels):
        enforced = {f"pod-security.kubernetes.io/{key}": value for key, value in labels.items()}
        return resource_of({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a", "labels": enforced}})

    restricted, baseline = namespace(enforce="restricted"), namespace(enforce="baseline")
    assert [difference.privilege for difference in compare([restricted], [baseline])] == [True]
    assert [difference.privilege for difference in compare([baseline], [restricted])] == [False]
    assert [difference.privilege for difference in compare([restricted], [namespace()])] == [True]


def resource_with(kind, api="v1", **fields):
    metadata = {"name": "a", **fields.pop("metadata", {})}
    return resource_of({"apiVersion": api, "kind": kind, "metadata": metadata, **fields})


def policy(**spec):
    return resource_with("NetworkPolicy", "networking.k8s.io/v1", spec={"podSelector": {}, **spec})


ONE, TWO = ({"podSelector": {"matchLabels": {"app": name}}} for name in ("one", "two"))


@pytest.mark.parametrize(
    ("before", "after", "widens"),
    [
        (policy(ingress=[{"from": [ONE]}]), policy(ingress=[{"from": [ONE, TWO]}]), True),
        (policy(ingress=[{"from": [ONE, TWO]}]), policy(ingress=[{"from": [ONE]}]), False),
        (policy(ingress=[{"from": [ONE]}]), policy(ingress=[{}]), True),
        (policy(ingress=[{}]), policy(ingress=[{"from": [ONE], "ports": [{"port": 80}]}]), False),
        (policy(ingress=[{"ports": [{"port": 80}]}]), policy(ingress=[{"from": [ONE]}]), True),
        (policy(), policy(ingress=[{}]), True),
        (policy(policyTypes=["Ingress", "Egress"]), policy(), True),
        (policy(), policy(policyTypes=["Ingress", "Egress"], egress=[{"to": [ONE]}]), False),
        (policy(), policy(podSelector={"matchLabels": {"app": "x"}}), True),
        (policy(podSelector={"matchLabels": {"app": "x"}}), policy(), False),
    ],
)
def test_a_network_policy_that_permits_more_is_flagged(before, after, widens):
    found = compare([before], [after])
    assert found
    assert any(each.privilege for each in found) == widens


@pytest.mark.parametrize(
    ("api", "kind", "widens"),
    [
        ("networking.k8s.io/v1", "NetworkPolicy", True),
        ("security.istio.io/v1", "AuthorizationPolicy", True),
        ("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", True),
        ("example.org/v1", "NetworkPolicy", False),
        ("v1", "ConfigMap", False),
    ],
)
def test_what_forbids_is_missed_where_it_goes(api, kind, widens):
    (gone,) = compare([resource_with(kind, api)], [])
    (come,) = compare([], [resource_with(kind, api)])
    assert (gone.privilege, come.privilege) == (widens, False)


def test_a_role_that_every_cluster_takes_up_is_flagged():
    label = {"rbac.authorization.k8s.io/aggregate-to-view": "true"}
    plain = role(rule(["get"], ["secrets"]))
    taken = resource_of({**plain.body, "metadata": {"name": "a", "labels": label}})
    (found,) = compare([plain], [taken])
    assert (found.privilege, str(found.impact)) == (True, "config")
    (back,) = compare([taken], [plain])
    assert (back.privilege, str(back.impact)) == (False, "config")


def test_an_object_named_like_the_wildcard_is_one_object():
    named, any_name = role(rule(["get"], resourceNames=["*"])), role(rule(["get"]))
    assert [each.privilege for each in compare([named], [any_name])] == [True]
    assert [each.privilege for each in compare([any_name], [named])] == [False]


@pytest.mark.parametrize(
    ("before", "after", "widens"),
    [
        ({"automountServiceAccountToken": False}, {}, True),
        ({"automountServiceAccountToken": False}, {"automountServiceAccountToken": True}, True),
        ({}, {"automountServiceAccountToken": False}, False),
        ({}, {"metadata": {"annotations": {"eks.amazonaws.com/role-arn": "b"}}}, True),
        ({"metadata": {"annotations": {"eks.amazonaws.com/role-arn": "a"}}}, {}, False),
    ],
)
def test_an_account_with_another_power_is_flagged(before, after, widens):
    found = compare([resource_with("ServiceAccount", **before)], [resource_with("ServiceAccount", **after)])
    assert found
    assert any(each.privilege for each in found) == widens


@pytest.mark.parametrize(
    ("field", "old", "new", "widens"),
    [
        ("readOnly", True, False, True),
        ("readOnly", False, True, False),
        ("subPath", "a", "b", True),
        ("mountPath", "/a", "/b", False),
    ],
)
def test_a_path_of_the_host_that_is_written_is_flagged(field, old, new, widens):
    def pod(value):
        mount = {"name": "host", "mountPath": "/a", field: value}
        spec = {"volumes": [{"name": "host", "hostPath": {"path": "/var"}}], "containers": [{"name": "c", "volumeMounts": [mount]}]}  # fmt: skip
        return resource_with("Pod", spec=spec)

    found = compare([pod(old)], [pod(new)])
    assert found
    assert any(each.privilege for each in found) == widens


@pytest.mark.parametrize(
    ("kind", "api", "path"),
    [
        ("Namespace", "v1", {"metadata": {"name": "a", "labels": ["x"]}}),
        ("ServiceAccount", "v1", {"metadata": {"name": "a", "annotations": "x"}}),
        ("ClusterRole", RBAC, {"aggregationRule": ["x"]}),
        ("ClusterRole", RBAC, {"metadata": {"name": "a", "labels": 3}}),
        ("NetworkPolicy", "networking.k8s.io/v1", {"spec": {"ingress": "x", "podSelector": [], "policyTypes": {}}}),
        ("NetworkPolicy", "networking.k8s.io/v1", {"spec": {"ingress": [{"from": "x", "ports": 1}]}}),
        ("Pod", "v1", {"spec": {"volumes": [{"hostPath": {}}], "containers": [{"volumeMounts": {"a": 1}}]}}),
    ],
)
def test_what_is_written_in_no_known_way_is_a_difference_and_no_crash(kind, api, path):
    plain, odd = resource_with(kind, api), resource_with(kind, api, **path)
    assert compare([plain], [odd])
    assert compare([odd], [plain])
