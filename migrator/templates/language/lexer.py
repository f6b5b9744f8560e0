"""The inside of an action `{{ ... }}` -> tokens, as Go's lexer reads it (text/template of Go 1.23)."""

from __future__ import annotations

import re
from functools import lru_cache

from migrator.templates.errors import TemplateError

_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+)
      | (?P<string>"(?:\\.|[^"\\\n])*"|`[^`]*`)
      | (?P<char>'(?:\\.|[^'\\\n])+')
      | (?P<number>[+-]?(?:0[xX][0-9a-fA-F_]+(?:p[+-]?\d+)?|0[oO]?[0-7_]+(?![\d.])|0[bB][01_]+
          |(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?))(?![\w])
      | (?P<declare>:=) | (?P<assign>=) | (?P<pipe>\|) | (?P<comma>,)
      | (?P<open>\() | (?P<close>\)(?P<chain>(?:\.[^\W\d]\w*)+)?)
      | (?P<variable>\$\w*(?P<vfields>(?:\.[^\W\d]\w*)*))
      | (?P<field>(?:\.[^\W\d]\w*)+) | (?P<dot>\.)
      | (?P<keyword>(?:if|else|end|range|with|define|template|block|break|continue)\b)
      | (?P<word>[^\W\d]\w*(?P<wfields>(?:\.[^\W\d]\w*)*))""",
    re.VERBOSE,
)
_KINDS = {"chain": "close", "vfields": "variable", "wfields": "word"}
"""Groups inside a token's own."""
_ESCAPE = re.compile(r"\\(?:([abfnrtv\\'\"])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3}))")
_SIMPLE = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", "'": "'", '"': '"'}


def unquote(text: str) -> str:
    """The string that a quoted Go literal stands for."""
    if text[0] == "`":
        return text[1:-1].replace("\r", "")

    def one(match: re.Match[str]) -> str:
        simple, *codes = match.groups()
        if simple:
            return _SIMPLE[simple]
        code = next(c for c in codes if c)
        return chr(int(code, 8 if codes[3] else 16))

    return _ESCAPE.sub(one, text[1:-1])


def number(text: str) -> int | float:
    plain = text.replace("_", "")
    try:
        digits = plain.lstrip("+-")
        if len(digits) > 1 and digits[0] == "0" and digits.isdigit():
            return int(plain, 8)
        return int(plain, 0)
    except ValueError:
        return float.fromhex(plain) if plain[:2].lower() == "0x" else float(plain)


_Token = tuple[str, str, re.Match[str]]
"""Kind, text and match."""


@lru_cache(maxsize=8192)
def _read(body: str) -> tuple[tuple[_Token, ...], str]:
    """The tokens of an action, and the beginning of what is none; most actions of a chart repeat."""
    items: list[_Token] = []
    place = 0
    for match in _TOKEN.finditer(body):
        if match.start() != place:
            break
        place = match.end()
        kind = match.lastgroup or ""
        if kind != "space":
            items.append((_KINDS.get(kind, kind), match.group(), match))
    return tuple(items), body[place : place + 10]


class Tokens:
    """The tokens of one action, read from left to right; white space parts them and is none."""

    def __init__(self, body: str, line: int) -> None:
        self.items, rest = _read(body)
        self.line = line
        self.at = 0
        if rest:
            raise TemplateError(f"line {line}: unexpected {rest!r} in action")

    def peek(self) -> str:
        return self.items[self.at][0] if self.at < len(self.items) else ""

    def keyword(self) -> str:
        """The keyword at hand, empty where there is none."""
        return self.items[self.at][1] if self.peek() == "keyword" else ""

    def take(self) -> _Token:
        if self.at >= len(self.items):
            raise TemplateError(f"line {self.line}: unexpected end of action")
        self.at += 1
        return self.items[self.at - 1]

    def fail(self, what: str) -> TemplateError:
        return TemplateError(f"line {self.line}: {what}")
