"""Places that are easily overlooked, and values that share one: the search finds what a person would have set."""

from __future__ import annotations

import pytest
from search_support import found

from migrator.templates.tree import blank_after, blank_before
from migrator.yamlio import Dialect, read_value

NAME = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "{{ .Release.Name }}"}\n'
CASES = {
    "an argument of its own before a comment that stands over the first item": (
        NAME
        + """
args:
  {{- if .Values.taints }}
  - "-enable-taints"
  {{- end }}
  # the port is always there
  - "-port={{ .Values.port }}"
  {{- with .Values.extraArgs }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
""",
        "taints: false\nport: 8080\nextraArgs: []\n",
        "taints: true\n",
    ),
    "one of two lists of values under a key that either opens, where the other serves all": (
        "".join(
            f"---\n{NAME.replace('}}', '}}-' + part, 1)}"
            f"""
{{{{- if or .Values.global.env .Values.{part}.env }}}}
env:
  {{{{- with .Values.global.env }}}}
  {{{{- toYaml . | nindent 2 }}}}
  {{{{- end }}}}
  {{{{- with .Values.{part}.env }}}}
  {{{{- toYaml . | nindent 2 }}}}
  {{{{- end }}}}
{{{{- end }}}}
"""
            for part in ("one", "two", "three", "four")
        ),
        "global: {env: []}\none: {env: []}\ntwo: {env: []}\nthree: {env: []}\nfour: {env: []}\n",
        "two:\n  env: [{name: A, value: b}]\n",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_finds_what_was_set(case):
    template, values, truth = CASES[case]

    overrides, left = found(template, values, truth)

    assert left == 0
    assert overrides == read_value(truth.encode(), dialect=Dialect.SIGS)


def test_comments_belong_to_the_white_space_around_a_place():
    text = "args:\n  # one\n\n  # two\n  - first\n  # three\nnext: 1 # four\n"

    assert blank_before(text, text.index("- first")) == len("args:")
    assert blank_after(text, text.index("- first") + len("- first")) == text.index("next")
    assert blank_before(text, text.index("1")) == text.index("next:") + len("next:")
    assert blank_after(text, text.index("# four")) == len(text)
