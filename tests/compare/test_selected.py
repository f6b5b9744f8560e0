"""By which labels something selects: there a label is more than decoration."""

from __future__ import annotations

import pytest

from migrator.compare import compare
from migrator.model import Impact, resource_of
from migrator.yamlio import Dialect, read_value


def read(text: str):
    return resource_of(read_value(text, dialect=Dialect.SIGS))


def in_pods(text: str, kind: str = "Deployment", spec: str = ""):
    return read(
        f"{{apiVersion: apps/v1, kind: {kind}, metadata: {{name: a}}, "
        f"spec: {{{spec} template: {{spec: {{containers: [{{name: a, {text}}}]}}}}}}}}"
    )


NAMESPACES = "{namespaceSelector: {matchLabels: {app.kubernetes.io/name: x}}, topologyKey: zone}"
AFFINITY = f"affinity: {{podAffinity: {{requiredDuringSchedulingIgnoredDuringExecution: [{NAMESPACES}]}}}}"
VOLUMES = "volumeClaimTemplates: [{spec: {selector: {matchLabels: {app.kubernetes.io/name: x}}}}],"


@pytest.mark.parametrize(
    "selecting",
    [
        in_pods("args: ['--selector=app.kubernetes.io/name=x']"),
        in_pods("args: [-l, 'tier=a,app.kubernetes.io/name in (x, y)']"),
        in_pods("command: [sh, -c, 'kubectl get cm -l app.kubernetes.io/name==x']"),
        in_pods("env: [{name: LABEL, value: app.kubernetes.io/name}]"),
        in_pods("", "StatefulSet", VOLUMES),
        read(f"{{apiVersion: v1, kind: Pod, metadata: {{name: a}}, spec: {{{AFFINITY}}}}}"),
        read(
            "{apiVersion: monitoring.coreos.com/v1, kind: ServiceMonitor, metadata: {name: a}, "
            "spec: {selector: {matchExpressions: [{key: app.kubernetes.io/name, operator: Exists}]}}}"
        ),
    ],
)
@pytest.mark.parametrize("kind", ["ConfigMap", "Namespace", "PersistentVolume"])
def test_a_label_by_which_something_selects_is_configuration(selecting, kind):
    labelled = read(f"{{apiVersion: v1, kind: {kind}, metadata: {{name: a, labels: {{app.kubernetes.io/name: x}}}}}}")
    bare = read(f"{{apiVersion: v1, kind: {kind}, metadata: {{name: a}}}}")
    (found,) = compare([labelled], [bare], beside=[selecting])
    assert found.impact is Impact.CONFIG
    (alone,) = compare(
        [labelled], [bare], beside=[in_pods("args: [--app.kubernetes.io/name=x, app.kubernetes.io/nam]")]
    )
    assert alone.impact is Impact.METADATA


@pytest.mark.parametrize(
    ("api", "kind", "spec"),
    [
        ("networking.k8s.io/v1", "NetworkPolicy", "{podSelector: {matchLabels: {tier: x}}}"),
        ("networking.k8s.io/v1", "NetworkPolicy", "{podSelector: {matchExpressions: [{key: tier, operator: Exists}]}}"),
        ("policy/v1", "PodDisruptionBudget", "{selector: {matchExpressions: [{key: tier, operator: Exists}]}}"),
        ("security.istio.io/v1", "AuthorizationPolicy", "{selector: {matchLabels: {tier: x}}}"),
        ("cilium.io/v2", "CiliumNetworkPolicy", "{endpointSelector: {matchLabels: {tier: x}}}"),
        ("v1", "Service", "{selector: {tier: x}}"),
    ],
)
def test_pods_that_lose_a_label_by_which_they_are_meant_are_out_of_reach(api, kind, spec):
    selecting = read(f"{{apiVersion: {api}, kind: {kind}, metadata: {{name: s}}, spec: {spec}}}")
    before, after = in_pods(""), in_pods("")
    before.body["spec"]["template"]["metadata"] = {"labels": {"tier": "x", "app": "x"}}
    after.body["spec"]["template"]["metadata"] = {"labels": {"app": "x"}}
    assert [each.impact for each in compare([before], [after], beside=[selecting])] == [Impact.RECREATE]
    assert [each.impact for each in compare([before], [after])] == [Impact.ROLLOUT]
    assert [each.impact for each in compare([after], [before], beside=[selecting])] == [Impact.ROLLOUT]
