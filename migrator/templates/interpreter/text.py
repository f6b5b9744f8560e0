"""A single template over plain data, as programs beside Helm use them: Go's text/template with sprig."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from migrator.model import Json
from migrator.templates.errors import TemplateError
from migrator.templates.functions.table import FUNCTIONS
from migrator.templates.interpreter.evaluator import Evaluator
from migrator.templates.interpreter.render import FAILURES
from migrator.templates.language import parser
from migrator.templates.provenance.value import Value, lift, text_of


def render_text(
    source: str, data: Mapping[str, Json], functions: Mapping[str, Callable[..., Any]], *, strict: bool = False
) -> str:
    """What the template prints, `<no value>` for what the data lacks; raises TemplateError.

    `functions` are those that the program offers beside Helm's; `strict` is the option `missingkey=error`.
    """
    try:
        nodes, named = parser.parse(source)
        evaluator = _Plain(named, {**FUNCTIONS, **functions}, untaken=False)
        evaluator.strict = strict
        pieces = evaluator.execute(nodes, lift(data), "template")
    except FAILURES as error:
        raise TemplateError(str(error) or type(error).__name__) from None
    if evaluator.failures:
        raise TemplateError(evaluator.failures[0].message)
    return text_of(pieces)


class _Plain(Evaluator):
    """Without Helm's option `missingkey=zero`: what is missing may be looked into, and is missing then, too."""

    strict = False

    def field(self, value: Value, name: str) -> Value:
        is_missing = value.v is None or (isinstance(value.v, dict) and name not in value.v)
        if is_missing and self.strict:
            raise TemplateError(f'map has no entry for key "{name}"')
        return Value(None) if value.v is None else super().field(value, name)
