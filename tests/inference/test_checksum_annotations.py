"""Checksums of other texts."""

from __future__ import annotations

import pytest
from search_support import CONFIG_MAP, assert_found

CASES = {
    "a map that is a text, whose order only a digest shows": (
        '{{- define "data" }}\n  app.conf:\n    {{- if kindIs "string" .Values.conf }}\n    {{- .Values.conf | nindent 4 }}\n'
        "    {{- else }}\n    {{- toYaml .Values.conf | nindent 4 }}\n    {{- end }}\n{{- end }}\n"
        'data: {{ include "data" . }}\nsum: {{ include "data" . | sha256sum }}\n' + CONFIG_MAP,
        'conf: ""\n',
        "conf: |\n  span: 60s\n  owner: shop\n",
    ),
    "items on lines of their own, which a plain scalar shows as one line": (
        '{{- define "data" }}\n  a: b\n{{- if .Values.items }}\n  items: {{- range .Values.items }}\n    {{ . }}\n{{- end }}\n'
        "  z: y\n{{- end }}\n{{- end }}\n"
        'data: {{ include "data" . }}\nsum: {{ include "data" . | sha256sum }}\n' + CONFIG_MAP,
        "items: null\n",
        "items: [one, two]\n",
    ),
    "entries that a map of any keys prints as well, in other quotes": (
        '{{- define "data" }}\n{{- with .Values.general }}{{ toYaml . | nindent 2 }}{{ end }}\n'
        "{{- range $key, $value := .Values.relay }}\n  RELAY_{{ $key }}: {{ $value | quote }}\n{{- end }}\n{{- end }}\n"
        'data: {{ include "data" . }}\nsum: {{ include "data" . | sha256sum }}\n' + CONFIG_MAP,
        "general: {}\nrelay: {}\n",
        "general: {LEVEL: debug}\nrelay: {name: one, host: two}\n",
    ),
    "a text that ends with a line break which only a digest shows": (
        "data:\n  run.sh: |\n    {{- .Values.script | nindent 4 }}\nsum: {{ .Values.script | sha256sum }}\n"
        + CONFIG_MAP,
        "script: go\n",
        "script: |\n  go\n  further\n",
    ),
    "line breaks for which a plain scalar shows blanks": (
        "data:\n  run.sh: {{- .Values.script | nindent 4 }}\nsum: {{ .Values.script | sha256sum }}\n" + CONFIG_MAP,
        "script: go\n",
        "script: |\n  go=1\n  further=2\n",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_values_are_found(case):
    assert_found(*CASES[case])
