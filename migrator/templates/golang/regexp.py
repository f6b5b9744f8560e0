"""Go's regular expressions: RE2, whose syntax and semantics they have, with Go's walk over matches and its messages.

RE2 takes time in proportion to the text whatever the pattern, so that no chart can hang a render (ADR 0008).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import re2

from migrator.templates.bounds import check_text
from migrator.templates.errors import TemplateError

_MESSAGES: Final = {
    "missing )": "missing closing )",
    "missing ]": "missing closing ]",
    "trailing \\": "trailing backslash at end of expression",
    "no argument for repetition operator": "missing argument to repetition operator",
    "invalid repetition size": "invalid repeat count",
    "bad repetition operator": "invalid nested repetition operator",
    "invalid perl operator": "invalid or unsupported Perl syntax",
    "invalid named capture group": "invalid named capture",
}
"""What RE2 says -> what Go says; the other messages are the same."""
_EXPANSION = re.compile(r"\$(?:\$|(\w+)|\{(\w+)\})?")
_ANY_BYTE = re.compile(r"(?:[^\\]|\\Q.*?(?:\\E|\Z)|\\[^CQ])*+\\C", re.DOTALL)
"""A pattern with `\\C`, which RE2 takes for any byte and Go does not know."""
_NO_CHARACTERS = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Regex:
    """A compiled Go pattern."""

    pattern: Any
    source: str

    def find(self, text: str) -> str | None:
        """The first match, None where there is none."""
        match = next(self._walk(text), None)
        return None if match is None else text[match.start() : match.end()]

    def find_all(self, text: str, limit: int = -1) -> Iterator[str]:
        """The successive matches, at most `limit` of them where it is not negative."""
        return (text[start:end] for start, end in self._spans(text, limit))

    def replace(self, text: str, template: str, *, literal: bool) -> str:
        """ReplaceAllString, with `$1` and `${name}` unless literal. TooLargeError for a text of too many characters."""
        out: list[str] = []
        done = size = 0
        for match in self._walk(text):
            start, end = match.span()
            out.append(text[done:start])
            if end > done or start == 0:
                out.append(template if literal else self._expand(template, match, text))
                size += len(out[-1])
                check_text(size, "regexReplaceAll")
            done = end
        return "".join([*out, text[done:]])

    def split(self, text: str, limit: int) -> list[str] | None:
        """The pieces between matches; None for a limit of 0."""
        if limit == 0:
            return None
        if self.source and not text:
            return [""]
        pieces: list[str] = []
        begin = end = 0
        for start, behind in self._spans(text, limit):
            if limit > 0 and len(pieces) == limit - 1:
                break
            end = start
            if behind:
                pieces.append(text[begin:end])
            begin = behind
        if end != len(text):
            pieces.append(text[begin:])
        return pieces

    def _walk(self, text: str) -> Iterator[Any]:
        """Matches from left to right, one character further after an empty one."""
        # bytes that are not UTF-8 travel as lone surrogates; to Go each of them is the character U+FFFD
        found: Iterator[Any] = self.pattern.finditer(text if text.isascii() else _NO_CHARACTERS.sub("\ufffd", text))
        return found

    def _spans(self, text: str, limit: int) -> Iterator[tuple[int, int]]:
        """Where the matches that Go's FindAll finds begin and end: no empty one right after another."""
        previous, found = -1, 0
        for match in self._walk(text):
            if found == limit:
                return
            start, end = match.span()
            if not start == end == previous:
                found += 1
                yield start, end
            previous = end

    def _expand(self, template: str, match: Any, text: str) -> str:
        def one(found: re.Match[str]) -> str:
            name = found[1] or found[2]
            if name is None:
                return "$"
            number = int(name) if name.isdecimal() else self.pattern.groupindex.get(name, -1)
            if not 0 <= number <= self.pattern.groups or match.start(number) < 0:
                return ""
            return text[match.start(number) : match.end(number)]

        return _EXPANSION.sub(one, template)


@lru_cache(maxsize=512)
def compile_regex(source: str) -> Regex:
    """The pattern, ready to match. TemplateError with Go's message where Go refuses it."""
    if _ANY_BYTE.match(source):
        raise TemplateError(r"error parsing regexp: invalid escape sequence: `\C`")
    options = re2.Options()
    options.log_errors = False
    try:
        return Regex(re2.compile(source, options), source)
    except UnicodeEncodeError:
        raise TemplateError(f"error parsing regexp: invalid UTF-8: `{source}`") from None
    except re2.error as error:
        what, _, part = error.args[0].decode("utf-8", "replace").partition(": ")
        raise TemplateError(f"error parsing regexp: {_MESSAGES.get(what, what)}: `{part}`") from None
