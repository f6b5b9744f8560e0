"""Two versions of one object: what is the same though it is written differently, and what is one difference."""

from __future__ import annotations

import pytest

from migrator.compare import ALL, compare, comparison, describe
from migrator.model import DifferenceKind, Impact, resource_of
from migrator.yamlio import Dialect, read_value

RBAC = "rbac.authorization.k8s.io/v1"


def resource(text: str):
    return resource_of(read_value(text, dialect=Dialect.SIGS))


def role(rules: str, kind: str = "ClusterRole"):
    return resource(f"{{apiVersion: {RBAC}, kind: {kind}, metadata: {{name: a}}, rules: {rules}}}")


def service(spec: str):
    return resource(f"{{apiVersion: v1, kind: Service, metadata: {{name: web}}, spec: {spec}}}")


def webhooks(items: str):
    return resource(
        "{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingWebhookConfiguration, "
        f"metadata: {{name: a}}, webhooks: {items}}}"
    )


def deployment(spec: str, container: str = "", api: str = "apps/v1"):
    pod = f"containers: [{{name: web, image: 'web:1', {container}}}]"
    return resource(
        f"{{apiVersion: {api}, kind: Deployment, metadata: {{name: web}}, "
        f"spec: {{{spec} template: {{spec: {{{pod}}}}}}}}}"
    )


GROUPED = "[{apiGroups: ['', apps], resources: [pods, deployments], verbs: [get, list]}]"
APART = (
    "[{apiGroups: [apps], resources: [deployments, pods], verbs: [list, get]}, "
    "{apiGroups: [''], resources: [pods], verbs: [get]}, {apiGroups: [''], resources: [deployments], verbs: [get]}, "
    "{apiGroups: [''], resources: [deployments, pods], verbs: [list]}]"
)


def test_rules_are_what_they_permit():
    found = comparison([role(GROUPED)], [role(APART)])
    assert (found.differences, found.equivalences) == ((), {"rbac-rules": 1})
    assert compare([role(GROUPED)], [role(APART)], rules=ALL - {"rbac-rules"})


@pytest.mark.parametrize(
    ("before", "after", "lines", "widens"),
    [
        ("[{apiGroups: [''], resources: [pods], verbs: [get, list]}]", "[{apiGroups: [''], resources: [pods], verbs: [get]}]", ("- list pods",), False),
        ("[{apiGroups: [''], resources: [pods], verbs: [get]}]", "[{apiGroups: [apps], resources: [pods], verbs: [get]}]", ("- get pods", "+ get pods.apps"), True),
        ("[{apiGroups: [''], resources: [pods], verbs: [get], resourceNames: [x]}]", "[{apiGroups: [''], resources: [pods], verbs: [get]}]", ("- get pods named x", "+ get pods"), True),
        ("[{nonResourceURLs: [/a], verbs: [get]}]", "[{nonResourceURLs: [/b], verbs: [get]}]", ("- get /a", "+ get /b"), True),
        ("[]", "[{apiGroups: [''], resources: [pods], verbs: [delete, get]}]", ("+ delete, get pods",), True),
    ],
)  # fmt: skip
def test_what_else_is_permitted_is_one_difference(before, after, lines, widens):
    (found,) = compare([role(before)], [role(after)])
    assert (found.path, describe(found), found.privilege) == (("rules",), lines, widens)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[{apiGroups: [''], resources: [pods], verbs: [get]}]", "[{apiGroups: [''], resources: [pods], verbs: [get], resourceNames: ['']}]"),
        ("[{apiGroups: [''], resources: [pods], verbs: [get]}]", "[{apiGroups: [''], resources: [pods], verbs: [get], verb: [get]}]"),
        ("[{apiGroups: [''], resources: [pods], verbs: [get]}]", "[{apiGroups: [''], resources: pods, verbs: [get]}]"),
        ("[{apiGroups: [''], resources: [pods], verbs: [get]}]", "{apiGroups: [''], resources: [pods], verbs: [get]}"),
        ("[{apiGroups: [apps], resources: [deployments], verbs: [get]}]", "[{apiGroups: [''], resources: [deployments.apps], verbs: [get]}]"),
        ("[]", "[{apiGroups: [''], resources: [pods], verbs: []}]"),
    ],
)  # fmt: skip
def test_rules_that_are_not_as_the_api_knows_them_are_compared_as_they_are(before, after):
    assert compare([role(before)], [role(after)])


def test_rules_of_what_is_no_role_are_compared_as_they_are():
    other = [
        resource(f"{{apiVersion: example.org/v1, kind: Role, metadata: {{name: a}}, rules: {rules}}}")
        for rules in (GROUPED, APART)
    ]
    assert compare(other[:1], other[1:])


def test_the_order_of_a_map_means_nothing_outside_of_pods():
    hooks = [webhooks("[{name: a}, {name: b}]"), webhooks("[{name: b, failurePolicy: Fail}, {name: a}]")]
    found = comparison(hooks[:1], hooks[1:])
    assert (found.differences, found.equivalences) == ((), {"api-defaults": 1, "list-order": 1})
    (strict,) = compare(hooks[:1], hooks[1:], rules=ALL - {"list-order"})
    assert (strict.is_order, strict.impact) == (True, Impact.CONFIG)


def test_what_differs_in_a_reordered_map_is_told_alone():
    before = webhooks("[{name: a}, {name: b}]")
    after = webhooks("[{name: b}, {name: a, timeoutSeconds: 9}]")
    (found,) = compare([before], [after])
    assert (found.path, found.after_path, found.before, found.after) == (
        ("webhooks", 0, "timeoutSeconds"),
        ("webhooks", 1, "timeoutSeconds"),
        10,
        9,
    )


def test_the_first_port_of_a_service_is_told_to_pods():
    before, after = (service(f"{{ports: [{ports}]}}") for ports in ("{port: 1}, {port: 2}", "{port: 2}, {port: 1}"))
    (found,) = compare([before], [after])
    assert (found.path, found.is_order, found.impact) == (("spec", "ports"), True, Impact.CONFIG)


def test_the_order_of_sets_means_nothing():
    before, after = (
        resource(f"{{apiVersion: example.org/v1, kind: Cat, metadata: {{name: a, finalizers: [{names}]}}}}")
        for names in ("x, y", "y, x")
    )
    assert comparison([before], [after]).equivalences == {"list-order": 1}
    assert compare([before], [after]) == ()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("env: [{name: A}, {name: B}]", "env: [{name: B}, {name: A}]"),
        ("args: [a, b]", "args: [b, a]"),
        ("envFrom: [{prefix: a}, {prefix: b}]", "envFrom: [{prefix: b}, {prefix: a}]"),
    ],
)
def test_another_order_in_a_pod_template_is_one_difference(before, after):
    (found,) = compare([deployment("", before)], [deployment("", after)])
    assert (found.is_order, found.impact) == (True, Impact.ROLLOUT)


def test_a_value_is_told_against_the_default():
    (found,) = compare([service("{ports: [{port: 80}]}")], [service("{ports: [{port: 80, protocol: UDP}]}")])
    assert (found.kind, found.before, found.after) == (DifferenceKind.CHANGED, "TCP", "UDP")


def test_a_strategy_without_its_numbers_is_one_difference():
    (found,) = compare([deployment("")], [deployment("strategy: {type: Recreate},")])
    assert (found.path, found.before, found.after) == (("spec", "strategy", "type"), "RollingUpdate", "Recreate")


def test_what_is_the_same_is_counted_where_only_one_side_writes_it():
    found = comparison([service("{}")], [service("{type: ClusterIP, selector: null, externalIPs: []}")])
    assert found.equivalences == {"api-defaults": 1, "empty-fields": 1, "null-fields": 1}
    assert comparison([service("{}")], [service("{}")]).equivalences == {}


def test_values_are_shown_as_they_are_written():
    before = deployment("", "resources: {limits: {cpu: 2000m}}")
    after = deployment("", "resources: {limits: {cpu: '1.0'}}")
    (found,) = compare([before], [after])
    assert (found.before, found.after) == ("2000m", "1.0")


@pytest.mark.parametrize("kind", ["HorizontalPodAutoscaler", "ScaledObject"])
def test_replicas_that_an_autoscaler_decides_are_not_filled_in(kind):
    scaler = resource(
        f"{{apiVersion: a/v1, kind: {kind}, metadata: {{name: s}}, "
        "spec: {scaleTargetRef: {kind: Deployment, name: web}}}"
    )
    before, after = deployment(""), deployment("replicas: 1,")
    assert compare([before], [after]) == ()
    (found,) = compare([before, scaler], [after, scaler])
    assert found.path == ("spec", "replicas")
    assert compare([before], [after], beside=[scaler]) == (found,)


def test_versions_of_an_api_that_fill_in_differently_are_compared_as_they_are():
    (found,) = compare([deployment("")], [deployment("", api="apps/v1beta1")])
    assert found.path == ("apiVersion",)


def test_data_of_a_secret_are_told_where_they_are_written():
    def secret(**fields):
        return resource_of({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}, **fields})

    texts, data = secret(stringData={"a": "b"}), secret(data={"a": "Yg=="})
    assert comparison([texts], [data]).equivalences == {"string-data": 1}
    (found,) = compare([secret(data={"a": "Yw=="})], [texts])
    assert (found.path, found.before_path, found.after_path) == (("data", "a"), None, ("stringData", "a"))
    (found,) = compare([texts], [secret(stringData={"a": "c"})])
    assert found.path == ("stringData", "a")


def test_nothing_is_the_same_where_all_rules_are_off():
    found = comparison([service("{}")], [service("{type: ClusterIP}")], rules=frozenset())
    assert (len(found.differences), found.equivalences) == (1, {})
