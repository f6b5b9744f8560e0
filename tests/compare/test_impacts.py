"""What a difference does to a running cluster, place by place (facts I1 to I4, C2)."""

from __future__ import annotations

import copy

import pytest

from migrator.compare import compare
from migrator.compare.impacts import impact_of
from migrator.model import DifferenceKind, Impact, resource_of
from migrator.yamlio import ABSENT

VERSIONS = {
    **dict.fromkeys(("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"), "apps/v1"),
    **dict.fromkeys(("Job", "CronJob"), "batch/v1"),
    **dict.fromkeys(("Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"), "rbac.authorization.k8s.io/v1"),
    **dict.fromkeys(("Ingress", "IngressClass", "NetworkPolicy"), "networking.k8s.io/v1"),
    "StorageClass": "storage.k8s.io/v1",
    "PriorityClass": "scheduling.k8s.io/v1",
    "CustomResourceDefinition": "apiextensions.k8s.io/v1",
    "ServiceMonitor": "monitoring.coreos.com/v1",
    "Prometheus": "monitoring.coreos.com/v1",
    "StatefulSetLike": "example.com/v1",
    "Kafka": "kafka.strimzi.io/v1beta2",
    "Application": "argoproj.io/v1alpha1",
}


def body(kind: str, name: str = "a", **fields):
    metadata = {"name": name, **fields.pop("metadata", {})}
    return {"apiVersion": VERSIONS.get(kind, "v1"), "kind": kind, "metadata": metadata, **fields}


def put(value, path, new):
    value = copy.deepcopy(value)
    holder = value
    for key in path[:-1]:
        holder = holder.setdefault(key, {}) if isinstance(holder, dict) else holder[key]
    if new is ABSENT:
        del holder[path[-1]]
    elif isinstance(holder, list) and path[-1] == len(holder):
        holder.append(new)
    else:
        holder[path[-1]] = new
    return value


def changed(kind: str, path: str | tuple, old, new, **fields):
    """The one difference between two objects that differ at one place."""
    keys = tuple(path.split(".")) if isinstance(path, str) else path
    before, after = (
        put(put(body(kind, **fields), keys, 0), keys, side) if keys[:-1] or side is not ABSENT else body(kind, **fields)
        for side in (old, new)
    )
    found = compare([resource_of(before)], [resource_of(after)])
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("kind", "path", "old", "new", "impact"),
    [
        # decoration
        ("Deployment", "metadata.labels.x", "1", "2", "metadata"),
        ("Deployment", "metadata.labels.x", 1, "1", "metadata"),
        ("Deployment", "metadata.labels.x", "1", 1, "config"),
        ("Deployment", "metadata.labels.x", "1", "1.0+2", "config"),
        ("Deployment", "metadata.annotations.x", "true", True, "config"),
        ("Deployment", "metadata.annotations.x", "1", "1.0+2\n", "metadata"),
        ("Deployment", "metadata.annotations.x", "1", ABSENT, "metadata"),
        ("Service", ("metadata", "labels", "helm.sh/chart"), "a-1", "a-2", "metadata"),
        ("Service", ("metadata", "annotations", "meta.helm.sh/release-name"), ABSENT, "a", "metadata"),
        # annotations and labels that make something act
        ("Service", ("metadata", "annotations", "service.beta.kubernetes.io/aws-load-balancer-type"), "nlb", ABSENT, "config"),
        ("Ingress", ("metadata", "annotations", "nginx.ingress.kubernetes.io/rewrite-target"), "/", "/x", "config"),
        ("ServiceAccount", ("metadata", "annotations", "eks.amazonaws.com/role-arn"), "a", "b", "config"),
        ("Namespace", "metadata.labels.istio-injection", "enabled", ABSENT, "config"),
        ("ConfigMap", "metadata.labels.grafana_dashboard", "1", ABSENT, "config"),
        ("Secret", ("metadata", "labels", "argocd.argoproj.io/secret-type"), "cluster", ABSENT, "config"),
        ("Secret", ("metadata", "annotations", "kubernetes.io/service-account.name"), "a", "b", "config"),
        ("Deployment", ("metadata", "annotations", "helm.sh/resource-policy"), "keep", ABSENT, "config"),
        ("Deployment", ("metadata", "annotations", "reloader.stakater.com/auto"), "true", ABSENT, "config"),
        ("ConfigMap", ("metadata", "annotations", "app.kubernetes.io/name"), "a", ABSENT, "metadata"),
        ("Deployment", "metadata.finalizers", ["a"], ABSENT, "config"),
        # what restarts nothing by itself
        ("ConfigMap", "data.k", "1", "2", "config"),
        ("Secret", "data.k", "MQ==", "Mg==", "config"),
        ("ServiceMonitor", "spec.interval", "1m", "2m", "config"),
        ("StatefulSetLike", "spec.volumeClaimTemplates", 1, 2, "config"),
        ("Service", ("spec", "ports"), [{"port": 80}], [], "config"),
        ("Service", "spec.selector.app", "a", "b", "recreate"),
            ("NetworkPolicy", "spec.podSelector.matchLabels.app", "a", "b", "recreate"),
            ("PodDisruptionBudget", "spec.selector.matchLabels.app", "a", "b", "recreate"),
        ("Deployment", "spec.strategy.type", "Recreate", ABSENT, "config"),
        ("Deployment", "apiVersion", "apps/v1", "apps/v1beta1", "config"),
        # pods start or stop
        ("Deployment", "spec.template.metadata.labels.x", "1", "2", "rollout"),
        ("Deployment", ("spec", "template", "metadata", "labels", "helm.sh/chart"), "1", ABSENT, "rollout"),
        ("DaemonSet", "spec.template.spec.hostname", "a", "b", "rollout"),
        ("StatefulSet", "spec.template.spec.hostname", "a", "b", "rollout"),
        ("CronJob", "spec.jobTemplate.spec.template.spec.hostname", "a", "b", "rollout"),
        ("Deployment", "spec.replicas", 1, 2, "rollout"),
        ("CronJob", "spec.schedule", "* * * * *", "@daily", "config"),
        # I1
        ("Deployment", "spec.selector.matchLabels.x", "1", ABSENT, "recreate"),
        ("DaemonSet", "spec.selector.matchLabels.x", "1", "2", "recreate"),
        ("ReplicaSet", "spec.selector", {"matchLabels": {"a": "b"}}, ABSENT, "recreate"),
        # I2
        ("StatefulSet", "spec.serviceName", "a", "b", "recreate"),
        ("StatefulSet", "spec.podManagementPolicy", "a", "b", "recreate"),
        ("StatefulSet", "spec.updateStrategy.type", "a", "b", "config"),
        ("StatefulSet", "spec.replicas", 1, 2, "rollout"),
        ("StatefulSet", "spec.persistentVolumeClaimRetentionPolicy.whenScaled", "Retain", "Delete", "data-loss"),
        ("StatefulSet", "spec.persistentVolumeClaimRetentionPolicy.whenScaled", "Delete", "Retain", "config"),
        ("StatefulSet", ("spec", "volumeClaimTemplates"), [{"a": 1}], [{"a": 1}, {"b": 1}], "data-loss"),
        # I3
        ("Job", "spec.template.spec.hostname", "a", "b", "recreate"),
        ("Job", "spec.selector.matchLabels.a", "a", "b", "recreate"),
        ("Job", "spec.suspend", True, False, "config"),
        ("Pod", "spec.hostname", "a", "b", "recreate"),
        ("PersistentVolumeClaim", "spec.resources.requests.storage", "8Gi", "10Gi", "config"),
        ("PersistentVolumeClaim", "spec.resources.requests.storage", "8Gi", "8000Mi", "data-loss"),
        ("PersistentVolumeClaim", "spec.storageClassName", "a", "b", "data-loss"),
        ("Service", "spec.clusterIP", "10.0.0.1", "10.0.0.2", "recreate"),
        ("Service", "spec.clusterIP", ABSENT, "None", "recreate"),
        ("Service", "spec.clusterIP", "10.0.0.1", ABSENT, "config"),
        ("Secret", "type", "Opaque", "kubernetes.io/tls", "recreate"),
        ("RoleBinding", "roleRef.name", "a", "b", "recreate"),
        ("ClusterRoleBinding", "roleRef.kind", "Role", "ClusterRole", "recreate"),
        ("StorageClass", "parameters.type", "gp2", "gp3", "recreate"),
        ("StorageClass", "provisioner", "a", "b", "recreate"),
        ("StorageClass", "allowVolumeExpansion", True, ABSENT, "config"),
        ("PriorityClass", "value", 1, 2, "recreate"),
        ("IngressClass", "spec.controller", "a", "b", "recreate"),
        # C2
        ("CustomResourceDefinition", "spec.scope", "Cluster", "Namespaced", "data-loss"),
        ("CustomResourceDefinition", "spec.names.plural", "a", "b", "data-loss"),
        ("CustomResourceDefinition", ("spec", "versions"), [{"name": "v1"}, {"name": "v2"}], [{"name": "v1"}], "recreate"),
        ("CustomResourceDefinition", ("spec", "versions"), [{"name": "v1", "served": True}], [{"name": "v1", "served": False}], "recreate"),
        ("CustomResourceDefinition", ("spec", "versions"), [{"name": "v1", "schema": 1}], [{"name": "v1", "schema": 2}], "config"),
        # a whole subtree: the worst of what is in it
        ("Deployment", "spec", ABSENT, {"strategy": {}}, "config"),
        ("Deployment", "spec", ABSENT, {"strategy": {}, "template": {}}, "rollout"),
        ("Deployment", "spec", {"selector": {}, "template": {}}, ABSENT, "recreate"),
        ("StatefulSet", "spec", ABSENT, {"volumeClaimTemplates": []}, "data-loss"),
        # looks like nothing, but is something
        ("ConfigMap", "data.k", None, ABSENT, "config"),
        ("Prometheus", "spec.x", None, ABSENT, "config"),
        ("Deployment", "spec.template.spec.nodeSelector.a", None, ABSENT, "rollout"),
        ("Deployment", "spec.template.spec.affinity", {}, ABSENT, "rollout"),
    ],
)  # fmt: skip
def test_impact_of_a_place(kind, path, old, new, impact):
    assert str(changed(kind, path, old, new).impact) == impact


NAMED = [{"name": "a"}, {"name": "b"}, {"name": "c"}]


@pytest.mark.parametrize(
    ("kind", "path", "impact"),
    [
        ("Deployment", "spec.template.spec.containers", "rollout"),
        ("CronJob", "spec.jobTemplate.spec.template.spec.volumes", "rollout"),
        ("Pod", "spec.volumes", "recreate"),
        ("StatefulSet", "spec.volumeClaimTemplates", "data-loss"),
        ("Ingress", "spec.rules", "config"),
        ("MutatingWebhookConfiguration", "webhooks", "config"),
    ],
)
def test_impact_of_another_order(kind, path, impact):
    found = changed(kind, path, NAMED, [NAMED[2], NAMED[0], NAMED[1]])
    assert (found.is_order, str(found.impact), found.path) == (True, impact, tuple(path.split(".")))


@pytest.mark.parametrize(
    ("kind", "path", "at", "impact"),
    [
        ("Deployment", "spec.template.spec.initContainers", 1, "rollout"),
        ("Service", "spec.ports", 0, "config"),
        ("StatefulSet", "spec.volumeClaimTemplates", 0, "data-loss"),
    ],
)
def test_impact_of_an_item_that_came_or_went(kind, path, at, impact):
    more = [*NAMED[:at], {"name": "new"}, *NAMED[at:]]
    come, gone = changed(kind, path, NAMED, more), changed(kind, path, more, NAMED)
    assert [(each.path[-1], str(each.impact)) for each in (come, gone)] == [(at, impact), (at, impact)]
    assert (come.kind, gone.kind) == (DifferenceKind.ADDED, DifferenceKind.REMOVED)


def version(name, **fields):
    return {"name": name, "served": True, "storage": False, **fields}


@pytest.mark.parametrize(
    ("before", "after", "impacts"),
    [
        (["v1"], ["v1beta1", "v1"], {"/0": "config"}),
        (["v1beta1", "v1"], ["v1"], {"/0": "recreate"}),
        (["v1beta1"], ["v1"], {"/0/name": "recreate"}),
        # v3 went from where w came to, and other versions changed places with them
        (["a", "b", "v3"], ["x", "y", "w", "a", "b"], {"/0": "config", "/1": "config", "/2": "recreate"}),
    ],
)
def test_a_version_that_goes_takes_its_objects_out_of_reach(before, after, impacts):
    old, new = ({"versions": [version(name) for name in names]} for names in (before, after))
    definitions = [resource_of(body("CustomResourceDefinition", spec=spec)) for spec in (old, new)]
    found = compare(definitions[:1], definitions[1:])
    assert {each.id.partition("/spec/versions")[2]: str(each.impact) for each in found} == impacts


def test_a_list_of_versions_that_differs_as_a_whole_is_judged_by_their_names():
    def impact(before, after):
        gvk = resource_of(body("CustomResourceDefinition")).gvk
        return str(impact_of(gvk, ("spec", "versions"), before, after, body={}, selected=frozenset()))

    assert impact([version("v1"), version("v2")], [version("v1")]) == "recreate"
    assert impact([version("v1")], [version("v1"), version("v2")]) == "config"
    assert impact([version("v1")], ABSENT) == "recreate"


@pytest.mark.parametrize("kind", ["ConfigMap", "Secret"])
def test_immutable_data_is_recreated(kind):
    assert changed(kind, "data.k", "MQ==", "Mg==", immutable=True).impact is Impact.RECREATE
    assert changed(kind, "immutable", True, ABSENT).impact is Impact.RECREATE


def test_a_label_by_which_something_selects_is_configuration():
    service = body("Service", metadata={"labels": {"heritage": "x"}})
    bare = body("Service")
    monitor = body("ServiceMonitor", spec={"selector": {"matchLabels": {"heritage": "x"}}})
    (alone,) = compare([resource_of(service)], [resource_of(bare)])
    assert alone.impact is Impact.METADATA
    found = compare([resource_of(service), resource_of(monitor)], [resource_of(bare), resource_of(monitor)])
    assert [difference.impact for difference in found] == [Impact.CONFIG]


@pytest.mark.parametrize(
    ("kind", "removed", "added"),
    [
        ("ConfigMap", "recreate", "config"),
        ("ServiceAccount", "recreate", "config"),
        ("Deployment", "recreate", "rollout"),
        ("CronJob", "recreate", "rollout"),
        ("StatefulSet", "data-loss", "rollout"),
        ("PersistentVolumeClaim", "data-loss", "config"),
        ("CustomResourceDefinition", "data-loss", "config"),
        ("Namespace", "data-loss", "config"),
        ("Prometheus", "recreate", "config"),
        ("Kafka", "data-loss", "config"),
        ("Application", "data-loss", "config"),
    ],
)
def test_impact_of_a_whole_object(kind, removed, added):
    resource = resource_of(body(kind))
    (gone,) = compare([resource], [])
    assert (gone.kind, gone.path, str(gone.impact), gone.after) == (DifferenceKind.REMOVED, (), removed, ABSENT)
    (come,) = compare([], [resource])
    assert (come.kind, come.path, str(come.impact), come.before) == (DifferenceKind.ADDED, (), added, ABSENT)


def test_another_name_is_another_object():
    found = compare([resource_of(body("Deployment", "old"))], [resource_of(body("Deployment", "new"))])
    assert [(difference.kind, difference.impact) for difference in found] == [
        (DifferenceKind.ADDED, Impact.RECREATE),
        (DifferenceKind.REMOVED, Impact.RECREATE),
    ]


@pytest.mark.parametrize("on_after", [True, False])
def test_becoming_a_hook_or_ceasing_to_be_one_is_a_difference_of_its_own(on_after):
    plain = resource_of(body("Job"))
    hook = resource_of(body("Job", metadata={"annotations": {"helm.sh/hook": "pre-install"}}))
    (found,) = compare([plain], [hook]) if on_after else compare([hook], [plain])
    assert (found.kind, found.impact) == (DifferenceKind.HOOK, Impact.RECREATE)
    other = resource_of(body("Job", metadata={"annotations": {"helm.sh/hook": "pre-install,pre-upgrade"}}))
    (found,) = compare([hook], [other])
    assert found.kind is DifferenceKind.CHANGED
