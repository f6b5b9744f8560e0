"""Every template function against the helm binary: one render for the whole table."""

from __future__ import annotations

from pathlib import Path

import pytest
from chart_support import SETTING, chart_of
from function_errors import ERRORS
from function_rows import ALL, VALUES
from go_expressions import evaluate, helm_error, helm_json, named_functions, rows

from migrator.templates.errors import TemplateError
from migrator.templates.functions.table import FUNCTIONS, RANDOM, SIGNATURES
from migrator.templates.golang.encoding_json import encode
from migrator.templates.golang.types import Strings, Time
from migrator.templates.golang.yaml import from_yaml
from migrator.templates.interpreter.render import Interpreter

EXPRESSIONS = rows(ALL)
SEPARATOR = "\n@@@@\n"


def test_table_agrees_with_helm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    values = from_yaml(VALUES)
    wrong = {}
    for expression, expected in zip(EXPRESSIONS, helm_json(tmp_path, EXPRESSIONS, VALUES), strict=True):
        ours = encode(evaluate(expression, values))
        if ours != expected:
            wrong[expression] = (ours, expected)
    assert not wrong


@pytest.mark.parametrize("untaken", [False, True])
def test_the_interpreter_makes_the_same_of_every_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, untaken: bool
) -> None:
    monkeypatch.setenv("TZ", "UTC")
    lines = [f"{{{{ toJson ({expression}) }}}}" for expression in EXPRESSIONS]
    run = Interpreter(chart_of({"x.yaml": SEPARATOR.join(lines)}, VALUES), untaken=untaken).run({}, SETTING)
    ours = run.templates["tiny/templates/x.yaml"].text.split(SEPARATOR)
    theirs = helm_json(tmp_path, EXPRESSIONS, VALUES)
    wrong = {e: (mine, right) for e, mine, right in zip(EXPRESSIONS, ours, theirs, strict=True) if mine != right}
    assert run.complete
    assert not wrong


def test_table_names_every_function() -> None:
    covered = named_functions([*EXPRESSIONS, *(expression for expression, _ in ERRORS)])
    assert set(FUNCTIONS) - covered - set(RANDOM) == {"decryptAES"}
    assert set(SIGNATURES) == set(FUNCTIONS)


def test_what_is_encrypted_is_left_to_helm() -> None:
    with pytest.raises(TemplateError, match="only Helm decrypts"):
        evaluate('decryptAES "key" "text"', {})


@pytest.mark.parametrize(("expression", "message"), ERRORS)
def test_fails_in_go_words(expression: str, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        evaluate(expression, from_yaml(VALUES))
    assert caught.value.message == message


@pytest.mark.parametrize("expression", [expression for expression, _ in ERRORS])
def test_the_interpreter_stops_where_helm_does(expression: str) -> None:
    chart = chart_of({"x.yaml": f"{{{{ {expression} }}}}"}, VALUES)
    assert not Interpreter(chart, untaken=False).run({}, SETTING).complete


@pytest.mark.parametrize(("expression", "message"), ERRORS[::10])
def test_helm_still_says_so(tmp_path: Path, expression: str, message: str) -> None:
    assert helm_error(tmp_path, expression, VALUES) == message


def test_a_wrong_row_would_show(tmp_path: Path) -> None:
    assert helm_json(tmp_path, ['upper "a"']) != [encode(evaluate('lower "A"', {}))]
    with pytest.raises(AssertionError, match="did not fail"):
        helm_error(tmp_path, 'upper "a"')


def test_named_types_survive() -> None:
    assert type(evaluate('splitList "," "a,b"', {})) is Strings
    assert isinstance(evaluate('toDate "2006" "2020"', {}), Time)
    with pytest.raises(TemplateError, match="expected int; got int64"):
        evaluate('trunc (add 1 2) "abcde"', {})
