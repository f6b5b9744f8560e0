"""Texts with braces that have to reach the manifest as they are, through a template that runs them as one."""

from __future__ import annotations

import re

from migrator.inference.edits import Edits
from migrator.model import Json

_BRACES = re.compile(r"\{\{(?:[^`]*?\}\})?")
"""An action of a template, whole where it can stand between backquotes, else its opening braces."""


def literal_edits(edits: Edits) -> Edits | None:
    """The assignments with each text with braces written as a template that prints it; None where none has any."""
    made = tuple((path, _literal(value)) for path, value in edits)
    return made if made != edits else None


def _literal(value: Json) -> Json:
    if isinstance(value, str):
        return _BRACES.sub(lambda match: f"{{{{`{match.group()}`}}}}", value)
    if isinstance(value, dict):
        return {key: _literal(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_literal(item) for item in value]
    return value
