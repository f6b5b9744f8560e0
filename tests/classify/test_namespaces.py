"""Where objects go that name no namespace, as objects beside them tell."""

from __future__ import annotations

from typing import Any

from migrator.classify.namespaces import likely_namespace
from migrator.model import Resource, resource_of


def obj(kind: str, name: str, namespace: str = "", **body: Any) -> Resource:
    version = "rbac.authorization.k8s.io/v1" if "Role" in kind else "v1"
    metadata = {"name": name} | ({"namespace": namespace} if namespace else {})
    return resource_of({"apiVersion": version, "kind": kind, "metadata": metadata, **body})


def binding(account: str, namespace: str) -> Resource:
    subjects = [{"kind": "ServiceAccount", "name": account, "namespace": namespace}]
    return obj("ClusterRoleBinding", "b", subjects=subjects)


FREE = obj("ServiceAccount", "cache")
SECRET = obj("Secret", "cache")


def told(*groups: list[Resource]) -> tuple[str, str]:
    found = likely_namespace(groups, {})
    return found.namespace, found.reason


def test_what_refers_to_an_object_knows_best() -> None:
    said = told([FREE, binding("cache", "data"), obj("Secret", "x", "web"), obj("Namespace", "other")])
    assert said == ("data", "where ClusterRoleBinding.rbac.authorization.k8s.io b looks for ServiceAccount cache")


def test_a_reference_to_something_else_says_nothing() -> None:
    assert told([FREE, binding("somebody", "data")]) == ("default", "")


def test_then_the_others_of_its_group_the_system_aside() -> None:
    own = [FREE, SECRET, obj("Role", "r", "kube-system"), obj("Role", "q", "kube-system"), obj("Secret", "x", "web")]
    assert told(own, [obj("Secret", "y", "far"), obj("Secret", "z", "far")])[0] == "web"
    assert told([FREE, obj("Role", "r", "kube-system")])[0] == "kube-system"


def test_then_the_one_namespace_beside_it() -> None:
    assert told([FREE], [obj("Namespace", "data")]) == ("data", "the one Namespace beside them")
    assert told([FREE], [obj("Namespace", "data"), obj("Namespace", "web")]) == ("default", "")


def test_the_name_of_a_service_in_a_text_knows_where_it_is() -> None:
    seeds = obj("ConfigMap", "seeds", data={"seeds": "cache-0.cache.data.svc.cluster.local,other.far.svc"})
    assert told([obj("Service", "cache"), seeds]) == ("data", "where ConfigMap seeds looks for Service cache")
    assert told([FREE, seeds]) == ("default", "")
