"""Which release names are tried: those that helm takes, and no other."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from infer_support import archive_of, inferred

from migrator.engines import HelmRender, find_helm, helm_template, rendered_resources
from migrator.inference.candidates.release_names import namespaces, releases
from migrator.model import ReleaseContext, Resource, resource_of


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


NAMED = """\
{{- define "NAME.full" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name }}{{ .Release.Name }}{{ else }}{{ .Release.Name }}-{{ $name }}{{ end -}}
{{- end -}}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "NAME.full" . }}
  labels: {app.kubernetes.io/instance: {{ .Release.Name }}, app.kubernetes.io/name: NAME}
data: {size: "{{ .Values.size }}"}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ include "NAME.full" . }}
  labels: {app.kubernetes.io/instance: {{ .Release.Name }}, app.kubernetes.io/name: NAME}
spec: {type: "{{ .Values.type }}"}
"""


def test_a_likelier_name_is_kept_where_a_subchart_is_opened_as_well(tmp_path: Path) -> None:
    parent = "apiVersion: v2\nname: tiny\nversion: 1.0.0\ndependencies:\n- {name: side, version: 1.0.0, condition: side.enabled}\n"
    values = "nameOverride: ''\nsize: small\ntype: ClusterIP\n"
    archive = archive_of(
        tmp_path,
        {
            "Chart.yaml": parent,
            "values.yaml": f"{values}side: {{enabled: false}}\n",
            "templates/a.yaml": NAMED.replace("NAME", "tiny"),
            "charts/side/Chart.yaml": "apiVersion: v2\nname: side\nversion: 1.0.0\n",
            "charts/side/values.yaml": values,
            "charts/side/templates/a.yaml": NAMED.replace("NAME", "side"),
        },
    )
    request = HelmRender(
        context=ReleaseContext(release="team-tiny", namespace="data", kube_version="1.32"),
        chart=archive.path,
        values=(b"side: {enabled: true, size: large}\n",),
    )
    target = rendered_resources(helm_template(find_helm(), request))
    answer, _ = inferred(archive, target)
    assert answer.context.release == "team-tiny"
    assert answer.values.common == {"side": {"enabled": True, "size": "large"}}
