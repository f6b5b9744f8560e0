"""Functions of templates read backwards: what an operand would have to be for the result to be the target."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable

from migrator.model import Json
from migrator.templates.errors import TemplateError
from migrator.templates.golang.yaml import to_yaml
from migrator.templates.golang.yaml_tree import parse_tree
from migrator.templates.provenance.value import Value, plain

_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")


def from_text(text: str, like: Json) -> Json:
    """A text as a value of the type that is there now."""
    if isinstance(like, bool):
        return {"true": True, "false": False}.get(text, text)
    if isinstance(like, (int, float)) and _NUMBER.fullmatch(text):
        number = float(text)
        return int(number) if number.is_integer() else number
    return text


def _first(value: Value, target: Json) -> Json:
    listed = plain(value.args[0])
    return [target, *(listed[1:] if isinstance(listed, list) else [])]


def _last(value: Value, target: Json) -> Json:
    listed = plain(value.args[0])
    return [*(listed[:-1] if isinstance(listed, list) else []), target]


def _split(value: Value, target: Json) -> Json:
    """The text that was split: all parts joined, or the present text with one part replaced."""
    mark, text = (plain(arg) for arg in value.args)
    if not isinstance(mark, str):
        return None
    if isinstance(target, list):
        return mark.join(map(str, target))
    parts = text.split(mark) if isinstance(text, str) else []
    if not isinstance(target, str) or parts.count(value.v) != 1:
        return None
    return mark.join(target if part == value.v else part for part in parts)


PARTS: dict[str, Callable[[Value, Json], Json]] = {
    "first": _first,
    "mustFirst": _first,
    "last": _last,
    "mustLast": _last,
    "splitList": _split,
}
"""Functions that return a part of their operand -> the operand of which the target is that part."""


def _decoded(target: Json) -> Json:
    if not isinstance(target, str):
        return None
    try:
        return base64.b64decode(target, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None


def _encoded(target: Json) -> Json:
    return base64.b64encode(target.encode()).decode() if isinstance(target, str) else None


def _as_yaml(target: Json) -> Json:
    if not isinstance(target, str):
        return None
    try:
        roots = parse_tree(target)
    except TemplateError:
        return None
    return roots[0].plain() if roots else None


def as_written(text: Json) -> Json:
    """The map or list that toYaml prints as exactly this text; None where there is none."""
    tree = _as_yaml(text) if isinstance(text, str) and ("\n" in text or ":" in text) else None
    return tree if isinstance(tree, (dict, list)) and to_yaml(tree) == str(text).strip("\n") else None


def _as_json(target: Json) -> Json:
    if not isinstance(target, str):
        return None
    try:
        return json.loads(target)
    except ValueError:
        return None


def number_of(target: Json) -> int | float | None:
    """A number, or the number that a text reads as; None for anything else."""
    found = from_text(target, 0) if isinstance(target, str) else target
    return found if isinstance(found, (int, float)) and not isinstance(found, bool) else None


SIMPLE_INVERSES: dict[str, Callable[[Json], Json]] = {
    "b64enc": _decoded,
    "b64dec": _encoded,
    "toYaml": _as_yaml,
    "toYamlPretty": _as_yaml,
    "toJson": _as_json,
    "mustToJson": _as_json,
    "toPrettyJson": _as_json,
    "mustToPrettyJson": _as_json,
    "toRawJson": _as_json,
    "mustToRawJson": _as_json,
    "int": number_of,
    "int64": number_of,
    "float64": number_of,
    "atoi": lambda target: str(target) if isinstance(target, int) else None,
    "lower": lambda target: target if isinstance(target, str) and target == target.lower() else None,
    "upper": lambda target: target.lower() if isinstance(target, str) and target == target.upper() else None,
    "title": lambda target: target[:1].lower() + target[1:] if isinstance(target, str) else None,
    "trunc": lambda target: target,
    "trim": lambda target: target,
    "trimSuffix": lambda target: target,
    "trimPrefix": lambda target: target,
    "replace": lambda target: target,
    "nospace": lambda target: target,
    "fromJson": lambda target: json.dumps(target) if target is not None else None,
}

TRANSPARENT = frozenset(
    {
        "toString",
        "quote",
        "squote",
        "required",
        "tpl",
        "default",
        "fromYaml",
        "merge",
        "concat",
        "tpl-text",
        "compact",
        "uniq",
        "sortAlpha",
    }
)
"""Functions that return one of their operands unchanged, as far as inversion is concerned."""

BOOLEAN = frozenset({"not", "eq", "ne", "gt", "ge", "lt", "le", "empty", "hasKey", "has", "contains", "kindIs"})
"""Functions that answer yes or no."""
