"""What is the same to a cluster and not written alike is made so where a value does it, and told where none does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from infer_support import archive_of, inferred, rendered

from migrator.charts.types import ChartArchive
from migrator.model import Resource, resource_of

SERVER = """apiVersion: apps/v1
kind: Deployment
metadata: {name: server}
spec:
  selector: {matchLabels: {app: a}}
  template:
    metadata: {labels: {app: a}}
    spec:
      {{- if .Values.pod.enabled }}
      securityContext:
        fsGroup: {{ .Values.pod.fsGroup }}
      {{- end }}
      containers: [{name: main, image: "example/server:1"}]
"""
DEFINITION = """apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.org}
spec: {group: example.org, names: {kind: Thing, plural: things}, scope: Cluster, versions: []}
status: {conditions: []}
"""
FIXED = 'apiVersion: v1\nkind: Service\nmetadata: {name: fixed}\nspec: {ports: [{port: 80, protocol: "TCP"}]}\n'


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> ChartArchive:
    files = {
        "values.yaml": "pod: {enabled: false}\n",
        "templates/server.yaml": SERVER,
        "templates/definition.yaml": DEFINITION,
        "templates/fixed.yaml": FIXED,
    }
    return archive_of(tmp_path_factory.mktemp("charts"), files)


def edited(
    targets: tuple[Resource, ...], kind: str, edit: Callable[[dict[str, Any]], Mapping[str, Any]]
) -> tuple[Resource, ...]:
    return tuple(resource_of(edit(dict(each.body))) if each.id.kind == kind else each for each in targets)


def without_protocol(body: dict[str, Any]) -> Mapping[str, Any]:
    return {**body, "spec": {"ports": [{"port": 80}]}}


def test_a_block_of_nulls_is_opened_for_the_letter_beside_a_status_that_only_a_cluster_writes(archive):
    found, _ = inferred(archive, rendered(archive, {"pod": {"enabled": True}}))
    assert found.values.common == {"pod": {"enabled": True}}
    assert found.identical


def test_what_no_value_writes_alike_is_told_and_not_called_identical(archive):
    found, _ = inferred(archive, edited(rendered(archive), "Service", without_protocol))
    assert found.equivalent
    assert not found.identical
    places = [(str(resource), path) for resource, path in found.written_differently["prod"]]
    assert places == [("Service fixed", ("spec", "ports", 0, "protocol"))]


def test_one_object_comes_right_to_the_letter_though_another_cannot(archive):
    target = edited(rendered(archive, {"pod": {"enabled": True}}), "Service", without_protocol)
    found, _ = inferred(archive, target)
    assert found.values.common == {"pod": {"enabled": True}}
    assert {resource.kind for resource, _ in found.written_differently["prod"]} == {"Service"}


def test_a_namespace_that_only_the_target_names_is_another_way_to_write_it(archive):
    def placed(body: dict[str, Any]) -> Mapping[str, Any]:
        return {**body, "metadata": {**body["metadata"], "namespace": "data"}}

    found, _ = inferred(archive, edited(rendered(archive), "Service", placed), release="shop", namespace="data")
    assert found.equivalent
    assert [path for _, path in found.written_differently["prod"]] == [("metadata", "namespace")]
    assert inferred(archive, rendered(archive), release="shop", namespace="data")[0].identical


SIZED = SERVER.replace(
    'image: "example/server:1"}]', 'image: "example/server:1", resources: {limits: {cpu: {{ .Values.cpu }}}}}]'
)
DRAWN = "apiVersion: v1\nkind: Secret\nmetadata: {name: drawn}\ndata: {key: {{ randAlphaNum 40 | b64enc }}, id: {{ uuidv4 | b64enc }}}\n"


@pytest.mark.parametrize("drawn", ["", DRAWN])
@pytest.mark.parametrize("cpu", [2, "2"])
def test_a_quantity_is_written_as_the_target_writes_it(tmp_path, cpu, drawn):
    files = {
        "values.yaml": "cpu: 500m\npod: {enabled: false}\n",
        "templates/server.yaml": SIZED.replace("{{ .Values.cpu }}", "{{ toJson .Values.cpu }}"),
    }
    archive = archive_of(tmp_path, {**files, "templates/drawn.yaml": drawn})
    found, _ = inferred(archive, rendered(archive, {"cpu": cpu, "pod": {"enabled": True, "fsGroup": 1}}))
    assert found.values.common["cpu"] == cpu
    assert type(found.values.common["cpu"]) is type(cpu)


def test_what_is_drawn_does_not_keep_the_rest_from_the_letter(tmp_path):
    files = {"values.yaml": "pod: {enabled: false}\n", "templates/server.yaml": SERVER, "templates/drawn.yaml": DRAWN}
    archive = archive_of(tmp_path, files)
    found, _ = inferred(archive, rendered(archive, {"pod": {"enabled": True}}))
    assert found.values.common == {"pod": {"enabled": True}}
