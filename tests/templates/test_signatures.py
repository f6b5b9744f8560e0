"""Arguments are checked as text/template checks them."""

from __future__ import annotations

import pytest
from go_expressions import evaluate

from migrator.templates.errors import TemplateError
from migrator.templates.functions.signatures import FailError, nil_argument
from migrator.templates.golang.types import NilMap


def test_fail_is_told_apart() -> None:
    for expression in ('fail "x"', 'required "x" nil'):
        with pytest.raises(FailError):
            evaluate(expression, {})


def test_untyped_nil_at_a_parameter() -> None:
    assert isinstance(nil_argument("ms", 0), NilMap)
    assert nil_argument("a*", 5) is None
    with pytest.raises(TemplateError, match="invalid value; expected string"):
        nil_argument("ms", 1)
