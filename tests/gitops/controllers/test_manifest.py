from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from handover_tables import Body, definition, thing, workload

from migrator.gitops.controllers.manifest import Change, change_of, has_option, manifest_of


def change(before: Body, **spec: Any) -> Change:
    after = deepcopy(before)
    after["spec"].update(spec)
    return change_of(manifest_of(before), manifest_of(after))


def test_labels_and_annotations_are_no_content() -> None:
    one = workload("Deployment", "web", "web:1")
    other = deepcopy(one)
    other["metadata"] |= {"labels": {"a": "b"}, "annotations": {"c": "d"}, "finalizers": ["e/f"]}
    assert manifest_of(one).content == manifest_of(other).content
    assert manifest_of(other).marks == {"label a": "b", "annotation c": "d", "finalizer e/f": ""}


def test_an_object_without_namespace_goes_where_it_is_sent_and_one_of_the_cluster_nowhere() -> None:
    body = thing("ConfigMap", "one")
    del body["metadata"]["namespace"]
    assert manifest_of(body, namespace="there").id.namespace == "there"
    assert manifest_of(definition(), namespace="there").id.namespace == ""


def test_a_template_restarts_pods_and_replicas_do_not() -> None:
    web = workload("Deployment", "web", "web:1")
    other = workload("Deployment", "web", "web:2")["spec"]["template"]
    assert change(web, template=other) == Change(restarts=True)
    assert change(web, replicas=3) == Change()


@pytest.mark.parametrize(
    ("body", "spec"),
    [
        (workload("Deployment", "web", "web:1"), {"selector": {"matchLabels": {"x": "y"}}}),
        (workload("StatefulSet", "db", "db:1"), {"serviceName": "x"}),
        (thing("PersistentVolumeClaim", "data", spec={"storageClassName": "a"}), {"storageClassName": "b"}),
    ],
)
def test_fields_that_are_fixed(body: Body, spec: dict[str, Any]) -> None:
    assert change(body, **spec).fixed


def test_defaults_that_are_written_out_change_nothing() -> None:
    assert change(workload("StatefulSet", "db", "db:1"), podManagementPolicy="OrderedReady") == Change()


def test_sync_options_are_a_list() -> None:
    marks = {"annotation argocd.argoproj.io/sync-options": "Validate=false, Prune=false"}
    assert has_option(marks, "Prune=false")
    assert not has_option(marks, "Delete=false")
