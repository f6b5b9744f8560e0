"""What a cluster adds to objects that are read out of it, and what it never takes from others."""

from __future__ import annotations

import pytest

from migrator.compare import compare, comparison
from migrator.compare.stored import stored_form
from migrator.compare.stored.dump import without_cluster
from migrator.model import resource_of
from migrator.yamlio import Dialect, read_value


def resource(text: str):
    return resource_of(read_value(text, dialect=Dialect.SIGS))


SERVICE = "{apiVersion: v1, kind: Service, metadata: {name: web%s}, spec: {%s ports: [{port: 80}]}%s}"
LIVE = resource(
    SERVICE
    % (
        (
            ", uid: u, resourceVersion: '7', generation: 1, creationTimestamp: '2024-01-01T00:00:00Z', managedFields: [{}], "
            "annotations: {meta.helm.sh/release-name: web, meta.helm.sh/release-namespace: shop, "
            "kubectl.kubernetes.io/last-applied-configuration: '{}', note: mine}"
        ),
        (
            "clusterIP: 10.0.0.7, clusterIPs: [10.0.0.7], ipFamilies: [IPv4], ipFamilyPolicy: SingleStack, "
            "internalTrafficPolicy: Cluster, sessionAffinity: None, type: ClusterIP,"
        ),
        ", status: {loadBalancer: {}}",
    )
)
WRITTEN = resource(SERVICE % (", annotations: {note: mine}", "", ""))


def test_an_object_of_a_cluster_is_the_one_that_was_written():
    found = comparison([LIVE], [WRITTEN])
    assert found.differences == ()
    assert found.equivalences["cluster-fields"] == 13


def test_what_differs_beside_is_found():
    port = resource((SERVICE % (", annotations: {note: mine}", "", "")).replace("80", "81"))
    assert {each.path[:3] for each in compare([LIVE], [port])} == {("spec", "ports", 0)}


@pytest.mark.parametrize(
    ("metadata", "spec", "more"),
    [
        ("", "clusterIP: 10.0.0.7,", ""),
        (", annotations: {meta.helm.sh/release-name: web}", "", ""),
        (", generation: 3", "", ""),
        (", uid: u", "clusterIP: None,", ""),
        (", uid: u", "type: NodePort,", ""),
    ],
)
def test_what_shows_no_sign_of_a_cluster_or_is_none_of_it_stays(metadata, spec, more):
    assert compare([resource(SERVICE % (metadata, spec, more))], [resource(SERVICE % ("", "", ""))])


def test_a_claim_keeps_its_class_and_loses_its_volume():
    claim = resource(
        "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: d, uid: u, finalizers: "
        "[kubernetes.io/pvc-protection], annotations: {pv.kubernetes.io/bind-completed: 'yes'}}, "
        "spec: {volumeName: pvc-1, storageClassName: fast, volumeMode: Filesystem}, status: {phase: Bound}}"
    )
    assert stored_form(without_cluster([claim]).resources[0].body).body == {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "d"},
        "spec": {"storageClassName": "fast", "volumeMode": "Filesystem"},
    }
    # in a repository the volume is what somebody says: without it the claim gets another, empty one
    assert stored_form(claim.body).body["spec"]["volumeName"] == "pvc-1"
    guarded = resource(
        "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: d, uid: u, finalizers: "
        "[kubernetes.io/pvc-protection, example.org/mine]}, spec: {}}"
    )
    assert stored_form(guarded.body).body["metadata"]["finalizers"] == [
        "kubernetes.io/pvc-protection",
        "example.org/mine",
    ]


def test_fields_and_objects_that_a_cluster_added_are_told():
    made = [
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: kube-root-ca.crt, uid: u}, data: {a: b}}",
        "{apiVersion: v1, kind: Pod, metadata: {name: web-1, uid: u, ownerReferences: [{controller: true, uid: v}]}}",
        "{apiVersion: v1, kind: Secret, type: helm.sh/release.v1, metadata: {name: r, uid: u}}",
        "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data-db-0, uid: u}}",
    ]
    kept = [
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: mine, uid: u}, data: {a: b}}",
        "{apiVersion: v1, kind: Secret, type: Opaque, metadata: {name: r2, uid: u}}",
        "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data-web-0, uid: u}}",
        "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data-db-1}}",
        (
            "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db, uid: u}, "
            "spec: {volumeClaimTemplates: [{metadata: {name: data}}]}}"
        ),
    ]
    found = without_cluster([*map(resource, made), *map(resource, kept)])
    assert [each.id.name for each in found.resources] == ["mine", "r2", "data-web-0", "data-db-1", "db"]
    assert len(found.made) == len(made)
    assert found.fields == {"metadata.uid": 4}


def test_what_was_written_by_hand_is_the_very_thing():
    found = without_cluster([WRITTEN])
    assert found.resources[0] is WRITTEN
    assert (found.fields, found.made) == ({}, ())
