"""What goes and what comes in its place: by image, by what they say, by name."""

from __future__ import annotations

import pytest

from migrator.compare import compare
from migrator.model import DifferenceKind, Impact, resource_of


def thing(kind, name, api="v1", namespace="web", **body):
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return resource_of({"apiVersion": api, "kind": kind, "metadata": metadata, **body})


def deployment(name, image, **pod):
    spec = {"template": {"spec": {"containers": [{"name": name, "image": image}], **pod}}}
    return thing("Deployment", name, "apps/v1", spec=spec)


def role(name, *verbs):
    rules = [{"apiGroups": [""], "resources": ["pods"], "verbs": list(verbs)}]
    return thing("ClusterRole", name, "rbac.authorization.k8s.io/v1", namespace="", rules=rules)


def binding(name, role, account):
    ref = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role}
    subjects = [{"kind": "ServiceAccount", "name": account, "namespace": "web"}]
    return thing(
        "ClusterRoleBinding", name, "rbac.authorization.k8s.io/v1", namespace="", roleRef=ref, subjects=subjects
    )


def renamed(before, after):
    """Name before -> name after, of what may be one under two names."""
    found = compare(before, after)
    both = {
        (each.resource.name, each.counterpart.name)
        if each.kind is DifferenceKind.REMOVED
        else (each.counterpart.name, each.resource.name)
        for each in found
        if each.counterpart is not None
    }
    assert len(both) * 2 == sum(each.counterpart is not None for each in found)
    return dict(sorted(both))


def test_workloads_are_told_by_their_image_and_not_by_their_name():
    before = [deployment("server", "example.org/tool/api:1"), deployment("worker", "example.org/tool/worker:1")]
    after = [deployment("tool-worker", "mirror.org/api:2"), deployment("tool-server", "mirror.org/worker:2")]
    assert renamed(before, after) == {"server": "tool-worker", "worker": "tool-server"}
    assert renamed(before[:1], [deployment("server-1", "example.org/other:1")]) == {}


def test_of_two_with_one_image_the_one_that_says_more_of_the_same_is_it():
    before = [deployment("agent", "example.org/tool:1", hostPID=True, priorityClassName="high")]
    after = [
        deployment("agent-x", "example.org/tool:1"),
        deployment("zzz", "example.org/tool:1", hostPID=True, priorityClassName="high"),
    ]
    assert renamed(before, after) == {"agent": "zzz"}


def test_other_objects_are_told_by_what_they_say_and_then_by_name():
    service = {"spec": {"ports": [{"port": 80}], "selector": {"app": "a"}}}
    other = {"spec": {"ports": [{"port": 9000, "name": "x"}], "selector": {"app": "b"}}}
    before = [thing("Service", "b-one", **service), thing("ServiceAccount", "tool-server")]
    after = [
        thing("Service", "b-one-x", **other),
        thing("Service", "a", **service),
        *(thing("ServiceAccount", name) for name in ("other", "the-tool-server")),
    ]
    assert renamed(before, after) == {"b-one": "a", "tool-server": "the-tool-server"}
    assert renamed(before[:1], after[:1]) == {}


@pytest.mark.parametrize("kind", ["Namespace", "CustomResourceDefinition"])
def test_what_is_its_name_has_no_other(kind):
    assert renamed([thing(kind, "a", namespace="")], [thing(kind, "b", namespace="")]) == {}


def test_kinds_and_namespaces_are_apart():
    body = {"data": {"a": "b"}}
    assert renamed([thing("ConfigMap", "a", **body)], [thing("ConfigMap", "b", namespace="ops", **body)]) == {}
    assert renamed([thing("ConfigMap", "a", **body)], [thing("Secret", "b", **body)]) == {}


def test_a_role_under_another_name_widens_nothing_but_what_it_permits_more():
    def wider(before, after):
        return {str(each.resource) for each in compare(before, after) if each.privilege}

    account, new = thing("ServiceAccount", "a"), thing("ServiceAccount", "b")
    before = [role("r", "get", "list"), binding("r", "r", "a"), account]
    assert wider(before, [role("s", "get"), binding("s", "s", "b"), new]) == set()
    assert wider(before, [role("s", "get", "list", "delete"), binding("s", "s", "b"), new]) == {
        "ClusterRole.rbac.authorization.k8s.io s"
    }
    # another account is bound
    assert wider(before, [role("s", "get"), binding("s", "s", "c"), new]) == {
        "ClusterRoleBinding.rbac.authorization.k8s.io s"
    }


def test_what_holds_data_is_lost_under_whatever_name():
    before, after = ([thing("StatefulSet", name, "apps/v1", spec={"serviceName": "x"})] for name in ("a", "b"))
    assert renamed(before, after) == {"a": "b"}
    assert {each.kind: each.impact for each in compare(before, after)} == {
        DifferenceKind.REMOVED: Impact.DATA_LOSS,
        DifferenceKind.ADDED: Impact.RECREATE,
    }
