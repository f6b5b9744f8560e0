"""Items of values that print two items each."""

from __future__ import annotations

import pytest
from search_support import CONFIG_MAP, assert_found

CASES = {
    "rows that print two items each, before items that print as they are": (
        CONFIG_MAP
        + """args:
- --run
{{- if .Values.labels.enabled }}
{{- range .Values.labels.names }}
- --label
- {{ . }}
{{- end }}
{{- end }}
{{- with .Values.extraArgs }}
{{- toYaml . | nindent 0 }}
{{- end }}
""",
        "labels: {enabled: false, names: []}\nextraArgs: []\n",
        "labels: {enabled: true, names: [name, instance]}\n",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_values_are_found(case):
    assert_found(*CASES[case])
