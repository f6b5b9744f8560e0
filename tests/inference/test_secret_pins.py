"""Secrets that a chart draws at random: pinned where a value does it, masked while searching, named where nothing does."""

from __future__ import annotations

import pytest
from infer_support import archive_of, inferred, rendered

from migrator.charts import load_archive
from migrator.engines import Cache, HelmRender, Toolchain, find_helm, find_kustomize, helm_template, rendered_resources
from migrator.inference import InferenceRequest, ResidualClass, infer
from migrator.inference.verdict.secret_pins import Pinning, secret_values
from migrator.model import ReleaseContext, resource_of
from migrator.templates.chart import load_chart
from migrator.yamlio import dump

HELPERS = """
{{- define "app.password" -}}
{{- if .Values.auth.password -}}
{{- .Values.auth.password -}}
{{- else -}}
{{- randAlphaNum 12 -}}
{{- end -}}
{{- end -}}
{{- define "app.managed" -}}
{{- $password := "" }}
{{- if .Values.managed.token }}
{{- $password = .Values.managed.token | toString | b64enc | quote }}
{{- else }}
{{- $password = randAlphaNum 20 | b64enc | quote }}
{{- end }}
{{- printf "%s" $password -}}
{{- end -}}
{{- define "app.ca" -}}
{{- $ca := "" }}
{{- if and .Values.tls.cert .Values.tls.key }}
{{- $ca = buildCustomCert .Values.tls.cert .Values.tls.key }}
{{- else }}
{{- $ca = genCA "app" 365 }}
{{- end }}
{{- $_ := set . "authority" $ca }}
{{- end -}}
"""
SECRET = """
{{- if not .Values.auth.existingSecret }}
apiVersion: v1
kind: Secret
metadata: {name: "{{ .Release.Name }}-auth"}
data:
  user: {{ .Values.auth.user | b64enc }}
  password: {{ include "app.password" . | b64enc | quote }}
{{- end }}
---
apiVersion: v1
kind: Secret
metadata: {name: "{{ .Release.Name }}-managed"}
data:
  token: {{ include "app.managed" . }}
"""
CERTIFICATES = """
{{- include "app.ca" . }}
apiVersion: v1
kind: Secret
metadata: {name: "{{ .Release.Name }}-ca"}
data:
  ca.crt: {{ .authority.Cert | b64enc }}
"""
WORKLOAD = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: "{{ .Release.Name }}"}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: a}}
  template:
    metadata:
      labels: {app: a}
      annotations:
        checksum/auth: {{ include (print $.Template.BasePath "/secret.yaml") . | sha256sum }}
    spec:
      containers:
      - name: app
        envFrom: [{secretRef: {name: {{ .Values.auth.existingSecret | default (printf "%s-auth" .Release.Name) }}}}]
"""
VALUES = """
replicas: 1
auth: {user: admin-of-app, password: "", existingSecret: ""}
managed: {token: ""}
tls: {cert: "", key: ""}
"""


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("charts") / "app"
    (folder / "templates").mkdir(parents=True)
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: app\nversion: 1.0.0\n")
    (folder / "values.yaml").write_text(VALUES)
    texts = {"_helpers.tpl": HELPERS, "secret.yaml": SECRET, "ca.yaml": CERTIFICATES, "workload.yaml": WORKLOAD}
    for name, text in texts.items():
        (folder / "templates" / name).write_text(text)
    return load_archive(folder)


@pytest.fixture(scope="module")
def answer(archive):
    """What is found for a render in which everything was drawn, and only the replicas were set."""
    tool = find_helm()
    asked = HelmRender(
        context=ReleaseContext(release="shop", namespace="data", kube_version="1.32"),
        chart=archive.path,
        values=(dump({"replicas": 3}).encode(),),
    )
    targets = rendered_resources(helm_template(tool, asked))
    tools = Toolchain(kustomize=find_kustomize(), helm=tool)
    found, notes = infer(
        InferenceRequest(chart=archive, targets={"prod": targets}, release="shop", namespace="data", budget=20),
        tools=tools,
        cache=Cache(None),
    )
    return found, notes, {target.id.name: target.body for target in targets if target.id.kind == "Secret"}


def _decoded(text):
    import base64

    return base64.b64decode(text).decode()


def test_a_value_that_pins_a_random_secret_is_found(answer):
    found, _, secrets = answer
    assert found.values.common["auth"] == {"password": _decoded(secrets["shop-auth"]["data"]["password"])}
    assert found.values.common["managed"] == {"token": _decoded(secrets["shop-managed"]["data"]["token"])}
    assert found.values.common["replicas"] == 3


def test_what_no_value_pinned_is_generated_and_says_what_would(answer):
    found, _, _ = answer
    residual = {(item.resource.name, item.path): item for item in found.residual}
    authority = residual["shop-ca", ("data", "ca.crt")]
    assert authority.cls is ResidualClass.GENERATED
    assert authority.pinned_by == "tls.cert with tls.key"


def test_the_checksum_of_a_random_secret_is_generated_too(answer):
    found, _, _ = answer
    place = ("spec", "template", "metadata", "annotations", "checksum/auth")
    assert {item.path: item.cls for item in found.residual}[place] is ResidualClass.GENERATED
    assert {item.resource.name for item in found.residual} == {"shop-ca", "shop"}
    assert not found.identical


def test_values_that_hold_secrets_are_named_and_never_shown(answer):
    _, notes, secrets = answer
    note = next(item for item in notes if item.code == "MIG503")
    assert note.summary.endswith(": auth.password, managed.token")
    assert note.remedy == "name a Secret of your own: auth.existingSecret"
    text = f"{note.summary} {note.remedy} {note.evidence}"
    assert not any(_decoded(datum) in text for body in secrets.values() for datum in body["data"].values())


def test_a_secret_that_a_value_set_is_not_random(archive):
    """The same chart with everything pinned: nothing is generated, the render is the target."""
    tool = find_helm()
    values = {"auth": {"password": "hunter22"}, "managed": {"token": "t0ken-of-ours"}}
    asked = HelmRender(
        context=ReleaseContext(release="shop", namespace="data", kube_version="1.32"),
        chart=archive.path,
        values=(dump(values).encode(),),
    )
    targets = [target for target in rendered_resources(helm_template(tool, asked)) if target.id.name != "shop-ca"]
    found, _ = infer(
        InferenceRequest(chart=archive, targets={"prod": tuple(targets)}, release="shop", namespace="data", budget=20),
        tools=Toolchain(kustomize=find_kustomize(), helm=tool),
        cache=Cache(None),
    )
    assert found.values.common == values
    assert {item.resource.name for item in found.residual} == {"shop-ca"}


def test_a_name_is_not_a_secret_of_your_own(tmp_path):
    """To rename an object, or to leave it out, is not to use another one in its place."""
    secret = """{{ if and (not .Values.existing) (not .Values.off) }}
apiVersion: v1
kind: Secret
metadata: {name: {{ default "shop" .Values.fullnameOverride }}}
stringData: {key: {{ .Values.key | quote }}}
{{ end }}
"""
    user = """apiVersion: v1
kind: ConfigMap
metadata: {name: user}
data:
  secret: {{ if .Values.existing }}{{ .Values.existing }}{{ else }}shop{{ end }}
"""
    user += "{{ with .Values.off }}  word: {{ . }}{{ end }}\n"
    values = "existing: ''\noff: ''\nfullnameOverride: ''\nkey: ''\n"
    conditional = secret.replace("{{ if and ", '{{ if and (ne "x" (toString .Values.fullnameOverride)) ')
    for text, advice in (
        (conditional, "name a Secret of your own: existing"),
        (conditional.replace("existing)", "other)"), ""),
    ):
        archive = archive_of(
            tmp_path / str(bool(advice)),
            {"templates/secret.yaml": text, "templates/user.yaml": user, "values.yaml": values},
        )
        _, notes = inferred(archive, rendered(archive, {"key": "hunter22hunter22"}))
        note = next(item for item in notes if item.code == "MIG503")
        assert note.remedy == (advice or "encrypt the values file")


def test_what_would_pin_a_place_is_looked_for_within_a_time(archive):
    setting = ReleaseContext(release="shop", namespace="data")
    place = ("", "Secret", "shop-auth"), ("data", "password")

    assert Pinning(load_chart(archive.files), {}, setting).pins(*place)
    assert not Pinning(load_chart(archive.files), {}, setting, seconds=-1.0).pins(*place)


def test_a_value_without_a_name_pins_nothing(tmp_path):
    """A helper that looks a value up by a name which may be empty, as libraries of passwords do."""
    secret = """apiVersion: v1
kind: Secret
metadata: {name: shop}
stringData:
  key: {{ get .Values "" | default .Values.token | default (randAlphaNum 8) }}
"""
    archive = archive_of(tmp_path, {"templates/secret.yaml": secret, "values.yaml": "token: ''\n"})
    pinning = Pinning(load_chart(archive.files), {}, ReleaseContext(release="shop", namespace="data"))
    assert pinning.pins(("", "Secret", "shop"), ("stringData", "key")) == ((("token",),),)


def test_secrets_within_lists_and_manifests_are_told() -> None:
    body = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "own"}, "stringData": {"key": "correct-horse"}}
    text = "apiVersion: v1\nkind: Secret\nstringData:\n  key: correct-horse\n"
    values = {"more": [body, text, "another-text"], "plain": "correct-horse battery"}
    assert secret_values(values, [resource_of(body)]) == [("more", 0, "stringData", "key"), ("more", 1)]
