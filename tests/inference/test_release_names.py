"""Which release names are tried: those that helm takes, and no other."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from migrator.engines import find_helm
from migrator.inference.candidates.release_names import namespaces, releases
from migrator.model import Resource, resource_of


def _named(name: str, kind: str = "ClusterRole", **labels: str) -> Resource:
    body = {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "labels": dict(labels)}}
    return resource_of(body)


@pytest.mark.parametrize("release", ["blue:system:view", "Blue", "blue_1", "-blue", "b" * 54])
def test_what_helm_refuses_is_not_tried(release: str, tmp_path: Path) -> None:
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: shop\nversion: 1.0.0\n")
    (tmp_path / "templates").mkdir()
    helm = find_helm()
    assert helm is not None
    told = subprocess.run([helm.path, "template", "--", release, tmp_path], capture_output=True, text=True, check=False)
    assert told.returncode != 0
    assert "release name" in told.stderr
    found = releases([_named(f"{release}-shop"), _named("green-shop", "Deployment")], "shop")
    assert release not in found
    assert found[-1] == "shop"


def test_names_of_objects_and_labels_are_tried_likeliest_first() -> None:
    found = releases([_named("green-shop", instance="x"), _named("other", release="red")], "shop")
    assert found[:2] == ("red", "green")


def test_a_namespace_that_only_the_name_of_an_own_service_tells() -> None:
    service = _named("web-0", "Service")
    body = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "x"},
        "data": {"run": "ping web-0.shop.svc\n"},
    }
    other = {**body, "data": {"run": "ping api.far.svc"}}
    assert namespaces([service, resource_of(body), resource_of(other)]) == ("shop",)
    assert namespaces([resource_of(body)]) == ("default",)
