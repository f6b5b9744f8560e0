"""Words of a shell that say any text, whoever chose it."""

from __future__ import annotations

import re

_PLAIN = re.compile(r"[A-Za-z0-9_@%+=:,./-]+")
_ESCAPES = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def word(text: str) -> str:
    """The text as one word of bash, on one line; what cannot be seen is written as its bytes."""
    if _PLAIN.fullmatch(text):
        return text
    if text.isprintable() and not set(text) & set("'$`\\"):
        return f"'{text}'"
    return f"$'{''.join(map(_escaped, text))}'"


def _escaped(sign: str) -> str:
    if sign in _ESCAPES:
        return _ESCAPES[sign]
    if sign.isprintable():
        return sign
    return "".join(f"\\x{byte:02x}" for byte in sign.encode("utf-8", "surrogateescape"))
