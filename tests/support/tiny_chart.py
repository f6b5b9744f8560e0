"""The files of a tiny chart."""

CHART = "apiVersion: v2\nname: tiny\nversion: 1.0.0\n"
VALUES = "size: 1\nlabels: {}\nsecret: ''\nunused: a\ndebug: false\nmount: null\n"
CONFIG = """
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
  {{- with .Values.labels }}
  labels: {{- toYaml . | nindent 4 }}
  {{- end }}
data:
  size: {{ .Values.size | quote }}
  {{- if .Values.debug }}
  debug: {{ .Values.debug | quote }}
  {{- end }}
"""
SECRET = """
apiVersion: v1
kind: Secret
metadata: {name: {{ .Release.Name }}}
stringData:
  password: {{ .Values.secret | default (randAlphaNum 12) }}
  size: {{ .Values.size | quote }}
"""
