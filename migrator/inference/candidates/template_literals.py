"""The same assignments as some templates need them: texts that `tpl` does not run, YAML as a text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from migrator.inference.assignments.values_tree import MISSING, Edits
from migrator.model import Json, KeyPath
from migrator.templates.golang.yaml import to_yaml

_BRACES = re.compile(r"\{\{(?:[^`]*?\}\})?")
"""An action of a template, whole where it can stand between backquotes, else its opening braces."""


def other_forms(edits: Edits, default: Callable[[KeyPath], Json]) -> Iterator[Edits]:
    """The assignments with braces escaped for `tpl`, with maps and lists as text where the default is a text.

    Entries of which only the key is known are empty texts in the last form.

    None of these where nothing changes.
    """
    for form in (
        tuple((path, _literal(value)) for path, value in edits),
        tuple((path, _text(value) if isinstance(default(path), str) else value) for path, value in edits),
        tuple((path, "" if value == {} and default(path) is MISSING else value) for path, value in edits),
    ):
        if form != edits:
            yield form


def _text(value: Json) -> Json:
    return f"{to_yaml(value)}\n" if isinstance(value, dict | list) and value else value


def _literal(value: Json) -> Json:
    if isinstance(value, str):
        return _BRACES.sub(lambda match: f"{{{{`{match.group()}`}}}}", value)
    if isinstance(value, dict):
        return {key: _literal(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_literal(item) for item in value]
    return value
