"""A chart whose values files are written in tests: with examples, anchors, a subchart and a secret."""

from __future__ import annotations

from pathlib import Path

from migrator.charts import load_archive
from migrator.charts.types import ChartArchive
from migrator.inference.values.chart_outline import Section, outline
from migrator.templates.chart import load_chart

VALUES = """\
fullnameOverride: ""
image:
  repository: example/app
  # tag: only-an-example
  pullPolicy: IfNotPresent
service:
  type: ClusterIP
  # nodePort: 30080
  port: 80
password: ""
existingSecret: ""
probe:
  path: /
  period: 10
  timeout: 5
  delay: 3
  threshold: 4
tolerations:
- key: spot
shared: &shared {merged: 1}
anchored:
  <<: *shared
  own: 1
# The field `spoken` may be set as well.
sidecars: {}
#  main:
#    image: a
#    args: []
"""
TEMPLATE = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Values.fullnameOverride | default "app" }}}
data:
  image: {{ .Values.image.repository }}
  hidden: {{ .Values.service.hidden | quote }}
  cache: {{ .Values.image.annotations | toJson | quote }}
  probe: {{ .Values.probe | toJson | quote }}
  more: "{{ .Values.service.spoken }}{{ .Values.anchored.merged }}"
{{- if not .Values.existingSecret }}
---
apiVersion: v1
kind: Secret
metadata: {name: app}
data: {password: {{ .Values.password | default (randAlphaNum 10) | b64enc }}}
{{- end }}
"""
SUBCHART = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: cache}
data: {size: {{ .Values.size | quote }}, inner: {{ .Values.inner | quote }}}
"""


def commented_chart(folder: Path) -> ChartArchive:
    """The chart, in a folder."""
    home = folder / "app"
    sub = home / "charts" / "cache"
    for place in (home, sub):
        (place / "templates").mkdir(parents=True)
    dependency = "dependencies: [{name: cache, version: 0.3.0, repository: ''}]\n"
    (home / "Chart.yaml").write_text(f"apiVersion: v2\nname: app\nversion: 1.0.0\n{dependency}")
    (home / "values.yaml").write_text(VALUES)
    (home / "templates" / "app.yaml").write_text(TEMPLATE)
    (sub / "Chart.yaml").write_text("apiVersion: v2\nname: cache\nversion: 0.3.0\n")
    (sub / "values.yaml").write_text("size: 1Gi\nenabled: true\nglobal: {registry: ''}\n")
    (sub / "templates" / "cache.yaml").write_text(SUBCHART)
    return load_archive(home)


def section(archive: ChartArchive) -> Section:
    """The keys that the chart knows."""
    return outline(load_chart(archive.files))
