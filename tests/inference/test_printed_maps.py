"""Maps that a text holds as YAML, where the text around them is no YAML."""

from __future__ import annotations

import pytest
from search_support import CONFIG_MAP, found

from migrator.yamlio import Dialect, read_value

TEMPLATE = (
    CONFIG_MAP
    + """data:
  config.yaml: |-
    log: {{ .Values.level }}
    store:
      first:
        password: {{ `{{ .Env.PASS | quote }}` }}
        {{- with (omit .Values.db "hosts" "password") }}
          {{- toYaml . | nindent 8 }}
        {{- end }}
      second:
        {{- with .Values.other }}
          {{- toYaml . | nindent 8 }}
        {{- end }}
"""
)
VALUES = """
level: info
db: {hosts: [], password: x, keyspace: t, replication: 1, user: u, deep: {a: 1}}
other: {x: one}
"""


@pytest.mark.parametrize(
    "truth",
    [
        "db: {rate: 1001}",
        "db: {deep: {b: two}}",
        "db: {rate: 1001, user: v, deep: {b: {c: [1, 2]}}}",
        "db: {rate: 1001}\nother: {z: 1}",
        "db: {user: null}\nother: {x: null, z: 1}",
        "level: debug\ndb: {rate: 1001}",
    ],
)
def test_entries_that_are_added_changed_and_gone_are_read_back(truth):
    overrides, distance = found(TEMPLATE, VALUES, truth)
    assert (overrides, distance) == (read_value(truth.encode(), dialect=Dialect.SIGS), 0)


WITHOUT_NAME = """
{{- $rest := omit .Values.settings "name" }}
{{- range $key, $value := $rest }}{{- if not $value }}{{ $_ := unset $rest $key }}{{ end }}{{ end }}
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Values.settings.name }}}
{{- with $rest }}
data: {{- toYaml . | nindent 2 }}
{{- end }}
"""


@pytest.mark.parametrize(
    "truth", ["settings: {text: b}", "settings: {text: a, more: x}", "settings: {name: other, text: x}"]
)
def test_what_is_left_out_of_a_printed_map_keeps_its_place(truth):
    overrides, distance = found(WITHOUT_NAME, 'settings: {name: own, text: ""}\n', truth)
    wanted = read_value(truth.encode(), dialect=Dialect.SIGS)
    assert (overrides, distance) == (wanted, 0)
