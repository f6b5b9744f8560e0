"""Targets that were rendered for an older Kubernetes: the version is found from their apiVersions."""

from __future__ import annotations

import pytest

from migrator.charts import load_archive
from migrator.engines import Cache, Toolchain, find_helm, find_kustomize, rendered_resources
from migrator.inference import InferenceRequest, infer
from migrator.inference.search.passes.kubernetes_version import fitting, other_versions
from migrator.inference.verdict.judge import Judge
from migrator.model import ReleaseContext
from migrator.templates.chart import load_chart

HELPERS = """
{{- define "app.pdb" -}}
{{- if semverCompare "<1.21-0" .Capabilities.KubeVersion.Version }}policy/v1beta1{{ else }}policy/v1{{ end }}
{{- end -}}
{{- define "app.ingress" -}}
{{- if semverCompare "<1.14-0" .Capabilities.KubeVersion.GitVersion -}}
extensions/v1beta1
{{- else if lt (int .Capabilities.KubeVersion.Minor) 19 -}}
networking.k8s.io/v1beta1
{{- else -}}
networking.k8s.io/v1
{{- end -}}
{{- end -}}
"""
TEMPLATE = """
apiVersion: {{ include "app.pdb" . }}
kind: PodDisruptionBudget
metadata: {name: "{{ .Release.Name }}"}
spec: {maxUnavailable: {{ .Values.unavailable }}}
---
apiVersion: {{ include "app.ingress" . }}
kind: Ingress
metadata: {name: "{{ .Release.Name }}"}
spec: {ingressClassName: {{ .Values.class }}}
{{- if and .Values.psp (semverCompare "<1.25" .Capabilities.KubeVersion.Version) }}
---
apiVersion: policy/v1beta1
kind: PodSecurityPolicy
metadata: {name: "{{ .Release.Name }}"}
spec: {privileged: false}
{{- end }}
"""
VALUES = "unavailable: 1\nclass: nginx\npsp: false\n"


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("charts") / "app"
    (folder / "templates").mkdir(parents=True)
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: app\nversion: 1.0.0\n")
    (folder / "values.yaml").write_text(VALUES)
    (folder / "templates" / "_helpers.tpl").write_text(HELPERS)
    (folder / "templates" / "all.yaml").write_text(TEMPLATE)
    return load_archive(folder)


def answered(archive, values, version, **given):
    judge = Judge(InferenceRequest(chart=archive, targets={}), find_helm(), Cache(None))
    setting = ReleaseContext(release="shop", namespace="data", kube_version=version)
    targets = rendered_resources(judge.ask(values, setting))
    return infer(
        InferenceRequest(
            chart=archive, targets={"prod": targets}, release="shop", namespace="data", budget=20, **given
        ),
        tools=Toolchain(kustomize=find_kustomize(), helm=find_helm()),
        cache=Cache(None),
    )


@pytest.mark.parametrize(
    ("version", "found", "values"),
    [
        ("1.32", "1.32", {"class": "other"}),
        ("1.20", "1.20", {"class": "other"}),
        ("1.16", "1.18", {"unavailable": 2}),  # nothing tells one of 1.14 to 1.18 from another
        ("1.10", "1.13", {}),
        ("1.24", "1.24", {"psp": True}),  # the version alone prints nothing else
    ],
)
def test_the_version_is_found_and_the_render_is_the_target(archive, version, found, values):
    inference, notes = answered(archive, values, version)
    assert inference.identical, inference.residual
    assert (inference.context.kube_version, inference.values.common) == (found, values)
    assert inference.engine["kubeVersion"] == found
    assert any(note.code == "MIG507" for note in notes) == (found != "1.32")


def test_a_version_that_somebody_has_said_stays(archive):
    inference, _ = answered(archive, {}, "1.20", kube_version="1.30", kube_is_given=True)
    assert inference.context.kube_version == "1.30"
    assert {item.path for item in inference.residual} == {("apiVersion",)}


def test_only_versions_that_the_templates_ask_about_are_tried(archive):
    assert other_versions(load_chart(archive.files), "1.32") == (
        "1.25",
        "1.24",
        "1.21",
        "1.20",
        "1.19",
        "1.18",
        "1.14",
        "1.13",
    )
    quiet = {"Chart.yaml": b"name: q", "templates/x.yaml": b'{{ semverCompare "<1.21" .Values.version }}'}
    assert other_versions(load_chart(quiet), "1.32") == ()


@pytest.mark.parametrize(
    ("wanted", "version"), [("", "1.32"), (">=1.19-0", "1.32"), ("<1.25", "1.24"), ("not a range", "1.32")]
)
def test_a_version_that_the_chart_refuses_is_not_begun_with(wanted, version):
    chart = load_chart({"Chart.yaml": f"name: q\nkubeVersion: {wanted!r}\n".encode()})
    assert fitting(chart, "1.32") == version
