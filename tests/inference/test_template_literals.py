"""Assignments written as some templates need them: braces that `tpl` does not run, YAML as a text."""

from __future__ import annotations

import pytest
from search_support import assert_found

from migrator.inference.candidates.template_literals import other_forms

NOTES = """
apiVersion: v1
kind: Service
metadata:
  name: "{{ .Release.Name }}"
  {{- with .Values.annotations }}
  annotations:
    {{- range $key, $value := . }}
    {{ $key }}: {{ tpl $value $ | quote }}
    {{- end }}
  {{- end }}
spec:
  {{- with .Values.extra }}
  {{- tpl (toYaml .) $ | nindent 2 }}
  {{- end }}
"""


@pytest.mark.parametrize(
    "truth",
    [
        "annotations: {widget.user: '{{`{{USER_NAME}}`}}', plain: x}",
        "annotations: {widget.user: '{{`{{ $labels.pod }}`}} is down', plain: x}",
        "extra: {legend: 'of {{`{{ instance }}`}}', list: ['{{`{{ job }}`}}']}",
    ],
)
def test_braces_that_a_template_would_run_are_written_as_text(truth):
    assert_found(NOTES, "annotations: {}\nextra: {}\n", truth)


def test_an_opening_brace_alone_is_written_as_text_too():
    [form] = other_forms(((("a",), ["{{", "x{{ `y` }}"]), (("b",), 1)), lambda _: None)
    assert form == (
        (("a",), ["{{`{{`}}", "x{{`{{`}} `y` }}"]),
        (("b",), 1),
    )
    assert not list(other_forms(((("a",), "plain"),), lambda _: ""))


def test_a_list_is_also_tried_as_the_text_that_its_default_is():
    edits = ((("a",), [{"name": "x"}]), (("b",), ["y"]))
    forms = list(other_forms(edits, {("a",): "# none\n", ("b",): []}.get))
    assert forms == [((("a",), "- name: x\n"), (("b",), ["y"]))]
