"""JSON values -> YAML that a person would have written, and that every reader of the field reads alike.

ruamel.yaml writes it, in the styles of `scalar_style`. It is imported by the first call: most commands write nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from migrator.model import Json, KeyPath

_NO_COMMENTS: Mapping[KeyPath, str] = {}


def dump(value: Json, *, comments: Mapping[KeyPath, str] = _NO_COMMENTS) -> str:
    """Block-style YAML of the value, ending with a newline: keys as given, lists indented under their key, no folding.

    Reads back to the same value in both dialects; text that some reader would take for anything else is quoted, other
    text is not. `comments` puts a comment above the key or item at a path. Raises ValueError or TypeError for what
    is not JSON: infinities, lone surrogates, keys that are not text.
    """
    from migrator.yamlio.emitter import written

    return written(value, comments=comments)


def block_lines(value: Json, *, indent: int = 0, list_indent: int = 2) -> list[str]:
    """The lines of a value in block style; `list_indent` is how far lists stand right of their key."""
    from migrator.yamlio.emitter import written

    lines = written(value, list_indent=list_indent).removesuffix("\n").split("\n")
    return [" " * indent + line if line else "" for line in lines]


def flow(value: Json) -> str:
    """The value on one line, as it may stand within brackets."""
    from migrator.yamlio.emitter import written

    return written([value], in_flow=True)[1:-2]


def in_brackets(value: Json) -> Json:
    """The same list or mapping, which `dump` writes between brackets."""
    from migrator.yamlio.emitter import bracketed

    return bracketed(value)


def in_quotes(text: str, quote: str) -> str:
    """The same text, which keeps such quotes wherever it is not a literal block."""
    from migrator.yamlio.emitter import quoted

    return quoted(text, quote)
