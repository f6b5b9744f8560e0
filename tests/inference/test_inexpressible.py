"""A place that a template spells out cannot be expressed; anything that a value might reach is only not found."""

from pathlib import Path

import pytest
from infer_support import archive_of, inferred, rendered

from migrator.inference import ResidualClass
from migrator.model import Resource, resource_of

VALUES = "extraLabels: {}\ntype: ''\nport: 80\nflag: false\nannotations: {}\nargs: []\nraw: []\n"
SERVICE = """
apiVersion: v1
kind: Service
metadata:
  name: {{ .Release.Name }}-web
  labels:
    tier: front
    {{- with .Values.extraLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  sessionAffinity: None
  {{- if .Values.flag }}
  clusterIP: None
  {{- end }}
  type: ClusterIP
  {{- if .Values.type }}
  ipFamilyPolicy: {{ .Values.type }}
  {{- end }}
  ports:
    - port: {{ .Values.port }}
      protocol: TCP
"""


def classes(folder: Path, template: str, change, values: str = VALUES, **more: str) -> dict[tuple, ResidualClass]:
    """The class of each residual after a change of what the defaults render."""
    archive = archive_of(folder, {"values.yaml": values, "templates/x.yaml": template, **more})
    targets: list[Resource] = []
    for resource in rendered(archive):
        body = {**resource.body, "spec": {**resource.body.get("spec", {})}}
        body["metadata"] = {**body["metadata"]}
        change(body)
        targets.append(resource_of(body))
    found, _ = inferred(archive, targets, release="shop", namespace="data")
    return {(item.resource.kind, *item.path): item.cls for item in found.residual}


def affinity(body: dict) -> None:
    body["spec"]["sessionAffinity"] = "ClientIP"


def test_text_of_the_template_cannot_be_expressed(tmp_path):
    found = classes(tmp_path, SERVICE, affinity)
    assert found == {("Service", "spec", "sessionAffinity"): ResidualClass.INEXPRESSIBLE}


def test_a_field_that_the_template_never_prints_cannot_be_expressed(tmp_path):
    found = classes(tmp_path, SERVICE, lambda body: body["spec"].update(healthCheckNodePort=30000))
    assert found == {("Service", "spec", "healthCheckNodePort"): ResidualClass.INEXPRESSIBLE}


def test_an_item_of_a_list_is_looked_for_where_the_chart_has_it(tmp_path):
    ports = "    - port: 80\n      name: {{ .Values.flag }}\n    - port: 443\n      name: tls\n"
    template = SERVICE.partition("  ports:")[0] + "  ports:\n" + ports

    def change(body: dict) -> None:
        body["spec"]["ports"] = [{"port": 443, "name": "https"}]

    found = classes(tmp_path, template, change)
    assert found["Service", "spec", "ports", 0, "name"] is ResidualClass.INEXPRESSIBLE
    assert found["Service", "spec", "ports", 0] is not ResidualClass.INEXPRESSIBLE


def test_what_a_map_of_values_may_print_again_is_only_not_found(tmp_path):
    found = classes(tmp_path, SERVICE, lambda body: body["metadata"].update(labels={"tier": "back"}))
    assert ResidualClass.INEXPRESSIBLE not in found.values()


@pytest.mark.parametrize(
    "line",
    [
        "  {{- if .Values.flag }}\n  sessionAffinity: None\n  {{- else }}\n  sessionAffinity: None\n  {{- end }}",
        "  sessionAffinity: None{{ if .Values.flag }}x{{ end }}",
        "  {{ if .Values.flag }}sessionAffinity: ClientIP{{ end }}\n  sessionAffinity: None",
        "  {{- if not .Values.flag }}\n  sessionAffinity: None\n  {{- end }}",
        '  sessionAffinity: {{ ternary "None" "None" .Values.flag }}',
        (
            '  {{- $spec := dict "sessionAffinity" "None" }}\n  {{- if .Values.flag }}'
            '{{- $_ := set $spec "sessionAffinity" "None" }}{{- end }}\n  {{- toYaml $spec | nindent 2 }}'
        ),
    ],
)
def test_text_that_depends_on_a_value_is_only_not_found(tmp_path, line):
    found = classes(tmp_path, SERVICE.replace("  sessionAffinity: None", line), affinity)
    assert found == {("Service", "spec", "sessionAffinity"): ResidualClass.NOT_FOUND}


def test_an_empty_field_that_values_may_fill_is_only_not_found(tmp_path):
    empty = (
        SERVICE
        + "  selector:\n    {{- range $k, $v := .Values.annotations }}\n    {{ $k }}: {{ $v }}\n    {{- end }}\n"
    )
    found = classes(tmp_path, empty, lambda body: body["spec"].update(selector="x"))
    assert ResidualClass.INEXPRESSIBLE not in found.values()


def test_an_object_that_values_could_print_as_a_whole_is_only_not_found(tmp_path):
    raw = "{{ range .Values.raw }}\n---\n{{ toYaml . }}\n{{ end }}"
    found = classes(tmp_path, SERVICE, affinity, **{"templates/raw.yaml": raw})
    assert found == {("Service", "spec", "sessionAffinity"): ResidualClass.NOT_FOUND}


def test_an_object_that_another_branch_prints_is_only_not_found(tmp_path):
    either = "{{ if .Values.flag }}" + SERVICE + "{{ else }}" + SERVICE + "{{ end }}"
    found = classes(tmp_path, either, affinity)
    assert found == {("Service", "spec", "sessionAffinity"): ResidualClass.NOT_FOUND}


def test_a_chart_that_changes_its_own_values_is_not_judged(tmp_path):
    setting = '{{- $_ := set .Values "port" 80 }}' + SERVICE
    found = classes(tmp_path, setting, affinity)
    assert found == {("Service", "spec", "sessionAffinity"): ResidualClass.NOT_FOUND}
