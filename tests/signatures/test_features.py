from __future__ import annotations

import pytest

from migrator.model import Json, resource_of
from migrator.signatures import Image, features, parse_image
from migrator.signatures.features import chart_label


@pytest.mark.parametrize(
    ("text", "repository", "tag"),
    [
        ("redis:7", "redis", "7"),
        ("docker.io/library/redis:7", "redis", "7"),
        ("public.ecr.aws/docker/library/redis:7", "redis", "7"),
        ("quay.io/jetstack/cert-manager-controller:v1.12.4", "jetstack/cert-manager-controller", "v1.12.4"),
        ("registry.corp:5000/a/b", "a/b", ""),
        ("localhost/a", "a", ""),
        ("a/b:1@sha256:0123", "a/b", "1"),
        ("docker.io/bitnamilegacy/redis:7", "bitnami/redis", "7"),
    ],
)
def test_an_image_is_read_without_its_registry(text: str, repository: str, tag: str) -> None:
    assert parse_image(text) == Image(repository=repository, tag=tag)


@pytest.mark.parametrize("text", ["", "  ", "not an image", "@sha256:00"])
def test_what_is_no_image_is_none(text: str) -> None:
    assert parse_image(text) is None


@pytest.mark.parametrize(
    ("labels", "chart"),
    [
        ({"helm.sh/chart": "kube-prometheus-stack-45.7.1"}, ("kube-prometheus-stack", "45.7.1")),
        ({"helm.sh/chart": "cert-manager-v1.12.4"}, ("cert-manager", "v1.12.4")),
        ({"helm.sh/chart": "x-1.2.3-rc.1_build"}, ("x", "1.2.3-rc.1+build")),
        ({"chart": "redis-10.5.7", "heritage": "Helm"}, ("redis", "10.5.7")),
        ({"chart": "redis-10.5.7"}, None),
        ({"helm.sh/chart": "no-version"}, None),
        ({}, None),
    ],
)
def test_chart_labels(labels: dict[str, str], chart: tuple[str, str] | None) -> None:
    assert chart_label(labels) == chart


def test_features_of_a_workload() -> None:
    shown = features(
        resource_of(
            {
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "metadata": {"name": "x", "labels": {"release": "r", "app": "x"}},
                "spec": {
                    "template": {
                        "metadata": {"labels": {"helm.sh/chart": "x-1.0.0", "k8s-app": "y"}},
                        "spec": {
                            "containers": [
                                {"name": "main", "image": "a/x:1", "args": ["--level=1", "-v", "--to", "z"]},
                                {"name": "odd", "image": 7, "ports": [{"containerPort": 80}, {"containerPort": "x"}]},
                            ],
                            "initContainers": [{"name": "init", "image": "b/y:2"}],
                        },
                    }
                },
            }
        )
    )
    assert shown.chart == ("x", "1.0.0")
    assert shown.instance == "r"
    assert shown.labels == (("app", "x"), ("k8s-app", "y"))
    assert [image.repository for image in shown.images] == ["a/x", "b/y"]
    assert shown.containers[0].flags == ("level", "to")
    assert shown.containers[1].ports == (80,)


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "Deployment", "metadata": None, "spec": {"template": []}},
        {"kind": "CronJob", "spec": {"jobTemplate": 3}},
        {"kind": "Service", "metadata": {"labels": ["x"]}, "spec": {"ports": {"port": 1}}},
        {"kind": "Prometheus", "spec": {"image": {"tag": "x"}}},
    ],
)
def test_malformed_places_count_as_absent(body: Json) -> None:
    shown = features(resource_of(body))
    assert shown.images == ()
    assert shown.ports == ()


def test_a_custom_resource_may_name_an_image() -> None:
    body = {"apiVersion": "x/v1", "kind": "Prometheus", "metadata": {"name": "p"}, "spec": {"image": "q/prom:v2"}}
    assert features(resource_of(body)).images == (Image(repository="q/prom", tag="v2"),)
