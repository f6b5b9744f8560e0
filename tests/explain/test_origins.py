"""Every place of a built object is traced to the line that shows it."""

from __future__ import annotations

import pytest
from small_repository import Make, Repository

from migrator.explain import Origins
from migrator.model import KeyPath, ResId

BASE = """\
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  type: ClusterIP
---
# the web
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 1
  template:
    spec:
      containers:
      - name: side
        image: side:1
      - name: main
        image: nginx:1
        args: [--one]
        env:
        - name: A
          value: base
"""
MERGE = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    spec:
      containers:
      - name: main
        env:
        - name: B
          value: overlay
        resources:
          limits:
            cpu: 2
"""
JSON_PATCH = """\
- op: replace
  path: /spec/type
  value: NodePort
- op: add
  path: /metadata/annotations
  value:
    team: a
"""
DELETE = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n$patch: delete\n"
FILES = {
    "base/all.yaml": BASE,
    "base/app.conf": "x=1\n",
    "base/kustomization.yaml": """\
        resources: [all.yaml]
        configMapGenerator:
        - name: conf
          files: [app.conf]
          literals: [mode=fast]
    """,
    "overlays/prod/merge.yaml": MERGE,
    "overlays/prod/service.yaml": JSON_PATCH,
    "overlays/prod/kustomization.yaml": """\
        namespace: shop
        commonLabels:
          tier: front
        resources: [../../base]
        patches:
        - path: merge.yaml
        - path: service.yaml
          target: {kind: Service}
        - patch: '[{"op": "add", "path": "/spec/paused", "value": true}]'
          target: {kind: Deployment}
        images:
        - name: other
          newTag: "7"
        - name: nginx
          newTag: "2"
        replicas:
        - name: web
          count: 4
    """,
    "overlays/dev/gone.yaml": DELETE,
    "overlays/dev/kustomization.yaml": "resources: [../../base]\npatches:\n- path: gone.yaml\n",
}
WEB = ResId(group="apps", kind="Deployment", namespace="shop", name="web")
SERVICE = ResId(group="", kind="Service", namespace="shop", name="web")
MAIN = ("spec", "template", "spec", "containers", 0)
"""Kustomize puts the container that a patch speaks of first."""


@pytest.fixture
def found(make: Make) -> Repository:
    return make(FILES)


@pytest.fixture
def origins(found: Repository) -> Origins:
    return Origins(found.view)


def told(origins: Origins, environment: str, res_id: ResId, *path: str | int) -> str:
    found = origins.of(environment, res_id, tuple(path))
    return f"{found.span.path}:{found.span.line} {found.kind}" if found else "nothing"


PROD = "overlays/prod/kustomization.yaml"


@pytest.mark.parametrize(
    ("res_id", "path", "expected"),
    [
        (WEB, (), "base/all.yaml:9 manifest"),
        (WEB, (*MAIN, "args", 0), "base/all.yaml:22 manifest"),
        (WEB, (*MAIN, "env", 1, "value"), "base/all.yaml:25 manifest"),
        (WEB, (*MAIN, "env", 0, "value"), "overlays/prod/merge.yaml:12 patch"),
        (WEB, (*MAIN, "resources"), "overlays/prod/merge.yaml:13 patch"),
        (WEB, (*MAIN, "resources", "limits", "cpu"), "overlays/prod/merge.yaml:15 patch"),
        (WEB, ("spec", "replicas"), f"{PROD}:17 replicas"),
        (WEB, (*MAIN, "image"), f"{PROD}:14 images"),
        (WEB, (*MAIN[:-1], 1, "image"), "base/all.yaml:19 manifest"),
        (WEB, ("spec", "paused"), f"{PROD}:9 patch"),
        (WEB, ("metadata", "labels", "tier"), f"{PROD}:2 commonLabels"),
        (WEB, ("metadata", "namespace"), f"{PROD}:1 namespace"),
        (WEB, ("metadata", "name"), "base/all.yaml:12 manifest"),
        (WEB, ("spec", "strategy"), "base/all.yaml:13 absent"),
        (SERVICE, ("spec", "type"), "overlays/prod/service.yaml:3 patch"),
        (SERVICE, ("metadata", "annotations", "team"), "overlays/prod/service.yaml:7 patch"),
    ],
)
def test_a_place_is_traced_to_what_set_it_last(origins: Origins, res_id: ResId, path: KeyPath, expected: str) -> None:
    assert told(origins, "prod", res_id, *path) == expected


def test_an_environment_has_its_own_answer(origins: Origins) -> None:
    base = ResId(group="apps", kind="Deployment", namespace="", name="web")
    assert told(origins, "dev", base, "spec", "replicas") == "base/all.yaml:14 manifest"
    assert told(origins, "dev", base, *MAIN, "image") == "base/all.yaml:19 manifest"


def test_what_a_patch_deletes_is_told_by_the_patch(origins: Origins) -> None:
    assert told(origins, "dev", SERVICE) == "overlays/dev/gone.yaml:1 patch"
    assert told(origins, "prod", ResId(group="", kind="Secret", namespace="", name="nobody")) == "nothing"


def test_generated_data_comes_from_its_file_or_entry(found: Repository, origins: Origins) -> None:
    build = next(each for each in found.builds if each.environment == "prod")
    conf = next(each.id for each in build.resources if each.id.kind == "ConfigMap")
    assert told(origins, "prod", conf, "data", "app.conf") == "base/app.conf:0 configMapGenerator"
    assert told(origins, "prod", conf, "data", "mode") == "base/kustomization.yaml:3 configMapGenerator"
