"""Frozen value types as JSON and back, by their own annotations: what caches, journals and plan files hold.

msgspec shapes and checks. The text is the standard library's, because it keeps what msgspec's own JSON does not: a path
that is not UTF-8 (a lone surrogate), an integer beyond 64 bits, an infinite number.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any, TypeVar

_Type = TypeVar("_Type")


def to_json(value: object, *, indent: int | None = None) -> bytes:
    """A dataclass by its fields, without those that are ABSENT; an enum by its value; a mapping has text as keys."""
    import msgspec

    held = msgspec.to_builtins(value, enc_hook=_unfolded)
    separators = (",", ":") if indent is None else None
    text = json.dumps(held, indent=indent, separators=separators, ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass")


def from_json(kind: type[_Type], data: bytes) -> _Type:
    """What `to_json` made of a value of that type; ValueError with the place for anything else.

    A field that is not there has its default, and a key without a field says nothing.
    """
    import msgspec

    try:
        return msgspec.convert(json.loads(data.decode("utf-8", "surrogatepass")), kind, dec_hook=_folded)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def schema_digest(kind: type) -> str:
    """A digest of the shape of a type and of all that it holds: fields, types, defaults, members of enums."""
    import msgspec

    schema = msgspec.json.schema(kind, schema_hook=lambda _: {"type": "array"})
    text = json.dumps(_without_prose(schema), sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _unfolded(value: object) -> object:
    if isinstance(value, re.Pattern):
        return [value.pattern, value.flags]
    raise TypeError(f"{type(value).__name__} is not a type that is kept")


def _folded(_: type, held: Any) -> object:
    """Patterns are the only type that msgspec does not know."""
    try:
        return re.compile(*held)
    except (re.error, OverflowError):
        raise ValueError("not a pattern") from None


def _without_prose(schema: Any) -> Any:
    """The schema without the docstrings of the types, which say nothing of their shape."""
    if isinstance(schema, dict):
        return {key: _without_prose(each) for key, each in schema.items() if key != "description"}
    return [_without_prose(each) for each in schema] if isinstance(schema, list) else schema
