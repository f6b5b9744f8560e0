"""The two template engines of ApplicationSets, over the strings of a template or of a generator.

Argo CD documentation, ApplicationSet, Templates and Go Template; `applicationset/utils/utils.go` (Render.Replace):
every string is a template of its own. Without `goTemplate` a word in double braces is the parameter of that name, and
stays where there is none; with it the string is a template of Go with sprig and `normalize`, and a missing key prints
`<no value>`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum

from migrator.model import Json
from migrator.templates.errors import TemplateError
from migrator.templates.interpreter.text import render_text

Params = Mapping[str, Json]
_TAG = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_NOT_IN_A_NAME = re.compile(r"[^-a-z0-9.]")
_NAME_LIMIT = 253
NO_VALUE = "<no value>"
OPEN = "{{?}}"
"""Stands for what only Argo CD knows."""


class Engine(Enum):
    """How an ApplicationSet is filled in."""

    NAMES = "names"
    GO = "goTemplate"
    STRICT = "missingkey=error"
    """Go's, told to stop where a key is missing."""


class FillingError(Exception):
    """A template that cannot be filled in, and why."""


def normalized(name: str) -> str:
    """A name as objects may have it (`SanitizeName`)."""
    return _NOT_IN_A_NAME.sub("-", name.lower())[:_NAME_LIMIT].strip("-.")


def filled(value: Json, params: Params, engine: Engine) -> Json:
    """A tree with every string filled in; raises FillingError where Argo CD would refuse the template of Go."""
    if isinstance(value, str):
        return _by_name(value, params) if engine is Engine.NAMES else _by_go(value, params, engine)
    if isinstance(value, Mapping):
        keys = value if engine is Engine.NAMES else [filled(key, params, engine) for key in value]
        return {key: filled(held, params, engine) for key, held in zip(keys, value.values(), strict=True)}
    if isinstance(value, list):
        return [filled(each, params, engine) for each in value]
    return value


def _by_name(text: str, params: Params) -> str:
    def replacement(tag: re.Match[str]) -> str:
        held = params.get(tag[1].strip())
        return held if isinstance(held, str) else tag[0]

    return _TAG.sub(replacement, text)


def _by_go(text: str, params: Params, engine: Engine) -> str:
    if "{{" not in text:
        return text
    try:
        functions = {"normalize": lambda name: normalized(str(name))}
        return render_text(text, params, functions, strict=engine is Engine.STRICT)
    except TemplateError as error:
        raise FillingError(f"{' '.join(text.split())} ({error.message})") from None
