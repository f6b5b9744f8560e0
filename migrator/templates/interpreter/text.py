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
from migrator.templates.provenance.value import lift, text_of


def render_text(source: str, data: Mapping[str, Json], functions: Mapping[str, Callable[..., Any]]) -> str:
    """What the template prints, `<no value>` for what the data lacks; raises TemplateError.

    `functions` are those that the program offers beside Helm's.
    """
    try:
        nodes, named = parser.parse(source)
        evaluator = Evaluator(named, {**FUNCTIONS, **functions}, untaken=False)
        pieces = evaluator.execute(nodes, lift(data), "template")
    except FAILURES as error:
        raise TemplateError(str(error) or type(error).__name__) from None
    if evaluator.failures:
        raise TemplateError(evaluator.failures[0].message)
    return text_of(pieces)
