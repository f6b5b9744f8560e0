"""The strings of a JSON or JSON5 text with their places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from migrator.model import KeyPath
from migrator.rewrite.automation.scripts.shell import ScriptError

_TOKEN = re.compile(
    r"""(?P<blank>\s+|//[^\n]*|/\*.*?\*/)|(?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""
    r"""|(?P<mark>[{}\[\]:,])|(?P<bare>[^\s{}\[\]:,"'/]+)""",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonString:
    """A string value: what it says, and where its characters begin."""

    path: KeyPath
    text: str | None
    """None where it is written with escapes that are more than a doubled backslash."""
    raw: str
    start: int


def json_strings(text: str) -> tuple[JsonString, ...]:
    """Every string value by its path; ScriptError where the text is not JSON5."""
    found = []
    stack: list[str | int] = []
    kinds: list[str] = []
    key: str | None = None
    for kind, sign, start in _tokens(text):
        in_object = bool(kinds) and kinds[-1] == "{"
        if sign in "{[" and kind == "mark":
            kinds.append(sign)
            stack.append(0 if sign == "[" else "")
            key = None
        elif sign in "}]" and kind == "mark":
            if not kinds or kinds.pop() != {"}": "{", "]": "["}[sign]:
                raise ScriptError(f"line {text.count(chr(10), 0, start) + 1}")
            stack.pop()
        elif sign == "," and kind == "mark" and kinds:
            stack[-1] = int(stack[-1]) + 1 if kinds[-1] == "[" else ""
            key = None
        elif sign == ":" and kind == "mark" and in_object and key is not None:
            stack[-1] = key
        elif in_object and stack[-1] == "":
            key = sign[1:-1] if kind == "string" else sign
        elif kind == "string":
            raw = sign[1:-1]
            plain = raw.replace("\\\\", "")
            value = None if "\\" in plain else raw.replace("\\\\", "\\")
            found.append(JsonString(path=tuple(stack), text=value, raw=raw, start=start + 1))
    if kinds:
        raise ScriptError("the end")
    return tuple(found)


def opening(text: str) -> int | None:
    """Where the object begins that the text is; None where it is none."""
    first = next(_tokens(text), None)
    return first[2] if first is not None and first[1] == "{" else None


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            if text[at] == "\ufeff" and at == 0:
                at = 1
                continue
            raise ScriptError(f"line {text.count(chr(10), 0, at) + 1}")
        if found.lastgroup != "blank":
            yield str(found.lastgroup), found[0], at
        at = found.end()
