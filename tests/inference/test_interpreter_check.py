"""Which templates the interpreter renders as helm does: what is drawn at random counts for what it is."""

from __future__ import annotations

from base64 import b64encode

import pytest
from chart_support import SETTING, chart_of

from migrator.inference.hypothesis.interpreter_check import untrusted
from migrator.templates.interpreter.render import Interpreter

PATH = "tiny/templates/a.yaml"
NAMED = (
    "apiVersion: v1\nkind: Pod\nmetadata: {name: 'x-{{ randAlphaNum 5 | lower }}-test'}\nspec: {a: {{ .Values.a }}}\n"
)
ENCODED = (
    '{{ define "text" }}\nuser: a\npassword: {{ randAlpha 1 }}{{ randAlphaNum 9 | quote }}\n{{ end }}apiVersion: v1\n'
    'kind: Secret\nmetadata: {name: x}\ndata:\n  conf: |-\n    {{- include "text" . | b64enc | nindent 4 }}\n{{ if .Values.a }}{{ end }}\n'
)


def printed(text: str) -> bytes:
    return f"---\n# Source: {PATH}\n{text}".encode()


@pytest.mark.parametrize(
    ("theirs", "wrong"),
    [
        ("name: x-abcde-test}\nspec: {a: 1}\n", False),
        ("name: x-abcde-test}\nspec: {a: 2}\n", True),
        ("name: y-abcde-test}\nspec: {a: 1}\n", True),
        (
            "name: x-abcde-test}\nspec: {a: 1}\n---\n# Source: "
            + PATH
            + "\napiVersion: v1\nkind: Pod\nmetadata: {name: z}\n",
            True,
        ),
    ],
)
def test_a_name_that_is_drawn_is_no_difference_and_anything_else_is(theirs: str, wrong: bool) -> None:
    run = Interpreter(chart_of({"a.yaml": NAMED}, "a: 1\n"), untaken=False).run({}, SETTING)
    assert untrusted(run, printed(f"apiVersion: v1\nkind: Pod\nmetadata: {{{theirs}")) == ({PATH} if wrong else set())


@pytest.mark.parametrize(("user", "wrong"), [("a", False), ("b", True)])
def test_random_content_is_found_in_an_encoded_block_of_text(user: str, wrong: bool) -> None:

    run = Interpreter(chart_of({"a.yaml": ENCODED}, "a: 1\n"), untaken=False).run({}, SETTING)
    text = b64encode(f'\nuser: {user}\npassword: Q"abcdefghi"\n'.encode()).decode()
    theirs = f"apiVersion: v1\nkind: Secret\nmetadata: {{name: x}}\ndata:\n  conf: |-\n    {text}\n"
    assert untrusted(run, printed(theirs)) == ({PATH} if wrong else set())
