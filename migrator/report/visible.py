"""The one place where texts of a repository are made harmless to what shows them: a terminal, a log, a web page.

An escape sequence in a name, a path or a value could move the cursor, hide a line, or forge one of ours.
"""

from __future__ import annotations

import re

_ACTIVE = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
"""Control characters, what turns the direction of a text or has no width, and halves of characters."""
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def visible(text: str) -> str:
    """One line of text in which everything can be seen; an escape character is written as its number."""
    return _ACTIVE.sub(_name, text) if not text.isprintable() else text


def visible_lines(text: str) -> str:
    """The same for a text of several lines; tabs stay as well."""
    return re.sub(r"[^\n\t]+", lambda found: visible(found[0]), text)


def visible_json(text: str) -> str:
    """JSON of the same value; what is active can stand in its texts alone, and there as its number."""
    return _ACTIVE.sub(lambda found: found[0] if found[0] == "\n" else f"\\u{ord(found[0]):04x}", text)


def _name(found: re.Match[str]) -> str:
    code = ord(found[0])
    return _SHORT.get(found[0]) or (f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}")
