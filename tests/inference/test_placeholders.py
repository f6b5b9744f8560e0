"""A text that only counts as true is no value: a name takes its place, or another way, or none."""

from __future__ import annotations

from dataclasses import replace

from search_support import approached, assert_found

from migrator.inference.search.loop import all_passes

TEMPLATE = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: main
        image: example/app:1.0
        env:
        - {name: USER_NAME, valueFrom: {secretKeyRef: {name: "{{ .Values.existingSecret | default "web" }}", key: user}}}
{{- if not .Values.existingSecret }}
---
apiVersion: v1
kind: Secret
metadata: {name: web}
data: {user: b3duZXI=, password: b3duZXI=, more: b3duZXI=, other: b3duZXI=, last: b3duZXI=}
{{- end }}
"""
TARGET = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: main
        image: example/app:1.0
        env: [{name: ENV, value: "1"}]
"""


def test_it_is_left_out_where_the_target_reads_no_such_object():
    assert dict(approached(TEMPLATE, "existingSecret: ''\n", TARGET).tree.overrides) == {}


def test_what_is_left_out_in_the_end_does_not_begin_the_search_again():
    ends = []
    passes = all_passes()
    counted = replace(passes, last=(*passes.last, ends.append))
    approached(TEMPLATE, "existingSecret: ''\n", TARGET, counted)
    assert 1 <= len(ends) <= 3


def test_a_switch_that_is_no_switch_is_no_name_either():
    """Where the chart shows no text at all for the value, `true` opens the branch just as well."""
    template = TEMPLATE.replace(
        '"{{ .Values.existingSecret | default "web" }}"', '{{ .Values.auth.existingSecret | default "web" }}'
    )
    template = template.replace(".Values.existingSecret", ".Values.auth.existingSecret")
    assert dict(approached(template, "auth: {}\n", TARGET).tree.overrides) == {}
    reads = TARGET.replace("env:", "envFrom: [{secretRef: {name: accounts}}]\n        env:")
    assert dict(approached(template, "auth: {}\n", reads).tree.overrides) == {"auth": {"existingSecret": "accounts"}}


def test_the_name_that_the_target_reads_takes_its_place():
    reads = TARGET.replace("env:", "envFrom: [{secretRef: {name: accounts}}]\n        env:")
    found = approached(TEMPLATE, "existingSecret: ''\n", reads)
    assert dict(found.tree.overrides) == {"existingSecret": "accounts"}


def test_a_switch_of_another_name_is_found_in_its_place():
    template = TEMPLATE.replace("not .Values.existingSecret", "and .Values.auth (not .Values.existingSecret)")
    found = approached(template, "auth: true\nexistingSecret: ''\n", TARGET)
    assert dict(found.tree.overrides) == {"auth": False}


def test_a_text_that_the_target_has_stays():
    config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\n{{- if .Values.text }}\nflag: {{ .Values.text | quote }}\n"
    assert_found(config + "more: 1\n{{- end }}\n", "text: ''\n", "text: 'true'\n")


def test_where_nothing_prints_it_the_chart_s_own_name_serves():
    template = TEMPLATE.replace('"{{ .Values.existingSecret | default "web" }}"', "web")
    target = TARGET.replace(
        'env: [{name: ENV, value: "1"}]', "env: [{name: USER_NAME, valueFrom: {secretKeyRef: {name: web, key: user}}}]"
    )
    found = approached(template, "existingSecret: ''\n", target)
    assert found.is_right
    assert dict(found.tree.overrides) == {"existingSecret": "web"}


def test_the_text_true_that_the_target_holds_in_its_secret_is_a_value():
    template = """
apiVersion: v1
kind: Secret
metadata: {name: web}
data:
  config.yaml: {{ tpl (printf "level: 1\\nlabels:\\n%s" (toYaml .Values.labels | indent 2)) . | b64enc }}
"""
    assert_found(template, "labels: {}\n", 'labels: {a: one, b: "true"}\n')
