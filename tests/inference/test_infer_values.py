"""From rendered manifests back to values, judged by the helm binary."""

from __future__ import annotations

from dataclasses import replace

import pytest

from migrator.charts import load_archive
from migrator.diagnostics import MigrateError
from migrator.engines import Cache, HelmRender, Toolchain, find_helm, find_kustomize, helm_template, rendered_resources
from migrator.inference import InferenceRequest, ResidualClass, infer
from migrator.model import ReleaseContext, resource_of
from migrator.yamlio import Dialect, dump, read_documents, read_value

TEMPLATE = """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ default (printf "%s-%s" .Release.Name .Chart.Name) .Values.fullnameOverride }}
  labels: {app: tiny, release: {{ .Release.Name }}}
  {{- with .Values.annotations }}
  annotations: {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  {{- if not .Values.autoscaling.enabled }}
  replicas: {{ .Values.replicas }}
  {{- end }}
  selector: {matchLabels: {app: tiny}}
  template:
    metadata: {labels: {app: tiny}}
    spec:
      containers:
      - name: main
        image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
        args:
        - --level={{ .Values.level }}
        {{- range .Values.extraArgs }}
        - {{ . }}
        {{- end }}
        {{- if .Values.env }}
        env:
        {{- range $name, $value := .Values.env }}
        - name: {{ $name }}
          value: {{ $value | quote }}
        {{- end }}
        {{- end }}
        ports:
        {{- range .Values.ports }}
        - name: {{ .name }}
          containerPort: {{ .port }}
          {{- if .protocol }}
          protocol: {{ .protocol }}
          {{- end }}
        {{- end }}
        resources: {{- toYaml .Values.resources | nindent 10 }}
      {{- with .Values.nodeSelector }}
      nodeSelector: {{- toYaml . | nindent 8 }}
      {{- end }}
{{- if .Values.autoscaling.enabled }}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: "{{ .Release.Name }}-hpa"}
spec: {maxReplicas: {{ .Values.autoscaling.max }}}
{{- end }}
{{- if eq .Values.mode "cluster" }}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: "{{ .Release.Name }}-cluster"}
data:
  config.yaml: |
    {{- toYaml .Values.config | nindent 4 }}
{{- end }}
---
apiVersion: v1
kind: Secret
metadata: {name: "{{ .Release.Name }}-auth"}
data:
  password: {{ .Values.password | b64enc }}
"""
VALUES = """
fullnameOverride: ""
annotations: {}
replicas: 1
image: {repository: example/tiny, tag: ""}
level: info
extraArgs: []
env: {}
ports: [{name: http, port: 80}]
resources: {}
nodeSelector: {}
autoscaling: {enabled: false, max: 3}
mode: cluster
# mode: single
config: {a: 1, deep: {b: two}}
password: change-me
"""


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("charts") / "tiny"
    (folder / "templates").mkdir(parents=True)
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: tiny\nversion: 1.0.0\nappVersion: '2.5'\n")
    (folder / "values.yaml").write_text(VALUES)
    (folder / "templates" / "all.yaml").write_text(TEMPLATE)
    (folder / "templates" / "test.yaml").write_text(
        'apiVersion: v1\nkind: Pod\nmetadata: {name: t, annotations: {"helm.sh/hook": test}}\n'
    )
    return load_archive(folder)


@pytest.fixture(scope="module")
def tools():
    return Toolchain(kustomize=find_kustomize(), helm=find_helm())


def rendered(archive, values, release="shop", namespace="data"):
    request = HelmRender(
        context=ReleaseContext(release=release, namespace=namespace, kube_version="1.32"),
        chart=archive.path,
        values=(dump(values).encode(),),
    )
    return rendered_resources(helm_template(find_helm(), request))


def ask(archive, tools, targets, **given):
    request = InferenceRequest(chart=archive, targets=targets, budget=20, **given)
    return infer(request, tools=tools, cache=Cache(None))[0]


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"replicas": 4},
        {"image": {"tag": "3.0"}, "level": "debug"},
        {"image": {"repository": "mirror.example/tiny", "tag": "3.1"}},
        {"extraArgs": ["--one", "--two=2", "--three"]},
        {"env": {"A": "1", "B": "true"}},
        {"ports": [{"name": "http", "port": 8080}, {"name": "dns", "port": 53, "protocol": "UDP"}]},
        {"resources": {"limits": {"cpu": "1", "memory": "64Mi"}}},
        {"nodeSelector": {"disk": "fast"}, "annotations": {"team": "a"}},
        {"autoscaling": {"enabled": True, "max": 9}},
        {"config": {"a": 2, "deep": {"c": "three"}}},
        {"fullnameOverride": "other", "password": "s3cret"},
    ],
    ids=lambda values: "-".join(values) or "defaults",
)
def test_values_come_back_as_they_were_set(archive, tools, values):
    inference = ask(archive, tools, {"prod": rendered(archive, values)})
    assert inference.identical, inference.residual
    assert inference.residual == ()
    assert inference.context.release == "shop"
    assert inference.values.common == values


def test_a_full_name_that_is_overridden_is_not_taken_for_the_release(archive, tools):
    inference = ask(archive, tools, {"prod": rendered(archive, {"fullnameOverride": "renamed"}, release="team")})
    assert inference.identical
    assert inference.context.release == "team"
    assert inference.values.common == {"fullnameOverride": "renamed"}


def test_a_condition_on_words_is_given_a_word(archive, tools):
    inference = ask(archive, tools, {"prod": rendered(archive, {"mode": "single"})})
    assert inference.identical
    assert set(inference.values.common) == {"mode"}


def test_environments_share_what_they_share(archive, tools):
    common = {"level": "warn", "extraArgs": ["--x"]}
    targets = {
        "dev": rendered(archive, common | {"ports": [{"name": "http", "port": 81}]}),
        "prod": rendered(archive, common | {"replicas": 3}),
    }
    inference = ask(archive, tools, targets)
    assert inference.identical
    assert inference.values.common == common
    assert inference.values.environments == {"dev": {"ports": [{"name": "http", "port": 81}]}, "prod": {"replicas": 3}}


def test_what_no_value_expresses_is_never_called_identical(archive, tools):
    resources = list(rendered(archive, {"replicas": 2}))
    place = next(i for i, r in enumerate(resources) if r.id.kind == "Deployment")
    body = read_value(dump(dict(resources[place].body)), dialect=Dialect.SIGS)
    body["spec"]["template"]["spec"]["hostNetwork"] = True
    resources[place] = resource_of(body)
    inference = ask(archive, tools, {"prod": tuple(resources)})
    assert not inference.identical
    assert inference.values.common == {"replicas": 2}
    residual = inference.residual[0]
    assert residual.path == ("spec", "template", "spec", "hostNetwork")
    assert residual.cls is ResidualClass.NOT_FOUND


def test_what_was_tried_for_a_residual_is_told(archive, tools):
    resources = list(rendered(archive, {}))
    place = next(i for i, r in enumerate(resources) if r.id.kind == "Deployment")
    body = read_value(dump(dict(resources[place].body)), dialect=Dialect.SIGS)
    secret = {"name": "B", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}
    body["spec"]["template"]["spec"]["containers"][0]["env"] = [secret]
    resources[place] = resource_of(body)
    (residual,) = ask(archive, tools, {"prod": tuple(resources)}).residual
    assert residual.path == ("spec", "template", "spec", "containers", 0, "env")
    assert residual.tried
    assert all(attempt.farther >= 0 for attempt in residual.tried)
    assert {path[0] for attempt in residual.tried for path, _ in attempt.values} == {"env"}


def test_objects_of_others_are_companions_and_keep_the_verdict_honest(archive, tools):
    other = resource_of({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "mine"}})
    inference = ask(archive, tools, {"prod": (*rendered(archive, {}), other)})
    assert inference.companions == {"prod": (replace(other.id, namespace=inference.context.namespace),)}
    assert not inference.identical
    assert [residual.cls for residual in inference.residual] == [ResidualClass.NOT_IN_CHART]


def test_an_object_that_says_it_is_of_the_chart_is_not_said_to_be_of_none(archive, tools):
    name = archive.ref.name
    metadata = {"name": "theirs", "labels": {"helm.sh/chart": f"{name}-{archive.ref.version}"}}
    other = resource_of({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})
    inference = ask(archive, tools, {"prod": (*rendered(archive, {}), other)})
    assert [residual.cls for residual in inference.residual] == [ResidualClass.NOT_FOUND]


def test_a_label_on_every_object_is_classed_as_post_processing(archive, tools):
    changed = []
    for item in rendered(archive, {}):
        body = read_value(dump(dict(item.body)), dialect=Dialect.SIGS)
        body["metadata"].setdefault("labels", {})["stage"] = "x"
        changed.append(resource_of(body))
    inference = ask(archive, tools, {"prod": tuple(changed)})
    assert {residual.cls for residual in inference.residual} == {ResidualClass.POST_PROCESSING}


def test_a_release_that_is_given_is_kept(archive, tools):
    inference = ask(archive, tools, {"prod": rendered(archive, {})}, release="fixed", namespace="data")
    assert inference.context.release == "fixed"


def test_the_same_request_gives_the_same_answer(archive, tools):
    targets = {"prod": rendered(archive, {"env": {"A": "x"}, "level": "debug"})}
    first, second = ask(archive, tools, targets), ask(archive, tools, targets)
    assert dump(dict(first.values.common)) == dump(dict(second.values.common))


def test_below_an_umbrella_the_answer_is_judged_there(archive, tools):
    inference = ask(archive, tools, {"prod": rendered(archive, {"level": "debug"})}, as_dependency=True)
    assert inference.identical
    assert inference.values.common == {"level": "debug"}


def test_without_a_helm_binary_there_is_no_verdict(archive, tools):
    request = InferenceRequest(chart=archive, targets={"prod": rendered(archive, {})})
    with pytest.raises(MigrateError, match="no helm"):
        infer(request, tools=replace(tools, helm=None), cache=Cache(None))


@pytest.mark.corpus
@pytest.mark.parametrize(
    "prefix", ["cert-manager-1", "metrics-server-2", "alertmanager-0", "external-secrets-0.9", "loki-2"]
)
def test_real_values_of_real_teams_are_found(corpus, tools, prefix):
    case = next(path for path in sorted((corpus / "roundtrip").iterdir()) if path.name.startswith(prefix))
    about = read_value((case / "case.yaml").read_bytes(), dialect=Dialect.SIGS)
    documents = read_documents((case / "target.yaml").read_bytes(), dialect=Dialect.SIGS)
    targets = tuple(resource_of(document.value) for document in documents)
    inference = ask(load_archive((case / about["chart_file"]).resolve()), tools, {"default": targets})
    assert inference.identical, inference.residual


def test_what_is_right_to_a_cluster_becomes_right_to_the_letter_where_it_can(archive, tools):
    ports = [{"name": "http", "port": 80, "protocol": "TCP"}]
    inference = ask(archive, tools, {"prod": rendered(archive, {"ports": ports})})
    assert inference.values.common == {"ports": ports}
