"""What a switch or a line of a template prints is not copied into a value that could hold anything."""

from __future__ import annotations

import pytest
from search_support import found

from migrator.yamlio import Dialect, read_value

POD = """apiVersion: apps/v1
kind: Deployment
metadata: {name: "{{ .Release.Name }}"}
spec:
  template:
    spec:
      {{- if or .Values.initContainers .Values.cache.enabled }}
      initContainers:
      WARM
      {{- end }}
      containers:
      - name: main
        image: {{ .Values.image }}
        volumeMounts:
        - name: config
          mountPath: /etc/config
        {{- if .Values.extraVolumeMounts }}
        {{- toYaml .Values.extraVolumeMounts | nindent 8 }}
        {{- end }}
        {{- if .Values.cache.enabled }}
        - name: cache
          mountPath: /var/cache
        {{- end }}
      volumes:
      - name: config
        configMap: {name: config}
      {{- if .Values.extraVolumes }}
      {{- toYaml .Values.extraVolumes | nindent 6 }}
      {{- end }}
      {{- if .Values.cache.enabled }}
      - name: cache
        emptyDir: {}
      {{- end }}
"""
SWITCHED = """{{- if .Values.cache.enabled }}
      - name: {{ .Chart.Name }}-warm
        image: {{ .Values.image }}
        args: [warm, "--size={{ .Values.cache.size }}"]
        volumeMounts:
        - name: cache
          mountPath: /var/cache
      {{- end }}
"""
OF_MAP = """{{- range $key, $value := .Values.initContainers }}
      - name: {{ $key }}
        {{- toYaml $value | nindent 8 }}
      {{- end }}
"""
OF_LIST = """{{- with .Values.initContainers }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
"""
SWITCH = "cache: {enabled: true, size: 20}\n"
MORE = """extraVolumeMounts: [{name: creds, mountPath: /creds}]
extraVolumes: [{name: creds, secret: {secretName: creds}}]
"""


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize(
    ("container", "empty", "one"),
    [(OF_MAP, "{}", "{wait: {image: busybox}}"), (OF_LIST, "[]", "[{name: wait, image: busybox}]")],
)
def test_a_switch_prints_what_containers_for_anything_could_hold(
    container: str, empty: str, one: str, *, first: bool
) -> None:
    warm = "      ".join((SWITCHED, container) if first else (container, SWITCHED)).strip()
    values = "image: app\ncache: {enabled: false, size: 10}\nextraVolumes: []\nextraVolumeMounts: []\n"
    for truth in (SWITCH, SWITCH + MORE, f"{SWITCH}{MORE}initContainers: {one}\n"):
        overrides, left = found(POD.replace("WARM", warm), f"{values}initContainers: {empty}\n", truth)
        assert (overrides, left) == (read_value(truth.encode(), dialect=Dialect.SIGS), 0)


CONFIG = """apiVersion: v1
kind: ConfigMap
metadata: {name: "{{ .Release.Name }}"}
data:
  app.cfg: |
  {{- if .Values.GATE }}
  {{ tpl .Values.custom . | nindent 4 }}
  {{- else }}
    global
      most {{ .Values.most }}
      wait {{ .Values.wait }}s

    defaults
      retries 3
    {{- if .Values.stats.enabled }}

    frontend stats
      bind :{{ .Values.stats.port }}
    {{- end }}
    {{- range .Values.backends }}

    backend {{ .name }}
      server {{ .host }}.{{ $.Release.Namespace }}.svc
    {{- end }}
  {{- end }}
"""
SETTINGS = """most: 100
wait: 30
stats: {enabled: false, port: 80}
backends: []
other: false
custom: ""
"""


@pytest.mark.parametrize("gate", ["custom", "other"])
@pytest.mark.parametrize(
    "truth",
    [
        "wait: 15\n",
        "wait: 15\nmost: 5\n",
        "stats: {enabled: true}\n",
        "stats: {enabled: true, port: 90}\nwait: 1\n",
        "backends: [{name: a, host: b}, {name: c, host: d}]\nmost: 7\n",
    ],
)
def test_lines_that_a_template_prints_are_read_line_by_line(gate: str, truth: str) -> None:
    overrides, left = found(CONFIG.replace("GATE", gate), SETTINGS, truth)
    assert (overrides, left) == (read_value(truth.encode(), dialect=Dialect.SIGS), 0)


def test_a_text_of_which_no_line_is_printed_is_set_as_a_whole() -> None:
    truth = "custom: |-\n  listen 1\n  other 2\n"
    overrides, left = found(CONFIG.replace("GATE", "custom"), SETTINGS, truth)
    assert (overrides, left) == ({"custom": "listen 1\nother 2"}, 0)
