"""Objects that a chart could hold in a list of whole objects: values of `migrate infer`, beside the release in a plan."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_support import Migrate, committed

SIGNATURE = """\
    apiVersion: migrate/v1
    kind: Signature
    chart: lamp
    repository: https://charts.example.org
    category: core
    fullname: "{release}"
    images: {example/lamp: {weight: 1, tag: appVersion}}
    labels: {app.kubernetes.io/name: [lamp]}
    containers: {lamp: {}}
    core: {Deployment: ["{fullname}"]}
"""
MAIN = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: front, namespace: light, labels: {app.kubernetes.io/name: lamp}}
spec:
  replicas: 2
  selector: {matchLabels: {app.kubernetes.io/name: lamp}}
  template:
    metadata: {labels: {app.kubernetes.io/name: lamp}}
    spec: {containers: [{name: lamp, image: "example/lamp:2.0.0"}]}
"""
OWN = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: opening-hours, namespace: light, labels: {app.kubernetes.io/name: lamp}}
data: {opens: "9"}
"""


@pytest.fixture
def charts(tree: Callable[..., Path], tmp_path: Path) -> Path:
    """A folder with the chart."""
    (tmp_path / "charts").mkdir()
    main = MAIN.replace("name: front", "name: {{ .Release.Name }}").replace(
        "replicas: 2", "replicas: {{ .Values.lit }}"
    )
    files = {
        "lamp/Chart.yaml": "apiVersion: v2\nname: lamp\nversion: 1.0.0\nappVersion: 2.0.0\n",
        "lamp/values.yaml": "lit: 1\nextraObjects: []\n",
        "lamp/templates/main.yaml": main,
        "lamp/templates/extra.yaml": "{{ range .Values.extraObjects }}\n---\n{{ tpl (toYaml .) $ }}\n{{ end }}\n",
    }
    return tree(files, tmp_path / "charts")


def test_infer_holds_them_unless_told_otherwise(charts: Path, migrate: Migrate, tmp_path: Path) -> None:
    target = tmp_path / "target.yaml"
    target.write_text(f"{MAIN}---\n{OWN}")
    words = ("infer", "--chart", charts / "lamp", "--target", target, "--format", "json")
    held = migrate(*words)
    assert held.code == 0
    (made,) = json.loads(held.out)["values"]["common"]["extraObjects"]
    assert made["metadata"] == {
        "name": "opening-hours",
        "namespace": "{{ .Release.Namespace }}",
        "labels": {"app.kubernetes.io/name": "lamp"},
    }
    shown = migrate(*words, "--no-extra-objects")
    assert shown.code == 3
    beside = json.loads(shown.out)
    assert beside["values"]["common"] == {"lit": 2}
    assert [each["class"] for each in beside["residual"]] == ["not-in-chart"]


def test_in_a_plan_they_stay_beside_the_release(
    charts: Path, tree: Callable[..., Path], migrate: Migrate, tmp_path: Path
) -> None:
    (tmp_path / "shop").mkdir()
    files = {
        "base/kustomization.yaml": "resources: [all.yaml]\n",
        "base/all.yaml": f"{MAIN}---\n{OWN}",
        "overlays/prod/kustomization.yaml": "resources: [../../base]\n",
        ".migrate/rules/signatures/core/lamp.yaml": SIGNATURE,
    }
    shop = committed(tree(files, tmp_path / "shop"))
    words = (shop, "--offline", "--chart-mirror", charts)
    (found,) = json.loads(migrate("plan", *words, "--format", "json").out)["components"]
    assert found["decision"] == "adopt"
    assert [each["resource"] for each in found["companions"]] == ["ConfigMap light/opening-hours"]
    text = migrate("plan", *words, "--verbose").out
    assert "not made by the chart, stays in Kustomize" in text
    assert migrate("apply", *words).code == 0
    written = [each.read_text() for each in shop.rglob("values*.yaml")]
    assert written
    assert not any("extraObjects" in each or "opening-hours" in each for each in written)
