"""Charts built on a library: values merged by the templates, objects put together as maps, validations that refuse."""

import pytest

from migrator.charts import load_archive
from migrator.engines import Cache, HelmRender, Toolchain, find_helm, find_kustomize, helm_template, rendered_resources
from migrator.inference import InferenceRequest, infer
from migrator.model import ReleaseContext
from migrator.yamlio import dump

LIBRARY = """
{{- define "lib.init" -}}
  {{- $defaults := deepCopy .Values.lib -}}
  {{- $given := deepCopy (omit .Values "lib") -}}
  {{- $_ := set . "Values" (deepCopy (mustMergeOverwrite $defaults $given)) -}}
{{- end -}}

{{- define "lib.enabled" -}}
  {{- $found := dict -}}
  {{- range $name, $item := .items -}}
    {{- $on := true -}}
    {{- if hasKey $item "enabled" }}{{ $on = $item.enabled }}{{ end -}}
    {{- if $on }}{{ $_ := set $found $name $item }}{{ end -}}
  {{- end -}}
  {{- $found | toYaml -}}
{{- end -}}

{{- define "lib.named" -}}
  {{- $object := .values -}}
  {{- $name := .root.Release.Name -}}
  {{- if ne .id "main" }}{{ $name = printf "%s-%s" $name .id }}{{ end -}}
  {{- $_ := set $object "name" $name -}}
  {{- $_ := set $object "identifier" .id -}}
  {{- $object | toYaml -}}
{{- end -}}

{{- define "lib.container" -}}
{{- $image := .image | default dict -}}
{{- if empty (dig "repository" nil $image) }}{{ fail (printf "no image repository (container %s)" .identifier) }}{{ end -}}
{{- if empty (dig "tag" nil $image) }}{{ fail (printf "no image tag (container %s)" .identifier) }}{{ end -}}
name: {{ .identifier }}
image: {{ printf "%s:%s" .image.repository .image.tag }}
{{- with .image.pullPolicy }}
imagePullPolicy: {{ . }}
{{- end }}
{{- $arguments := list }}
{{- range .arguments }}{{ $arguments = append $arguments (. | toString) }}{{ end }}
{{- with $arguments }}
args: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .resources }}
resources: {{ toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "lib.workload" -}}
{{- $strategy := dig "optionsStrategy" "overwrite" .root.Values -}}
{{- if ne $strategy "overwrite" }}{{ fail "no such strategy" }}{{ end -}}
{{- $containers := list -}}
{{- range $id, $values := .object.containers -}}
  {{- $container := include "lib.named" (dict "root" $.root "id" $id "values" $values) | fromYaml -}}
  {{- $containers = append $containers (include "lib.container" $container | fromYaml) -}}
{{- end -}}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .object.name }}
  labels: {role: {{ .object.identifier }}}
spec:
  replicas: {{ .object.replicas | default 1 }}
  selector: {matchLabels: {role: {{ .object.identifier }}}}
  template:
    metadata: {labels: {role: {{ .object.identifier }}}}
    spec:
      {{- with .root.Values.podOptions.securityContext }}
      securityContext: {{ toYaml . | nindent 8 }}
      {{- end }}
      containers: {{ toYaml $containers | nindent 8 }}
{{- end -}}

{{- define "lib.service" -}}
{{- range $name, $port := .object.ports -}}
  {{- if not $port.port }}{{ fail (printf "no port (port %s of service %s)" $name $.object.identifier) }}{{ end -}}
{{- end }}
---
apiVersion: v1
kind: Service
metadata: {name: {{ .object.name }}}
spec:
  ports:
  {{- range $name, $port := .object.ports }}
  - name: {{ $name }}
    port: {{ $port.port }}
    protocol: {{ $port.protocol | default "TCP" }}
  {{- end }}
{{- end -}}
"""
TEMPLATE = """
{{- include "lib.init" . -}}
{{- range $id, $values := include "lib.enabled" (dict "items" .Values.workloads) | fromYaml -}}
  {{- $object := include "lib.named" (dict "root" $ "id" $id "values" $values) | fromYaml -}}
  {{- include "lib.workload" (dict "root" $ "object" $object) | nindent 0 -}}
{{- end -}}
{{- range $id, $values := include "lib.enabled" (dict "items" .Values.services) | fromYaml -}}
  {{- $object := include "lib.named" (dict "root" $ "id" $id "values" $values) | fromYaml -}}
  {{- include "lib.service" (dict "root" $ "object" $object) | nindent 0 -}}
{{- end -}}
"""
DEFAULTS = """
podOptions: {securityContext: {}}
workloads:
  main:
    enabled: true
    containers:
      main: {image: {repository: , tag: , pullPolicy: }, resources: {}}
services:
  main:
    enabled: true
    ports:
      http: {port: }
"""
IMAGE = {"repository": "registry.example/app", "tag": "1.2@sha256:ab"}


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("charts") / "app"
    library = folder / "charts" / "lib"
    for home in (folder, library):
        (home / "templates").mkdir(parents=True)
    dependency = "dependencies: [{name: lib, version: 1.0.0}]"
    (folder / "Chart.yaml").write_text(f"apiVersion: v2\nname: app\nversion: 1.0.0\n{dependency}\n")
    (folder / "values.yaml").write_text("")
    (folder / "templates" / "all.yaml").write_text(TEMPLATE)
    (library / "Chart.yaml").write_text("apiVersion: v2\nname: lib\nversion: 1.0.0\ntype: library\n")
    (library / "values.yaml").write_text(DEFAULTS)
    (library / "templates" / "_lib.tpl").write_text(LIBRARY)
    return load_archive(folder)


def inferred(archive, values):
    helm = find_helm()
    request = HelmRender(
        context=ReleaseContext(release="shop", namespace="data", kube_version="1.32"),
        chart=archive.path,
        values=(dump(values).encode(),),
    )
    targets = {"prod": rendered_resources(helm_template(helm, request))}
    asked = InferenceRequest(chart=archive, targets=targets, budget=20)
    return infer(asked, tools=Toolchain(kustomize=find_kustomize(), helm=helm), cache=Cache(None))[0]


def main(**container):
    return {"workloads": {"main": {"containers": {"main": {"image": IMAGE, **container}}}}}


@pytest.mark.parametrize(
    "values",
    [
        {**main(), "services": {"main": {"ports": {"http": {"port": 8080}}}}},
        {**main(resources={"limits": {"memory": "1Gi"}}), "services": {"main": {"enabled": False}}},
        {**main(arguments=["--one", "--two"]), "services": {"main": {"enabled": False}}},
        {**main(), "podOptions": {"securityContext": {"runAsUser": 1}}, "services": {"main": {"enabled": False}}},
    ],
    ids=["what-is-required", "switched-off", "no-trace", "library-default"],
)
def test_a_chart_that_refuses_its_defaults_is_given_what_it_asks_for(archive, values):
    inference = inferred(archive, values)
    assert inference.identical, inference.residual
    assert inference.values.common == values
