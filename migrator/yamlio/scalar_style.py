"""How a text is written: plain where every reader takes it for exactly this text, else as a block or in quotes."""

from __future__ import annotations

import re

from migrator.yamlio.scalars import Dialect, ScalarError, resolve_plain

_INDICATORS = frozenset(" ,[]{}#&*!|>'\"%@`?:")
_OTHER_READERS = re.compile(
    r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?"  # base 60 of YAML 1.1
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ].*)?"  # a date to PyYAML and to kustomize
    r"|=|<<"
    r"|(?:---|\.\.\.)(?:\s.*)?",
    re.ASCII,
)


def style_of(text: str, *, is_key: bool, in_flow: bool, quote: str = "") -> str:
    """Empty for plain text, "|" for a literal block, else the quote that goes around the text.

    `in_flow` says that it stands between brackets, `quote` which quotes are wanted: then it is never plain.
    """
    if not quote and is_plain(text) and not (in_flow and any(char in text for char in ",[]{}:?")):
        return ""
    if not is_key and not in_flow and _fits_literal(text):
        return "|"
    takes_single = text.isprintable() and (quote == "'" or (not quote and ('"' in text or "\\" in text)))
    return "'" if takes_single else '"'


def is_plain(text: str) -> bool:
    """Whether every reader takes the unquoted text for exactly this text, in block style."""
    if not text or text[0] in _INDICATORS or text[-1] in " :" or not text.isprintable():
        return False
    if text[0] == "-" and text[1:2] in {"", " "}:
        return False
    if ": " in text or " #" in text or _OTHER_READERS.fullmatch(text):
        return False
    try:
        return all(resolve_plain(text, dialect) == text for dialect in Dialect)
    except ScalarError:
        return False


def _fits_literal(text: str) -> bool:
    """Whether a literal block holds the text exactly: several lines, no character that needs an escape.

    Not with blank lines at its end: where such a block ends depends on what comes after it. Not with a tab at its
    beginning, which kustomize takes for a wrong indent.
    """
    if "\n" not in text or not text.strip() or text.endswith("\n\n") or text.startswith("\t"):
        return False
    return all(char.isprintable() or char in "\n\t" for char in text)
